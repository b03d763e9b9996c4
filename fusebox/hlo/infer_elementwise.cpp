// Element-wise ops and those that change only the element type.
#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {
namespace {

std::vector<Shape> same(const OpView& op, bool (*ok)(DType), std::string_view wanted) {
  want_dtype(op, 0, ok, wanted);
  want_same_types(op);
  return {op.shape(0)};
}

bool is_signless(DType dtype) { return is_integer(dtype); }

}  // namespace

std::vector<Shape> unary_float(const OpView& op) { return same(op, is_float, "a float type"); }
std::vector<Shape> unary_float_or_complex(const OpView& op) {
  return same(op, is_float_or_complex, "a float or complex type");
}
std::vector<Shape> unary_integer(const OpView& op) { return same(op, is_signless, "an integer type"); }
std::vector<Shape> unary_bits(const OpView& op) { return same(op, is_bits, "an integer type or i1"); }
std::vector<Shape> unary_number(const OpView& op) {
  return same(op, is_number, "an integer, float or complex type");
}
std::vector<Shape> unary_signed(const OpView& op) {
  return same(op, is_signed_number, "a signed integer, float or complex type");
}

std::vector<Shape> binary_any(const OpView& op) { return same(op, is_any, "a tensor"); }
std::vector<Shape> binary_bits(const OpView& op) { return same(op, is_bits, "an integer type or i1"); }
std::vector<Shape> binary_integer(const OpView& op) { return same(op, is_signless, "an integer type"); }
std::vector<Shape> binary_float_or_complex(const OpView& op) {
  return same(op, is_float_or_complex, "a float or complex type");
}
std::vector<Shape> binary_number(const OpView& op) {
  return same(op, is_number, "an integer, float or complex type");
}

std::vector<Shape> abs(const OpView& op) {
  want_dtype(op, 0, is_signed_number, "a signed integer, float or complex type");
  return {with_dtype(op.shape(0), part_dtype(op.shape(0).dtype))};
}

std::vector<Shape> real_part(const OpView& op) {
  want_dtype(op, 0, is_float_or_complex, "a float or complex type");
  return {with_dtype(op.shape(0), part_dtype(op.shape(0).dtype))};
}

std::vector<Shape> is_finite(const OpView& op) {
  want_dtype(op, 0, is_float, "a float type");
  return {with_dtype(op.shape(0), i1)};
}

std::vector<Shape> complex(const OpView& op) {
  want_dtype(op, 0, [](DType dtype) { return dtype == f32 || dtype == f64; }, "f32 or f64");
  want_same_types(op);
  return {with_dtype(op.shape(0), op.shape(0).dtype == f32 ? c64 : c128)};
}

std::vector<Shape> reduce_precision(const OpView& op) {
  want_dtype(op, 0, is_float, "a float type");
  const int64_t exponent = op.attributes.get<int64_t>("exponent_bits");
  const int64_t mantissa = op.attributes.get<int64_t>("mantissa_bits");
  if (exponent < 1) fail(ErrorKind::kInvalidArgument, "got exponent_bits {}, want at least 1", exponent);
  if (mantissa < 0) fail(ErrorKind::kInvalidArgument, "got mantissa_bits {}, want at least 0", mantissa);
  return {op.shape(0)};
}

std::vector<Shape> convert(const OpView& op) {
  want_dtype(op, 0, is_any, "a tensor");
  const Shape& to = want_declared(op, 1)[0];
  if (to.dtype == token) fail(ErrorKind::kDTypeMismatch, "got {}, want an element type", to_string(to));
  return {with_dtype(op.shape(0), to.dtype)};
}

// Between types of other widths, the last dimension holds (or loses) the parts of the wider one.
std::vector<Shape> bitcast_convert(const OpView& op) {
  const Shape& from = op.shape(0);
  const Shape& to = want_declared(op, 1)[0];
  if (from.dtype == token || to.dtype == token || (is_complex(from.dtype) != is_complex(to.dtype)))
    fail(ErrorKind::kDTypeMismatch, "got {} to {}, want both complex or neither", to_string(from),
         to_string(to));
  const int64_t from_bits = info(from.dtype).bits, to_bits = info(to.dtype).bits;
  Shape result = with_dtype(from, to.dtype);
  if (from_bits > to_bits) {
    if (from_bits % to_bits != 0)
      fail(ErrorKind::kDTypeMismatch, "got {} to {}, want widths that divide", to_string(from),
           to_string(to));
    result.dims.push_back(from_bits / to_bits);
  } else if (from_bits < to_bits) {
    if (to_bits % from_bits != 0 || from.dims.empty() || from.dims.back() != to_bits / from_bits)
      fail(ErrorKind::kShapeMismatch, "got {} to {}, want a last dimension of {} bits together",
           to_string(from), name(to.dtype), to_bits);
    result.dims.pop_back();
  }
  return {result};
}

std::vector<Shape> compare(const OpView& op) {
  want_dtype(op, 0, is_any, "a tensor");
  want_same_types(op);
  const DType dtype = op.shape(0).dtype;
  if (const Attribute* attribute = op.attributes.find("compare_type")) {
    const std::string& type = std::get<Keyword>(attribute->value).value;
    const bool fits = type == "SIGNED"       ? is_signed_integer(dtype)
                      : type == "UNSIGNED"   ? dtype == i1 || (is_integer(dtype) && !is_signed_integer(dtype))
                      : type == "TOTALORDER" ? is_float(dtype)
                                             : is_float_or_complex(dtype);
    if (!fits) fail(ErrorKind::kDTypeMismatch, "got compare_type {} for {}", type, operand_types(op));
  }
  return {with_dtype(op.shape(0), i1)};
}

std::vector<Shape> select(const OpView& op) {
  const Shape &which = op.shape(0), &yes = op.shape(1), &no = op.shape(2);
  if (which.dtype != i1)
    fail(ErrorKind::kDTypeMismatch, "got {}, want an i1 tensor first", operand_types(op));
  if (yes.dtype != no.dtype)
    fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types to choose from", operand_types(op));
  if (yes != no || (!which.dims.empty() && which.dims != yes.dims))
    fail(ErrorKind::kShapeMismatch, "got {}, want equal shapes (the first may be a scalar)",
         operand_types(op));
  return {yes};
}

std::vector<Shape> clamp(const OpView& op) {
  const Shape& x = op.shape(1);
  want_dtype(op, 1, is_any, "a tensor");
  for (size_t i : {size_t{0}, size_t{2}}) {
    if (op.shape(i).dtype != x.dtype)
      fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types", operand_types(op));
    if (!op.shape(i).dims.empty() && op.shape(i).dims != x.dims)
      fail(ErrorKind::kShapeMismatch, "got {}, want bounds of the operand's shape or scalars",
           operand_types(op));
  }
  return {x};
}

std::vector<Shape> map(const OpView& op) {
  std::vector<Shape> arguments;
  for (const Value* operand : op.operands) {
    if (operand->shape.dims != op.shape(0).dims)
      fail(ErrorKind::kShapeMismatch, "got {}, want equal shapes", operand_types(op));
    arguments.push_back(scalar(operand->shape.dtype));
  }
  const Dims& dimensions = dims_of(op, "dimensions");
  want_count("dimensions", dimensions, op.shape(0).rank());
  for (size_t i = 0; i < dimensions.size(); i++)
    if (dimensions[i] != static_cast<int64_t>(i))
      fail(ErrorKind::kInvalidArgument, "got dimensions {}, want all in order", to_string(dimensions));
  const std::vector<Shape> returned = returned_types(op, 0, "the region");
  if (returned.size() != 1 || !returned[0].dims.empty())
    fail(ErrorKind::kShapeMismatch, "the region returns {}, want one scalar", list_types(returned));
  want_region(op, 0, "the region", arguments, returned);
  want_no_captures(op, 0);
  return {with_dtype(op.shape(0), returned[0].dtype)};
}

}  // namespace fusebox::hlo::rules
