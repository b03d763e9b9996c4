#include <fmt/format.h>

#include <cmath>

#include "fusebox/text/jinja/format.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {
namespace {

constexpr std::string_view kSymbols[] = {"+", "-", "*", "/", "//", "%", "** or pow()"};

[[noreturn]] void fail_overflow() { fail("an integer beyond 64 bits"); }

[[noreturn]] void fail_operands(Arithmetic op, const Value& a, const Value& b) {
  if (a.is_undefined()) fail(a.undefined_message());
  if (b.is_undefined()) fail(b.undefined_message());
  fail(fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", kSymbols[static_cast<size_t>(op)],
                   type_name(a), type_name(b)));
}

int64_t int_floor_div(int64_t a, int64_t b) {
  if (b == 0) fail("integer division or modulo by zero");
  if (a == INT64_MIN && b == -1) fail_overflow();
  int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t int_mod(int64_t a, int64_t b) {
  if (b == 0) fail("integer modulo by zero");
  if (b == -1) return 0;
  int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double float_mod(double a, double b) {
  if (b == 0) fail("float modulo by zero");
  double rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

double float_floor_div(double a, double b) {
  if (b == 0) fail("float floor division by zero");
  double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (rest < 0) != (b < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(0.0, a / b);
  double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

Value float_pow(double a, double b) {
  if (a == 0 && b < 0) fail("0.0 cannot be raised to a negative power");
  if (a < 0 && std::isfinite(b) && std::floor(b) != b) fail_unsupported("a power with a complex result");
  double result = std::pow(a, b);
  if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) fail("the result of ** is too large");
  return Value::real(result);
}

Value int_pow(int64_t base, int64_t exponent) {
  if (exponent < 0) return float_pow(static_cast<double>(base), static_cast<double>(exponent));
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) fail_overflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) fail_overflow();
  }
  return Value::integer(result);
}

Value int_arithmetic(Arithmetic op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Arithmetic::kAdd: overflow = __builtin_add_overflow(a, b, &result); break;
    case Arithmetic::kSub: overflow = __builtin_sub_overflow(a, b, &result); break;
    case Arithmetic::kMul: overflow = __builtin_mul_overflow(a, b, &result); break;
    case Arithmetic::kDiv:
      if (b == 0) fail("division by zero");
      return Value::real(static_cast<double>(static_cast<long double>(a) / static_cast<long double>(b)));
    case Arithmetic::kFloorDiv: result = int_floor_div(a, b); break;
    case Arithmetic::kMod: result = int_mod(a, b); break;
    case Arithmetic::kPow: return int_pow(a, b);
  }
  if (overflow) fail_overflow();
  return Value::integer(result);
}

Value float_arithmetic(Arithmetic op, double a, double b) {
  switch (op) {
    case Arithmetic::kAdd: return Value::real(a + b);
    case Arithmetic::kSub: return Value::real(a - b);
    case Arithmetic::kMul: return Value::real(a * b);
    case Arithmetic::kDiv:
      if (b == 0) fail("float division by zero");
      return Value::real(a / b);
    case Arithmetic::kFloorDiv: return Value::real(float_floor_div(a, b));
    case Arithmetic::kMod: return Value::real(float_mod(a, b));
    case Arithmetic::kPow: return float_pow(a, b);
  }
  return {};
}

Value join_strings(Runtime& rt, const Value& a, const Value& b) {
  bool markup = a.is_markup() || b.is_markup();
  std::string joined;
  rt.reserve(a.str().size() + b.str().size());
  joined.reserve(a.str().size() + b.str().size());
  auto append = [&](const Value& part) {
    if (markup && !part.is_markup()) {
      append_html_escaped(joined, part.str());
    } else {
      joined += part.str();
    }
  };
  append(a);
  append(b);
  rt.bound(joined.size());
  return Value::string(std::move(joined), markup);
}

Value join_sequences(Runtime& rt, const Value& a, const Value& b) {
  rt.reserve_items(a.items().size() + b.items().size());
  std::vector<Value> items = a.items();
  items.insert(items.end(), b.items().begin(), b.items().end());
  return a.is(Kind::kList) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

Value repeat(Runtime& rt, const Value& what, int64_t times) {
  uint64_t count = times < 0 ? 0 : static_cast<uint64_t>(times);
  uint64_t size = what.is_string() ? what.str().size() : what.items().size();
  uint64_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) total = UINT64_MAX / 2;
  if (what.is_string()) {
    rt.reserve(total);
    std::string text;
    text.reserve(total);
    for (uint64_t i = 0; size > 0 && i < count; ++i) text += what.str();
    return Value::string(std::move(text), what.is_markup());
  }
  rt.reserve_items(total);
  std::vector<Value> items;
  items.reserve(total);
  for (uint64_t i = 0; size > 0 && i < count; ++i) {
    items.insert(items.end(), what.items().begin(), what.items().end());
  }
  return what.is(Kind::kList) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

bool repeatable(const Value& value) { return value.is_string() || value.is_sequence(); }

}  // namespace

Value arithmetic(Runtime& rt, Arithmetic op, const Value& a, const Value& b) {
  if (a.is_integral() && b.is_integral()) return int_arithmetic(op, a.int_value(), b.int_value());
  if (a.is_number() && b.is_number()) return float_arithmetic(op, a.as_double(), b.as_double());
  if (op == Arithmetic::kMod && a.is_string()) return format_percent(rt, a, b);
  if (op == Arithmetic::kAdd) {
    if (a.is_string() && b.is_string()) return join_strings(rt, a, b);
    if (a.is_sequence() && a.kind() == b.kind()) return join_sequences(rt, a, b);
  }
  if (op == Arithmetic::kMul) {
    if (repeatable(a) && b.is_integral()) return repeat(rt, a, b.int_value());
    if (repeatable(b) && a.is_integral()) return repeat(rt, b, a.int_value());
  }
  fail_operands(op, a, b);
}

Value negate(const Value& value) {
  if (value.is_undefined()) fail(value.undefined_message());
  if (value.is(Kind::kFloat)) return Value::real(-value.float_value());
  if (!value.is_integral()) fail(fmt::format("bad operand type for unary -: '{}'", type_name(value)));
  if (value.int_value() == INT64_MIN) fail_overflow();
  return Value::integer(-value.int_value());
}

Value positive(const Value& value) {
  if (value.is_undefined()) fail(value.undefined_message());
  if (value.is(Kind::kFloat)) return value;
  if (!value.is_integral()) fail(fmt::format("bad operand type for unary +: '{}'", type_name(value)));
  return Value::integer(value.int_value());
}

}  // namespace fusebox::text::jinja
