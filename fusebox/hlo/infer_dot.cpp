// dot_general and convolution.
#include <algorithm>

#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {
namespace {

// Takes the declared element type, if there is one: what products are added up in.
DType accumulation_dtype(const OpView& op) {
  const DType left = op.shape(0).dtype;
  if (op.declared.empty()) {
    if (op.shape(1).dtype != left)
      fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types or a declared result",
           operand_types(op));
    return left;
  }
  const DType declared = want_declared(op, 1)[0].dtype;
  if (is_float(declared) != is_float(left) || is_complex(declared) != is_complex(left) || !is_any(declared))
    fail(ErrorKind::kDTypeMismatch, "got a result of {} for {}, want the same kind of type", name(declared),
         operand_types(op));
  return declared;
}

// Two floats may differ; then the result's type is declared.
void want_same_kind(const OpView& op) {
  const DType left = op.shape(0).dtype, right = op.shape(1).dtype;
  want_dtype(op, 0, is_any, "a tensor");
  if (left != right && !(is_float(left) && is_float(right)))
    fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types, or floats", operand_types(op));
}

void want_precision(const OpView& op) {
  const auto config = op.attributes.get_or<std::vector<Keyword>>("precision_config", {});
  if (!config.empty() && config.size() != 2)
    fail(ErrorKind::kInvalidArgument, "got {} precisions, want 2", config.size());
}

void want_algorithm(const OpView& op) {
  const Attribute* attribute = op.attributes.find("algorithm");
  if (!attribute) return;
  const auto& algorithm = std::get<DotAlgorithm>(attribute->value);
  for (const std::string* type :
       {&algorithm.lhs_precision_type, &algorithm.rhs_precision_type, &algorithm.accumulation_type}) {
    const auto dtype = dtype_from_name(*type);
    if (*type != "tf32" && (!dtype || *dtype == token))
      fail(ErrorKind::kInvalidArgument, "got algorithm type \"{}\", want an element type or tf32", *type);
  }
  want_least(
      "algorithm counts",
      Dims{algorithm.lhs_component_count, algorithm.rhs_component_count, algorithm.num_primitive_operations},
      1);
  for (const Keyword& precision : op.attributes.get_or<std::vector<Keyword>>("precision_config", {}))
    if (precision.value != "DEFAULT")
      fail(ErrorKind::kInvalidArgument, "got precision {} and an algorithm, want DEFAULT", precision.value);
}

// Axes of both lists within the rank, none twice.
void want_disjoint_axes(std::string_view what, const Dims& a, const Dims& b, int64_t rank) {
  Dims both = a;
  both.insert(both.end(), b.begin(), b.end());
  want_axes(what, both, rank);
}

void want_equal_sizes(const OpView& op, std::string_view what, const Dims& left, const Dims& right) {
  if (left.size() != right.size())
    fail(ErrorKind::kInvalidArgument, "got {} {} and {}, want as many on both sides", what, to_string(left),
         to_string(right));
  for (size_t i = 0; i < left.size(); i++)
    if (op.shape(0).dims[static_cast<size_t>(left[i])] != op.shape(1).dims[static_cast<size_t>(right[i])])
      fail(ErrorKind::kShapeMismatch, "got {} and {}, want equal sizes of {} {} and {}",
           to_string(op.shape(0)), to_string(op.shape(1)), what, left[i], right[i]);
}

void append_free(Dims& result, const Shape& shape, const Dims& batching, const Dims& contracting) {
  for (int64_t axis = 0; axis < shape.rank(); axis++)
    if (std::ranges::find(batching, axis) == batching.end() &&
        std::ranges::find(contracting, axis) == contracting.end())
      result.push_back(shape.dims[static_cast<size_t>(axis)]);
}

}  // namespace

// Batching sizes, then the left side's free ones, then the right side's.
std::vector<Shape> dot_general(const OpView& op) {
  want_same_kind(op);
  want_precision(op);
  want_algorithm(op);
  const auto& dims = op.attributes.get<DotDimensions>("dot_dimension_numbers");
  const Shape &left = op.shape(0), &right = op.shape(1);
  want_disjoint_axes("left batching and contracting dimensions", dims.lhs_batching, dims.lhs_contracting,
                     left.rank());
  want_disjoint_axes("right batching and contracting dimensions", dims.rhs_batching, dims.rhs_contracting,
                     right.rank());
  want_equal_sizes(op, "batching dimensions", dims.lhs_batching, dims.rhs_batching);
  want_equal_sizes(op, "contracting dimensions", dims.lhs_contracting, dims.rhs_contracting);
  Shape result = scalar(accumulation_dtype(op));
  for (int64_t axis : dims.lhs_batching) result.dims.push_back(left.dims[static_cast<size_t>(axis)]);
  append_free(result.dims, left, dims.lhs_batching, dims.lhs_contracting);
  append_free(result.dims, right, dims.rhs_batching, dims.rhs_contracting);
  return {result};
}

namespace {

// The axes of one side of dimension_numbers: two of its own and the spatial ones, a permutation together.
void want_layout(std::string_view what, int64_t first, int64_t second, const Dims& spatial, int64_t rank) {
  Dims axes = {first, second};
  axes.insert(axes.end(), spatial.begin(), spatial.end());
  want_count(what, axes, rank);
  want_axes(what, axes, rank);
}

Dims pick(const Shape& shape, const Dims& axes) {
  Dims sizes;
  for (int64_t axis : axes) sizes.push_back(shape.dims[static_cast<size_t>(axis)]);
  return sizes;
}

void want_divides(std::string_view what, int64_t size, std::string_view by_what, int64_t by) {
  if (size % by != 0)
    fail(ErrorKind::kShapeMismatch, "got {} {}, want a multiple of {} {}", what, size, by_what, by);
}

// Group counts against features and batch.
void want_groups(const OpView& op, const ConvDimensions& dims, int64_t feature_groups, int64_t batch_groups) {
  const Dims &input = op.shape(0).dims, &kernel = op.shape(1).dims;
  if (feature_groups < 1 || batch_groups < 1 || (feature_groups > 1 && batch_groups > 1))
    fail(ErrorKind::kInvalidArgument,
         "got feature_group_count {} and batch_group_count {}, want positive ones, one of them 1",
         feature_groups, batch_groups);
  const int64_t batch = input[static_cast<size_t>(dims.input_batch)];
  const int64_t features = input[static_cast<size_t>(dims.input_feature)];
  const int64_t kernel_in = kernel[static_cast<size_t>(dims.kernel_input_feature)];
  const int64_t kernel_out = kernel[static_cast<size_t>(dims.kernel_output_feature)];
  want_divides("input features", features, "feature_group_count", feature_groups);
  want_divides("output features", kernel_out, "feature_group_count", feature_groups);
  want_divides("batch", batch, "batch_group_count", batch_groups);
  want_divides("output features", kernel_out, "batch_group_count", batch_groups);
  if (kernel_in != features / feature_groups)
    fail(ErrorKind::kShapeMismatch, "got {} with {} input features per group, want a kernel of {}, not {}",
         operand_types(op), features / feature_groups, features / feature_groups, kernel_in);
}

}  // namespace

std::vector<Shape> convolution(const OpView& op) {
  want_same_kind(op);
  want_precision(op);
  const auto& dims = op.attributes.get<ConvDimensions>("dimension_numbers");
  const Shape &input = op.shape(0), &kernel = op.shape(1);
  const int64_t rank = input.rank();
  if (kernel.rank() != rank) fail(ErrorKind::kShapeMismatch, "got {}, want equal ranks", operand_types(op));
  want_layout("input dimensions", dims.input_batch, dims.input_feature, dims.input_spatial, rank);
  want_layout("kernel dimensions", dims.kernel_input_feature, dims.kernel_output_feature, dims.kernel_spatial,
              rank);
  want_layout("output dimensions", dims.output_batch, dims.output_feature, dims.output_spatial, rank);
  const auto feature_groups = op.attributes.get<int64_t>("feature_group_count");
  const auto batch_groups = op.attributes.get<int64_t>("batch_group_count");
  want_groups(op, dims, feature_groups, batch_groups);
  const Window window = read_window(op, pick(kernel, dims.kernel_spatial), "lhs_dilation", "rhs_dilation");
  const Attribute* reversal = op.attributes.find("window_reversal");
  if (reversal && std::get<std::vector<bool>>(reversal->value).size() != window.size.size())
    fail(ErrorKind::kInvalidArgument, "got {} items of window_reversal, want {}",
         std::get<std::vector<bool>>(reversal->value).size(), window.size.size());
  const Dims spatial = window_counts(pick(input, dims.input_spatial), window);
  Shape result{Dims(static_cast<size_t>(rank)), accumulation_dtype(op)};
  result.dims[static_cast<size_t>(dims.output_batch)] =
      input.dims[static_cast<size_t>(dims.input_batch)] / batch_groups;
  result.dims[static_cast<size_t>(dims.output_feature)] =
      kernel.dims[static_cast<size_t>(dims.kernel_output_feature)];
  for (size_t i = 0; i < spatial.size(); i++)
    result.dims[static_cast<size_t>(dims.output_spatial[i])] = spatial[i];
  return {result};
}

}  // namespace fusebox::hlo::rules
