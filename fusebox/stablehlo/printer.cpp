#include "fusebox/stablehlo/printer.h"

#include "fusebox/stablehlo/attribute_text.h"
#include "fusebox/stablehlo/literal_text.h"
#include "fusebox/stablehlo/op_text.h"

namespace fusebox::stablehlo {
namespace {

// (%arg0: T {tf.aliasing_output = 0 : i32}, …) -> (T, T)
void print_signature(std::string& out, OpPrinter& ops, const hlo::Function& function) {
  out += '(';
  for (size_t i = 0; i < function.body.arguments.size(); i++) {
    if (i > 0) out += ", ";
    const hlo::Value& value = function.body.arguments[i];
    ops.value(&value);
    out += ": ";
    append_type(out, value.shape);
    if (i >= function.arguments.size()) continue;
    if (function.arguments[i].alias_output)
      out += " {tf.aliasing_output = " + std::to_string(*function.arguments[i].alias_output) + " : i32}";
    else if (function.arguments[i].donor)
      out += " {jax.buffer_donor = true}";
  }
  out += ')';
  const auto returned = function.body.returned();
  if (returned.empty()) return;
  out += " -> (";
  for (size_t i = 0; i < returned.size(); i++) {
    if (i > 0) out += ", ";
    append_type(out, returned[i]->shape);
  }
  out += ')';
}

void print_function(std::string& out, const hlo::Function& function, const PrintOptions& options) {
  OpPrinter ops(out, options);
  ops.name_arguments(function.body);
  out += function.visible ? "  func.func public " : "  func.func private ";
  append_symbol(out, function.name);
  print_signature(out, ops, function);
  out += " {";
  ops.body(function.body, 2);
  out += "\n  }\n";
}

}  // namespace

std::string print(const hlo::Program& program, const PrintOptions& options) {
  std::string out = "module ";
  if (!program.name.empty()) append_symbol(out, program.name), out += ' ';
  out += "{\n";
  for (const auto& function : program.functions) print_function(out, *function, options);
  out += "}\n";
  return out;
}

}  // namespace fusebox::stablehlo
