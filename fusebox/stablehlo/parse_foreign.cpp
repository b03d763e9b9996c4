// Ops that are no rows of the table: StableHLO's older names for others, and the ops of other dialects that
// programs of its tests and of JAX hold. Those become custom calls.
#include <algorithm>
#include <charconv>

#include "fusebox/base/quoted.h"
#include "fusebox/stablehlo/op_parser.h"

namespace fusebox::stablehlo {

using hlo::Attribute;
using hlo::OpCode;

namespace {

// "broadcast_sizes" and "precision_config" of ops that have no row, and what else they carry.
void old_attributes(Cursor& in, std::string_view close, hlo::Attributes& to) {
  parse_dict(in, close, [&](const std::string& key, size_t) {
    const bool sizes = key == "broadcast_sizes", precision = key == "precision_config";
    to.set(key, parse_attribute(in, sizes ? "dims" : precision ? "precision[]" : "any"));
  });
}

// In dialect check a value may be followed by the op's types, so no type can belong to the value.
Attribute plain_value(Cursor& in) {
  if (in.peek() == '"') return in.string();
  Cursor ahead = in;
  const std::string_view text = ahead.number_text();
  if (text.empty()) return parse_attribute(in, "any");
  if (text.find('.') == std::string_view::npos) return in.integer();
  in.go(ahead.end());
  double value = 0;
  std::from_chars(text.data() + (text[0] == '+' ? 1 : 0), text.data() + text.size(), value);
  return value;
}

}  // namespace

bool OpParser::foreign(std::string_view name, bool is_generic, const std::vector<ResultName>& names,
                       size_t at, hlo::Block& block) {
  OpDraft draft{OpCode::custom_call, at, {}, {}, {}, {}};
  if (name == "stablehlo.dot") {
    dot(draft, is_generic);
  } else if (name == "stablehlo.broadcast") {
    broadcast(draft, is_generic);
  } else if (name == "sdy.sharding_constraint" && !is_generic && names.size() == 1) {
    // For one device, the value itself.
    hlo::Value* same = value();
    in_.skip_value();
    in_.want(":");
    parse_type(in_);
    location();
    define(names[0].name, names[0].at, same, 1);
    return true;
  } else if (name.starts_with("chlo.") || name.starts_with("check.") || name.starts_with("interpreter.")) {
    as_custom_call(draft, name, is_generic, !names.empty());
  } else {
    return false;
  }
  finish(std::move(draft), names, block);
  return true;
}

// dot %a, %b, precision = […]: the last dimension of one against the first of the other.
void OpParser::dot(OpDraft& op, bool is_generic) {
  op.code = OpCode::dot_general;
  if (is_generic) {
    in_.want("(");
    operands_until(op, ')');
    if (in_.eat("<{")) old_attributes(in_, "}>", op.attributes);
    if (in_.eat('{')) old_attributes(in_, "}", op.attributes);
    in_.want(":");
    function_type(op);
  } else {
    items(op);
    optional_attributes(op);
    types(op);
  }
  const int64_t rank = op.operands.empty() ? 0 : op.operands[0]->shape.rank();
  if (rank == 0) in_.fail(op.at, ErrorKind::kInvalidFile, "a dot wants tensors of rank 1 or 2");
  op.attributes.set("dot_dimension_numbers", hlo::DotDimensions{{}, {}, {rank - 1}, {0}});
}

// broadcast %a, sizes = [2, 3]: new dimensions before the operand's own.
void OpParser::broadcast(OpDraft& op, bool is_generic) {
  op.code = OpCode::broadcast_in_dim;
  hlo::Attributes old;
  if (is_generic) {
    in_.want("(");
    operands_until(op, ')');
    if (in_.eat("<{")) old_attributes(in_, "}>", old);
    if (in_.eat('{')) old_attributes(in_, "}", old);
    in_.want(":");
    function_type(op);
  } else {
    op.operands.push_back(value());
    in_.want(",");
    in_.want_word("sizes");
    in_.want("=");
    old.set("broadcast_sizes", parse_list(in_));
    types(op);
  }
  const Dims sizes = old.get_or<Dims>("broadcast_sizes", {});
  if (op.results.size() != 1 || sizes.size() > op.results[0].dims.size() ||
      !std::equal(sizes.begin(), sizes.end(), op.results[0].dims.begin()))
    in_.fail(op.at, ErrorKind::kInvalidFile, "got the sizes {}, want a result that starts with them",
             to_string(sizes));
  Dims dims;
  for (int64_t i = 0; !op.operands.empty() && i < op.operands[0]->shape.rank(); i++)
    dims.push_back(static_cast<int64_t>(sizes.size()) + i);
  op.attributes.set("broadcast_dimensions", std::move(dims));
}

// Operands, constants and "key = value". A constant brings its type, and no others follow then.
void OpParser::foreign_items(OpDraft& op, hlo::AttributeDict& config, bool& typed) {
  const bool bracketed = in_.eat('(');
  if (!bracketed && in_.peek() != '%' && !is_letter(in_.peek())) return;
  if (bracketed && in_.eat(')')) return;
  do {
    if (in_.peek() == '%') {
      op.operands.push_back(value());
    } else if (in_.peek_word() == "dense") {
      config.emplace_back("value", parse_attribute(in_, "literal"));
      typed = true;
    } else {
      std::string key(in_.word("an operand such as %0"));
      in_.want("=");
      config.emplace_back(std::move(key), plain_value(in_));
    }
  } while (in_.eat(','));
  if (bracketed) in_.want(")");
}

void OpParser::as_custom_call(OpDraft& op, std::string_view name, bool is_generic, bool has_results) {
  hlo::AttributeDict config;
  const auto dict = [&](std::string_view close) {
    parse_dict(in_, close, [&](std::string key, size_t) {
      config.emplace_back(std::move(key), parse_attribute(in_, "any"));
    });
  };
  bool typed = false;
  foreign_items(op, config, typed);
  if (in_.eat("<{")) dict("}>");
  if (in_.peek() == '(' || in_.at_mark("dimension"))
    in_.fail(in_.at(), ErrorKind::kUnsupported, "got {} with regions, which no custom call has",
             quoted(name));
  if (in_.eat('{')) dict("}");
  if (is_generic || (!typed && in_.at_mark(": ("))) {
    in_.want(":");
    function_type(op);
  } else if (!typed) {
    in_.want(":");
    const size_t at = in_.at();
    std::vector<Shape> list = parse_types(in_);
    if (list.size() == 1) list.resize(op.operands.size(), Shape(list[0]));
    if (list.size() != op.operands.size())
      in_.fail(at, ErrorKind::kInvalidFile, "got {} types for {} operands", list.size(), op.operands.size());
    for (size_t i = 0; i < list.size(); i++) want_operand_type(op, i, list[i], at);
    if (in_.eat("->"))
      op.results = parse_result_types(in_);
    else if (has_results)
      op.results = std::move(list);
  }
  op.attributes.set("call_target_name", std::string(name));
  if (!name.starts_with("chlo.")) op.attributes.set("has_side_effect", true);
  if (config.empty()) return;
  op.attributes.set("api_version", int64_t{4});
  op.attributes.set("backend_config", std::move(config));
}

}  // namespace fusebox::stablehlo
