// Types. What a program in memory cannot hold is refused here, by name.
#include <charconv>

#include "fusebox/base/quoted.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/parse_parts.h"

namespace fusebox::stablehlo {
namespace {

// The sizes of "2x3xf32", up to the element type. Blanks may stand anywhere but within a number.
Dims parse_sizes(Cursor& in) {
  Dims dims;
  while (is_digit(in.peek()) || in.peek() == '?') {
    const size_t start = in.at();
    if (in.eat('?'))
      in.fail(start, ErrorKind::kUnsupported, "got a size that is not known (?), want static shapes");
    const std::string_view rest = in.source().text.substr(start);
    const std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789"));
    int64_t size = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), size).ec != std::errc())
      in.fail(start, ErrorKind::kInvalidFile, "got the size {}, want at most 63 bits", quoted(digits));
    in.go(start + digits.size());
    if (!in.eat('x')) in.unexpected("'x' and an element type");
    dims.push_back(size);
    if (static_cast<int64_t>(dims.size()) > hlo::kMaxRank)
      in.fail(start, ErrorKind::kUnsupported, "got a tensor of a rank above {}", hlo::kMaxRank);
  }
  return dims;
}

// "tensor<2x3xf32>" at the start of a text, or nothing if that is something else or longer than types are.
std::string_view tensor_text(std::string_view text) {
  constexpr size_t kLongest = 200;
  text = text.substr(0, kLongest);
  if (!text.starts_with("tensor<")) return {};
  size_t end = text.find('>');
  if (end == std::string_view::npos) return {};
  if (text.substr(0, end).find("complex<") != std::string_view::npos) end = text.find('>', end + 1);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

[[noreturn]] void refuse(Cursor& in, size_t start) {
  in.go(start);
  in.skip_value();
  in.fail(start, ErrorKind::kUnsupported, "got the type {}, want a tensor of numbers or a token",
          quoted(in.slice(start, in.end())));
}

}  // namespace

DType parse_dtype(Cursor& in) {
  const size_t start = in.at();
  if (in.peek() == '!') refuse(in, start);
  const std::string_view word = in.word("an element type");
  if (word == "complex") {
    in.want("<");
    const size_t part_at = in.at();
    const std::string_view part = in.word("f32 or f64");
    if (part != "f32" && part != "f64")
      in.fail(part_at, ErrorKind::kInvalidFile, "got {}, want f32 or f64", quoted(part));
    in.want(">");
    return part == "f32" ? c64 : c128;
  }
  const auto dtype = dtype_from_name(word.starts_with("si") ? word.substr(1) : word);
  if (!dtype) in.fail(start, ErrorKind::kUnsupported, "got the element type {}", quoted(word));
  return *dtype;
}

Shape parse_type(Cursor& in) {
  const size_t start = in.at();
  if (in.eat("!stablehlo.token")) return {{}, token};
  if (!in.eat_word("tensor")) {
    if (in.peek() != '!' && in.peek_word().empty()) in.unexpected("a type such as tensor<2x3xf32>");
    refuse(in, start);
  }
  in.want("<");
  if (in.peek() == '*') in.fail(in.at(), ErrorKind::kUnsupported, "got a tensor without a rank, want a rank");
  Shape shape;
  shape.dims = parse_sizes(in);
  shape.dtype = parse_dtype(in);
  if (in.peek() == ',')
    in.fail(in.at(), ErrorKind::kUnsupported,
            "got a tensor with an encoding, want sizes and an element type only");
  in.want(">");
  try {
    (void)shape.bytes();
  } catch (const Error& error) {
    in.fail_at(start, error);
  }
  return shape;
}

const Shape& read_type(Cursor& in) {
  auto& types = in.source().types;
  const size_t start = in.at();
  const std::string_view text = tensor_text(in.source().text.substr(start));
  if (const auto known = types.find(text); known != types.end() && !text.empty()) {
    in.go(start + text.size());
    return known->second;
  }
  Shape shape = parse_type(in);
  return types.insert_or_assign(in.slice(start, in.end()), std::move(shape)).first->second;
}

std::vector<Shape> parse_types(Cursor& in) {
  std::vector<Shape> types;
  do types.push_back(read_type(in));
  while (in.eat(','));
  return types;
}

std::vector<Shape> parse_result_types(Cursor& in) {
  if (!in.eat('(')) return {read_type(in)};
  if (in.eat(')')) return {};
  std::vector<Shape> types = parse_types(in);
  in.want(")");
  return types;
}

}  // namespace fusebox::stablehlo
