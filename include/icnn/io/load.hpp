// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/io/safetensors.hpp"
#include "icnn/io/stored_network.hpp"

namespace icnn::inline ICNN_ISA {

/// How a network is read.
struct LoadSettings {
  Positivity positivity = Positivity::refuse;  ///< of a W^z (and every weight with a sign) below 0
};

namespace detail {

/// Tensors that belong to a file's reader, not to a network: points and what a network is there.
[[nodiscard]] inline bool is_reference(std::string_view name) { return name.starts_with("reference."); }

/// The fields "icnn.*" of a file's metadata.
[[nodiscard]] inline NetworkText network_text(const TensorFile& file) {
  NetworkText text;
  text.where = "load " + file.name();
  for (const auto& [key, words] : file.metadata()) {
    if (key.starts_with("icnn.")) text.fields.emplace(key.substr(5), words);
  }
  const auto format = text.take("format");
  if (!format) {
    fail({text.where, "metadata icnn.format: a network that save() or a script of docs/files.md has written", "none"});
  }
  if (*format != "1") fail({text.where, "format 1", *format, "it was written by a later version"});
  return text;
}

[[nodiscard]] inline const TensorEntry& require_tensor(const std::string& where, const TensorFile& file,
                                                       const std::string& name) {
  const TensorEntry* tensor = file.find(name);
  if (tensor == nullptr) fail({where, text("a tensor ", name), "none of that name"});
  return *tensor;
}

/// Refuses another shape; a vector may be stored as a matrix of one column or row, too.
inline void require_stored(const std::string& where, const TensorEntry& tensor, Index rows, Index cols) {
  const auto r = static_cast<std::uint64_t>(rows), c = static_cast<std::uint64_t>(cols);
  const bool matrix = tensor.rank == 2 && tensor.extents[0] == r && tensor.extents[1] == c;
  const bool vector = (rows == 1 || cols == 1) && tensor.rank == 1 && tensor.extents[0] == r * c;
  if (matrix || vector) return;
  fail({where, text(tensor.name, " of shape ", shape_text(rows, cols)), tensor.shape_text(),
        tensor.rank == 2 && tensor.extents[0] == c && tensor.extents[1] == r ? "transpose it" : ""});
}

template <class F>
[[nodiscard]] F load_from(TensorFile file, const LoadSettings& settings) {
  using Whole = StoredFunction<F>;
  using Stored = StoredNetwork<typename Whole::Network>;
  using S = typename Whole::Network::Scalar;
  NetworkText text = network_text(file);
  const auto kind = text.take("kind");
  if (kind != Stored::kind) fail({text.where, std::string("a network of kind ") + Stored::kind, kind ? *kind : "none"});
  const bool scaled = file.find("scaling.output_scale") != nullptr;
  if (scaled != Whole::scaled) {
    fail({text.where, scaled ? "Standardized<...>, for the scaler in it" : "a scaler, as Standardized<...> has one",
          scaled ? "a network alone" : "none"});
  }
  return Stored::take(text, [&](const auto& options, const auto& activations) -> F {
    if (!text.fields.empty()) {
      fail({text.where, "keys of metadata that this version knows", "icnn." + text.fields.begin()->first});
    }
    // Nothing is made of sizes that the file does not fill.
    if constexpr (requires { options.hidden; }) {
      if (options.hidden.size() > file.tensors().size())
        fail({text.where, "tensors for every layer", "more layers than tensors"});
    }
    const Layout layout = Stored::layout(options, activations);
    for (const Block& block : layout.blocks()) {
      require_stored(text.where, require_tensor(text.where, file, block.name), block.rows, block.cols);
    }
    for (const TensorEntry& tensor : file.tensors()) {
      if (is_reference(tensor.name) || tensor.name.starts_with("scaling.") || layout.contains(tensor.name)) continue;
      fail({text.where, "tensors of this network", tensor.name, "others begin with reference."});
    }
    auto network = Stored::make(options, activations);
    network.fill(
        [&](auto& edit) {
          for (const Block& block : layout.blocks()) {
            file.read_by_rows(*file.find(block.name), edit[block].data(), block.rows, block.cols);
          }
        },
        settings.positivity);
    if constexpr (Whole::scaled) {
      Scaling<S> units;
      visit_scaling(units, [&]<class Part>(const char* name, Part& part) {
        const TensorEntry& tensor = require_tensor(text.where, file, name);
        if constexpr (std::is_same_v<Part, S>) {
          require_stored(text.where, tensor, 1, 1);
          file.read(tensor, 0, std::span<S>(&part, 1));
        } else {
          const bool context = std::string_view(name).starts_with("scaling.context");
          Index size = network.inputs();
          if (context) size = network.context_size();
          require_stored(text.where, tensor, size, 1);
          part.resize(size);
          file.read(tensor, 0, std::span<S>(part.data(), static_cast<std::size_t>(size)));
        }
      });
      return standardized(std::move(network), std::move(units));
    } else {
      return network;
    }
  });
}

}  // namespace detail

/// Reads a network that save() has written, or a script: load<Ficnn<double, Softplus>>("f.safetensors"). AnyFicnn, AnyPicnn
/// and AnyFeedForward take files of any of our activations; a type with sizes or activations of its own, those that have
/// them; Standardized<...>, networks with their scalers. F64, F32, F16 and BF16 are read into double, the last three into
/// float. Throws Error, with what is wrong where, for a file that is damaged or of another network, for numbers that are not
/// finite, and for weights below 0 where they must not be (layer, row, column and value), unless settings ask for their
/// projection. Tensors whose names begin with "reference." are left alone. Cost: one pass over the file and one over the
/// parameters; allocates the parameters, the header and some rows.
template <class F>
[[nodiscard]] F load(const std::string& path, const LoadSettings& settings = {}) {
  return detail::load_from<F>(open_safetensors(path), settings);
}

/// The same from memory, that of a file embedded in a program, say.
template <class F>
[[nodiscard]] F load(std::span<const std::byte> bytes, const LoadSettings& settings = {}) {
  return detail::load_from<F>(open_safetensors(bytes), settings);
}

}  // namespace icnn::inline ICNN_ISA
