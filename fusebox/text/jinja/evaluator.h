// Evaluator: renders a tree. One rendering, one Evaluator; the tree is only read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fusebox/text/jinja/ast.h"
#include "fusebox/text/jinja/runtime.h"

namespace fusebox::text::jinja {

// The variables of one call of a function of the template, and the way out to those around it.
struct Activation {
  Activation(std::shared_ptr<Activation> outer_, uint32_t count) : outer(std::move(outer_)), slots(count) {}
  std::shared_ptr<Activation> outer;
  std::vector<Value> slots;
};

class LoopObject;

class Evaluator {
 public:
  // `variables` are the caller's; both must outlive the evaluator.
  Evaluator(Runtime& rt, const Dict& variables) : rt_(rt), variables_(variables) {}
  std::string render(const Tree& tree);

  // For macros and loops, which live on between statements.
  std::string call_macro(const MacroDef& def, const std::shared_ptr<Activation>& outer, Args& args);
  std::string render_recursive_loop(const ForStmt& node, const std::shared_ptr<Activation>& outer,
                                    Value iterable, int depth0);
  // The test of `for … if`. What passes is the target's value: a list that was unpacked comes out as a tuple.
  bool passes_test(const ForStmt& node, const std::shared_ptr<Activation>& activation, Value& item);
  Runtime& runtime() { return rt_; }

 private:
  enum class Flow : uint8_t { kNormal, kBreak, kContinue };
  class Frame;    // makes an activation the current one while it lives
  class Capture;  // sends output to a string of its own while it lives

  // Statements (statements.cpp).
  Flow run(const Body& body);
  Flow run(const Stmt& node);
  Flow run_for(const ForStmt& node);
  Flow run_if(const IfStmt& node);
  Flow run_with(const WithStmt& node);
  Flow run_filter_block(const FilterBlockStmt& node);
  Flow run_set_block(const SetBlockStmt& node);
  Flow run_scope(const Scope& scope, const Body& body);
  void run_output(const OutputStmt& node);
  void run_set(const SetStmt& node);
  void run_call_block(const CallBlockStmt& node);
  void define_macro(const MacroStmt& node);
  Flow loop_over(const ForStmt& node, Value iterable, int depth0,
                 const std::shared_ptr<Activation>& recursion_outer);
  bool loop_plain(const ForStmt& node, const Value& iterable);
  bool loop_extended(const ForStmt& node, LoopObject& loop);
  Flow loop_body(const ForStmt& node, const Value& item, bool& completed);
  void bind_macro(const MacroDef& def, Args& args);
  void bind_special(const MacroDef& def, Args& args, bool found_caller);
  void enter(const Scope& scope);
  void assign(const Target& target, const Value& value);
  Value value_of(const Target& target);
  void check_namespaces(const Target& target);
  void emit(std::string_view text);
  void emit(const Value& value);

  // Expressions (expressions.cpp).
  Value eval(const Expr& node);
  Value eval_name(const NameExpr& node);
  Value eval_items(const ListExpr& node);
  Value eval_dict(const DictExpr& node);
  Value eval_condition(const CondExpr& node);
  Value eval_binary(const BinaryExpr& node);
  Value eval_unary(const UnaryExpr& node);
  Value eval_concat(const ListExpr& node);
  Value eval_compare(const CompareExpr& node);
  bool compare(Comparison op, const Value& a, const Value& b);
  Value eval_slice(const SliceExpr& node);
  Value eval_call(const CallExpr& node, const Value* caller);
  Value eval_filter(const FilterExpr& node, const Value* input);
  Value eval_test(const TestExpr& node);
  void eval_arguments(const Arguments& from, Args& to);
  void spread(const Arguments& from, Args& to);
  Value& slot(const Ref& ref);

  Runtime& rt_;
  const Dict& variables_;
  std::shared_ptr<Activation> activation_;
  std::string* out_ = nullptr;
};

}  // namespace fusebox::text::jinja
