// The pretty forms. One rule reads most: operands, "key = value" and keywords between commas, attributes in
// braces, types. The rest have a function each.
#include <algorithm>
#include <charconv>

#include "fusebox/base/quoted.h"
#include "fusebox/hlo/builder.h"
#include "fusebox/stablehlo/op_parser.h"

namespace fusebox::stablehlo {

using hlo::Block;
using hlo::OpCode;

namespace {

struct Key {
  OpCode code;
  std::string_view key, attribute;
};

// What pretty forms call an attribute.
constexpr Key kKeys[] = {
    {OpCode::iota, "dim", "iota_dimension"},
    {OpCode::dynamic_iota, "dim", "iota_dimension"},
    {OpCode::concatenate, "dim", "dimension"},
    {OpCode::get_dimension_size, "dim", "dimension"},
    {OpCode::set_dimension_size, "dim", "dimension"},
    {OpCode::broadcast_in_dim, "dims", "broadcast_dimensions"},
    {OpCode::dynamic_broadcast_in_dim, "dims", "broadcast_dimensions"},
    {OpCode::transpose, "dims", "permutation"},
    {OpCode::reverse, "dims", "dimensions"},
    {OpCode::dynamic_slice, "sizes", "slice_sizes"},
    {OpCode::pad, "low", "edge_padding_low"},
    {OpCode::pad, "high", "edge_padding_high"},
    {OpCode::pad, "interior", "interior_padding"},
    {OpCode::fft, "type", "fft_type"},
    {OpCode::fft, "length", "fft_length"},
    {OpCode::rng, "distribution", "rng_distribution"},
    {OpCode::rng_bit_generator, "algorithm", "rng_algorithm"},
    {OpCode::cholesky, "lower", "lower"},
    {OpCode::dot_general, "precision", "precision_config"},
    {OpCode::dot_general, "algorithm", "algorithm"},
};

}  // namespace

void OpParser::pretty(OpDraft& op) {
  switch (op.code) {
    case OpCode::constant: return constant(op);
    case OpCode::slice: return slice(op);
    case OpCode::call: return call(op);
    case OpCode::custom_call: return custom_call(op);
    case OpCode::composite: return composite(op);
    case OpCode::convolution: return convolution(op);
    case OpCode::while_: return while_(op);
    case OpCode::reduce: return reduce(op);
    default: break;
  }
  if (const int regions = hlo::info(op.code).regions; regions != 0)
    in_.fail(op.at, ErrorKind::kInvalidFile, "this op has no short form, want \"stablehlo.{}\"(…)",
             name(op.code));
  items(op);
  optional_attributes(op);
  // "return" of nothing has no types.
  if (op.code != OpCode::return_ || !op.operands.empty()) types(op);
}

void OpParser::items(OpDraft& op) {
  const char first = in_.peek();
  if (first != '%' && (first == ':' || op.code == OpCode::return_ || !is_letter(first))) return;
  do {
    const size_t at = in_.at();
    if (in_.peek() == '%') {
      op.operands.push_back(value());
      continue;
    }
    const std::string_view word = in_.word("an operand such as %0");
    in_.eat('=') ? item_with_key(op, word, at) : bare_item(op, word, at);
  } while (in_.eat(','));
}

void OpParser::item_with_key(OpDraft& op, std::string_view key, size_t at) {
  if (op.code == OpCode::dot_general && (key == "batching_dims" || key == "contracting_dims")) {
    constexpr std::string_view kName = "dot_dimension_numbers";
    hlo::DotDimensions dims = op.attributes.get_or<hlo::DotDimensions>(kName, {});
    key == "batching_dims" ? parse_list_pair(in_, dims.lhs_batching, dims.rhs_batching)
                           : parse_list_pair(in_, dims.lhs_contracting, dims.rhs_contracting);
    return op.attributes.set(kName, std::move(dims));
  }
  if (op.code == OpCode::reduce_precision && key == "format") {  // e5m10
    const std::string_view format = in_.word("a format such as e5m10");
    const size_t m = std::min(format.find('m'), format.size());
    int64_t bits[2] = {-1, -1};
    std::from_chars(format.data() + 1, format.data() + m, bits[0]);
    if (m < format.size()) std::from_chars(format.data() + m + 1, format.data() + format.size(), bits[1]);
    if (format[0] != 'e' || fmt::format("e{}m{}", bits[0], bits[1]) != format)
      in_.fail(at, ErrorKind::kInvalidFile, "got the format {}, want one such as e5m10", quoted(format));
    op.attributes.set("exponent_bits", bits[0]);
    return op.attributes.set("mantissa_bits", bits[1]);
  }
  const auto* found =
      std::ranges::find_if(kKeys, [&](const Key& each) { return each.code == op.code && each.key == key; });
  if (found == std::end(kKeys)) in_.fail(at, ErrorKind::kInvalidFile, "this op has no {}", quoted(key));
  // A number has no type here: what follows a ':' are the op's.
  if (key == "dim") return op.attributes.set(found->attribute, in_.integer());
  set_attribute(op, found->attribute, at);
}

// compare LT, %a, %b, TOTALORDER
void OpParser::bare_item(OpDraft& op, std::string_view word, size_t at) {
  if (op.code != OpCode::compare)
    in_.fail(at, ErrorKind::kInvalidFile, "got {}, want an operand such as %0", quoted(word));
  in_.go(at);
  set_attribute(op, op.operands.empty() ? "comparison_direction" : "compare_type", at);
}

// ": (T, U) -> V", or ": T" for one type of all, or what else an op makes of a list of types.
void OpParser::types(OpDraft& op) {
  in_.want(":");
  if (in_.peek() == '(') return function_type(op);
  const size_t at = in_.at();
  switch (op.code) {
    case OpCode::return_: return operand_types(op);
    case OpCode::optimization_barrier:
      operand_types(op);
      for (const hlo::Value* operand : op.operands) op.results.push_back(operand->shape);
      return;
    case OpCode::select: {  // one for the first, one for the others
      want_operand_type(op, 0, read_type(in_), at);
      in_.want(",");
      break;
    }
    default: break;
  }
  const size_t type_at = in_.at();
  op.results = {read_type(in_)};
  if (op.code == OpCode::complex) return;  // the operands' types follow
  for (size_t i = op.code == OpCode::select ? 1 : 0; i < op.operands.size(); i++)
    want_operand_type(op, i, op.results[0], type_at);
}

// constant {attributes} dense<…> : T
void OpParser::constant(OpDraft& op) {
  optional_attributes(op);
  op.attributes.set("value", parse_attribute(in_, "literal"));
  op.results = {op.attributes.get<hlo::Literal>("value").shape};
}

// slice %a [0:4:2, 1:3] : (T) -> U
void OpParser::slice(OpDraft& op) {
  op.operands.push_back(value());
  Dims starts, limits, strides;
  in_.want("[");
  if (!in_.eat(']')) {
    do {
      starts.push_back(in_.integer());
      in_.want(":");
      limits.push_back(in_.integer());
      strides.push_back(in_.eat(':') ? in_.integer() : 1);
    } while (in_.eat(','));
    in_.want("]");
  }
  op.attributes.set("start_indices", std::move(starts));
  op.attributes.set("limit_indices", std::move(limits));
  op.attributes.set("strides", std::move(strides));
  optional_attributes(op);
  types(op);
}

// call @f(%a) : (T) -> U
void OpParser::call(OpDraft& op) {
  op.attributes.set("callee", hlo::SymbolRef{in_.symbol()});
  in_.want("(");
  operands_until(op, ')');
  optional_attributes(op);
  in_.want(":");
  function_type(op);
}

// custom_call @target(%a) {…} : (T) -> U
void OpParser::custom_call(OpDraft& op) {
  op.attributes.set("call_target_name", in_.symbol());
  in_.want("(");
  operands_until(op, ')');
  optional_attributes(op);
  in_.want(":");
  function_type(op);
}

// composite "name" %a, %b {…} : (T, T) -> U
void OpParser::composite(OpDraft& op) {
  op.attributes.set("name", in_.string());
  items(op);
  if (in_.peek() == '(') regions(op);
  optional_attributes(op);
  types(op);
}

// convolution(%x, %w) dim_numbers = […]x[…]->[…], window = {…} {…} : (T, T) -> U
void OpParser::convolution(OpDraft& op) {
  in_.want("(");
  operands_until(op, ')');
  in_.want_word("dim_numbers");
  in_.want("=");
  op.attributes.set("dimension_numbers", parse_layout(in_));
  in_.want(",");
  window(op);
  optional_attributes(op);
  types(op);
}

// window = {stride = [1, 1], pad = [[0, 0], [0, 0]], lhs_dilate = …, rhs_dilate = …, reverse = …}
void OpParser::window(OpDraft& op) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"stride", "window_strides"},
                                                                      {"pad", "padding"},
                                                                      {"lhs_dilate", "lhs_dilation"},
                                                                      {"rhs_dilate", "rhs_dilation"},
                                                                      {"reverse", "window_reversal"}};
  in_.want_word("window");
  in_.want("=");
  in_.want("{");
  parse_dict(in_, "}", [&](const std::string& key, size_t where) {
    const auto* found = std::ranges::find(kNames, std::string_view(key),
                                          &std::pair<std::string_view, std::string_view>::first);
    if (found == std::end(kNames))
      in_.fail(where, ErrorKind::kInvalidFile, "a window has no {}", quoted(key));
    set_attribute(op, found->second, where);
  });
}

// while(%x = %a, %y = %b) : T, U attributes {…} cond {…} do {…}. The names are arguments of both regions.
void OpParser::while_(OpDraft& op) {
  std::vector<std::pair<std::string_view, size_t>> names;
  in_.want("(");
  if (!in_.eat(')')) {
    do {
      const size_t at = in_.at();
      names.emplace_back(in_.name('%', "an argument such as %x"), at);
      in_.want("=");
      op.operands.push_back(value());
    } while (in_.eat(','));
    in_.want(")");
  }
  if (in_.eat(':') && !op.operands.empty()) operand_types(op);
  for (const hlo::Value* operand : op.operands) op.results.push_back(operand->shape);
  if (in_.eat_word("attributes")) optional_attributes(op);
  for (const std::string_view keyword : {"cond", "do"}) {
    in_.want_word(keyword);
    auto block = std::make_unique<Block>();
    const size_t outside = scope_.size();
    for (size_t i = 0; i < names.size(); i++)
      define(names[i].first, names[i].second, block->add_argument(op.operands[i]->shape), 1);
    body(*block);
    scope_.cut(outside);
    op.regions.push_back(std::move(block));
  }
}

// reduce(%x init: %c), (%y init: %d) applies stablehlo.add across dimensions = [1] {…} : (…) -> T
// reduce(…) across dimensions = [1] : (…) -> T reducer(%l: T, %r: T) (…) {…}
void OpParser::reduce(OpDraft& op) {
  std::vector<hlo::Value*> initial;
  do {
    in_.want("(");
    op.operands.push_back(value());
    in_.want_word("init");
    in_.want(":");
    initial.push_back(value());
    in_.want(")");
  } while (in_.eat(','));
  op.operands.insert(op.operands.end(), initial.begin(), initial.end());
  const bool applies = in_.eat_word("applies");
  const size_t applied_at = in_.at();
  const std::string_view applied_name = applies ? in_.word("an op") : std::string_view();
  in_.want_word("across");
  in_.want_word("dimensions");
  in_.want("=");
  op.attributes.set("dimensions", parse_list(in_));
  optional_attributes(op);
  types(op);
  if (!applies) location();  // JAX puts it before the region
  op.regions.push_back(applies ? applied(applied_name, applied_at, op) : reducer(initial.size()));
}

// The arguments come in pairs, and are the block's first half and its second.
std::unique_ptr<Block> OpParser::reducer(size_t count) {
  auto block = std::make_unique<Block>();
  struct Argument {
    std::string_view name;
    size_t at;
    Shape shape;
  };
  std::vector<Argument> sides[2];
  in_.want_word("reducer");
  for (size_t i = 0; i < count; i++) {
    in_.want("(");
    for (auto& side : sides) {
      if (&side != sides) in_.want(",");
      const size_t at = in_.at();
      const std::string_view name = in_.name('%', "an argument such as %x");
      in_.want(":");
      side.push_back({name, at, parse_type(in_)});
      location();
    }
    in_.want(")");
  }
  const size_t outside = scope_.size();
  for (const auto& side : sides)
    for (const Argument& each : side) define(each.name, each.at, block->add_argument(each.shape), 1);
  body(*block);
  scope_.cut(outside);
  return block;
}

// The region "return op(left, right)".
std::unique_ptr<Block> OpParser::applied(std::string_view op_name, size_t at, const OpDraft& reduce) {
  const auto code = op_name.starts_with("stablehlo.") ? hlo::op_from_name(op_name.substr(10)) : std::nullopt;
  const bool one = reduce.operands.size() == 2;
  if (!code || hlo::info(*code).form != hlo::Form::kElementwise || hlo::info(*code).max_operands != 2 || !one)
    in_.fail(at, ErrorKind::kInvalidFile,
             "got {} of {} values, want an op of two operands such as stablehlo.add", quoted(op_name),
             reduce.operands.size() / 2);
  auto block = std::make_unique<Block>();
  const Shape scalar{{}, reduce.operands[1]->shape.dtype};
  hlo::Value *left = block->add_argument(scalar), *right = block->add_argument(scalar);
  hlo::Builder builder(program_, *block);
  try {
    builder.ret({builder.create(*code, {left, right})});
  } catch (const Error& error) {
    in_.fail_at(at, error);
  }
  for (const auto& each : block->ops) places_.emplace_back(each.get(), at);
  return block;
}

}  // namespace fusebox::stablehlo
