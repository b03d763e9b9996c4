#include "cpu/compiler/codegen/math.h"

#include "fusebox/base/error.h"

namespace fusebox::cpu {

llvm::Value* emit_exp(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_exp is not there yet");
}
llvm::Value* emit_expm1(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_expm1 is not there yet");
}
llvm::Value* emit_log(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_log is not there yet");
}
llvm::Value* emit_log1p(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_log1p is not there yet");
}
llvm::Value* emit_pow(llvm::IRBuilderBase&, llvm::Value*, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_pow is not there yet");
}
llvm::Value* emit_tanh(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_tanh is not there yet");
}
llvm::Value* emit_logistic(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_logistic is not there yet");
}
llvm::Value* emit_erf(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_erf is not there yet");
}
llvm::Value* emit_erfc(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_erfc is not there yet");
}
llvm::Value* emit_sin(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_sin is not there yet");
}
llvm::Value* emit_cos(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_cos is not there yet");
}
llvm::Value* emit_tan(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_tan is not there yet");
}
llvm::Value* emit_atan2(llvm::IRBuilderBase&, llvm::Value*, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_atan2 is not there yet");
}
llvm::Value* emit_sqrt(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_sqrt is not there yet");
}
llvm::Value* emit_rsqrt(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_rsqrt is not there yet");
}
llvm::Value* emit_cbrt(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_cbrt is not there yet");
}
llvm::Value* emit_floor(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_floor is not there yet");
}
llvm::Value* emit_ceil(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_ceil is not there yet");
}
llvm::Value* emit_trunc(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_trunc is not there yet");
}
llvm::Value* emit_round_nearest_even(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_round_nearest_even is not there yet");
}
llvm::Value* emit_round_nearest_afz(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_round_nearest_afz is not there yet");
}
llvm::Value* emit_sign(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_sign is not there yet");
}
llvm::Value* emit_min(llvm::IRBuilderBase&, llvm::Value*, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_min is not there yet");
}
llvm::Value* emit_max(llvm::IRBuilderBase&, llvm::Value*, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_max is not there yet");
}
llvm::Value* emit_bf16_to_f32(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_bf16_to_f32 is not there yet");
}
llvm::Value* emit_f16_to_f32(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_f16_to_f32 is not there yet");
}
llvm::Value* emit_to_bf16(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_to_bf16 is not there yet");
}
llvm::Value* emit_to_f16(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&) {
  throw InternalError("emit_to_f16 is not there yet");
}

}  // namespace fusebox::cpu
