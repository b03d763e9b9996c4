#include <optional>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

std::optional<DType> unsigned_of(int bits) {
  switch (bits) {
    case 8: return u8;
    case 16: return u16;
    case 32: return u32;
    case 64: return u64;
    default: return std::nullopt;
  }
}

// A bitcast_convert between types of `narrow` and `wide` bits, as ops on unsigned integers of these widths.
class Bitcast {
 public:
  Bitcast(hlo::Builder& builder, DType narrow, DType wide)
      : builder_(builder), narrow_(narrow), wide_(wide), bits_(info(narrow).bits) {}

  // [..., n] narrow elements to [...] wide ones: the first is the lowest.
  Value* join(Value* x, const Shape& result) {
    Value* parts = to(OpCode::convert, to(OpCode::bitcast_convert, x, narrow_), wide_);
    const Shape joined{result.dims, wide_};
    Value* all = nullptr;
    for (int64_t i = 0; i < x->shape.dims.back(); ++i) {
      Dims starts(x->shape.dims.size(), 0), limits = x->shape.dims;
      starts.back() = i;
      limits.back() = i + 1;
      Value* part = builder_.create(
          OpCode::slice, {parts},
          {{"start_indices", starts}, {"limit_indices", limits}, {"strides", Dims(starts.size(), 1)}});
      part = builder_.create(OpCode::reshape, {part}, {}, {joined});
      if (i > 0) part = builder_.create(OpCode::shift_left, {part, splat(joined, i * bits_)});
      all = all ? builder_.create(OpCode::or_, {all, part}) : part;
    }
    return to(OpCode::bitcast_convert, all, result.dtype);
  }

  // [...] wide elements to [..., n] narrow ones.
  Value* split(Value* x, const Shape& result) {
    const Shape whole{result.dims, wide_};
    Dims axes(x->shape.dims.size());
    for (size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int64_t>(i);
    Value* bits = builder_.create(OpCode::broadcast_in_dim, {to(OpCode::bitcast_convert, x, wide_)},
                                  {{"broadcast_dimensions", axes}}, {whole});
    Value* place = builder_.create(OpCode::iota, {}, {{"iota_dimension", result.rank() - 1}}, {whole});
    Value* shift = builder_.create(OpCode::multiply, {place, splat(whole, bits_)});
    Value* shifted = builder_.create(OpCode::shift_right_logical, {bits, shift});
    Value* low = builder_.create(OpCode::and_, {shifted, splat(whole, (int64_t{1} << bits_) - 1)});
    return to(OpCode::bitcast_convert, to(OpCode::convert, low, narrow_), result.dtype);
  }

 private:
  Value* to(OpCode code, Value* x, DType dtype) {
    return x->shape.dtype == dtype ? x : builder_.create(code, {x}, {}, {{x->shape.dims, dtype}});
  }

  Value* splat(const Shape& shape, int64_t value) {
    auto data = std::make_shared<std::vector<std::byte>>(byte_size(shape.dtype));
    for (size_t i = 0; i < data->size(); ++i) (*data)[i] = static_cast<std::byte>(value >> (8 * i));
    return builder_.create(OpCode::constant, {}, {{"value", hlo::Literal{shape, std::move(data), true}}},
                           {shape});
  }

  hlo::Builder& builder_;
  DType narrow_, wide_;
  int bits_;
};

// What stands for the op's result, or null: built in front of it.
Value* spelled_out(hlo::Program& program, hlo::Block& block, const Op& op) {
  if (op.code != OpCode::bitcast_convert) return nullptr;
  const Shape &from = op.operands[0]->shape, &result = op.results[0].shape;
  const int have = info(from.dtype).bits, want = info(result.dtype).bits;
  const std::optional<DType> narrow = unsigned_of(std::min(have, want)),
                             wide = unsigned_of(std::max(have, want));
  if (have == want || !narrow || !wide || is_complex(from.dtype) || is_complex(result.dtype)) return nullptr;
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  Bitcast bitcast(builder, *narrow, *wide);
  return have < want ? bitcast.join(op.operands[0], result) : bitcast.split(op.operands[0], result);
}

}  // namespace

void spell_out_bitcasts(hlo::Program& program) {
  replace_results(program, [&](hlo::Block& block, const Op& op) { return spelled_out(program, block, op); });
}

}  // namespace fusebox::cpu
