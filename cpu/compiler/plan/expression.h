// Expression: what one kernel computes per element, as a graph over its input buffers. No buffers, no loops.
//
// Nodes are hlo's ops with their operands renumbered; equal kernels of different layers have equal keys, so
// that they share their code.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

struct Node {
  const hlo::Op* op = nullptr;  // null: element of an input, or a parameter
  Shape shape;
  std::vector<int> operands;  // node indices
  int input = -1;             // index into the kernel's inputs
  int parameter = -1;         // of a combiner's block, or 0: the product that the kernel has made
};

// Grows while a kernel is put together; nodes stand behind their operands.
class Expression {
 public:
  // Is asked for every value that is met: true ends the walk, the value is read from its buffer.
  using IsInput = std::function<bool(const hlo::Value*)>;
  explicit Expression(IsInput is_input) : is_input_(std::move(is_input)) {}

  // The node that computes the value; those it needs are added.
  int add(const hlo::Value* value);
  // The node that reads the value from a buffer, under another shape of as many elements if given.
  int add_input(const hlo::Value* value, const Shape* as = nullptr);
  // The value is what the kernel has at hand: parameter `index`.
  int add_parameter(const hlo::Value* value, int index);
  // The scalar function of a region: its arguments become parameters; returns the nodes of its results.
  std::vector<int> add_region(const hlo::Block& block);

  // Nothing more will be added: forgets what only growing needs.
  void finish();

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int index) const { return nodes_[static_cast<size_t>(index)]; }
  // The buffers that are read, in the order of Node::input.
  const std::vector<const hlo::Value*>& inputs() const { return inputs_; }
  // Two expressions with the same key compute the same function of their inputs.
  std::string key() const;

 private:
  int append(Node node);

  IsInput is_input_;
  std::vector<Node> nodes_;
  std::vector<const hlo::Value*> inputs_;
  std::unordered_map<const hlo::Value*, int> known_;
  std::unordered_map<const hlo::Value*, int> input_of_;
};

// Ops whose result is the same elements at other places, or none that are computed: free to repeat.
bool moves_elements(hlo::OpCode code);
// One element of each operand makes one element of the result.
bool is_elementwise(hlo::OpCode code);

// The value whose buffer holds this one's elements in the same order: looks through reshapes.
const hlo::Value* storage_of(const hlo::Value* value);

// What the op changes where it lies, if nobody reads it later.
std::span<hlo::Value* const> updated_operands(const hlo::Op& op);

// One element for all: a splat, or a constant of a single element.
bool is_splat(const hlo::Op& op);

// An op's attributes as text, for keys.
std::string attributes_key(const hlo::Op& op);

}  // namespace fusebox::cpu
