#include "fusebox/text/jinja/resolve.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>

#include "fusebox/text/jinja/ast_walk.h"
#include "fusebox/text/jinja/lexer.h"
#include "fusebox/text/jinja/undeclared.h"

namespace fusebox::text::jinja {
namespace {

// What has slots of its own at run time.
struct Function {
  const Function* outer = nullptr;
  uint32_t slots = 0;
};

struct Slot {
  Function* function = nullptr;
  uint32_t index = 0;
};

// The names of one scope. Copies of it stand for the branches of an {% if %}; they share the slots.
class Symbols {
 public:
  Symbols(const Symbols* parent, Function* function)
      : parent_(parent), function_(function), slots_(std::make_shared<std::map<std::string, uint32_t>>()) {}

  void load(const std::string& name) {
    if (find(name) == nullptr) define(name, {Load::From::kContext, {}, name});
  }

  void store(const std::string& name) {
    stores_.insert(name);
    if (refs_.count(name) != 0) return;
    const Slot* outer = parent_ == nullptr ? nullptr : parent_->find(name);
    define(name, outer == nullptr ? Load{} : Load{Load::From::kOuter, ref_to(*outer)});
  }

  uint32_t declare_param(const std::string& name) {
    stores_.insert(name);
    uint32_t slot = define(name, {});
    loads_.erase(slot);  // whoever enters the scope fills it
    return slot;
  }

  // Takes in what the branches of an {% if %} did: a name that only some of them assign keeps what it was.
  void merge(const std::vector<Symbols>& branches) {
    std::set<std::string> stores;
    for (const Symbols& branch : branches) stores.insert(branch.stores_.begin(), branch.stores_.end());
    for (const std::string& name : stores_) stores.erase(name);
    for (const Symbols& branch : branches) {
      for (const auto& [name, slot] : branch.refs_) refs_[name] = slot;
      for (const auto& [slot, load] : branch.loads_) loads_[slot] = load;
      stores_.insert(branch.stores_.begin(), branch.stores_.end());
    }
    for (const std::string& name : stores) {
      const Slot* outer = parent_ == nullptr ? nullptr : parent_->find(name);
      loads_[find(name)->index] =
          outer == nullptr ? Load{Load::From::kContext, {}, name} : Load{Load::From::kOuter, ref_to(*outer)};
    }
  }

  Ref ref(const std::string& name) const {
    const Slot* slot = find(name);
    if (slot == nullptr) throw InternalError(fmt::format("the name '{}' was not resolved", name));
    return ref_to(*slot);
  }

  Function* function() const { return function_; }
  Scope scope() const { return {{loads_.begin(), loads_.end()}}; }

 private:
  const Slot* find(const std::string& name) const {
    for (const Symbols* symbols = this; symbols != nullptr; symbols = symbols->parent_) {
      auto at = symbols->refs_.find(name);
      if (at != symbols->refs_.end()) return &at->second;
    }
    return nullptr;
  }

  uint32_t define(const std::string& name, Load load) {
    auto [at, is_new] = slots_->try_emplace(name, function_->slots);
    if (is_new) ++function_->slots;
    refs_[name] = {function_, at->second};
    loads_[at->second] = std::move(load);
    return at->second;
  }

  Ref ref_to(const Slot& slot) const {
    Ref ref{0, slot.index};
    for (const Function* at = function_; at != slot.function; at = at->outer) ++ref.hops;
    return ref;
  }

  const Symbols* parent_;
  Function* function_;
  std::shared_ptr<std::map<std::string, uint32_t>> slots_;
  std::map<std::string, Slot> refs_;
  std::map<uint32_t, Load> loads_;
  std::set<std::string> stores_;
};

// First pass over a scope: which names it reads and assigns. Stops at scopes inside.
class Survey {
 public:
  explicit Survey(Symbols& symbols) : symbols_(&symbols) {}

  void body(Body& nodes) {
    for (StmtPtr& node : nodes) statement(*node);
  }

  void expression(Expr& node) {
    if (node.kind == ExprKind::kName) {
      const auto& name = static_cast<NameExpr&>(node);
      if (name.name == "self") {
        throw SyntaxFailure{ErrorKind::kUnsupported, "'self' is not supported in chat templates", node.place};
      }
      symbols_->load(name.name);
      return;
    }
    visit_children(node, [&](Expr& child) { expression(child); });
  }

  void target(const Target& to, bool is_param = false) {
    if (to.is_tuple) {
      for (const Target& each : to.tuple) target(each, is_param);
    } else if (!to.attribute.empty()) {
      symbols_->load(to.name);
    } else if (is_param) {
      symbols_->declare_param(to.name);
    } else {
      symbols_->store(to.name);
    }
  }

 private:
  void branches(IfStmt& node) {
    // jinja2 has each `elif` as an {% if %} of its own inside a branch; seen from here it is the same.
    Symbols* original = symbols_;
    std::vector<Symbols> seen;
    auto survey = [&](Body& nodes, Expr* test) {
      Symbols branch = *original;
      symbols_ = &branch;
      if (test != nullptr) expression(*test);
      body(nodes);
      symbols_ = original;
      seen.push_back(std::move(branch));
    };
    bool first = true;
    for (auto& [test, then] : node.branches) {
      if (first) expression(*test);
      survey(then, first ? nullptr : test.get());
      first = false;
    }
    survey(node.otherwise, nullptr);
    original->merge(seen);
  }

  void statement(Stmt& node) {
    switch (node.kind) {
      case StmtKind::kOutput:
        for (ExprPtr& value : static_cast<OutputStmt&>(node).values) expression(*value);
        break;
      case StmtKind::kFor: expression(*static_cast<ForStmt&>(node).iterable); break;
      case StmtKind::kIf: branches(static_cast<IfStmt&>(node)); break;
      case StmtKind::kMacro: symbols_->store(static_cast<MacroStmt&>(node).def.name); break;
      case StmtKind::kCallBlock: expression(*static_cast<CallBlockStmt&>(node).call); break;
      case StmtKind::kFilterBlock: expression(*static_cast<FilterBlockStmt&>(node).filter); break;
      case StmtKind::kWith:
        for (auto& [to, value] : static_cast<WithStmt&>(node).assignments) expression(*value);
        break;
      case StmtKind::kSet:
        expression(*static_cast<SetStmt&>(node).value);
        target(static_cast<SetStmt&>(node).target);
        break;
      case StmtKind::kSetBlock: target(static_cast<SetBlockStmt&>(node).target); break;
      default: break;
    }
  }

  Symbols* symbols_;
};

// Second pass: gives every name its place, scope by scope.
class Binder {
 public:
  void tree(Tree& tree) {
    Function function;
    Symbols symbols(nullptr, &function);
    Survey(symbols).body(tree.body);
    body(tree.body, symbols);
    tree.scope = symbols.scope();
    tree.slot_count = function.slots;
  }

 private:
  void body(Body& nodes, const Symbols& symbols) {
    for (StmtPtr& node : nodes) statement(*node, symbols);
  }

  void expression(Expr& node, const Symbols& symbols) {
    if (node.kind == ExprKind::kName) {
      auto& name = static_cast<NameExpr&>(node);
      name.ref = symbols.ref(name.name);
      return;
    }
    visit_children(node, [&](Expr& child) { expression(child, symbols); });
  }

  void target(Target& to, const Symbols& symbols) {
    if (!to.is_tuple) {
      to.ref = symbols.ref(to.name);
      return;
    }
    for (Target& each : to.tuple) target(each, symbols);
  }

  void loop(ForStmt& node, const Symbols& outer) {
    expression(*node.iterable, outer);
    Function own{outer.function(), 0};
    Function* function = node.recursive ? &own : outer.function();
    loop_test(node, outer, function);
    Symbols inner(&outer, function);
    if (node.recursive || !find_undeclared(node.body, {"loop"}).empty())
      node.loop_slot = inner.declare_param("loop");
    Survey survey(inner);
    survey.target(node.target, true);
    survey.body(node.body);
    target(node.target, inner);
    body(node.body, inner);
    node.body_scope = inner.scope();
    Symbols otherwise(&outer, function);
    Survey(otherwise).body(node.otherwise);
    body(node.otherwise, otherwise);
    node.else_scope = otherwise.scope();
    node.slot_count = own.slots;
  }

  void loop_test(ForStmt& node, const Symbols& outer, Function* function) {
    if (node.test == nullptr) return;
    Symbols symbols(&outer, function);
    Survey survey(symbols);
    survey.target(node.test_target, true);
    survey.expression(*node.test);
    target(node.test_target, symbols);
    expression(*node.test, symbols);
    node.test_scope = symbols.scope();
  }

  void macro(MacroDef& def, const Symbols& outer, uint32_t place) {
    Function function{outer.function(), 0};
    Symbols symbols(&outer, &function);
    bool names_caller = false, names_kwargs = false, names_varargs = false;
    for (MacroDef::Param& param : def.params) {
      param.slot = symbols.declare_param(param.name);
      names_kwargs = names_kwargs || param.name == "kwargs";
      names_varargs = names_varargs || param.name == "varargs";
      names_caller = names_caller || param.name == "caller";
      if (param.name == "caller" && param.otherwise == nullptr && uses(def, "caller")) {
        throw SyntaxFailure{
            ErrorKind::kInvalidArgument,
            "When defining macros or call blocks the special \"caller\" argument must be omitted or "
            "be given a default.",
            place};
      }
    }
    Survey survey(symbols);
    for (MacroDef::Param& param : def.params) {
      if (param.otherwise != nullptr) survey.expression(*param.otherwise);
    }
    if (uses(def, "caller") && !names_caller) def.caller_slot = symbols.declare_param("caller");
    if (uses(def, "kwargs") && !names_kwargs) def.kwargs_slot = symbols.declare_param("kwargs");
    if (uses(def, "varargs") && !names_varargs) def.varargs_slot = symbols.declare_param("varargs");
    survey.body(def.body);
    for (MacroDef::Param& param : def.params) {
      if (param.otherwise != nullptr) expression(*param.otherwise, symbols);
    }
    body(def.body, symbols);
    def.scope = symbols.scope();
    def.slot_count = function.slots;
  }

  static bool uses(MacroDef& def, const std::string& name) {
    return find_undeclared(def.body, {"caller", "kwargs", "varargs"}).count(name) != 0;
  }

  // A scope that is only a body.
  Scope inner_body(Body& nodes, const Symbols& outer, FilterExpr* filter = nullptr) {
    Symbols symbols(&outer, outer.function());
    Survey survey(symbols);
    survey.body(nodes);
    if (filter != nullptr) survey.expression(*filter);
    body(nodes, symbols);
    if (filter != nullptr) expression(*filter, symbols);
    return symbols.scope();
  }

  void with(WithStmt& node, const Symbols& outer) {
    Symbols symbols(&outer, outer.function());
    Survey survey(symbols);
    for (auto& [to, value] : node.assignments) survey.target(to, true);
    survey.body(node.body);
    for (auto& [to, value] : node.assignments) {
      expression(*value, outer);
      target(to, symbols);
    }
    body(node.body, symbols);
    node.scope = symbols.scope();
  }

  void statement(Stmt& node, const Symbols& symbols) {
    switch (node.kind) {
      case StmtKind::kOutput:
        for (ExprPtr& value : static_cast<OutputStmt&>(node).values) expression(*value, symbols);
        break;
      case StmtKind::kFor: loop(static_cast<ForStmt&>(node), symbols); break;
      case StmtKind::kIf:
        for (auto& [test, then] : static_cast<IfStmt&>(node).branches) {
          expression(*test, symbols);
          body(then, symbols);
        }
        body(static_cast<IfStmt&>(node).otherwise, symbols);
        break;
      case StmtKind::kMacro: {
        auto& macro_node = static_cast<MacroStmt&>(node);
        macro(macro_node.def, symbols, node.place);
        macro_node.ref = symbols.ref(macro_node.def.name);
        break;
      }
      case StmtKind::kCallBlock:
        expression(*static_cast<CallBlockStmt&>(node).call, symbols);
        macro(static_cast<CallBlockStmt&>(node).def, symbols, node.place);
        break;
      case StmtKind::kFilterBlock: {
        auto& block = static_cast<FilterBlockStmt&>(node);
        block.scope = inner_body(block.body, symbols, block.filter.get());
        break;
      }
      case StmtKind::kWith: with(static_cast<WithStmt&>(node), symbols); break;
      case StmtKind::kSet:
        expression(*static_cast<SetStmt&>(node).value, symbols);
        target(static_cast<SetStmt&>(node).target, symbols);
        break;
      case StmtKind::kSetBlock: {
        auto& block = static_cast<SetBlockStmt&>(node);
        block.scope = inner_body(block.body, symbols, block.filter.get());
        target(block.target, symbols);
        break;
      }
      case StmtKind::kGeneration: {
        auto& block = static_cast<GenerationStmt&>(node);
        block.scope = inner_body(block.body, symbols);
        break;
      }
      default: break;
    }
  }
};

}  // namespace

void resolve_names(Tree& tree) { Binder().tree(tree); }

}  // namespace fusebox::text::jinja
