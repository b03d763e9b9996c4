// Reductions: sums and their like along axes, softmax, running sums.
//
//   Tensor mean_square = mean(x * x, -1, keepdims);
//
// Rules
// - Axes are one number, a list, or all (the default). Reduced axes vanish; with `keepdims` they stay, of
//   size 1.
// - The dtype stays, except: any and all give i1, argmax and argmin i32, count_nonzero i32.
// - Sums, products and means of floats narrower than 32 bits (bf16, f16, f8 …) are accumulated in f32 and
//   rounded once; so are softmax, log_softmax, logsumexp, variance, norm, cumsum and cumprod as a whole.
// - Sums of integers wrap. mean, variance, softmax of integers are an Error, and so are sums of i1: convert
//   first.
// - Over no elements sum gives 0, prod 1, any false, all true, mean NaN; max, min, argmax, argmin and
//   logsumexp are an Error.
// - NaN wins in max, min, argmax and argmin. Ties of argmax and argmin go to the first index.
// - The order in which a device adds is its own; results of floats differ in the last digits between devices.
#pragma once

#include "fusebox/trace/axes.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

enum class KeepDims : bool { kNo, kYes };
inline constexpr KeepDims keepdims = KeepDims::kYes;

Tensor sum(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
Tensor prod(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
Tensor mean(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
Tensor max(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
Tensor min(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
// Of i1.
Tensor any(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
Tensor all(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
// How many elements are not zero (or true): i32.
Tensor count_nonzero(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);

// The mean of the squared distances from the mean, divided by n - ddof.
Tensor variance(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo,
                int64_t ddof = 0);
// sqrt(sum(x * x)): the length of vectors.
Tensor norm(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);

// The index of the greatest or least element along one axis: i32.
Tensor argmax(const Arg& x, int64_t axis = -1, KeepDims keep = KeepDims::kNo);
Tensor argmin(const Arg& x, int64_t axis = -1, KeepDims keep = KeepDims::kNo);

// log(sum(exp(x))) without overflow; -inf for a row of -inf.
Tensor logsumexp(const Arg& x, const Axes& axes = Axes::all(), KeepDims keep = KeepDims::kNo);
// exp(x) / sum(exp(x)) along the axes. A row of -inf gives NaN, as in JAX.
Tensor softmax(const Arg& x, const Axes& axes = -1);
Tensor log_softmax(const Arg& x, const Axes& axes = -1);

// Running sums, products, maxima and minima along one axis: element i covers 0 … i.
Tensor cumsum(const Arg& x, int64_t axis = -1);
Tensor cumprod(const Arg& x, int64_t axis = -1);
Tensor cummax(const Arg& x, int64_t axis = -1);
Tensor cummin(const Arg& x, int64_t axis = -1);

}  // namespace fusebox
