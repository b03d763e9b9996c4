// The children of an expression, in the order they stand in the source.
#pragma once

#include <algorithm>

#include "fusebox/text/jinja/ast.h"

namespace fusebox::text::jinja {

template <typename Visit>
void visit_arguments(Arguments& args, Visit&& visit) {
  for (ExprPtr& node : args.positional) visit(*node);
  for (auto& [name, node] : args.named) visit(*node);
  if (args.star != nullptr) visit(*args.star);
  if (args.double_star != nullptr) visit(*args.double_star);
}

template <typename Visit>
void visit_children(Expr& expr, Visit&& visit) {
  auto maybe = [&](ExprPtr& node) {
    if (node != nullptr) visit(*node);
  };
  switch (expr.kind) {
    case ExprKind::kConst:
    case ExprKind::kName: break;
    case ExprKind::kTuple:
    case ExprKind::kList:
    case ExprKind::kConcat:
      for (ExprPtr& item : static_cast<ListExpr&>(expr).items) visit(*item);
      break;
    case ExprKind::kDict:
      for (auto& [key, value] : static_cast<DictExpr&>(expr).entries) visit(*key), visit(*value);
      break;
    case ExprKind::kCond: {
      auto& node = static_cast<CondExpr&>(expr);
      visit(*node.test), visit(*node.then), maybe(node.otherwise);
      break;
    }
    case ExprKind::kNot:
    case ExprKind::kNegate:
    case ExprKind::kPositive: visit(*static_cast<UnaryExpr&>(expr).operand); break;
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kArithmetic: {
      auto& node = static_cast<BinaryExpr&>(expr);
      visit(*node.left), visit(*node.right);
      break;
    }
    case ExprKind::kCompare: {
      auto& node = static_cast<CompareExpr&>(expr);
      visit(*node.first);
      for (auto& [op, operand] : node.rest) visit(*operand);
      break;
    }
    case ExprKind::kAttribute: visit(*static_cast<AttributeExpr&>(expr).object); break;
    case ExprKind::kItem: {
      auto& node = static_cast<ItemExpr&>(expr);
      visit(*node.object), visit(*node.key);
      break;
    }
    case ExprKind::kSlice: {
      auto& node = static_cast<SliceExpr&>(expr);
      visit(*node.object), maybe(node.start), maybe(node.stop), maybe(node.step);
      break;
    }
    case ExprKind::kCall: {
      auto& node = static_cast<CallExpr&>(expr);
      visit(*node.callee);
      visit_arguments(node.args, visit);
      break;
    }
    case ExprKind::kFilter: {
      auto& node = static_cast<FilterExpr&>(expr);
      maybe(node.input);
      visit_arguments(node.args, visit);
      break;
    }
    case ExprKind::kTest: {
      auto& node = static_cast<TestExpr&>(expr);
      visit(*node.input);
      visit_arguments(node.args, visit);
      break;
    }
  }
}

}  // namespace fusebox::text::jinja
