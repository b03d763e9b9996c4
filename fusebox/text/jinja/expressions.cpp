#include <fmt/format.h>

#include "fusebox/text/jinja/evaluator.h"
#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {

Value Evaluator::eval(const Expr& node) {
  rt_.step();
  if (node.kind == ExprKind::kConst) return static_cast<const ConstExpr&>(node).value;
  if (node.kind == ExprKind::kName) return eval_name(static_cast<const NameExpr&>(node));
  Nesting nesting(rt_);
  switch (node.kind) {
    case ExprKind::kConst:
    case ExprKind::kName: break;
    case ExprKind::kTuple:
    case ExprKind::kList: return eval_items(static_cast<const ListExpr&>(node));
    case ExprKind::kDict: return eval_dict(static_cast<const DictExpr&>(node));
    case ExprKind::kCond: return eval_condition(static_cast<const CondExpr&>(node));
    case ExprKind::kNot:
    case ExprKind::kNegate:
    case ExprKind::kPositive: return eval_unary(static_cast<const UnaryExpr&>(node));
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kArithmetic: return eval_binary(static_cast<const BinaryExpr&>(node));
    case ExprKind::kConcat: return eval_concat(static_cast<const ListExpr&>(node));
    case ExprKind::kCompare: return eval_compare(static_cast<const CompareExpr&>(node));
    case ExprKind::kAttribute: {
      const auto& attribute = static_cast<const AttributeExpr&>(node);
      Value object = eval(*attribute.object);
      rt_.place = node.place;
      return get_attribute(rt_, object, attribute.name);
    }
    case ExprKind::kItem: {
      const auto& item = static_cast<const ItemExpr&>(node);
      Value object = eval(*item.object);
      Value key = eval(*item.key);
      rt_.place = node.place;
      return get_item(rt_, object, key);
    }
    case ExprKind::kSlice: return eval_slice(static_cast<const SliceExpr&>(node));
    case ExprKind::kCall: return eval_call(static_cast<const CallExpr&>(node), nullptr);
    case ExprKind::kFilter: return eval_filter(static_cast<const FilterExpr&>(node), nullptr);
    case ExprKind::kTest: return eval_test(static_cast<const TestExpr&>(node));
  }
  throw InternalError("an expression of unknown kind");
}

Value& Evaluator::slot(const Ref& ref) {
  Activation* at = activation_.get();
  for (uint32_t i = 0; i < ref.hops; ++i) at = at->outer.get();
  return at->slots[ref.slot];
}

Value Evaluator::eval_name(const NameExpr& node) {
  const Value& value = slot(node.ref);
  if (!value.is_missing()) return value;
  return Value::undefined(fmt::format("'{}' is undefined", node.name));
}

Value Evaluator::eval_items(const ListExpr& node) {
  std::vector<Value> items;
  items.reserve(node.items.size());
  for (const ExprPtr& item : node.items) items.push_back(eval(*item));
  rt_.reserve_items(items.size());
  rt_.place = node.place;
  return node.kind == ExprKind::kList ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

Value Evaluator::eval_dict(const DictExpr& node) {
  Dict dict;
  rt_.reserve_items(node.entries.size());
  for (const auto& [key_node, value_node] : node.entries) {
    Value key = eval(*key_node);
    Value value = eval(*value_node);
    rt_.place = key_node->place;
    dict.set(rt_, key, std::move(value));
  }
  return Value::dict(std::move(dict));
}

Value Evaluator::eval_condition(const CondExpr& node) {
  if (truthy(rt_, eval(*node.test))) return eval(*node.then);
  if (node.otherwise != nullptr) return eval(*node.otherwise);
  return Value::undefined("the inline if-expression evaluated to false and no else section was defined.");
}

Value Evaluator::eval_unary(const UnaryExpr& node) {
  Value operand = eval(*node.operand);
  rt_.place = node.place;
  if (node.kind == ExprKind::kNot) return Value::boolean(!truthy(rt_, operand));
  return node.kind == ExprKind::kNegate ? negate(operand) : positive(operand);
}

Value Evaluator::eval_binary(const BinaryExpr& node) {
  Value left = eval(*node.left);
  if (node.kind == ExprKind::kAnd) return truthy(rt_, left) ? eval(*node.right) : left;
  if (node.kind == ExprKind::kOr) return truthy(rt_, left) ? left : eval(*node.right);
  Value right = eval(*node.right);
  rt_.place = node.place;
  return arithmetic(rt_, node.op, left, right);
}

Value Evaluator::eval_concat(const ListExpr& node) {
  std::string text;
  for (const ExprPtr& part : node.items) {
    Value value = eval(*part);
    rt_.place = part->place;
    if (value.is_string()) {
      text += value.str();
    } else {
      text += str_of(rt_, value);
    }
    rt_.bound(text.size());
  }
  return rt_.text(std::move(text));
}

bool Evaluator::compare(Comparison op, const Value& a, const Value& b) {
  switch (op) {
    case Comparison::kEqual: return equal(rt_, a, b);
    case Comparison::kNotEqual: return !equal(rt_, a, b);
    case Comparison::kLess: return less(rt_, a, b);
    case Comparison::kLessEqual: return less_equal(rt_, a, b);
    case Comparison::kGreater: return less(rt_, b, a, ">");
    case Comparison::kGreaterEqual: return less_equal(rt_, b, a, ">=");
    case Comparison::kIn: return contains(rt_, b, a);
    case Comparison::kNotIn: return !contains(rt_, b, a);
  }
  return false;
}

Value Evaluator::eval_compare(const CompareExpr& node) {
  Value left = eval(*node.first);
  for (const auto& [op, operand] : node.rest) {
    Value right = eval(*operand);
    rt_.place = node.place;
    if (!compare(op, left, right)) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

Value Evaluator::eval_slice(const SliceExpr& node) {
  auto maybe = [&](const ExprPtr& part) { return part == nullptr ? Value() : eval(*part); };
  Value object = eval(*node.object);
  Value start = maybe(node.start), stop = maybe(node.stop), step = maybe(node.step);
  rt_.place = node.place;
  return get_slice(rt_, object, start, stop, step);
}

void Evaluator::eval_arguments(const Arguments& from, Args& to) {
  to.positional.reserve(from.positional.size());
  for (const ExprPtr& node : from.positional) to.positional.push_back(eval(*node));
  for (const auto& [name, node] : from.named) {
    for (const auto& [other, value] : to.named) {
      if (other == name) fail(fmt::format("keyword argument repeated: {}", name));
    }
    to.named.emplace_back(name, eval(*node));
  }
  if (from.star != nullptr || from.double_star != nullptr) spread(from, to);
}

void Evaluator::spread(const Arguments& from, Args& to) {
  if (from.star != nullptr) {
    Value list = eval(*from.star);
    rt_.place = from.star->place;
    for (Value& item : collect(rt_, list)) to.positional.push_back(std::move(item));
  }
  if (from.double_star == nullptr) return;
  Value dict = eval(*from.double_star);
  rt_.place = from.double_star->place;
  if (!dict.is(Kind::kDict))
    fail(fmt::format("argument after ** must be a mapping, not {}", type_name(dict)));
  for (const auto& [key, value] : dict.dict().entries()) {
    if (!key.is_string()) fail("keywords must be strings");
    for (const auto& [other, present] : to.named) {
      if (other == key.str()) fail(fmt::format("got multiple values for keyword argument '{}'", other));
    }
    rt_.step();
    to.named.emplace_back(key.str(), value);
  }
}

Value Evaluator::eval_call(const CallExpr& node, const Value* caller) {
  Value callee = eval(*node.callee);
  Args args;
  eval_arguments(node.args, args);
  if (caller != nullptr) args.named.emplace_back("caller", *caller);
  rt_.place = node.place;
  return call_value(rt_, callee, args);
}

Value Evaluator::eval_filter(const FilterExpr& node, const Value* input) {
  Value value = node.input != nullptr ? (input != nullptr && node.input->kind == ExprKind::kFilter
                                             ? eval_filter(static_cast<const FilterExpr&>(*node.input), input)
                                             : eval(*node.input))
                                      : *input;
  if (node.run == nullptr) {
    rt_.place = node.place;
    fail(unknown_message("filter", node.name));
  }
  Args args;
  eval_arguments(node.args, args);
  rt_.place = node.place;
  return node.run(rt_, value, args);
}

Value Evaluator::eval_test(const TestExpr& node) {
  Value value = eval(*node.input);
  rt_.place = node.place;
  if (node.run == nullptr) fail(unknown_message("test", node.name));
  Args args;
  eval_arguments(node.args, args);
  rt_.place = node.place;
  return Value::boolean(node.run(rt_, value, args));
}

}  // namespace fusebox::text::jinja
