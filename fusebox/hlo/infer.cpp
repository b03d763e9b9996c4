#include "fusebox/hlo/infer.h"

#include <algorithm>
#include <unordered_set>

namespace fusebox::hlo {
namespace {

// Values of `block` and the blocks within it that are used and come from elsewhere.
const Value* find_capture(const Block& block, std::unordered_set<const Block*>& inside) {
  inside.insert(&block);
  for (const auto& op : block.ops) {
    for (const Value* operand : op->operands)
      if (operand && !inside.contains(operand->block)) return operand;
    for (const auto& region : op->regions)
      if (const Value* capture = find_capture(*region, inside)) return capture;
  }
  return nullptr;
}

Dims dims_or(const OpView& op, std::string_view name, int64_t rank, int64_t otherwise) {
  if (name.empty() || !op.attributes.find(name)) return Dims(static_cast<size_t>(rank), otherwise);
  const Dims& list = dims_of(op, name);
  want_count(name, list, rank);
  return list;
}

// The span of n items spread `dilation` apart.
int64_t dilated(int64_t n, int64_t dilation) {
  return n == 0 ? 0 : checked_add(checked_mul(n - 1, dilation), 1);
}

}  // namespace

std::string operand_types(const OpView& op) {
  std::string text;
  for (size_t i = 0; i < op.operands.size(); i++) {
    if (i > 0) text += i + 1 == op.operands.size() ? " and " : ", ";
    text += to_string(op.shape(i));
  }
  return text.empty() ? "nothing" : text;
}

std::string list_types(std::span<const Shape> shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : ", ") + to_string(shape);
  return text.empty() ? "nothing" : text;
}

void check_shape(const Shape& shape) {
  if (shape.rank() > kMaxRank)
    fail(ErrorKind::kInvalidArgument, "got a tensor of rank {}, want at most {}", shape.rank(), kMaxRank);
  (void)shape.bytes();
  if (shape.dtype == token && !shape.dims.empty())
    fail(ErrorKind::kInvalidArgument, "got {}, want a token without sizes", to_string(shape));
}

std::span<const Shape> want_declared(const OpView& op, size_t count) {
  if (op.declared.size() != count)
    fail(ErrorKind::kInvalidArgument, "got {} declared result types, want {}", op.declared.size(), count);
  return op.declared;
}

void want_dtype(const OpView& op, size_t operand, bool (*ok)(DType), std::string_view wanted) {
  if (!ok(op.shape(operand).dtype))
    fail(ErrorKind::kDTypeMismatch, "got {}, want {}", to_string(op.shape(operand)), wanted);
}

void want_same_types(const OpView& op) {
  for (size_t i = 1; i < op.operands.size(); i++) {
    if (op.shape(i).dtype != op.shape(0).dtype)
      fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types", operand_types(op));
    if (op.shape(i) != op.shape(0))
      fail(ErrorKind::kShapeMismatch, "got {}, want equal shapes", operand_types(op));
  }
}

void want_count(std::string_view what, std::span<const int64_t> list, int64_t count) {
  if (static_cast<int64_t>(list.size()) != count)
    fail(ErrorKind::kInvalidArgument, "got {} {}, want {} of them", what, to_string(list), count);
}

void want_axis(std::string_view what, int64_t axis, int64_t rank) {
  if (axis < 0 || axis >= rank)
    fail(ErrorKind::kInvalidArgument, "got {} {}, want one of a tensor of rank {}", what, axis, rank);
}

void want_axes(std::string_view what, std::span<const int64_t> axes, int64_t rank) {
  std::vector<bool> seen(static_cast<size_t>(rank), false);
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= rank)
      fail(ErrorKind::kInvalidArgument, "got {} {}, want axes of a tensor of rank {}", what, to_string(axes),
           rank);
    if (seen[static_cast<size_t>(axis)])
      fail(ErrorKind::kInvalidArgument, "got {} {}, want no axis twice", what, to_string(axes));
    seen[static_cast<size_t>(axis)] = true;
  }
}

void want_least(std::string_view what, std::span<const int64_t> list, int64_t least) {
  for (int64_t item : list)
    if (item < least)
      fail(ErrorKind::kInvalidArgument, "got {} {}, want each at least {}", what, to_string(list), least);
}

int64_t checked_add(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) fail(ErrorKind::kInvalidArgument, "{} + {} overflows", a, b);
  return sum;
}

int64_t checked_mul(int64_t a, int64_t b) {
  int64_t product;
  if (__builtin_mul_overflow(a, b, &product)) fail(ErrorKind::kInvalidArgument, "{} * {} overflows", a, b);
  return product;
}

std::vector<Shape> returned_types(const OpView& op, size_t region, std::string_view what) {
  const Block& block = *op.regions[region];
  if (block.ops.empty() || block.ops.back()->code != OpCode::return_)
    fail(ErrorKind::kInvalidArgument, "{} does not end in a return", what);
  std::vector<Shape> types;
  for (const Value* value : block.returned()) types.push_back(value->shape);
  return types;
}

void want_region(const OpView& op, size_t region, std::string_view what, std::span<const Shape> arguments,
                 std::span<const Shape> results) {
  std::vector<Shape> have;
  for (const Value& argument : op.regions[region]->arguments) have.push_back(argument.shape);
  if (!std::ranges::equal(have, arguments))
    fail(ErrorKind::kShapeMismatch, "{} takes {}, want {}", what, list_types(have), list_types(arguments));
  const std::vector<Shape> returned = returned_types(op, region, what);
  if (!std::ranges::equal(returned, results))
    fail(ErrorKind::kShapeMismatch, "{} returns {}, want {}", what, list_types(returned),
         list_types(results));
}

void want_no_captures(const OpView& op, size_t region) {
  std::unordered_set<const Block*> inside;
  if (const Value* capture = find_capture(*op.regions[region], inside))
    fail(ErrorKind::kInvalidArgument,
         "its region uses a value from outside ({}), want only its own arguments", to_string(capture->shape));
}

Window read_window(const OpView& op, const Dims& size, std::string_view base_dilation,
                   std::string_view window_dilation) {
  const auto rank = static_cast<int64_t>(size.size());
  Window window;
  window.size = size;
  window.stride = dims_or(op, "window_strides", rank, 1);
  window.base_dilation = dims_or(op, base_dilation, rank, 1);
  window.window_dilation = dims_or(op, window_dilation, rank, 1);
  const Dims padding = dims_or(op, "padding", 2 * rank, 0);
  for (size_t i = 0; i < padding.size(); i += 2) {
    window.low.push_back(padding[i]);
    window.high.push_back(padding[i + 1]);
  }
  want_least("window sizes", window.size, 1);
  want_least("window_strides", window.stride, 1);
  want_least(base_dilation, window.base_dilation, 1);
  want_least(window_dilation, window.window_dilation, 1);
  return window;
}

Dims window_counts(const Dims& base, const Window& window) {
  Dims counts;
  for (size_t i = 0; i < base.size(); i++) {
    const int64_t padded =
        checked_add(checked_add(window.low[i], dilated(base[i], window.base_dilation[i])), window.high[i]);
    const int64_t span = dilated(window.size[i], window.window_dilation[i]);
    counts.push_back(padded <= 0 || span > padded ? 0 : (padded - span) / window.stride[i] + 1);
  }
  return counts;
}

}  // namespace fusebox::hlo
