// Ops and regions of a program's text. Inside stablehlo only.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fusebox/hlo/program.h"
#include "fusebox/stablehlo/parse_parts.h"

namespace fusebox::stablehlo {

// The names of values that can be used where the parser stands. Values of a region go when it ends.
class Scope {
 public:
  struct Definition {
    hlo::Value* first;  // of the `count` values of one pack, which lie side by side
    size_t count;
  };
  // False if the name is taken.
  bool define(std::string_view name, Definition definition);
  const Definition* find(std::string_view name) const;

  size_t size() const { return names_.size(); }
  void cut(size_t size);  // forgets what was defined since size() was that

 private:
  std::unordered_map<std::string_view, Definition> definitions_;
  std::vector<std::string_view> names_;
};

// An op as far as it has been read.
struct OpDraft {
  hlo::OpCode code;
  size_t at;  // the place of its name
  std::vector<hlo::Value*> operands;
  hlo::Attributes attributes;
  std::vector<std::unique_ptr<hlo::Block>> regions;
  std::vector<Shape> results;
};

// Reads the body of one function.
class OpParser {
 public:
  // Where each op stands in the text, in the order in which they were made.
  using Places = std::vector<std::pair<const hlo::Op*, size_t>>;

  OpParser(Cursor& in, hlo::Program& program, Places& places) : in_(in), program_(program), places_(places) {}

  // "%name: T" and a location, as one more argument.
  void argument(hlo::Block& block);
  // "{ ops }"
  void body(hlo::Block& block);
  // "{ ^bb0(%a: T, …): ops }"
  std::unique_ptr<hlo::Block> region();
  // loc(…), or nothing. Returns the name in it, interned.
  std::string_view location();

 private:
  struct ResultName {
    std::string_view name;
    size_t at, count;
  };

  // --- parse_ops.cpp
  void op(hlo::Block& block);
  std::vector<ResultName> result_names();
  void ops_until_close(hlo::Block& block);
  void block_arguments(hlo::Block& block);
  void define(std::string_view name, size_t at, hlo::Value* first, size_t count);
  void finish(OpDraft draft, const std::vector<ResultName>& names, hlo::Block& block);
  void generic(OpDraft& op);
  void regions(OpDraft& op);
  std::string_view location_name(Cursor& in, int depth);

  hlo::Value* value();
  // "%a, %b" up to `close`, which is eaten.
  void operands_until(OpDraft& op, char close);
  // "{key = value, …}" from behind the '{' on; `close` is "}" or "}>".
  void attributes(OpDraft& op, std::string_view close);
  void optional_attributes(OpDraft& op);
  // Reads the value. Where `own` attributes are asked for, a name that the op's row does not have is a
  // mistake.
  void set_attribute(OpDraft& op, std::string_view name, size_t at, bool own = true);
  // "(T, T) -> T"
  void function_type(OpDraft& op);
  // "T, T": the operands' types; each alone.
  void operand_types(const OpDraft& op);
  void want_operand_type(const OpDraft& op, size_t operand, const Shape& type, size_t at);

  // --- parse_forms.cpp
  void pretty(OpDraft& op);
  void items(OpDraft& op);
  void item_with_key(OpDraft& op, std::string_view key, size_t at);
  void bare_item(OpDraft& op, std::string_view word, size_t at);
  void types(OpDraft& op);
  void constant(OpDraft& op);
  void slice(OpDraft& op);
  void call(OpDraft& op);
  void custom_call(OpDraft& op);
  void composite(OpDraft& op);
  void convolution(OpDraft& op);
  void window(OpDraft& op);
  void while_(OpDraft& op);
  void reduce(OpDraft& op);
  std::unique_ptr<hlo::Block> reducer(size_t count);
  std::unique_ptr<hlo::Block> applied(std::string_view name, size_t at, const OpDraft& reduce);

  // --- parse_foreign.cpp
  // Ops that are no rows of the table: older spellings of others, and those of other dialects. False if it is
  // none.
  bool foreign(std::string_view name, bool is_generic, const std::vector<ResultName>& names, size_t at,
               hlo::Block& block);
  void dot(OpDraft& op, bool is_generic);
  void broadcast(OpDraft& op, bool is_generic);
  void as_custom_call(OpDraft& op, std::string_view name, bool is_generic, bool has_results);
  void foreign_items(OpDraft& op, hlo::AttributeDict& config, bool& typed);

  Cursor& in_;
  hlo::Program& program_;
  Places& places_;
  Scope scope_;
  int depth_ = 0;
};

}  // namespace fusebox::stablehlo
