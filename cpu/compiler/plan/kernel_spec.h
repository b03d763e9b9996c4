// KernelSpec: one kernel, as planning hands it to code generation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpu/compiler/plan/expression.h"

namespace fusebox::cpu {

struct KernelSpec {
  enum class Kind : uint8_t {
    kMap,     // roots: the value; writes every element of its shape
    kReduce,  // roots: the operands, then their initial values; `op` is the reduce
    kUpdate,  // roots: the update, then the start indices; `op` is the dynamic_update_slice; writes a part in
              // place
    kDot,     // roots: both operands, read from buffers, maybe an epilogue; `op` is the dot_general
    kSort,    // roots: the operands; `op` is the sort
    kScatter,  // roots: the indices, read from a buffer, then the updates; `op` is the scatter; writes parts
               // in place
    kWindow,   // roots: the operands, then their initial values; `op` is the reduce_window
    kCustom,   // roots: the operands, maybe an epilogue; `op` is one of custom_calls.h
  };
  Kind kind = Kind::kMap;
  const hlo::Op* op = nullptr;
  Expression expression;
  std::vector<int> roots;
  std::vector<Shape> outputs;               // the buffers written, one per output
  std::optional<Expression> combiner = {};  // kReduce, kSort, kScatter, kWindow: the region
  std::vector<int> combiner_results = {};

  // What is stored in place of a product, made of it element by element: the product is the expression's
  // parameter. -1 if the product itself is stored.
  int epilogue() const {
    const bool may_have = kind == Kind::kDot || kind == Kind::kCustom;
    return may_have && roots.size() > op->operands.size() ? roots.back() : -1;
  }
  bool is_copy() const { return kind == Kind::kMap && expression.node(roots[0]).input >= 0; }
  std::string key() const;
  // For profilers: "map_add_multiply", "dot_f32".
  std::string name() const;
};

}  // namespace fusebox::cpu
