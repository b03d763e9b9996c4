#include "tests/cpu/random/generate.h"

#include <algorithm>

#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {
namespace {

struct Way {
  bool (*grow)(Scope& scope);
  int weight;
};

constexpr Way kWays[] = {
    {grow_unary, 14},    {grow_binary, 26},       {grow_select, 7},    {grow_clamp, 2},
    {grow_convert, 8},   {grow_precision, 2},     {grow_again, 7},     {grow_bitcast, 3},
    {grow_broadcast, 7}, {grow_reshape, 6},       {grow_transpose, 7}, {grow_reverse, 3},
    {grow_slice, 5},     {grow_dynamic_slice, 4}, {grow_update, 9},    {grow_concatenate, 4},
    {grow_pad, 4},       {grow_gather, 4},        {grow_scatter, 4},   {grow_reduce, 10},
    {grow_argmax, 2},    {grow_softmax, 1},       {grow_attention, 6}, {grow_window, 4},
    {grow_dot, 10},      {grow_convolution, 4},   {grow_sort, 3},      {grow_while, 6},
    {grow_if, 3},        {grow_call, 3},          {grow_barrier, 1},
};

constexpr int kDeepest = 2;

Values choose_results(Scope& scope) {
  Values open = unused(scope.block()), results;
  while (!open.empty() && results.size() < 6) {
    results.push_back(open.back());
    open.pop_back();
    if (scope.r.chance(0.08)) break;
  }
  if (results.empty() || scope.r.chance(0.4)) results.push_back(scope.some());
  if (scope.r.chance(0.05)) results.push_back(results[0]);
  if (scope.r.chance(0.08) && !scope.g.main().body.arguments.empty()) {
    auto& arguments = scope.g.main().body.arguments;
    results.push_back(&scope.r.pick(arguments));
  }
  return results;
}

// Donates arguments to results of their type.
void donate(Growth& g) {
  const auto returned = g.main().body.returned();
  std::vector<bool> taken(returned.size());
  for (size_t i = 0; i < g.main().arguments.size(); ++i) {
    const Shape& shape = g.main().body.arguments[i].shape;
    for (size_t j = 0; j < returned.size(); ++j) {
      if (taken[j] || returned[j]->shape != shape || !g.random.chance(0.6)) continue;
      g.main().arguments[i].alias_output = static_cast<int64_t>(j);
      taken[j] = true;
      break;
    }
  }
}

}  // namespace

bool grow(Scope& scope) {
  int total = 0;
  for (const Way& way : kWays) total += way.weight;
  int at = static_cast<int>(scope.r.below(static_cast<size_t>(total)));
  for (const Way& way : kWays) {
    at -= way.weight;
    if (at >= 0) continue;
    const bool nests = way.grow == grow_while || way.grow == grow_if || way.grow == grow_call;
    return (!nests || scope.depth() < kDeepest) && way.grow(scope);
  }
  return false;
}

Sample generate(uint64_t seed) {
  Growth g(seed);
  Scope scope(g, g.main().body, {}, 0);
  for (size_t i = 1 + g.random.below(2); i-- > 0;) {
    const Shape shape = g.shape();
    scope.pool.push_back(g.argument(shape, g.filling(shape.dtype)));
  }
  const size_t wanted = 2 + g.random.below(g.random.chance(0.1) ? 30 : 12);
  for (size_t grown = 0, tries = 0; grown < wanted && tries < wanted * 4; ++tries) grown += grow(scope);
  scope.ret(choose_results(scope));
  donate(g);
  hlo::verify(g.program);
  return {seed, stablehlo::print(g.program), g.fillings};
}

}  // namespace fusebox::cpu::test
