// trace: how a model becomes a program. Tensor is what models compute with, TraceCx what they are traced
// with; the op functions append StableHLO ops to the trace and report a mistake at once, with the op, the
// shapes, the module path and the line of the call.
//
// This folder knows base and hlo. It may not know PJRT, files, or which device the program is for (but for
// what TraceOptions says).
//
//   tensor.h       Tensor, and Arg: a tensor or a number, with the caller's line
//   trace_cx.h     trace(), TraceCx: inputs, weights, modules, constants, scopes
//   signature.h    what a traced program takes and gives
//   reflect.h      the fields of plain structs; module.h fills them from a checkpoint
//   elementwise.h  arithmetic, comparisons, functions, where, convert
//   reduce.h       sum, mean, max, argmax, softmax, cumsum
//   shape_ops.h    reshape, transpose, concatenate, slice, pad
//   index.h        take, gather, scatter, dynamic_slice, dynamic_update_slice
//   dot.h          matmul, einsum, dot_general
//   sort.h         sort, argsort, top_k
//   control.h      while_loop, fori_loop, cond
//   random.h       random bits and numbers from a key
//   composite.h    named groups of ops that a device may have a kernel for
//   block_weights.h  low-bit weights as bytes, and activations rounded to meet them
//   emit.h         for those who add ops here
#pragma once

#include "fusebox/base/error.h"
#include "fusebox/trace/block_weights.h"
#include "fusebox/trace/composite.h"
#include "fusebox/trace/control.h"
#include "fusebox/trace/dot.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/index.h"
#include "fusebox/trace/random.h"
#include "fusebox/trace/reduce.h"
#include "fusebox/trace/shape_ops.h"
#include "fusebox/trace/sort.h"
#include "fusebox/trace/trace_cx.h"
