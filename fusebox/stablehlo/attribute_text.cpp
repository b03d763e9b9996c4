#include "fusebox/stablehlo/attribute_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fusebox/stablehlo/literal_text.h"

namespace fusebox::stablehlo {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '$' || c == '.';
  });
}

// The fields of an attribute such as #stablehlo.gather<…>: empty lists and zeroes are not written.
class Fields {
 public:
  Fields(std::string& out, std::string_view kind) : out_(out) {
    out_ += "#stablehlo.";
    out_ += kind;
    out_ += '<';
  }
  Fields& list(std::string_view name, const Dims& value) {
    if (value.empty()) return *this;
    start(name);
    out_ += '[';
    append_numbers(out_, value);
    out_ += ']';
    return *this;
  }
  Fields& number(std::string_view name, int64_t value) {
    if (value == 0) return *this;
    start(name);
    append_number(out_, value);
    return *this;
  }
  void end() { out_ += '>'; }

 private:
  void start(std::string_view name) {
    if (!first_) out_ += ", ";
    first_ = false;
    out_ += name;
    out_ += " = ";
  }
  std::string& out_;
  bool first_ = true;
};

// Writes one alternative of Attribute each; `name` decides where one C++ type has several forms.
struct Writer {
  std::string& out;
  std::string_view name;
  size_t elide_above;

  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(int64_t value) const {
    const bool narrow = name == "api_version" || name == "version";
    out += fmt::format("{} : {}", value, narrow ? "i32" : "i64");
  }
  void operator()(double value) const {
    append_f64(out, value);
    out += name == "epsilon" ? " : f32" : " : f64";
  }
  void operator()(const std::string& value) const { append_quoted(out, value); }
  void operator()(const Dims& value) const {
    if (name == "padding") return pairs(value);
    out += value.empty() ? "array<i64" : "array<i64: ";
    append_numbers(out, value);
    out += '>';
  }
  void operator()(const std::vector<bool>& value) const {
    out += "array<i1";
    for (size_t i = 0; i < value.size(); i++) {
      out += i == 0 ? ": " : ", ";
      out += value[i] ? "true" : "false";
    }
    out += '>';
  }
  void operator()(const std::vector<std::string>& value) const {
    out += '[';
    for (size_t i = 0; i < value.size(); i++) {
      if (i > 0) out += ", ";
      name == "called_computations" ? append_symbol(out, value[i]) : append_quoted(out, value[i]);
    }
    out += ']';
  }
  void operator()(DType value) const { out += fusebox::name(value); }
  void operator()(const hlo::Literal& value) const {
    append_dense(out, value, elide_above);
    out += " : ";
    append_type(out, value.shape);
  }
  void operator()(const hlo::DotDimensions& value) const {
    Fields(out, "dot")
        .list("lhs_batching_dimensions", value.lhs_batching)
        .list("rhs_batching_dimensions", value.rhs_batching)
        .list("lhs_contracting_dimensions", value.lhs_contracting)
        .list("rhs_contracting_dimensions", value.rhs_contracting)
        .end();
  }
  void operator()(const hlo::GatherDimensions& value) const {
    Fields(out, "gather")
        .list("offset_dims", value.offset_dims)
        .list("collapsed_slice_dims", value.collapsed_slice_dims)
        .list("operand_batching_dims", value.operand_batching_dims)
        .list("start_indices_batching_dims", value.start_indices_batching_dims)
        .list("start_index_map", value.start_index_map)
        .number("index_vector_dim", value.index_vector_dim)
        .end();
  }
  void operator()(const hlo::ScatterDimensions& value) const {
    Fields(out, "scatter")
        .list("update_window_dims", value.update_window_dims)
        .list("inserted_window_dims", value.inserted_window_dims)
        .list("input_batching_dims", value.input_batching_dims)
        .list("scatter_indices_batching_dims", value.scatter_indices_batching_dims)
        .list("scatter_dims_to_operand_dims", value.scatter_dims_to_operand_dims)
        .number("index_vector_dim", value.index_vector_dim)
        .end();
  }
  void operator()(const hlo::ConvDimensions& value) const {
    out += "#stablehlo.conv<";
    append_layout(out, value);
    out += '>';
  }
  void operator()(const hlo::DotAlgorithm& value) const {
    out += "#stablehlo.dot_algorithm<";
    append_algorithm(out, value);
    out += '>';
  }
  void operator()(const hlo::Keyword& value) const {
    out += fmt::format("#stablehlo<{} {}>", value.type, value.value);
  }
  void operator()(const std::vector<hlo::Keyword>& value) const {
    out += '[';
    for (size_t i = 0; i < value.size(); i++) {
      if (i > 0) out += ", ";
      (*this)(value[i]);
    }
    out += ']';
  }
  void operator()(const hlo::SymbolRef& value) const { append_symbol(out, value.name); }
  void operator()(const hlo::Opaque& value) const { out += value.text; }
  void operator()(const hlo::AttributeDict& value) const {
    out += '{';
    for (size_t i = 0; i < value.size(); i++) {
      if (i > 0) out += ", ";
      append_named(out, value[i].first, value[i].second, elide_above);
    }
    out += '}';
  }

 private:
  // Padding: dense<[[low, high], …]>
  void pairs(const Dims& value) const {
    out += "dense<";
    for (size_t i = 0; i + 1 < value.size(); i += 2)
      out += fmt::format("{}[{}, {}]", i == 0 ? "[" : ", ", value[i], value[i + 1]);
    out += fmt::format("{}> : tensor<{}x2xi64>", value.empty() ? "" : "]", value.size() / 2);
  }
};

// One side of a convolution's layout: its two letters and the numbers of its spatial dimensions.
void append_side(std::string& out, char first, int64_t first_axis, char second, int64_t second_axis,
                 const Dims& spatial) {
  std::vector<std::string> names(spatial.size() + 2);
  names.at(static_cast<size_t>(first_axis)) = first;
  names.at(static_cast<size_t>(second_axis)) = second;
  for (size_t i = 0; i < spatial.size(); i++) names.at(static_cast<size_t>(spatial[i])) = std::to_string(i);
  out += '[';
  for (size_t i = 0; i < names.size(); i++) out += (i > 0 ? ", " : "") + names[i];
  out += ']';
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 32 || byte > 126 || c == '"' || c == '\\') {
      out += '\\';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_symbol(std::string& out, std::string_view name) {
  out += '@';
  is_identifier(name) ? out.append(name) : (append_quoted(out, name), out);
}

void append_number(std::string& out, int64_t number) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

void append_numbers(std::string& out, std::span<const int64_t> numbers) {
  for (size_t i = 0; i < numbers.size(); i++) {
    if (i > 0) out += ", ";
    append_number(out, numbers[i]);
  }
}

void append_named(std::string& out, std::string_view name, const hlo::Attribute& value, size_t elide_above) {
  is_identifier(name) ? out.append(name) : (append_quoted(out, name), out);
  out += " = ";
  std::visit(Writer{out, name, elide_above}, value.value);
}

void append_algorithm(std::string& out, const hlo::DotAlgorithm& algorithm) {
  out += fmt::format(
      "lhs_precision_type = {}, rhs_precision_type = {}, accumulation_type = {}, lhs_component_count = {}, "
      "rhs_component_count = {}, num_primitive_operations = {}, allow_imprecise_accumulation = {}",
      algorithm.lhs_precision_type, algorithm.rhs_precision_type, algorithm.accumulation_type,
      algorithm.lhs_component_count, algorithm.rhs_component_count, algorithm.num_primitive_operations,
      algorithm.allow_imprecise_accumulation);
}

void append_layout(std::string& out, const hlo::ConvDimensions& dims) {
  append_side(out, 'b', dims.input_batch, 'f', dims.input_feature, dims.input_spatial);
  out += 'x';
  append_side(out, 'i', dims.kernel_input_feature, 'o', dims.kernel_output_feature, dims.kernel_spatial);
  out += "->";
  append_side(out, 'b', dims.output_batch, 'f', dims.output_feature, dims.output_spatial);
}

}  // namespace fusebox::stablehlo
