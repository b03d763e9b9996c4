// One op against its table row.
#include "fusebox/hlo/verify.h"

#include <algorithm>

#include "fusebox/hlo/infer.h"
#include "fusebox/hlo/keywords.h"

namespace fusebox::hlo {
namespace {

// The word op_table.def uses for each alternative of Attribute; keywords are named by their type instead.
constexpr std::string_view kTypeWords[] = {
    "bool",   "int",     "double", "string",    "dims", "bools", "strings", "dtype", "literal", "dot",
    "gather", "scatter", "conv",   "algorithm", "",     "",      "symbol",  "dict",  ""};
static_assert(std::size(kTypeWords) == std::variant_size_v<decltype(Attribute::value)>);

bool is_keyword(const Keyword& keyword, std::string_view type) {
  const auto values = keyword_values(type);
  return keyword.type == type && std::ranges::find(values, keyword.value) != values.end();
}

bool has_type(const Attribute& attribute, std::string_view type) {
  if (type == "any") return true;
  if (const auto* keyword = std::get_if<Keyword>(&attribute.value)) return is_keyword(*keyword, type);
  if (const auto* list = std::get_if<std::vector<Keyword>>(&attribute.value))
    return type.ends_with("[]") && std::ranges::all_of(*list, [&](const Keyword& keyword) {
             return is_keyword(keyword, type.substr(0, type.size() - 2));
           });
  return kTypeWords[attribute.value.index()] == type;
}

void check_attributes(const OpView& op, const OpInfo& row) {
  for (const AttributeInfo& want : row.attributes) {
    const Attribute* have = op.attributes.find(want.name);
    if (!have && want.required) fail(ErrorKind::kInvalidArgument, "attribute {} is missing", want.name);
    if (have && !has_type(*have, want.type))
      fail(ErrorKind::kInvalidArgument, "attribute {} is no {}", want.name, want.type);
  }
  for (const auto& [name, value] : op.attributes.list()) {
    // A name with a dialect ("mhlo.sharding") is a note for whoever knows it; a return has no place for one.
    const bool known = (name.find('.') != std::string::npos && op.code != OpCode::return_) ||
                       std::ranges::find(row.attributes, name, &AttributeInfo::name) != row.attributes.end();
    if (!known) fail(ErrorKind::kInvalidArgument, "there is no attribute {}", name);
  }
}

void check_counts(const OpView& op, const OpInfo& row) {
  const auto count = static_cast<int>(op.operands.size());
  if (count < row.min_operands || (row.max_operands >= 0 && count > row.max_operands)) {
    const std::string want = row.max_operands == row.min_operands ? fmt::format("{}", row.min_operands)
                             : row.max_operands < 0
                                 ? fmt::format("at least {}", row.min_operands)
                                 : fmt::format("{} to {}", row.min_operands, row.max_operands);
    fail(ErrorKind::kInvalidArgument, "got {} operands, want {}", count, want);
  }
  for (size_t i = 0; i < op.operands.size(); i++)
    if (!op.operands[i]) fail(ErrorKind::kInvalidArgument, "operand {} is no value", i);
  if (row.regions >= 0 && static_cast<int>(op.regions.size()) != row.regions)
    fail(ErrorKind::kInvalidArgument, "got {} regions, want {}", op.regions.size(), row.regions);
  for (size_t i = 0; i < op.regions.size(); i++)
    if (!op.regions[i]) fail(ErrorKind::kInvalidArgument, "region {} is empty", i);
}

std::vector<Shape> infer(const OpView& op) {
  const OpInfo& row = info(op.code);
  check_counts(op, row);
  check_attributes(op, row);
  for (const Shape& shape : op.declared) check_shape(shape);
  std::vector<Shape> results = row.infer(op);
  for (const Shape& shape : results) check_shape(shape);
  if (!op.declared.empty() && !std::ranges::equal(op.declared, results))
    fail(ErrorKind::kShapeMismatch, "got a declared result of {}, want {}", list_types(op.declared),
         list_types(results));
  return results;
}

}  // namespace

std::vector<Shape> check_op(const OpView& op) {
  try {
    return infer(op);
  } catch (Error& error) {
    error.op(name(op.code));
    throw;
  }
}

}  // namespace fusebox::hlo
