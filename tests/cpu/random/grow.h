// The ways in which a random program grows, by kind. Each appends ops to the scope, or returns false.
#pragma once

#include "tests/cpu/random/scope.h"

namespace fusebox::cpu::test {

// grow_elements.cpp
bool grow_unary(Scope& scope);
bool grow_binary(Scope& scope);
bool grow_select(Scope& scope);
bool grow_clamp(Scope& scope);
bool grow_convert(Scope& scope);
bool grow_bitcast(Scope& scope);
bool grow_precision(Scope& scope);
// An op of one or two operands on this value and perhaps another, which may be the same along an axis; null
// if it did not work out.
Value* made_of(Scope& scope, Value* x);
// An op that is there already, with the same operands, or nearly so.
bool grow_again(Scope& scope);

// grow_moves.cpp
bool grow_broadcast(Scope& scope);
bool grow_reshape(Scope& scope);
bool grow_transpose(Scope& scope);
bool grow_reverse(Scope& scope);
bool grow_slice(Scope& scope);
bool grow_dynamic_slice(Scope& scope);
bool grow_update(Scope& scope);
bool grow_concatenate(Scope& scope);
bool grow_pad(Scope& scope);
bool grow_gather(Scope& scope);
// Of axes, in any order.
Dims some_permutation(Scope& scope, size_t rank);
Value* transposed(Scope& scope, Value* x, const Dims& permutation);

// grow_folds.cpp
bool grow_reduce(Scope& scope);
bool grow_argmax(Scope& scope);
bool grow_dot(Scope& scope);
bool grow_sort(Scope& scope);
// Something that depends on all elements, in every place of a shape: the sum of integers, the greatest float.
Value* spread(Scope& scope, Value* x, const Dims& dims);

// Of scalars, as reductions have them.
std::vector<std::unique_ptr<hlo::Block>> region(
    Scope& scope, const std::vector<Shape>& arguments,
    const std::function<Values(hlo::Builder&, const Values&)>& body);
// A sum, product, extreme, …
hlo::OpCode fold_op(Random& random, DType dtype);
// The initial value that changes nothing, or another one.
Value* initial_value(Scope& scope, hlo::OpCode fold, DType dtype);

// grow_attention.cpp
bool grow_softmax(Scope& scope);
bool grow_attention(Scope& scope);

// grow_windows.cpp
bool grow_window(Scope& scope);
bool grow_scatter(Scope& scope);
bool grow_convolution(Scope& scope);

// grow_control.cpp
bool grow_while(Scope& scope);
bool grow_if(Scope& scope);
bool grow_call(Scope& scope);
bool grow_barrier(Scope& scope);

}  // namespace fusebox::cpu::test
