// Scalar: the IR of one op on one element. Elements of f16 and bf16 are computed as float and rounded after
// each op.
#pragma once

#include <span>

#include "cpu/compiler/codegen/math.h"
#include "fusebox/hlo/program.h"

namespace llvm {
class IRBuilderBase;
class Type;
class Value;
}  // namespace llvm

namespace fusebox::cpu {

class Scalars {
 public:
  Scalars(llvm::IRBuilderBase& builder, MathTarget target) : b_(builder), target_(target) {}

  // Error kUnsupported unless elements of the type can be computed with.
  static void check(DType dtype);

  llvm::Type* memory_type(DType dtype) const;  // i1 takes a byte, f16 and bf16 are bits
  llvm::Type* type(DType dtype) const;         // what is computed with
  llvm::Value* load(llvm::Value* address, DType dtype) const;
  void store(llvm::Value* value, llvm::Value* address, DType dtype) const;
  // The element of a constant, from its bytes.
  llvm::Value* constant(const hlo::Literal& literal, int64_t element = 0) const;

  // An op that is_elementwise, on operands of the given types. Error kUnsupported by op and dtype.
  llvm::Value* elementwise(const hlo::Op& op, std::span<llvm::Value* const> operands, DType operand,
                           DType result) const;
  llvm::Value* convert(llvm::Value* x, DType from, DType to) const;
  // To the precision of the type; `x` itself for all but f16 and bf16.
  llvm::Value* round(llvm::Value* x, DType dtype) const;

 private:
  llvm::Value* on_floats(const hlo::Op& op, std::span<llvm::Value* const> x, DType dtype) const;
  llvm::Value* on_integers(const hlo::Op& op, std::span<llvm::Value* const> x, DType dtype) const;
  llvm::Value* compare(const hlo::Op& op, llvm::Value* x, llvm::Value* y, DType dtype) const;
  llvm::Value* bitcast(llvm::Value* x, DType from, DType to) const;
  llvm::Value* reduce_precision(const hlo::Op& op, llvm::Value* x, DType dtype) const;
  llvm::Value* divide(llvm::Value* x, llvm::Value* y, bool is_signed, bool remainder) const;
  llvm::Value* shift(hlo::OpCode code, llvm::Value* x, llvm::Value* y) const;
  llvm::Value* integer_power(llvm::Value* x, llvm::Value* y, bool is_signed) const;
  llvm::Value* bits_of(llvm::Value* x, DType dtype) const;
  llvm::Value* from_bits(llvm::Value* bits, DType dtype) const;

  llvm::IRBuilderBase& b_;
  MathTarget target_;
};

}  // namespace fusebox::cpu
