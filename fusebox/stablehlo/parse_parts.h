// Types, constants and attributes of a program's text. Inside stablehlo only.
//
// Each function reads what is next and leaves the cursor behind it; an Error has the place.
#pragma once

#include <string_view>
#include <vector>

#include "fusebox/hlo/op.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/cursor.h"

namespace fusebox::stablehlo {

// Lists, dictionaries and aliases nest at most so deep.
inline constexpr int kMaxAttributeNesting = 64;
// Dictionaries hold at most so many: finding one of them is a walk.
inline constexpr int kMaxAttributes = 1000;

// --- parse_types.cpp
// "tensor<2x3xf32>", "!stablehlo.token". Dynamic sizes, quantized elements, tuples and the like are refused
// by name.
Shape parse_type(Cursor& in);
// The same, without taking memory for types that were read before. Stays as long as the source.
const Shape& read_type(Cursor& in);
// "T, T"
std::vector<Shape> parse_types(Cursor& in);
// "T", "(T, T)" or "()": what stands behind "->".
std::vector<Shape> parse_result_types(Cursor& in);
// "f32", "complex<f32>"
DType parse_dtype(Cursor& in);

// --- parse_dense.cpp
// "dense<…> : tensor<…>" in every spelling. The number of elements is held against the text before memory is
// taken.
hlo::Literal parse_dense(Cursor& in);

// --- parse_attributes.cpp
// A value of a type that op_table.def names ("dims", "precision[]", "any"), as written by either form of an
// op: "array<i64: 1, 2>", "dense<[1, 2]> : tensor<2xi64>" and "[1, 2]" are the same dims.
hlo::Attribute parse_attribute(Cursor& in, std::string_view type, int depth = 0);
// "[1, 2]"
Dims parse_list(Cursor& in);
// "[LHS] x [RHS]" of a dot.
void parse_list_pair(Cursor& in, Dims& left, Dims& right);
// Calls entry(key, its place) for each "key = value" of {…}, from behind the '{' on; the cursor then stands
// at the value.
template <typename Entry>
void parse_dict(Cursor& in, std::string_view close, Entry entry);
// Any value as written, but with its aliases put in.
hlo::Opaque parse_opaque(Cursor& in, int depth = 0);

// --- parse_structs.cpp
// A struct such as "<offset_dims = [1], …>", from its '<' on. `type` is as in op_table.def.
hlo::Attribute parse_struct(Cursor& in, std::string_view type);
// "[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]"
hlo::ConvDimensions parse_layout(Cursor& in);

// ---

template <typename Entry>
void parse_dict(Cursor& in, std::string_view close, Entry entry) {
  if (in.eat(close)) return;
  int count = 0;
  do {
    const size_t where = in.at();
    if (++count > kMaxAttributes)
      in.fail(where, ErrorKind::kUnsupported, "got more than {} attributes", kMaxAttributes);
    const std::string key = in.peek() == '"' ? in.string() : std::string(in.word("a name"));
    if (!in.eat('=') && in.peek() != ',' && !in.at_mark(close)) in.unexpected("'='");
    entry(key, where);
  } while (in.eat(',') && (close != ">" || in.peek() != '>'));  // structs may end in a comma
  in.want(close);
}

}  // namespace fusebox::stablehlo
