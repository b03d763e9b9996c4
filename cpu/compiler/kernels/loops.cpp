// Kernels made of plain loops: map, reduce, update.
#include <algorithm>
#include <numeric>
#include <set>

#include "cpu/compiler/kernels/combiner.h"
#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

using hlo::OpCode;
using llvm::Value;

namespace {

// Every node has the root's sizes or one element, and none moves elements: one counter is enough.
bool in_line(const Expression& expression, int root) {
  const Dims& dims = expression.node(root).shape.dims;
  return std::all_of(expression.nodes().begin(), expression.nodes().end(), [&](const Node& node) {
    const bool one = node.shape.elements() == 1;
    if (node.parameter >= 0 || (!one && node.shape.dims != dims)) return false;
    if (!node.op || is_elementwise(node.op->code) || is_splat(*node.op)) return true;
    if (node.op->code != OpCode::broadcast_in_dim && node.op->code != OpCode::reshape) return false;
    const Shape& from = expression.node(node.operands[0]).shape;
    return from.elements() == 1 || from.dims == node.shape.dims;
  });
}

// A shape as rows of its innermost axis that is not 1.
struct Rows {
  explicit Rows(const Dims& sizes) : dims(sizes) {
    for (size_t i = 0; i < dims.size(); ++i)
      if (dims[i] != 1) axis = i;
    if (!dims.empty()) length = dims[axis];
    for (size_t i = 0; i < dims.size(); ++i)
      if (i != axis) count *= dims[i];
  }
  // The index of an element of a row.
  Index index(Frame& frame, Value* row, Value* place) const {
    Dims outer = dims;
    if (!outer.empty()) outer[axis] = 1;
    Index result = index_of(frame.b(), outer, row);
    if (!result.empty()) result[axis] = place;
    return result;
  }

  Dims dims;
  size_t axis = 0;
  int64_t length = 1, count = 1;
};

int64_t rows_per_grain(int64_t elements) {
  return std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, elements));
}

// Inner axes are reduced: each result is gathered in variables.
void reduce_inner(Frame& frame, const Shape& from, const Dims& axes, Combiner& combine, Elements& elements,
                  size_t count) {
  Dims kept = from.dims, reduced(from.dims.size(), 1);
  for (const int64_t axis : axes)
    reduced[static_cast<size_t>(axis)] = std::exchange(kept[static_cast<size_t>(axis)], 1);
  frame.loop(frame.begin(), frame.end(), 1, [&](Value* item) {
    elements.forget();
    const Index outer = index_of(frame.b(), kept, item);
    std::vector<llvm::AllocaInst*> gathered;
    for (size_t i = 0; i < count; ++i) {
      Value* start = element_for_region(frame, elements, count + i, i, {});
      gathered.push_back(frame.variable(start->getType()));
      frame.b().CreateStore(start, gathered[i]);
    }
    frame.nest(reduced, [&](const Index& inner) {
      elements.forget();
      Index at = outer;
      for (const int64_t axis : axes) at[static_cast<size_t>(axis)] = inner[static_cast<size_t>(axis)];
      std::vector<Value*> so_far, fresh;
      for (size_t i = 0; i < count; ++i) {
        so_far.push_back(frame.b().CreateLoad(gathered[i]->getAllocatedType(), gathered[i]));
        fresh.push_back(element_for_region(frame, elements, i, i, at));
      }
      const std::vector<Value*> next = combine(so_far, fresh);
      for (size_t i = 0; i < count; ++i) frame.b().CreateStore(next[i], gathered[i]);
    });
    elements.forget();
    for (size_t i = 0; i < count; ++i)
      frame.store(static_cast<int>(i), item,
                  frame.b().CreateLoad(gathered[i]->getAllocatedType(), gathered[i]));
  });
}

// The innermost axis is kept: its results are gathered side by side in the output.
void reduce_outer(Frame& frame, const Shape& from, const Dims& axes, Combiner& combine, Elements& elements,
                  size_t count, const Rows& rows) {
  Dims kept = rows.dims, reduced(from.dims.size(), 1);
  for (const int64_t axis : axes) reduced[static_cast<size_t>(axis)] = from.dims[static_cast<size_t>(axis)];
  const auto gathered = [&](size_t i, Value* row, Value* place) {
    Value* position = frame.b().CreateAdd(frame.b().CreateMul(row, frame.number(rows.length)), place);
    return frame.address(frame.outputs()[i], frame.spec().outputs[i].dtype, position);
  };
  frame.loop(frame.begin(), frame.end(), 1, [&](Value* row) {
    elements.forget();
    std::vector<Value*> start;
    for (size_t i = 0; i < count; ++i) start.push_back(element_for_region(frame, elements, count + i, i, {}));
    frame.loop(frame.number(0), frame.number(rows.length), 1, [&](Value* place) {
      for (size_t i = 0; i < count; ++i)
        frame.scalars().store(start[i], gathered(i, row, place), frame.spec().outputs[i].dtype);
    });
    frame.nest(reduced, [&](const Index& inner) {
      frame.loop(frame.number(0), frame.number(rows.length), 1, [&](Value* place) {
        elements.forget();
        Index at = rows.index(frame, row, place);
        for (const int64_t axis : axes) at[static_cast<size_t>(axis)] = inner[static_cast<size_t>(axis)];
        std::vector<Value*> so_far, fresh;
        for (size_t i = 0; i < count; ++i) {
          so_far.push_back(frame.scalars().load(gathered(i, row, place), frame.spec().outputs[i].dtype));
          fresh.push_back(element_for_region(frame, elements, i, i, at));
        }
        const std::vector<Value*> next = combine(so_far, fresh);
        for (size_t i = 0; i < count; ++i)
          frame.scalars().store(next[i], gathered(i, row, place), frame.spec().outputs[i].dtype);
      });
    });
    elements.forget();
  });
}

// A loop over the places of a row; where concatenations along rows begin a new operand, one loop ends and the
// next one begins, so that each is of one operand.
void loop_of_row(Frame& frame, Elements& elements, const Rows& rows,
                 const std::function<void(Value*)>& body) {
  constexpr size_t kMostParts = 4;
  std::set<int64_t> borders = {0, rows.length};
  for (const Node& node : frame.spec().expression.nodes()) {
    if (!node.op || node.op->code != OpCode::concatenate || node.shape.dims.back() != rows.length) continue;
    if (node.op->attributes.get<int64_t>("dimension") + 1 != static_cast<int64_t>(node.shape.dims.size()))
      continue;
    int64_t border = 0;
    for (const int operand : node.operands)
      borders.insert(border += frame.spec().expression.node(operand).shape.dims.back());
  }
  if (borders.size() > kMostParts + 1) borders = {0, rows.length};
  for (auto end = std::next(borders.begin()); end != borders.end(); ++end) {
    const int64_t first = *std::prev(end);
    frame.loop(frame.number(first), frame.number(*end), 1, [&](Value* place) {
      elements.forget();
      elements.assume(place, first, *end);
      body(place);
    });
  }
}

}  // namespace

KernelShape emit_map(Frame& frame) {
  const KernelSpec& spec = frame.spec();
  const int root = spec.roots[0];
  const Shape& shape = spec.outputs[0];
  Elements elements(frame.b(), frame.scalars(), spec.expression, frame.inputs());
  if (in_line(spec.expression, root)) {
    frame.loop(frame.begin(), frame.end(), 1,
               [&](Value* i) { frame.store(0, i, elements.element_in_line(root, i)); });
    return {shape.elements(), kGrainElements, 0};
  }
  const Rows rows(spec.expression.node(root).shape.dims);
  frame.loop(frame.begin(), frame.end(), 1, [&](Value* row) {
    Value* first = frame.b().CreateMul(row, frame.number(rows.length));
    loop_of_row(frame, elements, rows, [&](Value* place) {
      Value* value = elements.element(root, rows.index(frame, row, place));
      frame.store(0, frame.b().CreateAdd(first, place), value);
    });
  });
  return {rows.count, rows_per_grain(rows.length), 0};
}

KernelShape emit_reduce(Frame& frame) {
  const KernelSpec& spec = frame.spec();
  const auto& axes = spec.op->attributes.get<Dims>("dimensions");
  const size_t count = spec.outputs.size();
  const Shape& from = spec.expression.node(spec.roots[0]).shape;
  Elements elements(frame.b(), frame.scalars(), spec.expression, frame.inputs());
  Combiner combine(frame, true);
  Dims kept = from.dims;
  for (const int64_t axis : axes) kept[static_cast<size_t>(axis)] = 1;
  const Rows all(from.dims), rows(kept);
  const bool inner_kept = std::find(axes.begin(), axes.end(), static_cast<int64_t>(all.axis)) == axes.end();
  int64_t reduced = 1;
  for (const int64_t axis : axes) reduced *= from.dims[static_cast<size_t>(axis)];
  // A half would be rounded each time it passes through memory.
  const bool exact = std::none_of(spec.outputs.begin(), spec.outputs.end(),
                                  [](const Shape& s) { return s.dtype == f16 || s.dtype == bf16; });
  if (inner_kept && exact && rows.length > 1) {
    reduce_outer(frame, from, axes, combine, elements, count, rows);
    return {rows.count, rows_per_grain(rows.length * reduced), 0};
  }
  reduce_inner(frame, from, axes, combine, elements, count);
  return {spec.outputs[0].elements(), rows_per_grain(reduced), 0};
}

KernelShape emit_update(Frame& frame) {
  const KernelSpec& spec = frame.spec();
  const Shape& shape = spec.outputs[0];
  const Shape& part = spec.expression.node(spec.roots[0]).shape;
  Elements elements(frame.b(), frame.scalars(), spec.expression, frame.inputs());
  Index start;
  for (size_t i = 0; i < shape.dims.size(); ++i)
    start.push_back(elements.start_index(spec.roots[1 + i], shape.dims[i] - part.dims[i]));
  const Rows rows(part.dims);
  frame.loop(frame.begin(), frame.end(), 1, [&](Value* row) {
    loop_of_row(frame, elements, rows, [&](Value* place) {
      Index at = rows.index(frame, row, place);
      Value* value = elements.element(spec.roots[0], at);
      for (size_t i = 0; i < at.size(); ++i) at[i] = frame.b().CreateAdd(at[i], start[i]);
      frame.store(0, linear_index(frame.b(), shape, at), value);
    });
  });
  return {rows.count, rows_per_grain(rows.length), 0};
}

}  // namespace fusebox::cpu
