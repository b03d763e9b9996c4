// Bounds: what any right implementation of a program may answer. The tolerance of the comparison follows from
// it; no number is a guess of how different results "usually" are.
//
// A program is run once on intervals. Of every value is known: the interval of the ideal results (real
// numbers, no rounding), and how far an element computed in the value's own type may be from the ideal.
// Rounding adds half a unit in the last place of the largest magnitude; functions multiply the error of their
// operands by the steepest slope in the interval, and add what their implementations may be off; sums of n
// terms may be taken in any order and add up n roundings. Two implementations differ by twice the error.
//
// An error of 0 means that every implementation has the very same bits: integers, moved elements, operations
// that IEEE 754 defines to the bit, on operands that are exact themselves. Products may be contracted with
// the addition that follows (fused multiply-add), so a product remembers the rounding that would be left out.
//
// Where an operand was made of another, more is known than of both alone: bounds_of_softmax.cpp.
//
// Operations whose result jumps (comparisons, rounding to integers, remainders) have no bounds where the
// operand is not exact, nor have those near a pole or with an error that would make comparing pointless.
// Programs are made without such operations.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu::test {

struct Bounds {
  double low = 0, high = 0;  // of all elements that are finite
  double error = 0;          // distance of any implementation's elements from the ideal ones
  double product = 0;        // error to be added if an addition or subtraction is next
  bool special = false;      // elements may be NaN or infinite
  bool zero_sign = true;     // zeros have the same sign everywhere

  bool exact() const { return error == 0; }
  double magnitude() const { return std::max(-low, high); }
  bool contains(double x) const { return low <= x && x <= high; }
};

// All numbers of an integer type; i1 is {0, 1}.
Bounds all_of(DType dtype);
// The hull of two; the larger error.
Bounds join(const Bounds& a, const Bounds& b);
// Half a unit in the last place of 1: 2^-24 for f32.
double rounding(DType dtype);
// Errors below this are beneath notice: subnormal numbers may be flushed to zero.
double tiny(DType dtype);

class Model {
 public:
  explicit Model(const hlo::Program& program) : program_(program) {}

  void set(const hlo::Value* value, const Bounds& bounds) { known_[value] = bounds; }
  const Bounds& of(const hlo::Value* value) const { return known_.at(value); }

  // Finds the bounds of the op's results; false if there are none. Values used from outside must be known.
  bool add(const hlo::Op& op);
  // The bounds of what the block returns, given those of its arguments.
  std::optional<std::vector<Bounds>> run(const hlo::Block& block, std::span<const Bounds> arguments);
  // Whether XLA is known to get one of the ops wrong: ours can still be compared with ours.
  bool xla_is_wrong() const { return xla_is_wrong_; }

 private:
  using Results = std::optional<std::vector<Bounds>>;
  Results results(const hlo::Op& op);
  Results loop(const hlo::Op& op);
  Results branches(const hlo::Op& op);
  Results reduce(const hlo::Op& op);
  Results window(const hlo::Op& op);
  Results scatter(const hlo::Op& op);
  Results sort(const hlo::Op& op);

  const hlo::Program& program_;
  std::unordered_map<const hlo::Value*, Bounds> known_;
  bool xla_is_wrong_ = false;
};

}  // namespace fusebox::cpu::test
