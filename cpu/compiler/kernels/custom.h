// Kernels that a custom call names. Each takes a frame whose spec's roots are the call's operands and whose
// `op` is the call. Inside codegen only: it includes LLVM.
#pragma once

#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

KernelShape emit_int8_rows(Frame& frame);
KernelShape emit_block_dot(Frame& frame);
KernelShape emit_attention(Frame& frame);
KernelShape emit_attention_merge(Frame& frame);
KernelShape emit_plain_attention(Frame& frame);
KernelShape emit_softmax(Frame& frame);

// The one that the spec's op names; InternalError if there is none: passes make no other calls.
KernelShape emit_custom(Frame& frame);

}  // namespace fusebox::cpu
