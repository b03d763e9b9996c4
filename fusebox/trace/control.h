// Control flow inside a program: loops and branches that the device decides.
//
//   struct State { Tensor position, total; };
//   State end = while_loop(State{start, zero},
//                          [&](const State& s) { return s.position < limit; },
//                          [&](State s) { return State{s.position + 1, s.total + s.position}; });
//
// A state is a Tensor, or a struct, vector, tuple, … of them (reflect.h). Each function is traced once.
// Functions may use tensors from around them; tensors made inside are not visible outside unless returned.
// What a body returns has as many tensors as the state, of the same shapes and dtypes: an Error names the
// first that differs by its field. An ordinary C++ `for` also works: it repeats the ops.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fusebox/trace/reflect.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

namespace trace_detail {

// The tensors of a state, and their names.
struct Leaves {
  std::vector<std::string> names;
  std::vector<Tensor> tensors;
};

template <typename State>
Leaves leaves_of(State& state) {
  Leaves leaves;
  reflect::visit_leaves<Tensor>(state, [&](std::string_view path, Tensor& leaf) {
    leaves.names.emplace_back(path);
    leaves.tensors.push_back(leaf);
  });
  return leaves;
}

template <typename State>
State with_leaves(State state, const std::vector<Tensor>& tensors) {
  size_t next = 0;
  reflect::visit_leaves<Tensor>(state, [&](std::string_view, Tensor& leaf) { leaf = tensors[next++]; });
  return state;
}

using LeafCondition = std::function<Tensor(const std::vector<Tensor>&)>;
using LeafBody = std::function<Leaves(const std::vector<Tensor>&)>;
using LeafBranch = std::function<Leaves()>;
using LoopBody = std::function<Leaves(const Tensor&, const std::vector<Tensor>&)>;

std::vector<Tensor> while_leaves(std::string_view op, const Leaves& init, const LeafCondition& condition,
                                 const LeafBody& body, const std::source_location& where);
std::vector<Tensor> fori_leaves(const Arg& low, const Arg& high, const Leaves& init, const LoopBody& body);
std::vector<Tensor> cond_leaves(const Arg& predicate, const LeafBranch& yes, const LeafBranch& no);

}  // namespace trace_detail

// While condition(state) holds (a scalar i1), state = body(state).
template <typename State, typename Condition, typename Body>
State while_loop(State init, Condition&& condition, Body&& body,
                 const std::source_location& where = std::source_location::current()) {
  using namespace trace_detail;
  const auto check = [&](const std::vector<Tensor>& tensors) -> Tensor {
    const State state = with_leaves(init, tensors);
    return condition(state);
  };
  const auto step = [&](const std::vector<Tensor>& tensors) {
    State next = body(with_leaves(init, tensors));
    return leaves_of(next);
  };
  return with_leaves(init, while_leaves("while_loop", leaves_of(init), check, step, where));
}

// For i = low … high - 1 (i32 if both are numbers, else their dtype), state = body(i, state).
template <typename State, typename Body>
State fori_loop(const Arg& low, const Arg& high, State init, Body&& body) {
  using namespace trace_detail;
  const auto step = [&](const Tensor& i, const std::vector<Tensor>& tensors) {
    State next = body(i, with_leaves(init, tensors));
    return leaves_of(next);
  };
  return with_leaves(init, fori_leaves(low, high, leaves_of(init), step));
}

// What `yes()` returns if the predicate (a scalar i1) holds, what `no()` returns otherwise. Only one of them
// runs.
template <typename Yes, typename No>
auto cond(const Arg& predicate, Yes&& yes, No&& no) {
  using namespace trace_detail;
  using State = std::decay_t<decltype(yes())>;
  State result{};
  const auto first = [&] {
    result = yes();
    return leaves_of(result);
  };
  const auto second = [&] {
    State other = no();
    return leaves_of(other);
  };
  const std::vector<Tensor> tensors = cond_leaves(predicate, first, second);
  return with_leaves(std::move(result), tensors);
}

}  // namespace fusebox
