// What may stand behind `is`.
#include <fmt/format.h>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/methods.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {
namespace {

void no_arguments(Args& args) { args.bind("the test", {}); }

template <Kind kind>
bool is_kind(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is(kind);
}

bool is_defined(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return !input.is_undefined();
}

template <bool wanted>
bool is_constant(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is(Kind::kBool) && input.bool_value() == wanted;
}

bool is_number(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is_number();
}

bool is_sequence(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is_undefined() || input.is_string() || input.is_sequence() || input.is(Kind::kDict) ||
         input.is(Kind::kRange);
}

bool is_iterable_test(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return is_iterable(input);
}

bool is_callable_test(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return is_callable(input);
}

bool is_escaped(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is_markup();
}

template <bool lower>
bool is_case(Runtime& rt, const Value& input, Args& args) {
  no_arguments(args);
  Args none;
  return truthy(rt, call_method(rt, to_string(rt, input), lower ? "islower" : "isupper", none));
}

bool is_multiple(Runtime& rt, const Value& input, const Value& of, int64_t rest) {
  return equal(rt, arithmetic(rt, Arithmetic::kMod, input, of), Value::integer(rest));
}

bool is_odd(Runtime& rt, const Value& input, Args& args) {
  no_arguments(args);
  return is_multiple(rt, input, Value::integer(2), 1);
}

bool is_even(Runtime& rt, const Value& input, Args& args) {
  no_arguments(args);
  return is_multiple(rt, input, Value::integer(2), 0);
}

bool is_divisible(Runtime& rt, const Value& input, Args& args) {
  return is_multiple(rt, input, args.bind("divisibleby", {"num"}, 1)[0], 0);
}

bool is_filter(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is_string() && find_filter(input.str()) != nullptr;
}

bool is_test(Runtime&, const Value& input, Args& args) {
  no_arguments(args);
  return input.is_string() && find_test(input.str()) != nullptr;
}

Value other(Args& args) { return args.bind("the test", {"other"}, 1)[0]; }

bool is_same(Runtime&, const Value& input, Args& args) { return input.same_as(other(args)); }
bool is_in(Runtime& rt, const Value& input, Args& args) { return contains(rt, other(args), input); }
bool is_equal(Runtime& rt, const Value& input, Args& args) { return equal(rt, input, other(args)); }
bool is_unequal(Runtime& rt, const Value& input, Args& args) { return !equal(rt, input, other(args)); }
bool is_less(Runtime& rt, const Value& input, Args& args) { return less(rt, input, other(args)); }
bool is_less_equal(Runtime& rt, const Value& input, Args& args) { return less_equal(rt, input, other(args)); }
bool is_greater(Runtime& rt, const Value& input, Args& args) { return less(rt, other(args), input, ">"); }
bool is_greater_equal(Runtime& rt, const Value& input, Args& args) {
  return less_equal(rt, other(args), input, ">=");
}

const TestTable& tests() {
  static const TestTable table = {{"defined", is_defined},
                                  {"undefined", is_kind<Kind::kUndefined>},
                                  {"none", is_kind<Kind::kNone>},
                                  {"boolean", is_kind<Kind::kBool>},
                                  {"true", is_constant<true>},
                                  {"false", is_constant<false>},
                                  {"integer", is_kind<Kind::kInt>},
                                  {"float", is_kind<Kind::kFloat>},
                                  {"number", is_number},
                                  {"string", is_kind<Kind::kString>},
                                  {"mapping", is_kind<Kind::kDict>},
                                  {"sequence", is_sequence},
                                  {"iterable", is_iterable_test},
                                  {"callable", is_callable_test},
                                  {"escaped", is_escaped},
                                  {"lower", is_case<true>},
                                  {"upper", is_case<false>},
                                  {"odd", is_odd},
                                  {"even", is_even},
                                  {"divisibleby", is_divisible},
                                  {"filter", is_filter},
                                  {"test", is_test},
                                  {"sameas", is_same},
                                  {"in", is_in},
                                  {"==", is_equal},
                                  {"eq", is_equal},
                                  {"equalto", is_equal},
                                  {"!=", is_unequal},
                                  {"ne", is_unequal},
                                  {"<", is_less},
                                  {"lt", is_less},
                                  {"lessthan", is_less},
                                  {"<=", is_less_equal},
                                  {"le", is_less_equal},
                                  {">", is_greater},
                                  {"gt", is_greater},
                                  {"greaterthan", is_greater},
                                  {">=", is_greater_equal},
                                  {"ge", is_greater_equal}};
  return table;
}

}  // namespace

TestFunction find_test(std::string_view name) {
  auto at = tests().find(name);
  return at == tests().end() ? nullptr : at->second;
}

}  // namespace fusebox::text::jinja
