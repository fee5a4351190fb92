// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <ostream>

#include "icnn/io/replace_file.hpp"
#include "icnn/io/safetensors.hpp"
#include "icnn/io/stored_network.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Tensors on their way into a file, in the order of their numbers.
class SafetensorsWriter {
 public:
  /// Under the keys "icnn.*".
  explicit SafetensorsWriter(const NetworkText& text) {
    for (const auto& [key, words] : text.fields) header_["__metadata__"]["icnn." + key] = words;
  }

  /// A matrix, stored column by column here, row by row there. It has to stay where it is until write().
  void add_matrix(const std::string& name, NumberType type, const void* data, Index rows, Index cols) {
    add(name, type, data, rows, cols, {rows, cols});
  }
  void add_vector(const std::string& name, NumberType type, const void* data, Index size) {
    add(name, type, data, size, 1, nlohmann::json::array({size}));
  }

  /// One number, which is copied.
  template <class T>
  void add_number(const std::string& name, NumberType type, const T& value) {
    add(name, type, nullptr, 1, 1, nlohmann::json::array({1}));
    std::memcpy(&pieces_.back().number, &value, sizeof value);
  }

  void write(std::ostream& out) const {
    std::string text = header_.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto length = static_cast<std::uint64_t>(text.size());
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const Piece& piece : pieces_) {
      if (piece.width == 4) {
        write_rows<std::uint32_t>(piece, out);
      } else {
        write_rows<std::uint64_t>(piece, out);
      }
    }
  }

 private:
  struct Piece {
    const void* data;  ///< none: the number
    Index rows, cols;
    unsigned width;  ///< bytes of a number
    std::uint64_t number = 0;
  };

  void add(const std::string& name, NumberType type, const void* data, Index rows, Index cols, nlohmann::json shape) {
    const auto bytes = static_cast<std::uint64_t>(rows * cols) * size_of(type);
    auto& entry = header_[name];
    entry["dtype"] = to_string(type);
    entry["shape"] = std::move(shape);
    entry["data_offsets"] = {end_, end_ + bytes};
    end_ += bytes;
    pieces_.push_back({data, rows, cols, size_of(type), 0});
  }

  /// Numbers as the bits that they are.
  template <class Bits>
  static void write_rows(const Piece& piece, std::ostream& out) {
    const auto put = [&](const void* from, Index count) {
      out.write(static_cast<const char*>(from),
                static_cast<std::streamsize>(static_cast<std::size_t>(count) * sizeof(Bits)));
    };
    if (piece.rows <= 1 || piece.cols <= 1)
      return put(piece.data != nullptr ? piece.data : &piece.number, piece.rows * piece.cols);
    // As many rows at once as fit the first cache, so that columns are read in pieces.
    const Index most = std::clamp<Index>(4096 / piece.cols, 1, piece.rows);
    std::vector<Bits> rows(static_cast<std::size_t>(most * piece.cols));
    for (Index first = 0; first < piece.rows; first += most) {
      const Index here = std::min(most, piece.rows - first);
      for (Index c = 0; c < piece.cols; ++c) {
        for (Index r = 0; r < here; ++r) {
          std::memcpy(&rows[static_cast<std::size_t>(r * piece.cols + c)],
                      static_cast<const std::byte*>(piece.data) +
                          static_cast<std::size_t>(c * piece.rows + first + r) * sizeof(Bits),
                      sizeof(Bits));
        }
      }
      put(rows.data(), here * piece.cols);
    }
  }

  nlohmann::json header_ = nlohmann::json::object();
  std::vector<Piece> pieces_{};
  std::uint64_t end_ = 0;
};

}  // namespace detail

/// Writes a network as safetensors: its blocks under their names in layout(), row by row, in its scalar (F32 or F64), a
/// scaler's vectors as scaling.*, and kind, sizes, options and activations as metadata "icnn.*"; docs/files.md describes all
/// of it. load() makes the same network again, to the last bit. Activations of a user's own are stored by their names.
/// Allocates the header and some rows.
template <class F>
void save(const F& f, std::ostream& out) {
  using Whole = detail::StoredFunction<F>;
  using Stored = detail::StoredNetwork<typename Whole::Network>;
  using S = typename Whole::Network::Scalar;
  const auto& network = Whole::network(f);
  NetworkText text;
  text.put("format", "1");
  text.put("kind", Stored::kind);
  Stored::put(text, network);
  detail::SafetensorsWriter writer(text);
  for (const Block& block : network.layout().blocks()) {
    const S* data = network.parameters().data() + block.offset;
    if (block.is_weight()) {
      writer.add_matrix(block.name, number_type<S>, data, block.rows, block.cols);
    } else {
      writer.add_vector(block.name, number_type<S>, data, block.size());
    }
  }
  if constexpr (Whole::scaled) {
    detail::visit_scaling(f.units(), [&](const char* name, const auto& part) {
      if constexpr (std::is_same_v<decltype(part), const S&>) {
        writer.add_number(name, number_type<S>, part);
      } else {
        writer.add_vector(name, number_type<S>, part.data(), part.size());
      }
    });
  }
  writer.write(out);
}

/// The same into a file, which is replaced when all is written; what was there stays where anything fails. Throws Error
/// where the file cannot be written.
template <class F>
void save(const F& f, const std::string& path) {
  detail::replace_file(path, [&](std::ostream& out) { save(f, out); });
}

}  // namespace icnn::inline ICNN_ISA
