// Program, Function, Block, Op, Value: StableHLO in memory.
//
// A program owns its functions, a function its body, a block its ops, an op its regions; values belong to the
// op or block that defines them and keep their address for life. Not thread-safe while it is being changed;
// a finished program may be read by any number of threads.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fusebox/hlo/op.h"

namespace fusebox::hlo {

class Op;

// One SSA value: a result of `op`, or an argument of `block`.
struct Value {
  Shape shape;
  Op* op = nullptr;        // the op that defines it; null for a block argument
  Block* block = nullptr;  // the block it stands in
  uint32_t index = 0;      // among the results of op, or the arguments of block
};

// Where an op comes from: the module path and the caller's own line.
struct Location {
  std::string_view scope;  // interned in the program; "model.layers.0.mlp"
  std::source_location where;
};

class Op {
 public:
  OpCode code;
  std::vector<Value*> operands;
  std::vector<Value> results;  // never resized after the op is built
  Attributes attributes;
  std::vector<std::unique_ptr<Block>> regions;
  Location location;
  Block* block = nullptr;

  Value* result(size_t i = 0) { return &results[i]; }
};

// A list of ops with arguments; StableHLO's regions have one block each. Its last op is the return.
class Block {
 public:
  explicit Block(Op* op = nullptr) : parent(op) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  Value* add_argument(const Shape& shape);
  // The operands of the final return_ op; empty while there is none.
  std::span<Value* const> returned() const;

  Op* parent;                   // the op whose region this is; null for a function's body
  std::deque<Value> arguments;  // a deque: addresses stay
  std::vector<std::unique_ptr<Op>> ops;
};

struct Argument {
  std::string name;                     // for people and signatures; "" in private functions
  std::optional<int64_t> alias_output;  // donated: its memory becomes that of this output
  bool donor = false;                   // donated: its memory may become that of any output
};

class Function {
 public:
  Function(std::string function_name, bool is_public) : name(std::move(function_name)), visible(is_public) {}

  std::string name;
  bool visible;
  Block body;
  std::vector<Argument> arguments;        // one per body.arguments
  std::vector<std::string> result_names;  // one per returned value; may be empty
};

class Program {
 public:
  explicit Program(std::string program_name) : name(std::move(program_name)) {}

  Function& add_function(std::string function_name, bool is_public);
  Function* find(std::string_view function_name) const;
  // A copy of the scope that lives as long as the program.
  std::string_view intern(std::string_view scope);

  std::string name;
  std::vector<std::unique_ptr<Function>> functions;  // the entry is "main"

 private:
  std::unordered_set<std::string> scopes_;  // node-based: addresses stay
};

}  // namespace fusebox::hlo
