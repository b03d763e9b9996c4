#include <fmt/format.h>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/loop.h"
#include "fusebox/text/jinja/macro.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {

class Evaluator::Frame {
 public:
  Frame(Evaluator& evaluator, std::shared_ptr<Activation> activation)
      : evaluator_(evaluator), before_(std::exchange(evaluator.activation_, std::move(activation))) {}
  ~Frame() { evaluator_.activation_ = std::move(before_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  Evaluator& evaluator_;
  std::shared_ptr<Activation> before_;
};

class Evaluator::Capture {
 public:
  explicit Capture(Evaluator& evaluator)
      : evaluator_(evaluator), before_(std::exchange(evaluator.out_, &text_)) {}
  ~Capture() { evaluator_.out_ = before_; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  std::string take() { return std::move(text_); }

 private:
  Evaluator& evaluator_;
  std::string text_;
  std::string* before_;
};

std::string Evaluator::render(const Tree& tree) {
  Capture capture(*this);
  Frame frame(*this, std::make_shared<Activation>(nullptr, tree.slot_count));
  enter(tree.scope);
  run(tree.body);
  return capture.take();
}

void Evaluator::emit(std::string_view text) {
  rt_.bound(out_->size() + text.size());
  rt_.step(text.size() / 64);
  out_->append(text);
}

void Evaluator::emit(const Value& value) {
  if (value.is_string()) {
    emit(std::string_view(value.str()));
  } else {
    emit(std::string_view(str_of(rt_, value)));
  }
}

void Evaluator::enter(const Scope& scope) {
  for (const auto& [index, load] : scope.loads) {
    Value value;
    if (load.from == Load::From::kOuter) {
      value = slot(load.outer);
    } else if (load.from == Load::From::kContext) {
      const Value* given = variables_.find(load.name);
      value = given != nullptr ? *given : find_global(rt_, load.name);
    }
    activation_->slots[index] = std::move(value);
  }
}

Evaluator::Flow Evaluator::run(const Body& body) {
  for (const StmtPtr& node : body) {
    if (Flow flow = run(*node); flow != Flow::kNormal) return flow;
  }
  return Flow::kNormal;
}

Evaluator::Flow Evaluator::run(const Stmt& node) {
  rt_.step();
  Nesting nesting(rt_);
  switch (node.kind) {
    case StmtKind::kText:
      rt_.place = node.place;
      emit(std::string_view(static_cast<const TextStmt&>(node).text));
      return Flow::kNormal;
    case StmtKind::kOutput: run_output(static_cast<const OutputStmt&>(node)); return Flow::kNormal;
    case StmtKind::kFor: return run_for(static_cast<const ForStmt&>(node));
    case StmtKind::kIf: return run_if(static_cast<const IfStmt&>(node));
    case StmtKind::kMacro: define_macro(static_cast<const MacroStmt&>(node)); return Flow::kNormal;
    case StmtKind::kCallBlock: run_call_block(static_cast<const CallBlockStmt&>(node)); return Flow::kNormal;
    case StmtKind::kFilterBlock: return run_filter_block(static_cast<const FilterBlockStmt&>(node));
    case StmtKind::kWith: return run_with(static_cast<const WithStmt&>(node));
    case StmtKind::kSet: run_set(static_cast<const SetStmt&>(node)); return Flow::kNormal;
    case StmtKind::kSetBlock: return run_set_block(static_cast<const SetBlockStmt&>(node));
    case StmtKind::kGeneration: {
      const auto& generation = static_cast<const GenerationStmt&>(node);
      return run_scope(generation.scope, generation.body);
    }
    case StmtKind::kBreak: return Flow::kBreak;
    case StmtKind::kContinue: return Flow::kContinue;
  }
  throw InternalError("a statement of unknown kind");
}

void Evaluator::run_output(const OutputStmt& node) {
  for (const ExprPtr& expr : node.values) {
    Value value = eval(*expr);
    rt_.place = expr->place;
    emit(value);
  }
}

Evaluator::Flow Evaluator::run_scope(const Scope& scope, const Body& body) {
  enter(scope);
  return run(body);
}

Evaluator::Flow Evaluator::run_if(const IfStmt& node) {
  for (const auto& [test, then] : node.branches) {
    if (truthy(rt_, eval(*test))) return run(then);
  }
  return run(node.otherwise);
}

Evaluator::Flow Evaluator::run_with(const WithStmt& node) {
  enter(node.scope);
  for (const auto& [target, expr] : node.assignments) assign(target, eval(*expr));
  return run(node.body);
}

Evaluator::Flow Evaluator::run_filter_block(const FilterBlockStmt& node) {
  enter(node.scope);
  Value text;
  {
    Capture capture(*this);
    if (Flow flow = run(node.body); flow != Flow::kNormal) return flow;
    text = rt_.text(capture.take());
  }
  emit(eval_filter(*node.filter, &text));
  return Flow::kNormal;
}

Evaluator::Flow Evaluator::run_set_block(const SetBlockStmt& node) {
  enter(node.scope);
  Value text;
  {
    Capture capture(*this);
    if (Flow flow = run(node.body); flow != Flow::kNormal) return flow;
    text = rt_.text(capture.take());
  }
  if (node.filter != nullptr) text = eval_filter(*node.filter, &text);
  assign(node.target, text);
  return Flow::kNormal;
}

void Evaluator::run_set(const SetStmt& node) {
  check_namespaces(node.target);
  Value value = eval(*node.value);
  rt_.place = node.place;
  assign(node.target, value);
}

void Evaluator::check_namespaces(const Target& target) {
  for (const Target& each : target.tuple) check_namespaces(each);
  if (target.attribute.empty()) return;
  const Value& object = slot(target.ref);
  rt_.place = target.place;
  if (as_namespace(object) == nullptr) fail("cannot assign attribute on non-namespace object");
}

void Evaluator::assign(const Target& target, const Value& value) {
  if (target.is_tuple) {
    rt_.place = target.place;
    if (!is_iterable(value)) fail(fmt::format("cannot unpack non-iterable {} object", type_name(value)));
    size_t wanted = target.tuple.size(), got = 0;
    std::vector<Value> items;
    Cursor cursor(rt_, value);
    for (Value item; got <= wanted && cursor.next(rt_, item); ++got) items.push_back(item);
    if (got > wanted) fail(fmt::format("too many values to unpack (expected {})", wanted));
    if (got < wanted) fail(fmt::format("not enough values to unpack (expected {}, got {})", wanted, got));
    for (size_t i = 0; i < wanted; ++i) assign(target.tuple[i], items[i]);
  } else if (target.attribute.empty()) {
    slot(target.ref) = value;
  } else {
    NamespaceObject* object = as_namespace(slot(target.ref));
    rt_.place = target.place;
    if (object == nullptr) fail("cannot assign attribute on non-namespace object");
    object->set(rt_, target.attribute, value);
  }
}

Evaluator::Flow Evaluator::run_for(const ForStmt& node) {
  Value iterable = eval(*node.iterable);
  rt_.place = node.iterable->place;
  if (!node.recursive) return loop_over(node, std::move(iterable), 0, nullptr);
  emit(std::string_view(render_recursive_loop(node, activation_, std::move(iterable), 0)));
  return Flow::kNormal;
}

std::string Evaluator::render_recursive_loop(const ForStmt& node, const std::shared_ptr<Activation>& outer,
                                             Value iterable, int depth0) {
  Nesting nesting(rt_);
  Frame frame(*this, std::make_shared<Activation>(outer, node.slot_count));
  Capture capture(*this);
  loop_over(node, std::move(iterable), depth0, outer);
  return capture.take();
}

Evaluator::Flow Evaluator::loop_over(const ForStmt& node, Value iterable, int depth0,
                                     const std::shared_ptr<Activation>& recursion_outer) {
  if (node.test != nullptr) enter(node.test_scope);
  bool any_completed = false;
  if (node.loop_slot) {
    auto* loop = rt_.create<LoopObject>(
        *this, node, LoopSource(*this, node, activation_, std::move(iterable)), recursion_outer, depth0);
    any_completed = loop_extended(node, *loop);
  } else {
    any_completed = loop_plain(node, iterable);
  }
  // As in jinja2, the else branch also runs after a loop none of whose rounds came to its end.
  if (any_completed || node.otherwise.empty()) return Flow::kNormal;
  return run_scope(node.else_scope, node.otherwise);  // a {% break %} there is for the loop around this one
}

bool Evaluator::loop_plain(const ForStmt& node, const Value& iterable) {
  LoopSource source(*this, node, activation_, iterable);
  bool completed = false;
  for (Value item; source.next(item);) {
    if (loop_body(node, item, completed) == Flow::kBreak) break;
  }
  return completed;
}

bool Evaluator::loop_extended(const ForStmt& node, LoopObject& loop) {
  bool completed = false;
  for (Value item; loop.advance(item);) {
    activation_->slots[*node.loop_slot] = Value::object(&loop);
    if (loop_body(node, item, completed) == Flow::kBreak) break;
  }
  return completed;
}

Evaluator::Flow Evaluator::loop_body(const ForStmt& node, const Value& item, bool& completed) {
  assign(node.target, item);
  enter(node.body_scope);
  Flow flow = run(node.body);
  completed = completed || flow == Flow::kNormal;
  return flow;
}

Value Evaluator::value_of(const Target& target) {
  if (!target.is_tuple) return slot(target.ref);
  std::vector<Value> items;
  for (const Target& each : target.tuple) items.push_back(value_of(each));
  return Value::tuple(std::move(items));
}

bool Evaluator::passes_test(const ForStmt& node, const std::shared_ptr<Activation>& activation, Value& item) {
  Nesting nesting(rt_);
  Frame frame(*this, activation);
  assign(node.test_target, item);
  if (!truthy(rt_, eval(*node.test))) return false;
  if (node.test_target.is_tuple) item = value_of(node.test_target);
  return true;
}

void Evaluator::define_macro(const MacroStmt& node) {
  slot(node.ref) = Value::object(rt_.create<MacroObject>(*this, node.def, activation_));
}

void Evaluator::run_call_block(const CallBlockStmt& node) {
  Value caller = Value::object(rt_.create<MacroObject>(*this, node.def, activation_));
  emit(eval_call(*node.call, &caller));
}

std::string Evaluator::call_macro(const MacroDef& def, const std::shared_ptr<Activation>& outer, Args& args) {
  Frame frame(*this, std::make_shared<Activation>(outer, def.slot_count));
  rt_.step(def.slot_count);
  bind_macro(def, args);
  enter(def.scope);
  for (const MacroDef::Param& param : def.params) {
    Value& value = activation_->slots[param.slot];
    if (!value.is_missing()) continue;
    if (param.otherwise != nullptr) {
      Value otherwise = eval(*param.otherwise);
      activation_->slots[param.slot] = std::move(otherwise);
    } else {
      value = Value::undefined(fmt::format("parameter '{}' was not provided", param.name));
    }
  }
  Capture capture(*this);
  run(def.body);
  return capture.take();
}

// jinja2's order: positional arguments, then named ones, then what is left over for the special names.
void Evaluator::bind_macro(const MacroDef& def, Args& args) {
  std::vector<Value>& slots = activation_->slots;
  bool explicit_caller = false, found_caller = false;
  for (size_t i = 0; i < def.params.size(); ++i) {
    const MacroDef::Param& param = def.params[i];
    explicit_caller = explicit_caller || param.name == "caller";
    if (i < args.positional.size()) {
      slots[param.slot] = args.positional[i];
      continue;
    }
    found_caller = found_caller || param.name == "caller";
    auto at = std::find_if(args.named.begin(), args.named.end(),
                           [&](auto& named) { return named.first == param.name; });
    if (at == args.named.end()) continue;
    slots[param.slot] = std::move(at->second);
    args.named.erase(at);
  }
  if (args.positional.size() >= def.params.size()) found_caller = explicit_caller;
  bind_special(def, args, found_caller);
}

void Evaluator::bind_special(const MacroDef& def, Args& args, bool found_caller) {
  std::vector<Value>& slots = activation_->slots;
  if (def.caller_slot && !found_caller) {
    slots[*def.caller_slot] = Value::undefined("No caller defined");
    auto at = std::find_if(args.named.begin(), args.named.end(),
                           [](auto& named) { return named.first == "caller"; });
    if (at != args.named.end()) {
      if (!at->second.is_none()) slots[*def.caller_slot] = at->second;
      args.named.erase(at);
    }
  }
  if (def.kwargs_slot) {
    Dict kwargs;
    for (auto& [name, value] : args.named) kwargs.set(rt_, rt_.text(name), value);
    slots[*def.kwargs_slot] = Value::dict(std::move(kwargs));
  } else if (!args.named.empty()) {
    const std::string& name = args.named.front().first;
    if (name == "caller") fail(fmt::format("macro '{}' does not use the block it was called with", def.name));
    fail(fmt::format("macro '{}' takes no keyword argument '{}'", def.name, name));
  }
  size_t taken = std::min(def.params.size(), args.positional.size());
  if (def.varargs_slot) {
    auto first = args.positional.begin() + static_cast<std::ptrdiff_t>(taken);
    slots[*def.varargs_slot] = Value::tuple({first, args.positional.end()});
  } else if (args.positional.size() > taken) {
    fail(fmt::format("macro '{}' takes not more than {} argument(s)", def.name, def.params.size()));
  }
}

}  // namespace fusebox::text::jinja
