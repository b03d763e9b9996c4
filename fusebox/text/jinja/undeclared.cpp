#include "fusebox/text/jinja/undeclared.h"

#include "fusebox/text/jinja/ast_walk.h"

namespace fusebox::text::jinja {
namespace {

class Search {
 public:
  explicit Search(std::set<std::string> names) : names_(std::move(names)) {}
  std::set<std::string> found() { return std::move(found_); }

  void body(Body& nodes) {
    for (StmtPtr& node : nodes) statement(*node);
  }

 private:
  void assigned(const std::string& name) { names_.erase(name); }

  void target(const Target& to) {
    if (to.is_tuple) {
      for (const Target& each : to.tuple) target(each);
    } else if (to.attribute.empty()) {
      assigned(to.name);
    }
  }

  void expression(Expr& node) {
    if (node.kind == ExprKind::kName) {
      const std::string& name = static_cast<NameExpr&>(node).name;
      if (names_.count(name) != 0) found_.insert(name);
      return;
    }
    visit_children(node, [&](Expr& child) { expression(child); });
  }

  void maybe(Expr* node) {
    if (node != nullptr) expression(*node);
  }

  void macro(MacroDef& def) {
    for (const MacroDef::Param& param : def.params) assigned(param.name);
    for (MacroDef::Param& param : def.params) maybe(param.otherwise.get());
    body(def.body);
  }

  void loop(ForStmt& node) {
    target(node.target);
    expression(*node.iterable);
    body(node.body);
    body(node.otherwise);
    maybe(node.test.get());
  }

  void statement(Stmt& node) {
    switch (node.kind) {
      case StmtKind::kText:
      case StmtKind::kBreak:
      case StmtKind::kContinue: break;
      case StmtKind::kOutput:
        for (ExprPtr& value : static_cast<OutputStmt&>(node).values) expression(*value);
        break;
      case StmtKind::kFor: loop(static_cast<ForStmt&>(node)); break;
      case StmtKind::kIf:
        for (auto& [test, then] : static_cast<IfStmt&>(node).branches) expression(*test), body(then);
        body(static_cast<IfStmt&>(node).otherwise);
        break;
      case StmtKind::kMacro: macro(static_cast<MacroStmt&>(node).def); break;
      case StmtKind::kCallBlock:
        expression(*static_cast<CallBlockStmt&>(node).call);
        macro(static_cast<CallBlockStmt&>(node).def);
        break;
      case StmtKind::kFilterBlock:
        body(static_cast<FilterBlockStmt&>(node).body);
        expression(*static_cast<FilterBlockStmt&>(node).filter);
        break;
      case StmtKind::kWith:
        for (auto& [to, value] : static_cast<WithStmt&>(node).assignments) target(to);
        for (auto& [to, value] : static_cast<WithStmt&>(node).assignments) expression(*value);
        body(static_cast<WithStmt&>(node).body);
        break;
      case StmtKind::kSet:
        target(static_cast<SetStmt&>(node).target);
        expression(*static_cast<SetStmt&>(node).value);
        break;
      case StmtKind::kSetBlock:
        target(static_cast<SetBlockStmt&>(node).target);
        maybe(static_cast<SetBlockStmt&>(node).filter.get());
        body(static_cast<SetBlockStmt&>(node).body);
        break;
      case StmtKind::kGeneration: body(static_cast<GenerationStmt&>(node).body); break;
    }
  }

  std::set<std::string> names_, found_;
};

}  // namespace

std::set<std::string> find_undeclared(Body& body, std::set<std::string> names) {
  Search search(std::move(names));
  search.body(body);
  return search.found();
}

}  // namespace fusebox::text::jinja
