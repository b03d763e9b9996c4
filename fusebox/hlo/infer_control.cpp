// Control flow, calls, and ops that only pass values on.
#include "fusebox/base/quoted.h"
#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {
namespace {

std::vector<Shape> types_of(const OpView& op) {
  std::vector<Shape> types;
  for (const Value* operand : op.operands) types.push_back(operand->shape);
  return types;
}

// All branches take nothing and return the same types.
std::vector<Shape> branch_types(const OpView& op) {
  if (op.regions.empty()) fail(ErrorKind::kInvalidArgument, "got no branches, want at least one");
  std::vector<Shape> results = returned_types(op, 0, "the first branch");
  for (size_t i = 0; i < op.regions.size(); i++) want_region(op, i, fmt::format("branch {}", i), {}, results);
  return results;
}

// word.word…, where the first word starts with a letter.
bool is_namespaced(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_word = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  if (text.empty() || !is_letter(text[0])) return false;
  bool dot = false, in_word = true;
  for (char c : text) {
    if (c == '.' && !in_word) return false;
    if (c != '.' && !is_word(c) && !(dot && c == '$')) return false;
    in_word = c != '.';
    dot = dot || c == '.';
  }
  return dot && in_word;
}

}  // namespace

std::vector<Shape> while_(const OpView& op) {
  const std::vector<Shape> types = types_of(op);
  want_region(op, 0, "the condition", types, std::vector{scalar(i1)});
  want_region(op, 1, "the body", types, types);
  return types;
}

std::vector<Shape> if_(const OpView& op) {
  if (op.shape(0) != scalar(i1))
    fail(op.shape(0).dtype == i1 ? ErrorKind::kShapeMismatch : ErrorKind::kDTypeMismatch, "got {}, want i1[]",
         to_string(op.shape(0)));
  return branch_types(op);
}

std::vector<Shape> case_(const OpView& op) {
  if (op.shape(0) != scalar(i32))
    fail(op.shape(0).dtype == i32 ? ErrorKind::kShapeMismatch : ErrorKind::kDTypeMismatch,
         "got {}, want i32[]", to_string(op.shape(0)));
  return branch_types(op);
}

std::vector<Shape> return_(const OpView&) { return {}; }

// What call, composite and custom_call name is the program's business: the verifier compares types.
std::vector<Shape> call(const OpView& op) { return {op.declared.begin(), op.declared.end()}; }

std::vector<Shape> composite(const OpView& op) {
  const std::string& called = op.attributes.get<std::string>("name");
  if (!is_namespaced(called))
    fail(ErrorKind::kInvalidArgument, "got name {}, want one with a namespace, such as fusebox.norm",
         quoted(called));
  const auto version = op.attributes.get_or<int64_t>("version", 0);
  if (version < 0 || version > INT32_MAX)
    fail(ErrorKind::kInvalidArgument, "got version {}, want 0 to {}", version, INT32_MAX);
  return {op.declared.begin(), op.declared.end()};
}

std::vector<Shape> custom_call(const OpView& op) {
  const auto version = op.attributes.get_or<int64_t>("api_version", 1);
  if (version < 1 || version > 4)
    fail(ErrorKind::kInvalidArgument, "got api_version {}, want 1 to 4", version);
  return {op.declared.begin(), op.declared.end()};
}

std::vector<Shape> optimization_barrier(const OpView& op) { return types_of(op); }

std::vector<Shape> create_token(const OpView&) { return {scalar(token)}; }

std::vector<Shape> after_all(const OpView& op) {
  for (size_t i = 0; i < op.operands.size(); i++)
    want_dtype(op, i, [](DType dtype) { return dtype == token; }, "tokens");
  return {scalar(token)};
}

std::vector<Shape> replica_id(const OpView&) { return {scalar(u32)}; }

// Ops without a rule: what is declared is believed.
std::vector<Shape> unsupported(const OpView& op) {
  if (!op.declared.empty()) return {op.declared.begin(), op.declared.end()};
  fail(ErrorKind::kUnsupported, "got no result types for {}, which has no rule to find them", name(op.code));
}

}  // namespace fusebox::hlo::rules
