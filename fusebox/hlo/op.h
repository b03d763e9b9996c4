// hlo: the program in memory. StableHLO op for op, with regions; no text, no PJRT.
//
// This folder knows base, and nothing else. Everything about an op stands in one row of op_table.def: the
// enumerator below, its name, arity, regions, attributes, inference rule and printed form all come from it,
// so an op without a row does not compile.
//
//   op.h        the table's types: OpCode, OpInfo, attributes
//   program.h   Value, Op, Block, Function, Program
//   builder.h   appends verified ops to a block
//   keywords.h  the enum attributes, one function each
//   infer*.cpp  result types from operands and attributes, one function per rule
//   verify.h    checks one op, or a whole program
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fusebox/base/shape.h"

namespace fusebox::hlo {

enum class OpCode : uint8_t {
#define FUSEBOX_OP(enumerator, ...) enumerator,
#include "fusebox/hlo/op_table.def"
#undef FUSEBOX_OP
};

// A dense constant: row-major elements, little endian, one byte or more each; or one element for all (splat).
struct Literal {
  Shape shape;
  std::shared_ptr<const std::vector<std::byte>> data;
  bool splat = false;

  std::span<const std::byte> bytes() const { return *data; }
  bool operator==(const Literal& other) const {
    return shape == other.shape && splat == other.splat && *data == *other.data;
  }
};

// #stablehlo.dot
struct DotDimensions {
  Dims lhs_batching, rhs_batching, lhs_contracting, rhs_contracting;
  bool operator==(const DotDimensions&) const = default;
};

// #stablehlo.gather
struct GatherDimensions {
  Dims offset_dims, collapsed_slice_dims, operand_batching_dims, start_indices_batching_dims, start_index_map;
  int64_t index_vector_dim = 0;
  bool operator==(const GatherDimensions&) const = default;
};

// #stablehlo.scatter
struct ScatterDimensions {
  Dims update_window_dims, inserted_window_dims, input_batching_dims, scatter_indices_batching_dims,
      scatter_dims_to_operand_dims;
  int64_t index_vector_dim = 0;
  bool operator==(const ScatterDimensions&) const = default;
};

// #stablehlo.conv
struct ConvDimensions {
  int64_t input_batch = 0, input_feature = 0;
  Dims input_spatial;
  int64_t kernel_input_feature = 0, kernel_output_feature = 0;
  Dims kernel_spatial;
  int64_t output_batch = 0, output_feature = 0;
  Dims output_spatial;
  bool operator==(const ConvDimensions&) const = default;
};

// #stablehlo.dot_algorithm. A type is StableHLO's name of it: "bf16", "tf32".
struct DotAlgorithm {
  std::string lhs_precision_type, rhs_precision_type, accumulation_type;
  int64_t lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1;
  bool allow_imprecise_accumulation = false;
  bool operator==(const DotAlgorithm&) const = default;
};

// An enum keyword of StableHLO, such as LT, TOTALORDER, THREE_FRY. `type` is its attribute's name
// ("comparison_direction"), which the generic text form needs; keywords.h has one function per type.
struct Keyword {
  std::string_view type;  // static storage
  std::string value;
  bool operator==(const Keyword&) const = default;
};

// The name of another function of the program: @name.
struct SymbolRef {
  std::string name;
  bool operator==(const SymbolRef&) const = default;
};

// An attribute that only whoever reads the text knows: "#sdy.sharding<@mesh, [{}]>".
struct Opaque {
  std::string text;
  bool operator==(const Opaque&) const = default;
};

struct Attribute;
using AttributeDict = std::vector<std::pair<std::string, Attribute>>;

struct Attribute {
  std::variant<bool, int64_t, double, std::string, Dims, std::vector<bool>, std::vector<std::string>, DType,
               Literal, DotDimensions, GatherDimensions, ScatterDimensions, ConvDimensions, DotAlgorithm,
               Keyword, std::vector<Keyword>, SymbolRef, AttributeDict, Opaque>
      value;

  template <typename T>
  Attribute(T v) : value(std::move(v)) {}  // NOLINT: an attribute is its value
  bool operator==(const Attribute&) const = default;
};

// The attributes of an op by name, in the order they were given. Few, so a search is a walk.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<std::string_view, Attribute>> list);

  void set(std::string_view name, Attribute value);
  const Attribute* find(std::string_view name) const;
  // The attribute of that name and type; InternalError if the op lacks it: the verifier saw it first.
  template <typename T>
  const T& get(std::string_view name) const {
    return *typed<T>(name, true);
  }
  // The same, or `otherwise` where the attribute is absent.
  template <typename T>
  T get_or(std::string_view name, T otherwise) const {
    const T* value = typed<T>(name, false);
    return value ? *value : otherwise;
  }
  const AttributeDict& list() const { return list_; }

 private:
  template <typename T>
  const T* typed(std::string_view name, bool required) const {
    const Attribute* attribute = find(name);
    const T* value = attribute ? std::get_if<T>(&attribute->value) : nullptr;
    if (!value && (required || attribute)) missing(name);
    return value;
  }
  [[noreturn]] static void missing(std::string_view name);

  AttributeDict list_;
};

// How the printer writes an op. Whatever has no form of its own is written in MLIR's generic form.
enum class Form : uint8_t {
  kGeneric,      // "stablehlo.gather"(%a, %b) <{…}> : (…) -> …
  kElementwise,  // stablehlo.add %a, %b : T          (all types equal)
  kTyped,        // stablehlo.convert %a : (T) -> U
  kOwn,          // written by a function of the printer
};

struct AttributeInfo {
  std::string_view name;
  std::string_view type;  // as op_table.def lists them: "dims", "comparison_direction", …
  bool required;
};

class Block;
struct Value;

// What an inference rule sees: an op that is being built, or one that is being verified.
struct OpView {
  OpCode code;
  std::span<Value* const> operands;
  const Attributes& attributes;
  std::span<const std::unique_ptr<Block>> regions;
  // The result types asked for; empty where the builder leaves them to the rule. Ops whose results do not
  // follow from their operands (constant, convert, reshape, …) need them.
  std::span<const Shape> declared;

  const Shape& shape(size_t operand) const;
};

// Returns the result types, or throws an Error that says got and wanted (the caller adds op, module and
// line).
using InferRule = std::vector<Shape> (*)(const OpView&);

struct OpInfo {
  OpCode code;
  std::string_view name;           // "dot_general", without the dialect
  int min_operands, max_operands;  // max -1: any number
  int regions;                     // -1: any number
  InferRule infer;
  Form form;
  std::span<const AttributeInfo> attributes;
};

const OpInfo& info(OpCode code);
inline std::string_view name(OpCode code) { return info(code).name; }
std::optional<OpCode> op_from_name(std::string_view name);
std::span<const OpInfo> all_ops();

}  // namespace fusebox::hlo
