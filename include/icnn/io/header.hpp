// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "icnn/io/network_text.hpp"
#include "icnn/io/replace_file.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"

/// Networks as C++ source: a header with constexpr weights, sizes in the type, for programs without files or heap.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// The shortest decimal number that is read back as this one, as a literal of its scalar.
template <class S>
[[nodiscard]] std::string literal(S value) {
  char digits[40];
  std::string words(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  if (words.find_first_of(".e") == std::string::npos) words += ".0";  // -0 would be an int, and positive
  if constexpr (std::is_same_v<S, float>) words += 'f';
  return words;
}

/// "icnn::Softplus(2.5)", the activation itself, or "icnn::Softplus", its type.
[[nodiscard]] inline std::string activation_type(const std::string& label) {
  return "icnn::" + label.substr(0, label.find('('));
}
[[nodiscard]] inline std::string activation_value(const std::string& label) {
  return "icnn::" + label + (label.find('(') == std::string::npos ? "{}" : "");
}

/// A FICNN or PICNN on its way into source.
template <class Network>
class HeaderText {
  using S = typename Network::Scalar;
  static constexpr bool is_partial = Network::is_partial;

  struct LayerText {
    Index width;
    std::string activation;
    Index context_width = 0;
    std::string context_activation = "Identity";
  };

 public:
  explicit HeaderText(const Network& f) : f_(f), o_(f.options()) {
    f.chain().for_each([&](auto, const auto& layer) {
      LayerText line{.width = layer.width(), .activation = name_of(layer.activation())};
      if constexpr (is_partial) {
        if (layer.context_step()) {
          line.context_width = layer.context_step()->width();
          line.context_activation = name_of(layer.context_step()->activation());
        }
      }
      for (const std::string& label : {line.activation, line.context_activation}) {
        if (label == "user-defined") fail({"header_of", "activations of the library, which have names", label});
      }
      layers_.push_back(std::move(line));
    });
    if constexpr (is_partial) {
      if (!o_.non_decreasing.empty()) {
        fail({"header_of", "a PICNN without non-decreasing inputs", "one with some",
              "the gates before these are others, which views do not have"});
      }
    }
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    std::string all = "// clang-format off\n#pragma once\n\n#include <";
    all += "icnn/embedded.hpp>\n\nnamespace " + name + " {\n\n";
    all += "using Network = " + type() + ";\n\n" + weights();
    const char* view = is_partial ? "icnn::PicnnView<Network>" : "icnn::FicnnView<Network>";
    all +=
        detail::text("/// ", f_.depth(), " layers, ", f_.parameter_count(), " parameters; refers to the weights above.\n");
    all += detail::text("[[nodiscard]] inline ", view, " network() {\n  return ", view, "(", options(), ", weights, ",
                        activations(), ");\n}\n\n}  // namespace ", name, '\n');
    return all;
  }

 private:
  [[nodiscard]] std::string type() const {
    const char* scalar = std::is_same_v<S, double> ? "double" : "float";
    std::string all = detail::text(is_partial ? "icnn::PicnnOf<" : "icnn::FicnnOf<", scalar, ", ");
    if constexpr (is_partial) all += detail::text("icnn::Context<", o_.context, ">, ");
    all += detail::text("icnn::Inputs<", o_.inputs, ", ", o_.quadratic_rank, ", ", o_.output.rank, ">");
    for (const LayerText& layer : layers_) {
      all += detail::text(",\n    icnn::", is_partial ? "Gated<" : "Dense<", layer.width, ", ",
                          activation_type(layer.activation));
      if (layer.context_width > 0) {
        all += detail::text(", ", layer.context_width, ", ", activation_type(layer.context_activation));
      }
      all += '>';
    }
    return all + '>';
  }

  [[nodiscard]] std::string weights() const {
    std::string all = "/// In the order of Network's layout(), each column by column:";
    const char* between = "\n///     ";
    for (const Block& block : f_.layout().blocks()) {
      all += detail::text(between, block.name, " ", shape_text(block.rows, block.cols));
      between = ", ";
    }
    all += detail::text("\ninline constexpr ", std::is_same_v<S, double> ? "double" : "float", " weights[",
                        f_.parameter_count(), "] = {");
    std::size_t line = 0;
    for (Index i = 0; i < f_.parameter_count(); ++i) {
      const std::string number = literal(f_.parameters().vector()(i)) + ',';
      if (line == 0 || line + number.size() + 1 > 120) {
        all += "\n    ";
        line = 4;
      } else {
        all += ' ';
        ++line;
      }
      all += number;
      line += number.size();
    }
    return all + "\n};\n\n";
  }

  /// What is not in the type.
  [[nodiscard]] std::string options() const {
    std::vector<std::string> parts;
    if (!o_.passthrough) parts.emplace_back(".passthrough = false");
    if (!o_.bias) parts.emplace_back(".bias = false");
    if constexpr (is_partial) {
      if (o_.gate == Gate::softplus) parts.emplace_back(".gate = icnn::Gate::softplus");
    }
    std::vector<std::string> output;
    if (o_.output.diagonal) output.emplace_back(".diagonal = true");
    if (o_.output.bilinear) output.emplace_back(".bilinear = true");
    if (o_.output.linear) output.emplace_back(".linear = true");
    if (!output.empty()) parts.push_back(".output = {" + joined(output, ", ") + '}');
    return '{' + joined(parts, ", ") + '}';
  }

  [[nodiscard]] std::string activations() const {
    std::vector<std::string> convex, contexts;
    for (const LayerText& layer : layers_) {
      convex.push_back(activation_value(layer.activation));
      contexts.push_back(activation_value(layer.context_activation));
    }
    if (!is_partial) return joined(convex, ", ");
    return "Network::Choice{{" + joined(convex, ", ") + "}, {" + joined(contexts, ", ") + "}}";
  }

  const Network& f_;
  const typename Network::Options& o_;
  std::vector<LayerText> layers_{};
};

/// Identifiers with :: between them.
inline void require_namespace(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  bool good = true, begins = true;  // of an identifier
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!begins && name.compare(i, 2, "::") == 0) {
      begins = true;
      ++i;
      continue;
    }
    good = good && (is_letter(name[i]) || (!begins && name[i] >= '0' && name[i] <= '9'));
    begins = false;
  }
  if (!good || begins) fail({"header_of", "the name of a namespace, as in my_network or robot::model", name});
}

}  // namespace detail

/// The source of a header with a namespace \p name, in which `Network` is the type of this network with its sizes, `weights`
/// a constexpr array of its parameters, to the last bit, and network() a view of the two (see FicnnView, PicnnView). It
/// needs icnn/embedded.hpp. That some inputs are non-decreasing is not kept: the weights stay as they are. Throws Error on
/// names that are no namespace, and on activations of the user's.
template <class Chain>
[[nodiscard]] std::string header_of(const BasicFicnn<Chain>& f, const std::string& name) {
  detail::require_namespace(name);
  return detail::HeaderText<BasicFicnn<Chain>>(f).text(name);
}
template <class Chain>
[[nodiscard]] std::string header_of(const BasicPicnn<Chain>& f, const std::string& name) {
  detail::require_namespace(name);
  return detail::HeaderText<BasicPicnn<Chain>>(f).text(name);
}

/// Writes it into a file, as save() does.
template <class Network>
void save_header(const Network& f, const std::string& path, const std::string& name) {
  const std::string text = header_of(f, name);
  detail::replace_file(path, [&](std::ostream& out) { out << text; });
}

}  // namespace icnn::inline ICNN_ISA
