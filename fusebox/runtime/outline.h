// Outline: what is kept of a trace, so that a later process finds the compiled program without making it
// again: tracing and printing a large model take as long as reading its weights.
//
//   std::optional<Outline> outline = find_outline(recipe);
//   if (outline) if (auto model = device.find(*outline)) return *model;
//   return device.compile(trace(…), {.recipe = recipe});       // stores it
//
// A recipe is a text that says everything its trace depends on, but for the code of this program: the model's
// settings, names and shapes of its weights, sizes, TraceOptions. The code is told apart by its build id
// (base/build_id.h): an outline is found by the very program that stored it only, and by none that has no id.
// What of the device the compiled program depends on is no part of it, as for programs that were traced.
//
// Kept in the user's cache (base/cache.h). Whatever is wrong with an entry, there is then no outline, and the
// entry is removed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fusebox/base/weight_source.h"
#include "fusebox/trace/signature.h"
#include "fusebox/trace/trace_cx.h"

namespace fusebox {

struct Outline {
  std::string text_hash;  // of the StableHLO text: text_hash()
  Signature signature;
};

// 32 hexadecimal digits.
std::string text_hash(std::string_view text);

// With `weights`: one whose weights are not as a trace of these with `options` takes them is wrong, too.
std::optional<Outline> find_outline(std::string_view recipe, const WeightSource* weights = nullptr,
                                    const TraceOptions& options = {});
void store_outline(std::string_view recipe, const Outline& outline);

// Under what name the cache has the outline; empty if it cannot have it.
std::string outline_name(std::string_view recipe);

}  // namespace fusebox
