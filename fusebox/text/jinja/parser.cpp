#include "fusebox/text/jinja/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/parser_state.h"
#include "fusebox/text/jinja/resolve.h"

namespace fusebox::text::jinja {
namespace {

std::string described(const Token& token) {
  switch (token.kind) {
    case TokenKind::kData: return "template data / text";
    case TokenKind::kVariableBegin: return "begin of print statement";
    case TokenKind::kVariableEnd: return "end of print statement";
    case TokenKind::kBlockBegin: return "begin of statement block";
    case TokenKind::kBlockEnd: return "end of statement block";
    case TokenKind::kString: return "string";
    case TokenKind::kInteger: return "integer";
    case TokenKind::kFloat: return "float";
    case TokenKind::kEnd: return "end of template";
    default: return token.text;
  }
}

}  // namespace

const Token& Parser::take() {
  const Token& taken = tokens_[at_];
  if (taken.kind != TokenKind::kEnd) ++at_;
  return taken;
}

bool Parser::skip_op(std::string_view op) {
  if (!is_op(op)) return false;
  take();
  return true;
}

bool Parser::skip_name(std::string_view name) {
  if (!is_name(name)) return false;
  take();
  return true;
}

void Parser::expect_op(std::string_view op) {
  if (!skip_op(op)) fail_unexpected(op);
}

void Parser::expect_name(std::string_view name) {
  if (!skip_name(name)) fail_unexpected(name);
}

std::string Parser::expect_any_name() {
  if (token().kind != TokenKind::kName) fail_unexpected("name");
  return take().text;
}

void Parser::expect(TokenKind kind) {
  if (token().kind != kind) fail_unexpected(described({kind}));
  take();
}

void Parser::fail(std::string message, uint32_t place) const {
  throw SyntaxFailure{ErrorKind::kInvalidArgument, std::move(message), place};
}

void Parser::fail_unexpected(std::string_view wanted) const {
  if (token().kind == TokenKind::kEnd)
    fail_here(fmt::format("unexpected end of template, expected '{}'", wanted));
  fail_here(fmt::format("expected token '{}', got '{}'", wanted, described(token())));
}

void Parser::fail_unknown_tag(const std::string& name, uint32_t place) const {
  for (std::string_view known : {"include", "import", "from", "extends", "block", "autoescape"}) {
    if (name == known) {
      throw SyntaxFailure{ErrorKind::kUnsupported,
                          fmt::format("'{}' is not supported in chat templates", name), place};
    }
  }
  fail(fmt::format("Encountered unknown tag '{}'.", name), place);
}

Body Parser::parse() {
  Body body = parse_nodes({});
  if (!unknown_.empty()) throw unknown_.front();
  return body;
}

Body Parser::parse_body(Names ends) {
  skip_op(":");
  expect(TokenKind::kBlockEnd);
  Body body = parse_nodes(ends);
  if (token().kind == TokenKind::kEnd) {
    fail_here(
        fmt::format("Unexpected end of template. Jinja was looking for the tag '{}'.", *(ends.end() - 1)));
  }
  return body;
}

Body Parser::parse_nodes(Names ends) {
  Body body;
  while (token().kind != TokenKind::kEnd) {
    if (token().kind == TokenKind::kData) {
      body.push_back(std::make_unique<TextStmt>(token().text, token().place));
      take();
    } else if (token().kind == TokenKind::kVariableBegin) {
      parse_output(body);
    } else {
      expect(TokenKind::kBlockBegin);
      if (token().kind == TokenKind::kName &&
          std::find(ends.begin(), ends.end(), token().text) != ends.end()) {
        return body;
      }
      body.push_back(parse_statement());
      expect(TokenKind::kBlockEnd);
    }
  }
  return body;
}

void Parser::parse_output(Body& body) {
  uint32_t place = take().place;
  auto output = std::make_unique<OutputStmt>(place);
  output->values.push_back(parse_tuple());
  expect(TokenKind::kVariableEnd);
  body.push_back(std::move(output));
}

StmtPtr Parser::parse_statement() {
  Level level(*this);
  if (token().kind != TokenKind::kName) fail_here("tag name expected");
  uint32_t place = token().place;
  std::string name = take().text;
  return parse_known_statement(name, place);
}

StmtPtr Parser::parse_known_statement(const std::string& name, uint32_t place) {
  if (name == "for") return parse_for(place);
  if (name == "if") return parse_if(place);
  if (name == "set") return parse_set(place);
  if (name == "with") return parse_with(place);
  if (name == "macro") return parse_macro(place);
  if (name == "call") return parse_call_block(place);
  if (name == "filter") return parse_filter_block(place);
  if (name == "generation") return parse_generation(place);
  if (name == "print") return parse_print(place);
  if (name == "break" || name == "continue") return parse_loop_control(name, place);
  fail_unknown_tag(name, place);
}

StmtPtr Parser::parse_for(uint32_t place) {
  auto node = std::make_unique<ForStmt>(place);
  ++fors_;
  node->target = parse_target(false);
  expect_name("in");
  node->iterable = parse_tuple(false);
  if (skip_name("if")) {
    Inner inner(*this, 0);
    node->test = parse_expression();
    node->test_target = node->target;
  }
  node->recursive = skip_name("recursive");
  {
    Inner inner(*this, node->recursive ? 1 : loops_ + 1);
    node->body = parse_body({"else", "endfor"});
  }
  if (take().text == "else") {
    Inner inner(*this, node->recursive ? 0 : loops_);
    node->otherwise = parse_body({"endfor"});
    take();
  }
  --fors_;
  return node;
}

StmtPtr Parser::parse_if(uint32_t place) {
  auto node = std::make_unique<IfStmt>(place);
  ++soft_;
  for (bool more = true; more;) {
    ExprPtr test = parse_tuple(false);
    node->branches.emplace_back(std::move(test), parse_body({"elif", "else", "endif"}));
    const std::string& end = take().text;
    more = end == "elif";
    if (end == "else") {
      node->otherwise = parse_body({"endif"});
      take();
    }
  }
  --soft_;
  return node;
}

StmtPtr Parser::parse_set(uint32_t place) {
  Target target = parse_target(true);
  if (skip_op("=")) {
    auto node = std::make_unique<SetStmt>(place);
    node->target = std::move(target);
    node->value = parse_tuple();
    return node;
  }
  auto node = std::make_unique<SetBlockStmt>(place);
  node->target = std::move(target);
  Inner inner(*this, loops_);
  while (skip_op("|")) node->filter = parse_filter(std::move(node->filter));
  node->body = parse_body({"endset"});
  take();
  return node;
}

StmtPtr Parser::parse_with(uint32_t place) {
  auto node = std::make_unique<WithStmt>(place);
  while (token().kind != TokenKind::kBlockEnd) {
    if (!node->assignments.empty()) expect_op(",");
    int fors = std::exchange(fors_, 0);  // here "loop" is a name like any other
    Target target = parse_target(false);
    fors_ = fors;
    expect_op("=");
    node->assignments.emplace_back(std::move(target), parse_expression());
  }
  Inner inner(*this, loops_);
  node->body = parse_body({"endwith"});
  take();
  return node;
}

void Parser::parse_signature(MacroDef& def) {
  expect_op("(");
  while (!is_op(")")) {
    if (!def.params.empty()) expect_op(",");
    MacroDef::Param& param = def.params.emplace_back();
    param.place = token().place;
    param.name = expect_any_name();
    if (skip_op("=")) {
      param.otherwise = parse_expression();
    } else if (def.params.size() > 1 && def.params[def.params.size() - 2].otherwise != nullptr) {
      fail_here("non-default argument follows default argument");
    }
  }
  expect_op(")");
}

StmtPtr Parser::parse_macro(uint32_t place) {
  auto node = std::make_unique<MacroStmt>(place);
  node->def.name = expect_any_name();
  Inner inner(*this, 0);
  parse_signature(node->def);
  node->def.body = parse_body({"endmacro"});
  take();
  return node;
}

StmtPtr Parser::parse_call_block(uint32_t place) {
  auto node = std::make_unique<CallBlockStmt>(place);
  if (is_op("(")) {
    Inner inner(*this, 0);
    parse_signature(node->def);
  }
  ExprPtr call = parse_expression();
  if (call->kind != ExprKind::kCall) fail("expected call", place);
  node->call.reset(static_cast<CallExpr*>(call.release()));
  Inner inner(*this, 0);
  node->def.body = parse_body({"endcall"});
  take();
  return node;
}

StmtPtr Parser::parse_filter_block(uint32_t place) {
  auto node = std::make_unique<FilterBlockStmt>(place);
  Inner inner(*this, loops_);
  node->filter = parse_filter(nullptr);
  while (skip_op("|")) node->filter = parse_filter(std::move(node->filter));
  node->body = parse_body({"endfilter"});
  take();
  return node;
}

StmtPtr Parser::parse_generation(uint32_t place) {
  auto node = std::make_unique<GenerationStmt>(place);
  Inner inner(*this, 0);
  node->body = parse_body({"endgeneration"});
  take();
  return node;
}

StmtPtr Parser::parse_print(uint32_t place) {
  auto node = std::make_unique<OutputStmt>(place);
  while (token().kind != TokenKind::kBlockEnd) {
    if (!node->values.empty()) expect_op(",");
    node->values.push_back(parse_expression());
  }
  return node;
}

StmtPtr Parser::parse_loop_control(const std::string& name, uint32_t place) {
  if (loops_ == 0) fail(fmt::format("'{}' outside loop", name), place);
  return std::make_unique<Stmt>(name == "break" ? StmtKind::kBreak : StmtKind::kContinue, place);
}

Target Parser::parse_target(bool with_namespace) {
  Level level(*this);
  Target target;
  target.place = token().place;
  do {
    bool ends = is_op(")") || token().kind == TokenKind::kBlockEnd;
    if (ends && !target.tuple.empty()) break;
    target.tuple.push_back(parse_single_target(with_namespace));
    target.is_tuple = target.is_tuple || is_op(",");
  } while (skip_op(","));
  if (target.is_tuple) return target;
  return Target(std::move(target.tuple.front()));
}

Target Parser::parse_single_target(bool with_namespace) {
  Target target;
  target.place = token().place;
  if (skip_op("(")) {
    target = parse_target(false);
    expect_op(")");
    return target;
  }
  if (token().kind != TokenKind::kName) fail_here(fmt::format("can't assign to '{}'", described(token())));
  target.name = take().text;
  if (with_namespace && skip_op(".")) target.attribute = expect_any_name();
  check_target(target);
  return target;
}

void Parser::check_target(const Target& target) const {
  for (std::string_view reserved : {"true", "false", "none", "True", "False", "None"}) {
    if (target.name == reserved) fail("can't assign to 'const'", target.place);
  }
  if (target.name == "loop" && target.attribute.empty() && fors_ > 0) {
    fail("Can't assign to special loop variable in for-loop target", target.place);
  }
}

Tree parse_template(std::string_view normalized_source) {
  Tree tree;
  tree.body = Parser(tokenize(normalized_source)).parse();
  resolve_names(tree);
  return tree;
}

}  // namespace fusebox::text::jinja
