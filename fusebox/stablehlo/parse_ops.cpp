// What all ops have in common: results, operands, regions, attributes, types, locations; and the generic
// form.
#include <algorithm>

#include "fusebox/base/nearest_names.h"
#include "fusebox/base/quoted.h"
#include "fusebox/hlo/builder.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/op_parser.h"

namespace fusebox::stablehlo {

using hlo::Block;
using hlo::OpCode;
using hlo::Value;

namespace {

constexpr std::string_view kDialect = "stablehlo.";

// The row of "stablehlo.add", "func.call" or "return".
std::optional<OpCode> find_op(std::string_view name) {
  if (name == "return" || name == "func.return") return OpCode::return_;
  if (name == "call" || name == "func.call") return OpCode::call;
  if (!name.starts_with(kDialect) || name == "stablehlo.call") return std::nullopt;
  return hlo::op_from_name(name.substr(kDialect.size()));
}

[[noreturn]] void no_such_op(Cursor& in, size_t at, std::string_view name) {
  std::vector<std::string_view> names;
  for (const hlo::OpInfo& row : hlo::all_ops()) names.push_back(row.name);
  const bool is_ours = name.starts_with(kDialect);
  in.fail(at, ErrorKind::kUnsupported, "there is no op {}{}", quoted(name),
          is_ours ? did_you_mean(name.substr(kDialect.size()), names) : "");
}

// The op's own attributes in the order of its row, then the others: two spellings of an op are then one op.
void put_in_order(hlo::Attributes& attributes, OpCode code) {
  const auto& row = hlo::info(code).attributes;
  const auto place = [&](const auto& attribute) {
    return std::ranges::find(row, std::string_view(attribute.first), &hlo::AttributeInfo::name);
  };
  if (std::ranges::is_sorted(attributes.list(), {}, place)) return;
  hlo::AttributeDict list = attributes.list();
  std::ranges::stable_sort(list, {}, place);
  attributes = {};
  for (auto& [name, value] : list) attributes.set(name, std::move(value));
}

}  // namespace

bool Scope::define(std::string_view name, Definition definition) {
  if (!definitions_.emplace(name, definition).second) return false;
  names_.push_back(name);
  return true;
}

const Scope::Definition* Scope::find(std::string_view name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : &found->second;
}

void Scope::cut(size_t size) {
  for (size_t i = size; i < names_.size(); i++) definitions_.erase(names_[i]);
  names_.resize(size);
}

void OpParser::define(std::string_view name, size_t at, Value* first, size_t count) {
  if (!scope_.define(name, {first, count}))
    in_.fail(at, ErrorKind::kInvalidFile, "%{} is defined already", name);
}

// %name or %name#1
Value* OpParser::value() {
  const size_t at = in_.at();
  const std::string_view name = in_.name('%', "a value such as %0");
  const Scope::Definition* found = scope_.find(name);
  if (!found) in_.fail(at, ErrorKind::kInvalidFile, "%{} is not defined here", name);
  if (in_.next() != '#') return found->first;
  in_.eat('#');
  const int64_t index = in_.integer("the number of a result");
  if (index < 0 || static_cast<uint64_t>(index) >= found->count)
    in_.fail(at, ErrorKind::kInvalidFile, "got %{}#{}, there are {} of them", name, index, found->count);
  return found->first + index;
}

void OpParser::argument(Block& block) {
  const size_t at = in_.at();
  const std::string_view name = in_.name('%', "an argument such as %x");
  in_.want(":");
  define(name, at, block.add_argument(parse_type(in_)), 1);
}

void OpParser::block_arguments(Block& block) {
  in_.name('^', "a block's name");
  if (in_.eat('(') && !in_.eat(')')) {
    do {
      argument(block);
      location();
    } while (in_.eat(','));
    in_.want(")");
  }
  in_.want(":");
}

void OpParser::ops_until_close(Block& block) {
  while (in_.peek() != '}') {
    if (in_.peek() == '^')
      in_.fail(in_.at(), ErrorKind::kUnsupported, "got a second block, want one in each region");
    if (in_.done()) in_.unexpected("'}'");
    op(block);
  }
  if (block.ops.empty() || block.ops.back()->code != OpCode::return_)
    in_.fail(in_.at(), ErrorKind::kInvalidFile, "got the end of a block without a return");
  in_.want("}");
}

void OpParser::body(Block& block) {
  if (++depth_ > hlo::kMaxNesting)
    in_.fail(in_.at(), ErrorKind::kUnsupported, "got regions that nest deeper than {}", hlo::kMaxNesting);
  in_.want("{");
  const size_t outside = scope_.size();
  if (in_.peek() == '^') block_arguments(block);
  ops_until_close(block);
  scope_.cut(outside);
  depth_--;
}

std::unique_ptr<Block> OpParser::region() {
  auto block = std::make_unique<Block>();
  body(*block);
  return block;
}

// "%0:2, %x = "
std::vector<OpParser::ResultName> OpParser::result_names() {
  std::vector<ResultName> names;
  if (in_.peek() != '%') return names;
  do {
    const size_t at = in_.at();
    const std::string_view name = in_.name('%', "a result such as %0");
    const int64_t count = in_.eat(':') ? in_.integer("a number of results") : 1;
    if (count < 1 || count > INT32_MAX) in_.fail(at, ErrorKind::kInvalidFile, "got {} results", count);
    names.push_back({name, at, static_cast<size_t>(count)});
  } while (in_.eat(','));
  in_.want("=");
  return names;
}

void OpParser::op(Block& block) {
  const std::vector<ResultName> names = result_names();
  const size_t at = in_.at();
  const bool is_generic = in_.peek() == '"';
  const std::string quoted_name = is_generic ? in_.string() : "";
  const std::string_view name = is_generic ? quoted_name : in_.word("an op");
  const auto code = find_op(name);
  if (!code) {
    if (!foreign(name, is_generic, names, at, block)) no_such_op(in_, at, name);
    return;
  }
  OpDraft draft{*code, at, {}, {}, {}, {}};
  try {
    is_generic ? generic(draft) : pretty(draft);
  } catch (Error& error) {
    if (error.op().empty()) error.op(hlo::name(*code));
    throw;
  }
  finish(std::move(draft), names, block);
}

void OpParser::finish(OpDraft draft, const std::vector<ResultName>& names, Block& block) {
  put_in_order(draft.attributes, draft.code);
  hlo::Builder builder(program_, block);
  builder.set_location({location(), {}});
  const size_t declared = draft.results.size();
  hlo::Op* op = nullptr;
  try {
    op = builder.create_op(draft.code, std::move(draft.operands), std::move(draft.attributes),
                           std::move(draft.results), std::move(draft.regions));
  } catch (Error& error) {
    in_.fail_at(draft.at, error);
  }
  places_.emplace_back(op, draft.at);
  size_t named = 0;
  for (const ResultName& each : names) named += each.count;
  if (op->results.size() != declared || (named != declared && named > 0))
    in_.fail_at(draft.at,
                Error(ErrorKind::kInvalidFile, fmt::format("got {} results, {} types and {} names for them",
                                                           op->results.size(), declared, named))
                    .op(hlo::name(draft.code)));
  size_t first = 0;
  for (const ResultName& each : names) {
    define(each.name, each.at, &op->results[first], each.count);
    first += each.count;
  }
}

void OpParser::operands_until(OpDraft& op, char close) {
  if (in_.eat(close)) return;
  do op.operands.push_back(value());
  while (in_.eat(','));
  in_.want(std::string_view(&close, 1));
}

void OpParser::set_attribute(OpDraft& op, std::string_view name, size_t at, bool own) {
  const auto& row = hlo::info(op.code).attributes;
  const auto found = std::ranges::find(row, name, &hlo::AttributeInfo::name);
  const bool has_dialect = name.find('.') != std::string_view::npos;
  if (found == row.end() && own && !has_dialect) {
    std::vector<std::string_view> names;
    for (const hlo::AttributeInfo& each : row) names.push_back(each.name);
    in_.fail(at, ErrorKind::kInvalidFile, "there is no attribute {}{}", quoted(name),
             did_you_mean(name, names));
  }
  if (op.attributes.find(name))
    in_.fail(at, ErrorKind::kInvalidFile, "got the attribute {} twice", quoted(name));
  hlo::Attribute value = parse_attribute(in_, found == row.end() ? "any" : found->type);
  // A return has no place for a note, and a name without a dialect says not whom it is for.
  if (found == row.end() && (!has_dialect || op.code == OpCode::return_)) return;
  op.attributes.set(name, std::move(value));
}

void OpParser::attributes(OpDraft& op, std::string_view close) {
  const bool own = close == "}>";
  parse_dict(in_, close, [&](const std::string& key, size_t where) { set_attribute(op, key, where, own); });
}

void OpParser::optional_attributes(OpDraft& op) {
  if (in_.eat('{')) attributes(op, "}");
}

void OpParser::want_operand_type(const OpDraft& op, size_t operand, const Shape& type, size_t at) {
  if (operand >= op.operands.size())
    in_.fail(at, ErrorKind::kInvalidFile, "got more types than the {} operands", op.operands.size());
  if (type != op.operands[operand]->shape)
    in_.fail(at, ErrorKind::kInvalidFile, "got the type {} for operand {}, which is {}", to_string(type),
             operand, to_string(op.operands[operand]->shape));
}

void OpParser::operand_types(const OpDraft& op) {
  size_t count = 0;
  if (in_.peek() != ')' || !op.operands.empty()) {
    do {
      const size_t at = in_.at();
      want_operand_type(op, count++, read_type(in_), at);
    } while (in_.eat(','));
  }
  if (count != op.operands.size())
    in_.fail(in_.at(), ErrorKind::kInvalidFile, "got {} types for {} operands", count, op.operands.size());
}

void OpParser::function_type(OpDraft& op) {
  in_.want("(");
  operand_types(op);
  in_.want(")");
  in_.want("->");
  op.results = parse_result_types(in_);
}

void OpParser::regions(OpDraft& op) {
  in_.want("(");
  do op.regions.push_back(region());
  while (in_.eat(','));
  in_.want(")");
}

// (%a, %b) <{own attributes}> ({regions}) {attributes} : (T, T) -> T
void OpParser::generic(OpDraft& op) {
  in_.want("(");
  operands_until(op, ')');
  if (in_.peek() == '[') in_.fail(in_.at(), ErrorKind::kUnsupported, "got successors, want none");
  if (in_.eat("<{")) attributes(op, "}>");
  if (in_.peek() == '(') regions(op);
  optional_attributes(op);
  in_.want(":");
  function_type(op);
}

std::string_view OpParser::location() {
  if (in_.peek() != 'l' || in_.peek_word() != "loc") return {};
  Cursor name = in_;
  in_.skip_value();
  return location_name(name, 0);
}

// "name" of loc("name"), loc("name"(…)) and aliases of those; nothing if there is none.
std::string_view OpParser::location_name(Cursor& in, int depth) {
  if (depth > kMaxAttributeNesting || !in.eat_word("loc") || !in.eat('(')) return {};
  if (in.peek() == '#') {
    const size_t start = in.at();
    in.name('#', "a location");
    const auto alias = in.source().aliases.find(in.slice(start, in.end()));
    if (alias == in.source().aliases.end()) return {};
    Cursor there(in.source(), alias->second);
    return location_name(there, depth + 1);
  }
  if (in.peek() != '"') return {};
  const std::string name = in.string();
  return in.peek() == ':' ? std::string_view() : program_.intern(name);  // "file":1:2 has no name
}

}  // namespace fusebox::stablehlo
