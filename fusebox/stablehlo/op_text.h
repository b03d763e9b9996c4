// The text of ops and regions. Inside stablehlo only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "fusebox/hlo/program.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::stablehlo {

// Writes the body of one function; names are numbered within it.
class OpPrinter {
 public:
  OpPrinter(std::string& text, const PrintOptions& how) : out(text), options(how) {}

  // %argN for each argument of a block, in order.
  void name_arguments(const hlo::Block& block);
  void value(const hlo::Value* value);
  void body(const hlo::Block& block, int indent);
  void location(const hlo::Location& location);

  // The second block's arguments have the names of the first's.
  void share_names(const hlo::Block& named, const hlo::Block& other);

  void op(const hlo::Op& op, int indent);
  void results(const hlo::Op& op);
  void mnemonic(const hlo::Op& op);
  void generic(const hlo::Op& op, int indent);
  void region(const hlo::Block& block, int indent);
  void new_line(int indent);

  // "%a, %b"
  void values(std::span<hlo::Value* const> values);
  void operands(const hlo::Op& op, size_t first = 0) { values(std::span(op.operands).subspan(first)); }
  // " {…} : " and then the types. Attributes of the op's own row are left out where its form wrote them.
  void colon(const hlo::Op& op);
  void function_type(const hlo::Op& op);
  void typed(const hlo::Op& op) { colon(op), function_type(op); }
  void same_type(const hlo::Op& op);
  void types(std::span<hlo::Value* const> values);
  void result_types(const hlo::Op& op);
  // ", name = [1, 2]"
  void list(std::string_view name, const Dims& dims);

  std::string& out;
  const PrintOptions& options;

 private:
  std::unordered_map<const hlo::Op*, uint32_t> ops_;
  std::unordered_map<const hlo::Block*, uint32_t> blocks_;  // the number of a block's first argument
  uint32_t next_result_ = 0, next_argument_ = 0;
};

// The function that writes an op of Form::kOwn, from its mnemonic on; null if it wants the generic form.
using FormWriter = void (*)(OpPrinter&, const hlo::Op&, int indent);
FormWriter own_form(const hlo::Op& op);

}  // namespace fusebox::stablehlo
