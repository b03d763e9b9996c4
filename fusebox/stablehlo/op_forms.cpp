// The forms of ops that StableHLO writes in a way of their own, one function each. Where a form has no place
// for attributes of other dialects, own_form falls back on the generic one.
#include "fusebox/hlo/applied_op.h"
#include "fusebox/stablehlo/attribute_text.h"
#include "fusebox/stablehlo/literal_text.h"
#include "fusebox/stablehlo/op_text.h"

namespace fusebox::stablehlo {

using hlo::Block;
using hlo::Keyword;
using hlo::Op;
using hlo::OpCode;
using hlo::Value;

namespace {

const Dims& dims_of(const Op& op, std::string_view name) { return op.attributes.get<Dims>(name); }

// "stablehlo.pad %a, %b"
void start(OpPrinter& p, const Op& op) {
  p.mnemonic(op);
  if (!op.operands.empty()) p.out += ' ';
  p.operands(op);
}

void attributes_but(OpPrinter& p, const Op& op, std::string_view written) {
  bool any = false;
  for (const auto& [name, attribute] : op.attributes.list()) {
    if (name == written) continue;
    p.out += any ? ", " : " {";
    any = true;
    append_named(p.out, name, attribute, p.options.elide_above);
  }
  p.out += any ? "} : " : " : ";
  p.function_type(op);
}

// reducer(%l0: t, %r0: t) (%l1: t, %r1: t) { … }
void reducer(OpPrinter& p, const Block& block, size_t n, int indent) {
  p.name_arguments(block);
  p.new_line(indent);
  p.out += " reducer";
  for (size_t i = 0; i < n; i++) {
    const Value &left = block.arguments[i], &right = block.arguments[n + i];
    p.out += i == 0 ? "(" : " (";
    p.value(&left);
    p.out += ": ";
    append_type(p.out, left.shape);
    p.out += ", ";
    p.value(&right);
    p.out += ": ";
    append_type(p.out, right.shape);
    p.out += ')';
  }
  p.out += " {";
  p.body(block, indent + 1);
  p.new_line(indent);
  p.out += '}';
}

void constant(OpPrinter& p, const Op& op, int) {
  p.out += "stablehlo.constant ";
  append_dense(p.out, op.attributes.get<hlo::Literal>("value"), p.options.elide_above);
  p.out += " : ";
  append_type(p.out, op.results[0].shape);
}

void iota(OpPrinter& p, const Op& op, int) {
  p.out += "stablehlo.iota dim = ";
  append_number(p.out, op.attributes.get<int64_t>("iota_dimension"));
  p.colon(op);
  append_type(p.out, op.results[0].shape);
}

void complex(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.colon(op);
  append_type(p.out, op.results[0].shape);
}

void compare(OpPrinter& p, const Op& op, int) {
  p.out += "stablehlo.compare ";
  p.out += op.attributes.get<Keyword>("comparison_direction").value + ", ";
  p.operands(op);
  if (op.attributes.find("compare_type")) p.out += ", " + op.attributes.get<Keyword>("compare_type").value;
  p.typed(op);
}

void select(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.colon(op);
  p.types(std::span(op.operands).first(2));
}

void reduce_precision(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.out += ", format = e" + std::to_string(op.attributes.get<int64_t>("exponent_bits")) + "m" +
           std::to_string(op.attributes.get<int64_t>("mantissa_bits"));
  p.same_type(op);
}

void broadcast_in_dim(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.list("dims", dims_of(op, "broadcast_dimensions"));
  p.typed(op);
}

void transpose(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.list("dims", dims_of(op, "permutation"));
  p.typed(op);
}

void reverse(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.list("dims", dims_of(op, "dimensions"));
  p.same_type(op);
}

void slice(OpPrinter& p, const Op& op, int) {
  start(p, op);
  const Dims &first = dims_of(op, "start_indices"), &limit = dims_of(op, "limit_indices"),
             &stride = dims_of(op, "strides");
  p.out += " [";
  for (size_t i = 0; i < first.size(); i++) {
    if (i > 0) p.out += ", ";
    append_number(p.out, first[i]);
    p.out += ':';
    append_number(p.out, limit[i]);
    if (stride[i] == 1) continue;
    p.out += ':';
    append_number(p.out, stride[i]);
  }
  p.out += ']';
  p.typed(op);
}

void concatenate(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.out += ", dim = ";
  append_number(p.out, op.attributes.get<int64_t>("dimension"));
  p.typed(op);
}

void pad(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.list("low", dims_of(op, "edge_padding_low"));
  p.list("high", dims_of(op, "edge_padding_high"));
  p.list("interior", dims_of(op, "interior_padding"));
  p.typed(op);
}

void dynamic_slice(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.list("sizes", dims_of(op, "slice_sizes"));
  p.typed(op);
}

// Operands and types, nothing more.
void plain(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.typed(op);
}

void dot_general(OpPrinter& p, const Op& op, int) {
  start(p, op);
  const auto& dims = op.attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
  if (!dims.lhs_batching.empty()) {
    p.list("batching_dims", dims.lhs_batching);
    p.out += " x [";
    append_numbers(p.out, dims.rhs_batching);
    p.out += ']';
  }
  p.list("contracting_dims", dims.lhs_contracting);
  p.out += " x [";
  append_numbers(p.out, dims.rhs_contracting);
  p.out += ']';
  const auto precision = op.attributes.get_or<std::vector<Keyword>>("precision_config", {});
  if (!precision.empty()) p.out += ", precision = [" + precision[0].value + ", " + precision[1].value + "]";
  if (const hlo::Attribute* algorithm = op.attributes.find("algorithm")) {
    p.out += ", algorithm = <";
    append_algorithm(p.out, std::get<hlo::DotAlgorithm>(algorithm->value));
    p.out += '>';
  }
  p.typed(op);
}

// Both regions see the same names: %arg = %initial.
void while_(OpPrinter& p, const Op& op, int indent) {
  const Block &condition = *op.regions[0], &body = *op.regions[1];
  p.name_arguments(condition);
  p.share_names(condition, body);
  p.out += "stablehlo.while(";
  for (size_t i = 0; i < op.operands.size(); i++) {
    if (i > 0) p.out += ", ";
    p.value(&condition.arguments[i]);
    p.out += " = ";
    p.value(op.operands[i]);
  }
  p.out += ") : ";
  p.types(op.operands);
  p.new_line(indent);
  p.out += "cond {";
  p.body(condition, indent + 1);
  p.new_line(indent);
  p.out += "} do {";
  p.body(body, indent + 1);
  p.new_line(indent);
  p.out += '}';
}

void return_(OpPrinter& p, const Op& op, int) {
  p.out += op.block->parent ? "stablehlo.return" : "return";
  if (op.operands.empty()) return;
  p.out += ' ';
  p.operands(op);
  p.out += " : ";
  p.types(op.operands);
}

void call(OpPrinter& p, const Op& op, int) {
  p.out += op.block->parent ? "func.call " : "call ";
  append_symbol(p.out, op.attributes.get<hlo::SymbolRef>("callee").name);
  p.out += '(';
  p.operands(op);
  p.out += ')';
  p.typed(op);
}

void custom_call(OpPrinter& p, const Op& op, int) {
  p.out += "stablehlo.custom_call ";
  append_symbol(p.out, op.attributes.get<std::string>("call_target_name"));
  p.out += '(';
  p.operands(op);
  p.out += ')';
  attributes_but(p, op, "call_target_name");
}

void composite(OpPrinter& p, const Op& op, int) {
  p.out += "stablehlo.composite ";
  append_quoted(p.out, op.attributes.get<std::string>("name"));
  if (!op.operands.empty()) p.out += ' ';
  p.operands(op);
  attributes_but(p, op, "name");
}

void optimization_barrier(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.colon(op);
  p.types(op.operands);
}

void rng_bit_generator(OpPrinter& p, const Op& op, int) {
  start(p, op);
  p.out += ", algorithm = " + op.attributes.get<Keyword>("rng_algorithm").value;
  p.typed(op);
}

void reduce(OpPrinter& p, const Op& op, int indent) {
  const size_t n = op.operands.size() / 2;
  p.out += "stablehlo.reduce";
  for (size_t i = 0; i < n; i++) {
    p.out += i == 0 ? "(" : ", (";
    p.value(op.operands[i]);
    p.out += " init: ";
    p.value(op.operands[n + i]);
    p.out += ')';
  }
  const Op* applied = hlo::applied_op(op);
  if (applied) {
    p.out += " applies ";
    p.mnemonic(*applied);
  }
  p.out += " across dimensions = [";
  append_numbers(p.out, dims_of(op, "dimensions"));
  p.out += ']';
  p.typed(op);
  if (!applied) reducer(p, *op.regions[0], n, indent);
}

}  // namespace

FormWriter own_form(const Op& op) {
  switch (op.code) {
    case OpCode::constant: return op.attributes.list().size() > 1 ? nullptr : constant;
    case OpCode::iota: return iota;
    case OpCode::complex: return complex;
    case OpCode::compare: return compare;
    case OpCode::select: return select;
    case OpCode::reduce_precision: return reduce_precision;
    case OpCode::broadcast_in_dim: return broadcast_in_dim;
    case OpCode::transpose: return transpose;
    case OpCode::reverse: return reverse;
    case OpCode::slice: return slice;
    case OpCode::concatenate: return concatenate;
    case OpCode::pad: return pad;
    case OpCode::dynamic_slice: return dynamic_slice;
    case OpCode::dynamic_update_slice: return plain;
    case OpCode::dot_general: return dot_general;
    case OpCode::while_: return op.operands.empty() || !op.attributes.list().empty() ? nullptr : while_;
    case OpCode::return_: return return_;
    case OpCode::call: return call;
    case OpCode::custom_call: return custom_call;
    case OpCode::composite: return composite;
    case OpCode::optimization_barrier: return op.operands.empty() ? nullptr : optimization_barrier;
    case OpCode::rng_bit_generator: return rng_bit_generator;
    case OpCode::reduce: return reduce;
    default: return nullptr;
  }
}

}  // namespace fusebox::stablehlo
