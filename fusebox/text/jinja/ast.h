// A parsed template. Built by the parser, completed by resolve.h (which variable a name means), then
// read-only: any number of threads may render it at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/value.h"

namespace fusebox::text::jinja {

// Deepest nesting of expressions and statements in a source. Bounds the recursion of everything that walks a
// tree.
constexpr int kMaxSourceDepth = 200;

// A variable's place while a template runs: a slot of the activation `hops` functions further out. Functions
// are the template itself, macros, call blocks and recursive loops.
struct Ref {
  uint32_t hops = 0;
  uint32_t slot = 0;
};

// What happens to a scope's slots when it is entered.
struct Load {
  enum class From : uint8_t { kNothing, kContext, kOuter } from = From::kNothing;
  Ref outer = {};         // kOuter: the variable of the enclosing scope that this one shadows
  std::string name = {};  // kContext: the variable given by the caller, or the global
};
struct Scope {
  std::vector<std::pair<uint32_t, Load>> loads;  // slot and its first value
};

enum class ExprKind : uint8_t {
  kConst,
  kName,
  kTuple,
  kList,
  kDict,
  kCond,
  kAnd,
  kOr,
  kNot,
  kNegate,
  kPositive,
  kArithmetic,
  kConcat,
  kCompare,
  kAttribute,
  kItem,
  kSlice,
  kCall,
  kFilter,
  kTest,
};

struct Expr {
  Expr(ExprKind kind_, uint32_t place_) : kind(kind_), place(place_) {}
  virtual ~Expr() = default;
  ExprKind kind;
  int depth = 1;
  uint32_t place;  // byte in the source
};
using ExprPtr = std::unique_ptr<Expr>;

struct ConstExpr : Expr {
  ConstExpr(Value v, uint32_t p) : Expr(ExprKind::kConst, p), value(std::move(v)) {}
  Value value;
};
struct NameExpr : Expr {
  NameExpr(std::string n, uint32_t p) : Expr(ExprKind::kName, p), name(std::move(n)) {}
  std::string name;
  Ref ref;
};
struct ListExpr : Expr {  // a tuple, too, and the parts of a ~ b ~ c
  using Expr::Expr;
  std::vector<ExprPtr> items;
};
struct DictExpr : Expr {
  explicit DictExpr(uint32_t p) : Expr(ExprKind::kDict, p) {}
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
};
struct CondExpr : Expr {
  explicit CondExpr(uint32_t p) : Expr(ExprKind::kCond, p) {}
  ExprPtr test, then, otherwise;  // `otherwise` may be null
};
struct UnaryExpr : Expr {
  using Expr::Expr;
  ExprPtr operand;
};
struct BinaryExpr : Expr {  // and, or, arithmetic
  using Expr::Expr;
  Arithmetic op = Arithmetic::kAdd;
  ExprPtr left, right;
};
enum class Comparison : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn
};
struct CompareExpr : Expr {
  explicit CompareExpr(uint32_t p) : Expr(ExprKind::kCompare, p) {}
  ExprPtr first;
  std::vector<std::pair<Comparison, ExprPtr>> rest;
};
struct AttributeExpr : Expr {
  explicit AttributeExpr(uint32_t p) : Expr(ExprKind::kAttribute, p) {}
  ExprPtr object;
  std::string name;
};
struct ItemExpr : Expr {
  explicit ItemExpr(uint32_t p) : Expr(ExprKind::kItem, p) {}
  ExprPtr object, key;
};
struct SliceExpr : Expr {
  explicit SliceExpr(uint32_t p) : Expr(ExprKind::kSlice, p) {}
  ExprPtr object, start, stop, step;  // all but the object may be null
};
struct Arguments {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr star, double_star;  // *list and **dict, or null
};
struct CallExpr : Expr {
  explicit CallExpr(uint32_t p) : Expr(ExprKind::kCall, p) {}
  ExprPtr callee;
  Arguments args;
};

using FilterFunction = Value (*)(Runtime& rt, const Value& input, Args& args);
using TestFunction = bool (*)(Runtime& rt, const Value& input, Args& args);
struct FilterExpr : Expr {
  explicit FilterExpr(uint32_t p) : Expr(ExprKind::kFilter, p) {}
  ExprPtr input;  // null in {% filter %} and {% set x | f %}: the captured text goes in
  std::string name;
  FilterFunction run = nullptr;  // null: unknown, an error only if it is reached
  Arguments args;
};
struct TestExpr : Expr {
  explicit TestExpr(uint32_t p) : Expr(ExprKind::kTest, p) {}
  ExprPtr input;
  std::string name;
  TestFunction run = nullptr;
  Arguments args;
};

// The left side of an assignment: a name, namespace.attribute, or a tuple of targets.
struct Target {
  uint32_t place = 0;
  std::string name;
  std::string attribute;      // not empty: an attribute of the namespace `name`
  std::vector<Target> tuple;  // with is_tuple
  bool is_tuple = false;
  Ref ref = {};
};

enum class StmtKind : uint8_t {
  kText,
  kOutput,
  kFor,
  kIf,
  kMacro,
  kCallBlock,
  kFilterBlock,
  kWith,
  kSet,
  kSetBlock,
  kGeneration,
  kBreak,
  kContinue,
};

struct Stmt {
  Stmt(StmtKind kind_, uint32_t place_) : kind(kind_), place(place_) {}
  virtual ~Stmt() = default;
  StmtKind kind;
  uint32_t place;
};
using StmtPtr = std::unique_ptr<Stmt>;
using Body = std::vector<StmtPtr>;

struct TextStmt : Stmt {
  TextStmt(std::string t, uint32_t p) : Stmt(StmtKind::kText, p), text(std::move(t)) {}
  std::string text;
};
struct OutputStmt : Stmt {
  explicit OutputStmt(uint32_t p) : Stmt(StmtKind::kOutput, p) {}
  std::vector<ExprPtr> values;
};
struct ForStmt : Stmt {
  explicit ForStmt(uint32_t p) : Stmt(StmtKind::kFor, p) {}
  Target target;
  ExprPtr iterable, test;  // test may be null
  Body body, otherwise;
  bool recursive = false;
  Target test_target;                 // the target once more, as a variable of the test's own scope
  std::optional<uint32_t> loop_slot;  // where `loop` lives, if it is used
  Scope body_scope, test_scope, else_scope;
  uint32_t slot_count = 0;  // of the activation that a recursive loop has for itself
};
struct IfStmt : Stmt {
  explicit IfStmt(uint32_t p) : Stmt(StmtKind::kIf, p) {}
  std::vector<std::pair<ExprPtr, Body>> branches;
  Body otherwise;
};
struct MacroDef {
  std::string name;  // empty for a call block
  struct Param {
    std::string name;
    uint32_t place = 0;
    ExprPtr otherwise;  // null: undefined if not given
    uint32_t slot = 0;
  };
  std::vector<Param> params;
  Body body;
  Scope scope;
  uint32_t slot_count = 0;
  std::optional<uint32_t> caller_slot, kwargs_slot, varargs_slot;  // set if the body uses them
};
struct MacroStmt : Stmt {
  explicit MacroStmt(uint32_t p) : Stmt(StmtKind::kMacro, p) {}
  MacroDef def;
  Ref ref;
};
struct CallBlockStmt : Stmt {
  explicit CallBlockStmt(uint32_t p) : Stmt(StmtKind::kCallBlock, p) {}
  MacroDef def;
  std::unique_ptr<CallExpr> call;
};
struct FilterBlockStmt : Stmt {
  explicit FilterBlockStmt(uint32_t p) : Stmt(StmtKind::kFilterBlock, p) {}
  std::unique_ptr<FilterExpr> filter;
  Body body;
  Scope scope;
};
struct WithStmt : Stmt {
  explicit WithStmt(uint32_t p) : Stmt(StmtKind::kWith, p) {}
  std::vector<std::pair<Target, ExprPtr>> assignments;
  Body body;
  Scope scope;
};
struct SetStmt : Stmt {
  explicit SetStmt(uint32_t p) : Stmt(StmtKind::kSet, p) {}
  Target target;
  ExprPtr value;
};
struct SetBlockStmt : Stmt {
  explicit SetBlockStmt(uint32_t p) : Stmt(StmtKind::kSetBlock, p) {}
  Target target;
  std::unique_ptr<FilterExpr> filter;  // may be null
  Body body;
  Scope scope;
};
struct GenerationStmt : Stmt {
  explicit GenerationStmt(uint32_t p) : Stmt(StmtKind::kGeneration, p) {}
  Body body;
  Scope scope;
};

struct Tree {
  Body body;
  Scope scope;
  uint32_t slot_count = 0;
};

}  // namespace fusebox::text::jinja
