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
template <class S>
class SafetensorsWriter {
 public:
  explicit SafetensorsWriter(const TensorFile::Metadata& metadata) {
    for (const auto& [key, value] : metadata) header_["__metadata__"][key] = value;
  }

  /// A matrix, stored column by column here, row by row there. It has to stay where it is.
  void add(const std::string& name, const S* data, Index rows, Index cols, unsigned char rank) {
    const auto bytes = static_cast<std::uint64_t>(rows * cols) * sizeof(S);
    auto& entry = header_[name];
    entry["dtype"] = to_string(number_type<S>);
    entry["shape"] = rank == 2 ? nlohmann::json{rows, cols} : nlohmann::json{rows * cols};
    entry["data_offsets"] = {end_, end_ + bytes};
    end_ += bytes;
    matrices_.push_back({data, rows, cols});
  }

  void write(std::ostream& out) const {
    std::string text = header_.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto length = static_cast<std::uint64_t>(text.size());
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    std::vector<S> rows;
    for (const auto& [data, count, cols] : matrices_) {
      // As many rows at once as fit the first cache, so that columns are read in pieces.
      const Index most = std::clamp<Index>(4096 / std::max<Index>(cols, 1), 1, std::max<Index>(count, 1));
      for (Index first = 0; first < count; first += most) {
        const Index here = std::min(most, count - first);
        rows.resize(static_cast<std::size_t>(here * cols));
        for (Index c = 0; c < cols; ++c) {
          for (Index r = 0; r < here; ++r) rows[static_cast<std::size_t>(r * cols + c)] = data[c * count + first + r];
        }
        out.write(reinterpret_cast<const char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(S)));
      }
    }
  }

 private:
  struct Piece {
    const S* data;
    Index rows, cols;
  };
  nlohmann::json header_ = nlohmann::json::object();
  std::vector<Piece> matrices_{};
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
  TensorFile::Metadata metadata;
  for (const auto& [key, words] : text.fields) metadata.emplace_back("icnn." + key, words);
  detail::SafetensorsWriter<S> writer(metadata);
  for (const Block& block : network.layout().blocks()) {
    writer.add(block.name, network.parameters().data() + block.offset, block.rows, block.cols, detail::stored_rank(block));
  }
  if constexpr (Whole::scaled) {
    detail::visit_scaling(f.units(), [&](const char* name, const auto& part) {
      if constexpr (std::is_same_v<decltype(part), const S&>) {
        writer.add(name, &part, 1, 1, 1);
      } else {
        writer.add(name, part.data(), part.size(), 1, 1);
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
