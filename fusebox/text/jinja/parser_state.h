// Internal: the parser's class, whose parts are parser.cpp (statements) and parse_expression.cpp.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/jinja/ast.h"
#include "fusebox/text/jinja/lexer.h"

namespace fusebox::text::jinja {

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
  Body parse();

 private:
  using Names = std::initializer_list<std::string_view>;
  class Level;  // counts nesting while it lives
  class Inner;  // a scope of its own, a function of its own, while it lives

  // Tokens.
  const Token& token() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  const Token& take();
  bool is_op(std::string_view op) const { return token().kind == TokenKind::kOperator && token().text == op; }
  bool is_name(std::string_view name) const {
    return token().kind == TokenKind::kName && token().text == name;
  }
  bool skip_op(std::string_view op);
  bool skip_name(std::string_view name);
  void expect_op(std::string_view op);
  void expect_name(std::string_view name);
  std::string expect_any_name();
  void expect(TokenKind kind);
  [[noreturn]] void fail(std::string message, uint32_t place) const;
  [[noreturn]] void fail_here(std::string message) const { fail(std::move(message), token().place); }
  [[noreturn]] void fail_unexpected(std::string_view wanted) const;

  // Statements.
  Body parse_body(Names ends);  // from the end of the tag that opens it to the name that ends it
  Body parse_nodes(Names ends);
  void parse_output(Body& body);
  StmtPtr parse_statement();
  StmtPtr parse_known_statement(const std::string& name, uint32_t place);
  StmtPtr parse_for(uint32_t place);
  StmtPtr parse_if(uint32_t place);
  StmtPtr parse_set(uint32_t place);
  StmtPtr parse_with(uint32_t place);
  StmtPtr parse_macro(uint32_t place);
  StmtPtr parse_call_block(uint32_t place);
  StmtPtr parse_filter_block(uint32_t place);
  StmtPtr parse_generation(uint32_t place);
  StmtPtr parse_print(uint32_t place);
  StmtPtr parse_loop_control(const std::string& name, uint32_t place);
  void parse_signature(MacroDef& def);
  [[noreturn]] void fail_unknown_tag(const std::string& name, uint32_t place) const;

  // Assignment targets.
  Target parse_target(bool with_namespace);
  Target parse_single_target(bool with_namespace);
  void check_target(const Target& target) const;

  // Expressions, loosest first.
  ExprPtr parse_expression(bool with_condition = true);
  ExprPtr parse_condition();
  ExprPtr parse_or();
  ExprPtr parse_and();
  ExprPtr parse_not();
  ExprPtr parse_compare();
  ExprPtr parse_sum();
  ExprPtr parse_concat();
  ExprPtr parse_product();
  ExprPtr parse_power();
  ExprPtr parse_unary(bool with_filter = true);
  ExprPtr parse_primary();
  ExprPtr parse_postfix(ExprPtr node);
  ExprPtr parse_filters_and_tests(ExprPtr node);
  ExprPtr parse_tuple(bool with_condition = true, bool parenthesized = false);
  ExprPtr parse_list();
  ExprPtr parse_dict();
  ExprPtr parse_subscript(ExprPtr node);
  ExprPtr parse_slice_or_key(ExprPtr object, uint32_t place);
  ExprPtr parse_call(ExprPtr callee);
  void parse_argument(Arguments& args, uint32_t place);
  Arguments parse_arguments(int& depth);
  std::unique_ptr<FilterExpr> parse_filter(ExprPtr input);
  ExprPtr parse_test(ExprPtr input);
  ExprPtr binary(Arithmetic op, ExprPtr left, ExprPtr right, uint32_t place);
  std::string dotted_name();
  void note_unknown(std::string_view what, const std::string& name, uint32_t place);

  // The node above children of `depth`, if that is not too deep. It is not moved before it is looked at, so
  // `grown(std::move(node), deepest(node->left))` is fine.
  template <typename Node>
  std::unique_ptr<Node> grown(std::unique_ptr<Node>&& node, int depth);
  template <typename... Children>
  static int deepest(const Children&... children) {
    return std::max({0, (children == nullptr ? 0 : children->depth)...});
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int soft_ = 0;  // inside how many {% if %} of the same scope: unknown filters wait there
  std::vector<SyntaxFailure> unknown_;  // filters and tests, unless a condition makes them wait after all
  int loops_ = 0;  // around the statement, in the same function: break and continue need one
  int fors_ = 0;   // around the statement: nothing there may be called "loop"
};

class Parser::Level {
 public:
  explicit Level(Parser& parser) : parser_(parser) {
    if (++parser_.depth_ > kMaxSourceDepth) {
      parser_.fail_here("expressions and statements nested more than " + std::to_string(kMaxSourceDepth) +
                        " deep");
    }
  }
  ~Level() { --parser_.depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Parser& parser_;
};

class Parser::Inner {
 public:
  explicit Inner(Parser& parser, int loops) : parser_(parser), soft_(parser.soft_), loops_(parser.loops_) {
    parser_.soft_ = 0;
    parser_.loops_ = loops;
  }
  ~Inner() {
    parser_.soft_ = soft_;
    parser_.loops_ = loops_;
  }
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;

 private:
  Parser& parser_;
  int soft_, loops_;
};

template <typename Node>
std::unique_ptr<Node> Parser::grown(std::unique_ptr<Node>&& node, int depth) {
  node->depth = depth + 1;
  if (node->depth > kMaxSourceDepth) {
    fail("an expression nested more than " + std::to_string(kMaxSourceDepth) + " deep", node->place);
  }
  return std::move(node);
}

}  // namespace fusebox::text::jinja
