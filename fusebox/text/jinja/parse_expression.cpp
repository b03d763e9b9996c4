#include <fmt/format.h>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/parser_state.h"

namespace fusebox::text::jinja {

ExprPtr Parser::parse_expression(bool with_condition) {
  return with_condition ? parse_condition() : parse_or();
}

ExprPtr Parser::parse_condition() {
  Level level(*this);
  size_t unknown = unknown_.size();
  ExprPtr node = parse_or();
  while (is_name("if")) {
    auto cond = std::make_unique<CondExpr>(take().place);
    cond->then = std::move(node);
    cond->test = parse_or();
    if (skip_name("else")) cond->otherwise = parse_condition();
    node = grown(std::move(cond), deepest(cond->then, cond->test, cond->otherwise));
    unknown_.resize(unknown);  // what may never be reached is an error when it is
  }
  return node;
}

ExprPtr Parser::parse_or() {
  ExprPtr left = parse_and();
  while (is_name("or")) {
    auto node = std::make_unique<BinaryExpr>(ExprKind::kOr, take().place);
    node->left = std::move(left);
    node->right = parse_and();
    left = grown(std::move(node), deepest(node->left, node->right));
  }
  return left;
}

ExprPtr Parser::parse_and() {
  ExprPtr left = parse_not();
  while (is_name("and")) {
    auto node = std::make_unique<BinaryExpr>(ExprKind::kAnd, take().place);
    node->left = std::move(left);
    node->right = parse_not();
    left = grown(std::move(node), deepest(node->left, node->right));
  }
  return left;
}

ExprPtr Parser::parse_not() {
  if (!is_name("not")) return parse_compare();
  Level level(*this);
  auto node = std::make_unique<UnaryExpr>(ExprKind::kNot, take().place);
  node->operand = parse_not();
  return grown(std::move(node), deepest(node->operand));
}

ExprPtr Parser::parse_compare() {
  constexpr std::pair<std::string_view, Comparison> kOperators[] = {
      {"==", Comparison::kEqual},     {"!=", Comparison::kNotEqual}, {"<", Comparison::kLess},
      {"<=", Comparison::kLessEqual}, {">", Comparison::kGreater},   {">=", Comparison::kGreaterEqual}};
  ExprPtr first = parse_sum();
  std::unique_ptr<CompareExpr> node;
  int depth = first->depth;
  auto add = [&](Comparison op, uint32_t place) {
    if (node == nullptr) {
      node = std::make_unique<CompareExpr>(place);
      node->first = std::move(first);
    }
    node->rest.emplace_back(op, parse_sum());
    depth = std::max(depth, node->rest.back().second->depth);
  };
  for (bool found = true; found;) {
    found = false;
    uint32_t place = token().place;
    for (const auto& [text, op] : kOperators) {
      if (!skip_op(text)) continue;
      add(op, place);
      found = true;
      break;
    }
    if (found) continue;
    if (skip_name("in")) {
      add(Comparison::kIn, place);
      found = true;
    } else if (is_name("not") && ahead().kind == TokenKind::kName && ahead().text == "in") {
      take();
      take();
      add(Comparison::kNotIn, place);
      found = true;
    }
  }
  if (node == nullptr) return first;
  return grown(std::move(node), depth);
}

ExprPtr Parser::binary(Arithmetic op, ExprPtr left, ExprPtr right, uint32_t place) {
  auto node = std::make_unique<BinaryExpr>(ExprKind::kArithmetic, place);
  node->op = op;
  node->left = std::move(left);
  node->right = std::move(right);
  return grown(std::move(node), deepest(node->left, node->right));
}

ExprPtr Parser::parse_sum() {
  ExprPtr left = parse_concat();
  while (is_op("+") || is_op("-")) {
    const Token& op = take();
    left = binary(op.text == "+" ? Arithmetic::kAdd : Arithmetic::kSub, std::move(left), parse_concat(),
                  op.place);
  }
  return left;
}

ExprPtr Parser::parse_concat() {
  ExprPtr first = parse_product();
  if (!is_op("~")) return first;
  auto node = std::make_unique<ListExpr>(ExprKind::kConcat, token().place);
  int depth = first->depth;
  node->items.push_back(std::move(first));
  while (skip_op("~")) {
    node->items.push_back(parse_product());
    depth = std::max(depth, node->items.back()->depth);
  }
  return grown(std::move(node), depth);
}

ExprPtr Parser::parse_product() {
  ExprPtr left = parse_power();
  while (is_op("*") || is_op("/") || is_op("//") || is_op("%")) {
    const Token& op = take();
    Arithmetic kind = op.text == "*"    ? Arithmetic::kMul
                      : op.text == "/"  ? Arithmetic::kDiv
                      : op.text == "//" ? Arithmetic::kFloorDiv
                                        : Arithmetic::kMod;
    left = binary(kind, std::move(left), parse_power(), op.place);
  }
  return left;
}

ExprPtr Parser::parse_power() {
  ExprPtr left = parse_unary();
  while (is_op("**")) {
    uint32_t place = take().place;
    left = binary(Arithmetic::kPow, std::move(left), parse_unary(), place);
  }
  return left;
}

ExprPtr Parser::parse_unary(bool with_filter) {
  ExprPtr node;
  if (is_op("-") || is_op("+")) {
    Level level(*this);
    const Token& op = take();
    auto unary =
        std::make_unique<UnaryExpr>(op.text == "-" ? ExprKind::kNegate : ExprKind::kPositive, op.place);
    unary->operand = parse_unary(false);
    node = grown(std::move(unary), deepest(unary->operand));
  } else {
    node = parse_primary();
  }
  node = parse_postfix(std::move(node));
  return with_filter ? parse_filters_and_tests(std::move(node)) : std::move(node);
}

ExprPtr Parser::parse_primary() {
  const Token& first = token();
  uint32_t place = first.place;
  switch (first.kind) {
    case TokenKind::kName: {
      const std::string& name = take().text;
      if (name == "true" || name == "True") return std::make_unique<ConstExpr>(Value::boolean(true), place);
      if (name == "false" || name == "False")
        return std::make_unique<ConstExpr>(Value::boolean(false), place);
      if (name == "none" || name == "None") return std::make_unique<ConstExpr>(Value::none(), place);
      return std::make_unique<NameExpr>(name, place);
    }
    case TokenKind::kString: {
      std::string text;
      while (token().kind == TokenKind::kString) text += take().text;
      return std::make_unique<ConstExpr>(Value::string(std::move(text)), place);
    }
    case TokenKind::kInteger: return std::make_unique<ConstExpr>(Value::integer(take().integer), place);
    case TokenKind::kFloat: return std::make_unique<ConstExpr>(Value::real(take().number), place);
    default: break;
  }
  if (is_op("[")) return parse_list();
  if (is_op("{")) return parse_dict();
  if (!skip_op("(")) fail_unexpected("an expression");
  ExprPtr node = parse_tuple(true, true);
  expect_op(")");
  return node;
}

ExprPtr Parser::parse_tuple(bool with_condition, bool parenthesized) {
  uint32_t place = token().place;
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  int depth = 0;
  for (bool more = true; more;) {
    if (!items.empty()) expect_op(",");
    bool ends = token().kind == TokenKind::kVariableEnd || token().kind == TokenKind::kBlockEnd || is_op(")");
    if (ends) break;
    items.push_back(parse_expression(with_condition));
    depth = std::max(depth, items.back()->depth);
    more = is_op(",");
    is_tuple = is_tuple || more;
  }
  if (!is_tuple) {
    if (!items.empty()) return std::move(items.front());
    if (!parenthesized) fail_unexpected("an expression");
  }
  auto node = std::make_unique<ListExpr>(ExprKind::kTuple, place);
  node->items = std::move(items);
  return grown(std::move(node), depth);
}

ExprPtr Parser::parse_list() {
  auto node = std::make_unique<ListExpr>(ExprKind::kList, take().place);
  int depth = 0;
  while (!is_op("]")) {
    if (!node->items.empty()) expect_op(",");
    if (is_op("]")) break;
    node->items.push_back(parse_expression());
    depth = std::max(depth, node->items.back()->depth);
  }
  expect_op("]");
  return grown(std::move(node), depth);
}

ExprPtr Parser::parse_dict() {
  auto node = std::make_unique<DictExpr>(take().place);
  int depth = 0;
  while (!is_op("}")) {
    if (!node->entries.empty()) expect_op(",");
    if (is_op("}")) break;
    ExprPtr key = parse_expression();
    expect_op(":");
    ExprPtr value = parse_expression();
    depth = std::max({depth, key->depth, value->depth});
    node->entries.emplace_back(std::move(key), std::move(value));
  }
  expect_op("}");
  return grown(std::move(node), depth);
}

ExprPtr Parser::parse_postfix(ExprPtr node) {
  while (true) {
    if (is_op(".") || is_op("[")) {
      node = parse_subscript(std::move(node));
    } else if (is_op("(")) {
      node = parse_call(std::move(node));
    } else {
      return node;
    }
  }
}

ExprPtr Parser::parse_filters_and_tests(ExprPtr node) {
  while (true) {
    if (skip_op("|")) {
      node = parse_filter(std::move(node));
    } else if (is_name("is")) {
      node = parse_test(std::move(node));
    } else if (is_op("(")) {
      node = parse_call(std::move(node));
    } else {
      return node;
    }
  }
}

ExprPtr Parser::parse_subscript(ExprPtr object) {
  const Token& open = take();
  if (open.text == "[") {
    ExprPtr node = parse_slice_or_key(std::move(object), open.place);
    expect_op("]");
    return node;
  }
  if (token().kind == TokenKind::kName) {
    auto node = std::make_unique<AttributeExpr>(open.place);
    node->name = take().text;
    node->object = std::move(object);
    return grown(std::move(node), deepest(node->object));
  }
  if (token().kind != TokenKind::kInteger) fail_here("expected name or number");
  auto node = std::make_unique<ItemExpr>(open.place);
  node->key = std::make_unique<ConstExpr>(Value::integer(token().integer), token().place);
  take();
  node->object = std::move(object);
  return grown(std::move(node), deepest(node->object));
}

ExprPtr Parser::parse_slice_or_key(ExprPtr object, uint32_t place) {
  ExprPtr first;
  if (!is_op(":")) first = parse_expression();
  if (!is_op(":")) {
    auto node = std::make_unique<ItemExpr>(place);
    node->key = std::move(first);
    if (is_op(",")) {  // a[1, 2]: the key is a tuple
      auto tuple = std::make_unique<ListExpr>(ExprKind::kTuple, place);
      int depth = node->key->depth;
      tuple->items.push_back(std::move(node->key));
      while (skip_op(",")) {
        tuple->items.push_back(parse_expression());
        depth = std::max(depth, tuple->items.back()->depth);
      }
      node->key = grown(std::move(tuple), depth);
    }
    node->object = std::move(object);
    return grown(std::move(node), deepest(node->object, node->key));
  }
  auto node = std::make_unique<SliceExpr>(place);
  node->start = std::move(first);
  take();
  if (!is_op(":") && !is_op("]")) node->stop = parse_expression();
  if (skip_op(":") && !is_op("]")) node->step = parse_expression();
  node->object = std::move(object);
  return grown(std::move(node), deepest(node->object, node->start, node->stop, node->step));
}

ExprPtr Parser::parse_call(ExprPtr callee) {
  auto node = std::make_unique<CallExpr>(token().place);
  int depth = callee->depth;
  node->callee = std::move(callee);
  node->args = parse_arguments(depth);
  return grown(std::move(node), depth);
}

Arguments Parser::parse_arguments(int& depth) {
  Arguments args;
  uint32_t place = token().place;
  expect_op("(");
  for (bool first = true; !is_op(")"); first = false) {
    if (!first) expect_op(",");
    if (!first && is_op(")")) break;
    parse_argument(args, place);
  }
  expect_op(")");
  auto deepen = [&](const ExprPtr& node) { depth = node == nullptr ? depth : std::max(depth, node->depth); };
  for (const ExprPtr& node : args.positional) deepen(node);
  for (const auto& [name, node] : args.named) deepen(node);
  deepen(args.star);
  deepen(args.double_star);
  return args;
}

void Parser::parse_argument(Arguments& args, uint32_t place) {
  auto ensure = [&](bool right) {
    if (!right) fail("invalid syntax for function call expression", place);
  };
  if (skip_op("*")) {
    ensure(args.star == nullptr && args.double_star == nullptr);
    args.star = parse_expression();
  } else if (skip_op("**")) {
    ensure(args.double_star == nullptr);
    args.double_star = parse_expression();
  } else if (token().kind == TokenKind::kName && ahead().kind == TokenKind::kOperator &&
             ahead().text == "=") {
    ensure(args.double_star == nullptr);
    std::string name = take().text;
    take();
    args.named.emplace_back(std::move(name), parse_expression());
  } else {
    ensure(args.star == nullptr && args.double_star == nullptr && args.named.empty());
    args.positional.push_back(parse_expression());
  }
}

void Parser::note_unknown(std::string_view what, const std::string& name, uint32_t place) {
  if (soft_ > 0) return;
  unknown_.push_back({ErrorKind::kInvalidArgument, unknown_message(what, name), place});
}

std::string Parser::dotted_name() {
  std::string name = expect_any_name();
  while (skip_op(".")) name += "." + expect_any_name();
  return name;
}

std::unique_ptr<FilterExpr> Parser::parse_filter(ExprPtr input) {
  auto node = std::make_unique<FilterExpr>(token().place);
  node->name = dotted_name();
  node->run = find_filter(node->name);
  if (node->run == nullptr) note_unknown("filter", node->name, node->place);
  int depth = input == nullptr ? 0 : input->depth;
  node->input = std::move(input);
  if (is_op("(")) node->args = parse_arguments(depth);
  return grown(std::move(node), depth);
}

ExprPtr Parser::parse_test(ExprPtr input) {
  uint32_t place = take().place;
  bool negated = skip_name("not");
  auto node = std::make_unique<TestExpr>(token().place);
  node->name = dotted_name();
  node->run = find_test(node->name);
  if (node->run == nullptr) note_unknown("test", node->name, node->place);
  int depth = input->depth;
  node->input = std::move(input);
  bool ends = is_name("else") || is_name("or") || is_name("and");
  TokenKind kind = token().kind;
  if (is_op("(")) {
    node->args = parse_arguments(depth);
  } else if (!ends &&
             (kind == TokenKind::kName || kind == TokenKind::kString || kind == TokenKind::kInteger ||
              kind == TokenKind::kFloat || is_op("[") || is_op("{"))) {
    if (is_name("is")) fail_here("You cannot chain multiple tests with is");
    ExprPtr argument = parse_postfix(parse_primary());
    depth = std::max(depth, argument->depth);
    node->args.positional.push_back(std::move(argument));
  }
  ExprPtr test = grown(std::move(node), depth);
  if (!negated) return test;
  auto negation = std::make_unique<UnaryExpr>(ExprKind::kNot, place);
  negation->operand = std::move(test);
  return grown(std::move(negation), deepest(negation->operand));
}

}  // namespace fusebox::text::jinja
