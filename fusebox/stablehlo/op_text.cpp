#include "fusebox/stablehlo/op_text.h"

#include <algorithm>

#include "fusebox/base/error.h"
#include "fusebox/stablehlo/attribute_text.h"
#include "fusebox/stablehlo/literal_text.h"

namespace fusebox::stablehlo {

using hlo::Block;
using hlo::Op;
using hlo::OpCode;
using hlo::Value;

namespace {

bool is_own(const hlo::OpInfo& row, std::string_view name) {
  return std::ranges::find(row.attributes, name, &hlo::AttributeInfo::name) != row.attributes.end();
}

// All types of operands and results are one.
bool has_one_type(const Op& op) {
  return op.results.size() == 1 && std::ranges::all_of(op.operands, [&](const Value* operand) {
           return operand->shape == op.results[0].shape;
         });
}

}  // namespace

void OpPrinter::name_arguments(const Block& block) {
  blocks_.emplace(&block, next_argument_);
  next_argument_ += static_cast<uint32_t>(block.arguments.size());
}

void OpPrinter::share_names(const Block& named, const Block& other) {
  blocks_.emplace(&other, blocks_.at(&named));
}

void OpPrinter::value(const Value* value) {
  if (!value->op) {
    const auto first = blocks_.find(value->block);
    if (first == blocks_.end()) throw InternalError("an argument of a block that is not around");
    out += "%arg";
    append_number(out, first->second + value->index);
    return;
  }
  const auto number = ops_.find(value->op);
  if (number == ops_.end()) throw InternalError("a value that is used before it is defined");
  out += '%';
  append_number(out, number->second);
  if (value->op->results.size() > 1) {
    out += '#';
    append_number(out, value->index);
  }
}

void OpPrinter::values(std::span<Value* const> values) {
  for (size_t i = 0; i < values.size(); i++) {
    if (i > 0) out += ", ";
    value(values[i]);
  }
}

void OpPrinter::types(std::span<Value* const> values) {
  for (size_t i = 0; i < values.size(); i++) {
    if (i > 0) out += ", ";
    append_type(out, values[i]->shape);
  }
}

void OpPrinter::result_types(const Op& op) {
  if (op.results.size() != 1) out += '(';
  for (size_t i = 0; i < op.results.size(); i++) {
    if (i > 0) out += ", ";
    append_type(out, op.results[i].shape);
  }
  if (op.results.size() != 1) out += ')';
}

void OpPrinter::function_type(const Op& op) {
  out += '(';
  types(op.operands);
  out += ") -> ";
  result_types(op);
}

void OpPrinter::same_type(const Op& op) {
  colon(op);
  has_one_type(op) ? append_type(out, op.results[0].shape) : function_type(op);
}

void OpPrinter::colon(const Op& op) {
  const hlo::OpInfo& row = info(op.code);
  const bool written = row.form == hlo::Form::kOwn || row.form == hlo::Form::kGeneric;
  bool any = false;
  for (const auto& [name, attribute] : op.attributes.list()) {
    if (written && is_own(row, name)) continue;
    out += any ? ", " : " {";
    any = true;
    append_named(out, name, attribute, options.elide_above);
  }
  out += any ? "} : " : " : ";
}

void OpPrinter::list(std::string_view name, const Dims& dims) {
  out += ", ";
  out += name;
  out += " = [";
  append_numbers(out, dims);
  out += ']';
}

void OpPrinter::new_line(int indent) {
  out += '\n';
  out.append(static_cast<size_t>(2 * indent), ' ');
}

void OpPrinter::results(const Op& op) {
  if (op.results.empty()) return;
  const uint32_t number = next_result_++;
  ops_.emplace(&op, number);
  out += '%';
  append_number(out, number);
  if (op.results.size() > 1) {
    out += ':';
    append_number(out, static_cast<int64_t>(op.results.size()));
  }
  out += " = ";
}

void OpPrinter::mnemonic(const Op& op) {
  out += op.code == OpCode::call ? "func." : "stablehlo.";
  out += name(op.code);
}

// "stablehlo.sort"(%a) <{own attributes}> ({regions}) {others} : (…) -> …
void OpPrinter::generic(const Op& op, int indent) {
  const hlo::OpInfo& row = info(op.code);
  out += '"';
  mnemonic(op);
  out += "\"(";
  operands(op);
  out += ')';
  bool any = false;
  for (const auto& [name, attribute] : op.attributes.list()) {
    if (!is_own(row, name)) continue;
    out += any ? ", " : " <{";
    any = true;
    append_named(out, name, attribute, options.elide_above);
  }
  if (any) out += "}>";
  for (size_t i = 0; i < op.regions.size(); i++) {
    out += i == 0 ? " ({" : ", {";
    region(*op.regions[i], indent + 1);
    new_line(indent);
    out += '}';
  }
  if (!op.regions.empty()) out += ')';
  typed(op);
}

void OpPrinter::region(const Block& block, int indent) {
  name_arguments(block);
  if (!block.arguments.empty()) {
    new_line(indent - 1);
    out += "^bb0(";
    for (const Value& argument : block.arguments) {
      if (argument.index > 0) out += ", ";
      value(&argument);
      out += ": ";
      append_type(out, argument.shape);
    }
    out += "):";
  }
  body(block, indent);
}

void OpPrinter::op(const Op& op, int indent) {
  new_line(indent);
  results(op);
  const FormWriter writer = own_form(op);
  switch (info(op.code).form) {
    case hlo::Form::kElementwise:
    case hlo::Form::kTyped:
      mnemonic(op);
      out += ' ';
      operands(op);
      info(op.code).form == hlo::Form::kElementwise ? same_type(op) : typed(op);
      break;
    case hlo::Form::kOwn:
    case hlo::Form::kGeneric: writer ? writer(*this, op, indent) : generic(op, indent); break;
  }
  location(op.location);
}

void OpPrinter::body(const Block& block, int indent) {
  for (const auto& each : block.ops) op(*each, indent);
}

void OpPrinter::location(const hlo::Location& location) {
  if (!options.locations) return;
  out += " loc(";
  append_quoted(out, location.scope);
  out += '(';
  append_quoted(out, location.where.file_name());
  out += ':';
  append_number(out, location.where.line());
  out += ':';
  append_number(out, location.where.column());
  out += "))";
}

}  // namespace fusebox::stablehlo
