// The struct attributes: #stablehlo.dot, gather, scatter, conv, dot_algorithm. Fields come in any order.
#include <algorithm>
#include <variant>

#include "fusebox/base/nearest_names.h"
#include "fusebox/base/quoted.h"
#include "fusebox/stablehlo/parse_parts.h"

namespace fusebox::stablehlo {
namespace {

template <typename Struct>
struct Field {
  std::string_view name;
  std::variant<Dims Struct::*, int64_t Struct::*, std::string Struct::*, bool Struct::*> member;
};

using hlo::ConvDimensions;
using hlo::DotAlgorithm;
using hlo::DotDimensions;
using hlo::GatherDimensions;
using hlo::ScatterDimensions;

constexpr Field<DotDimensions> kDot[] = {{"lhs_batching_dimensions", &DotDimensions::lhs_batching},
                                         {"rhs_batching_dimensions", &DotDimensions::rhs_batching},
                                         {"lhs_contracting_dimensions", &DotDimensions::lhs_contracting},
                                         {"rhs_contracting_dimensions", &DotDimensions::rhs_contracting}};

constexpr Field<GatherDimensions> kGather[] = {
    {"offset_dims", &GatherDimensions::offset_dims},
    {"collapsed_slice_dims", &GatherDimensions::collapsed_slice_dims},
    {"operand_batching_dims", &GatherDimensions::operand_batching_dims},
    {"start_indices_batching_dims", &GatherDimensions::start_indices_batching_dims},
    {"start_index_map", &GatherDimensions::start_index_map},
    {"index_vector_dim", &GatherDimensions::index_vector_dim}};

constexpr Field<ScatterDimensions> kScatter[] = {
    {"update_window_dims", &ScatterDimensions::update_window_dims},
    {"inserted_window_dims", &ScatterDimensions::inserted_window_dims},
    {"input_batching_dims", &ScatterDimensions::input_batching_dims},
    {"scatter_indices_batching_dims", &ScatterDimensions::scatter_indices_batching_dims},
    {"scatter_dims_to_operand_dims", &ScatterDimensions::scatter_dims_to_operand_dims},
    {"index_vector_dim", &ScatterDimensions::index_vector_dim}};

constexpr Field<ConvDimensions> kRawConv[] = {
    {"input_batch_dimension", &ConvDimensions::input_batch},
    {"input_feature_dimension", &ConvDimensions::input_feature},
    {"input_spatial_dimensions", &ConvDimensions::input_spatial},
    {"kernel_input_feature_dimension", &ConvDimensions::kernel_input_feature},
    {"kernel_output_feature_dimension", &ConvDimensions::kernel_output_feature},
    {"kernel_spatial_dimensions", &ConvDimensions::kernel_spatial},
    {"output_batch_dimension", &ConvDimensions::output_batch},
    {"output_feature_dimension", &ConvDimensions::output_feature},
    {"output_spatial_dimensions", &ConvDimensions::output_spatial}};

constexpr Field<DotAlgorithm> kAlgorithm[] = {
    {"lhs_precision_type", &DotAlgorithm::lhs_precision_type},
    {"rhs_precision_type", &DotAlgorithm::rhs_precision_type},
    {"accumulation_type", &DotAlgorithm::accumulation_type},
    {"lhs_component_count", &DotAlgorithm::lhs_component_count},
    {"rhs_component_count", &DotAlgorithm::rhs_component_count},
    {"num_primitive_operations", &DotAlgorithm::num_primitive_operations},
    {"allow_imprecise_accumulation", &DotAlgorithm::allow_imprecise_accumulation}};

bool parse_bool(Cursor& in) {
  if (in.eat_word("true")) return true;
  in.want_word("false");
  return false;
}

void read(Cursor& in, Dims& to) { to = parse_list(in); }
void read(Cursor& in, int64_t& to) { to = in.integer(); }
void read(Cursor& in, std::string& to) { to = in.word("a type"); }
void read(Cursor& in, bool& to) { to = parse_bool(in); }

template <typename Struct, size_t n>
Struct read_struct(Cursor& in, const Field<Struct> (&fields)[n]) {
  Struct value;
  uint64_t seen = 0;
  parse_dict(in, ">", [&](const std::string& key, size_t where) {
    const auto* field = std::ranges::find(fields, std::string_view(key), &Field<Struct>::name);
    if (field == std::end(fields)) {
      std::vector<std::string_view> names;
      for (const auto& each : fields) names.push_back(each.name);
      in.fail(where, ErrorKind::kInvalidFile, "there is no field {}{}", quoted(key),
              did_you_mean(key, names));
    }
    const uint64_t bit = uint64_t{1} << (field - std::begin(fields));
    if (seen & bit) in.fail(where, ErrorKind::kInvalidFile, "got {} twice", key);
    seen |= bit;
    std::visit([&](auto member) { read(in, value.*member); }, field->member);
  });
  return value;
}

// "[b, 0, f]": where the two letters and each of the numbers stand.
void read_side(Cursor& in, std::string_view letters, int64_t& first, int64_t& second, Dims& spatial) {
  const size_t start = in.at();
  Dims at(hlo::kMaxRank, -1);  // by number
  first = second = -1;
  int64_t count = 0;
  in.want("[");
  do {
    const size_t where = in.at();
    int64_t* place = in.eat(letters[0]) ? &first : in.eat(letters[1]) ? &second : nullptr;
    if (!place) {
      if (in.peek() == '?') in.fail(where, ErrorKind::kUnsupported, "got a dimension without a role (?)");
      const int64_t number = in.integer("a dimension");
      if (number < 0 || number >= hlo::kMaxRank)
        in.fail(where, ErrorKind::kInvalidFile, "got the spatial dimension {}", number);
      place = &at[static_cast<size_t>(number)];
    }
    if (*place >= 0) in.fail(where, ErrorKind::kInvalidFile, "got this dimension twice");
    *place = count++;
  } while (in.eat(','));
  in.want("]");
  at.resize(static_cast<size_t>(std::clamp<int64_t>(count - 2, 0, hlo::kMaxRank)));
  if (first < 0 || second < 0 || std::ranges::find(at, -1) != at.end())
    in.fail(start, ErrorKind::kInvalidFile, "got {}, want '{}', '{}' and the numbers from 0 on, each once",
            quoted(in.slice(start, in.end())), letters[0], letters[1]);
  spatial = std::move(at);
}

}  // namespace

ConvDimensions parse_layout(Cursor& in) {
  ConvDimensions dims;
  read_side(in, "bf", dims.input_batch, dims.input_feature, dims.input_spatial);
  in.want("x");
  read_side(in, "io", dims.kernel_input_feature, dims.kernel_output_feature, dims.kernel_spatial);
  in.want("->");
  read_side(in, "bf", dims.output_batch, dims.output_feature, dims.output_spatial);
  return dims;
}

hlo::Attribute parse_struct(Cursor& in, std::string_view type) {
  in.want("<");
  if (type == "dot") return read_struct(in, kDot);
  if (type == "gather") return read_struct(in, kGather);
  if (type == "scatter") return read_struct(in, kScatter);
  if (type == "algorithm") return read_struct(in, kAlgorithm);
  if (in.eat_word("raw")) return read_struct(in, kRawConv);
  ConvDimensions dims = parse_layout(in);
  in.want(">");
  return dims;
}

}  // namespace fusebox::stablehlo
