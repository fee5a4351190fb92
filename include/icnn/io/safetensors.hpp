// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <nlohmann/json.hpp>

#include "icnn/io/tensor_file.hpp"

/// safetensors, in and out: 8 bytes with the length of a header in JSON, the header, and the numbers.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// Listens to the parser, and stops it at the first thing that has no place in a header.
class SafetensorsHeader {
 public:
  static constexpr std::size_t most_tensors = 8192, most_metadata = 1024;

  std::vector<TensorEntry> tensors{};
  TensorFile::Metadata metadata{};
  std::string expected{}, got{};  ///< what is wrong

  bool start_object(std::size_t) {
    if (place_ == Place::outside) return enter(Place::top);
    if (place_ == Place::metadata_begins) return enter(Place::metadata);
    if (place_ != Place::tensor_begins) return refuse(expectation(), "an object");
    seen_ = 0;
    return enter(Place::tensor);
  }
  bool key(std::string& name) {
    switch (place_) {
      case Place::top:
        if (name == "__metadata__")
          return has_metadata_ ? refuse("every key once", quoted(name)) : enter(Place::metadata_begins);
        if (tensors.size() == most_tensors) return refuse(text("at most ", most_tensors, " tensors"), "more");
        tensors.emplace_back().name = std::move(name);
        return enter(Place::tensor_begins);
      case Place::metadata:
        if (metadata.size() == most_metadata) return refuse(text("at most ", most_metadata, " entries of metadata"), "more");
        metadata.emplace_back(std::move(name), "");
        return enter(Place::value);
      default: break;
    }
    const auto field = name == "dtype" ? 0U : name == "shape" ? 1U : name == "data_offsets" ? 2U : 3U;
    if (field == 3) return refuse(of_tensor("dtype, shape and data_offsets"), quoted(name));
    if ((seen_ & (1U << field)) != 0) return refuse(of_tensor("every key once"), quoted(name));
    seen_ |= 1U << field;
    return enter(field == 0 ? Place::type : field == 1 ? Place::shape_begins : Place::offsets_begin);
  }
  bool string(std::string& value) {
    if (place_ == Place::value) {
      metadata.back().second = std::move(value);
      return enter(Place::metadata);
    }
    if (place_ != Place::type) return refuse(expectation(), quoted(value));
    for (std::size_t i = 0; i < number_types.size(); ++i) {
      if (number_types[i].name != value) continue;
      tensors.back().type = static_cast<NumberType>(i);
      return enter(Place::tensor);
    }
    return refuse(of_tensor("a number type of safetensors"), quoted(value));
  }
  bool start_array(std::size_t) {
    count_ = 0;
    if (place_ == Place::shape_begins) return enter(Place::shape);
    if (place_ == Place::offsets_begin) return enter(Place::offsets);
    return refuse(expectation(), "an array");
  }
  bool number_unsigned(std::uint64_t value) {
    TensorEntry* tensor = tensors.empty() ? nullptr : &tensors.back();
    if (place_ == Place::shape) {
      if (count_ == TensorEntry::highest_rank) return refuse(of_tensor(text("at most ", count_, " dimensions")), "more");
      tensor->extents[count_++] = value;
      return true;
    }
    if (place_ != Place::offsets) return refuse(expectation(), text(value));
    if (count_ == 2) return refuse(of_tensor("two data_offsets"), "more");
    (count_++ == 0 ? tensor->begin : tensor->end) = value;
    return true;
  }
  bool end_array() {
    if (place_ == Place::shape) {
      tensors.back().rank = static_cast<unsigned char>(count_);
    } else if (count_ != 2) {
      return refuse(of_tensor("two data_offsets"), text(count_));
    }
    return enter(Place::tensor);
  }
  bool end_object() {
    if (place_ == Place::metadata) has_metadata_ = true;
    if (place_ == Place::tensor && seen_ != 7) return refuse(of_tensor("dtype, shape and data_offsets"), "not all of them");
    return enter(place_ == Place::top ? Place::outside : Place::top);
  }
  bool null() { return refuse(expectation(), "null"); }
  bool boolean(bool) { return refuse(expectation(), "a boolean"); }
  bool number_integer(std::int64_t value) { return refuse(expectation(), text(value)); }
  bool number_float(double, const std::string& value) { return refuse(expectation(), value); }
  bool binary(std::vector<std::uint8_t>&) { return refuse(expectation(), "binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return refuse("a header in JSON, in UTF-8", text("something else at its byte ", position));
  }

 private:
  enum class Place {
    outside,
    top,
    metadata_begins,
    metadata,
    value,
    tensor_begins,
    tensor,
    type,
    shape_begins,
    shape,
    offsets_begin,
    offsets
  };

  bool enter(Place place) {
    place_ = place;
    return true;
  }
  bool refuse(std::string wanted, std::string found) {
    expected = std::move(wanted);
    got = std::move(found);
    return false;
  }
  [[nodiscard]] static std::string quoted(const std::string& words) {
    return words.size() > 60 ? text('"', words.substr(0, 60), "...\"") : text('"', words, '"');
  }
  [[nodiscard]] std::string of_tensor(const std::string& what) const {
    return text(what, " of tensor ", quoted(tensors.back().name));
  }
  [[nodiscard]] std::string expectation() const {
    switch (place_) {
      case Place::outside: return "a header that is one object";
      case Place::metadata_begins: return "__metadata__ that is an object of strings";
      case Place::value: return text("a string as metadata ", quoted(metadata.back().first));
      case Place::tensor_begins: return text("an object as tensor ", quoted(tensors.back().name));
      case Place::type: return of_tensor("a string as dtype");
      case Place::shape_begins:
      case Place::shape: return of_tensor("an array of whole numbers >= 0 below 2^64 as shape");
      case Place::offsets_begin:
      case Place::offsets: return of_tensor("an array of two whole numbers >= 0 below 2^64 as data_offsets");
      default: return "a key";
    }
  }

  Place place_ = Place::outside;
  bool has_metadata_ = false;
  unsigned seen_ = 0;      ///< fields of the tensor, a bit each
  std::size_t count_ = 0;  ///< numbers in the array
};

/// Refuses what would make the parser hold much more than its text: it keeps each token, and each run of white space.
inline void require_short_tokens(const std::string& where, std::string_view header) {
  constexpr std::size_t most = 65536;
  std::size_t run = 0;
  for (const char c : header) {
    run = std::string_view("\"{}[],:").find(c) == std::string_view::npos ? run + 1 : 0;
    if (run > most)
      fail({where, text("words, numbers and white space of at most ", most, " bytes in the header"), "longer ones"});
  }
}

/// Orders tensors and metadata by their names, and checks what one entry alone does not show.
inline void check_safetensors(const std::string& where, SafetensorsHeader& header, std::uint64_t before,
                              std::uint64_t size) {
  auto& tensors = header.tensors;
  // Where each tensor's numbers are: one after the other, from the first byte to the last.
  std::sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::uint64_t at = 0;
  for (const TensorEntry& tensor : tensors) {
    const auto refuse = [&](const std::string& expected, const std::string& got) {
      fail({where, text(expected, " of tensor \"", tensor.name.substr(0, 60), '"'), got});
    };
    std::uint64_t count = 1;
    const unsigned width = size_of(tensor.type);
    for (std::size_t i = 0; i < tensor.rank; ++i) {
      if (tensor.extents[i] > 0 && count > std::numeric_limits<std::uint64_t>::max() / tensor.extents[i]) {
        refuse("a shape whose product does not overflow", tensor.shape_text());
      }
      count *= tensor.extents[i];
    }
    if (count > std::numeric_limits<std::uint64_t>::max() / width)
      refuse("a size that does not overflow", tensor.shape_text());
    if (tensor.begin > tensor.end) refuse("data_offsets in order", text(tensor.begin, ", ", tensor.end));
    if (tensor.end > size) refuse(text("data_offsets of at most ", size, ", what the file holds"), text(tensor.end));
    if (tensor.end - tensor.begin != count * width) {
      refuse(text(count * width, " bytes, as shape ", tensor.shape_text(), " and dtype ", to_string(tensor.type), " say,"),
             text(tensor.end - tensor.begin));
    }
    if (tensor.begin != at) refuse(text("data that begin at ", at, ", where the last tensor's end,"), text(tensor.begin));
    if ((before + tensor.begin) % width != 0) {
      refuse(text("data at a multiple of ", width, " bytes from the beginning of the file"), text(before + tensor.begin));
    }
    at = tensor.end;
  }
  if (at != size) fail({where, text(at, " bytes of numbers, as the header says"), text(size)});
  const auto once = [&](auto& entries, auto name) {
    std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) { return name(a) < name(b); });
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (name(entries[i - 1]) == name(entries[i]))
        fail({where, "every key once", text('"', name(entries[i]).substr(0, 60), '"')});
    }
  };
  once(tensors, [](const TensorEntry& tensor) -> const std::string& { return tensor.name; });
  once(header.metadata, [](const auto& entry) -> const std::string& { return entry.first; });
}

[[nodiscard]] inline TensorFile read_safetensors(ByteSource source) {
  constexpr std::uint64_t longest_header = 100'000'000;  // as the reference implementation has it
  const std::string where = text("safetensors ", source.name());
  std::array<std::byte, 8> first{};
  if (source.size() < 8) fail({where, "8 bytes or more", text(source.size())});
  source.read(0, first.data(), first.size());
  const auto length = std::bit_cast<std::uint64_t>(first);
  if (length > longest_header) fail({where, text("a header of at most ", longest_header, " bytes"), text(length)});
  if (length > source.size() - 8) {
    fail({where, text("a header of ", length, " bytes, as the first eight say"), text(source.size() - 8)});
  }
  std::string bytes(static_cast<std::size_t>(length), ' ');
  source.read(8, reinterpret_cast<std::byte*>(bytes.data()), bytes.size());
  if (!bytes.starts_with('{')) fail({where, "a header that begins with {", "another"});
  require_short_tokens(where, bytes);
  SafetensorsHeader header;
  if (!nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &header)) fail({where, header.expected, header.got});
  check_safetensors(where, header, 8 + length, source.size() - 8 - length);
  return {std::move(source), 8 + length, std::move(header.tensors), std::move(header.metadata)};
}

}  // namespace detail

/// Opens a file of tensors and checks all of its header: its length, JSON and UTF-8, every key once, number types, shapes
/// whose sizes do not overflow, and numbers that lie one after the other, aligned, from the first byte to the last. Throws
/// Error with what is wrong. Limits: a header of 100 MB, 8192 tensors of at most 4 dimensions, 1024 entries of metadata.
/// Memory: the header's text, once, and its entries.
[[nodiscard]] inline TensorFile open_safetensors(const std::string& path) {
  return detail::read_safetensors(ByteSource(path));
}

/// The same in memory, which must outlive the result: what a file was embedded as, say.
[[nodiscard]] inline TensorFile open_safetensors(std::span<const std::byte> bytes) {
  return detail::read_safetensors(ByteSource(bytes));
}

}  // namespace icnn::inline ICNN_ISA
