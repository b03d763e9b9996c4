// A tiny program for every op that programs can hold, for any element type the op takes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fusebox/base/error.h"
#include "tests/hlo/sketch.h"

namespace fusebox::test {

struct OpSketch {
  OpCode code;
  std::string name;  // the op's, with a suffix where there are several
  // Writes the op and returns its results. An Error of the builder means: not for this element type.
  std::function<Values(Sketch&, DType)> write;
};

// The program of a sketch; nothing if the op does not take the element type.
inline std::unique_ptr<Sketch> draw(const OpSketch& how, DType dtype) {
  auto sketch = std::make_unique<Sketch>(how.name);
  try {
    sketch->ret(how.write(*sketch, dtype));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kDTypeMismatch) return nullptr;
    throw;
  }
  return sketch;
}

// The first of the common element types that the op takes.
inline std::unique_ptr<Sketch> draw_common(const OpSketch& how) {
  for (DType dtype : {f32, i32, u64, i1, c64, token})
    if (auto sketch = draw(how, dtype)) return sketch;
  throw InternalError("no element type fits " + how.name);
}

namespace sketches {

inline hlo::Keyword less() { return hlo::comparison_direction("LT"); }

inline void add_elementwise(std::vector<OpSketch>& list) {
  for (const hlo::OpInfo& row : hlo::all_ops()) {
    if (row.form != hlo::Form::kElementwise) continue;
    list.push_back({row.code, std::string(row.name), [&row](Sketch& s, DType t) {
                      Values operands;
                      for (int i = 0; i < row.min_operands; i++) operands.push_back(s.arg({2, 3}, t));
                      return Values{s.op(row.code, operands)};
                    }});
  }
  for (OpCode code : {OpCode::is_finite, OpCode::real, OpCode::imag})
    list.push_back({code, std::string(name(code)),
                    [code](Sketch& s, DType t) { return Values{s.op(code, {s.arg({4}, t)})}; }});
  const auto add = [&](OpCode code, std::function<Values(Sketch&, DType)> write) {
    list.push_back({code, std::string(name(code)), std::move(write)});
  };
  add(OpCode::constant,
      [](Sketch& s, DType t) { return Values{s.op(OpCode::constant, {}, {{"value", zeros({{2}, t})}})}; });
  add(OpCode::iota, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::iota, {}, {{"iota_dimension", int64_t{1}}}, {{{2, 3}, t}})};
  });
  add(OpCode::complex,
      [](Sketch& s, DType t) { return Values{s.op(OpCode::complex, {s.arg({4}, t), s.arg({4}, t)})}; });
  add(OpCode::convert,
      [](Sketch& s, DType t) { return Values{s.op(OpCode::convert, {s.arg({4}, f32)}, {}, {{{4}, t}})}; });
  list.push_back({OpCode::convert, "convert_back", [](Sketch& s, DType t) {
                    return Values{s.op(OpCode::convert, {s.arg({4}, t)}, {}, {{{4}, f32}})};
                  }});
  add(OpCode::bitcast_convert, [](Sketch& s, DType t) {
    // Bytes of an element; itself where it has no whole bytes.
    const int bits = info(t).bits;
    const bool bytes = bits > 8 && !is_complex(t);
    const Shape to = bytes ? Shape{{4, bits / 8}, u8} : Shape{{4}, t};
    return Values{s.op(OpCode::bitcast_convert, {s.arg({4}, t)}, {}, {to})};
  });
  add(OpCode::reduce_precision, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::reduce_precision, {s.arg({4}, t)},
                       {{"exponent_bits", int64_t{5}}, {"mantissa_bits", int64_t{10}}})};
  });
  add(OpCode::compare, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::compare, {s.arg({4}, t), s.arg({4}, t)}, {{"comparison_direction", less()}})};
  });
  list.push_back({OpCode::compare, "compare_total", [](Sketch& s, DType t) {
                    return Values{s.op(OpCode::compare, {s.arg({4}, t), s.arg({4}, t)},
                                       {{"comparison_direction", hlo::comparison_direction("GE")},
                                        {"compare_type", hlo::comparison_type("TOTALORDER")}})};
                  }});
  add(OpCode::select, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::select, {s.arg({4}, i1), s.arg({4}, t), s.arg({4}, t)})};
  });
  add(OpCode::map, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::map, {s.arg({4}, t), s.arg({4}, t)}, {{"dimensions", Dims{0}}}, {},
                       regions(s.applied(OpCode::add, t)))};
  });
}

inline void add_shapes(std::vector<OpSketch>& list) {
  const auto add = [&](OpCode code, std::function<Values(Sketch&, DType)> write) {
    list.push_back({code, std::string(name(code)), std::move(write)});
  };
  add(OpCode::broadcast_in_dim, [](Sketch& s, DType t) {
    return Values{
        s.op(OpCode::broadcast_in_dim, {s.arg({3}, t)}, {{"broadcast_dimensions", Dims{1}}}, {{{2, 3}, t}})};
  });
  add(OpCode::reshape,
      [](Sketch& s, DType t) { return Values{s.op(OpCode::reshape, {s.arg({2, 3}, t)}, {}, {{{6}, t}})}; });
  add(OpCode::transpose, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::transpose, {s.arg({2, 3}, t)}, {{"permutation", Dims{1, 0}}})};
  });
  add(OpCode::reverse, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::reverse, {s.arg({2, 3}, t)}, {{"dimensions", Dims{0, 1}}})};
  });
  add(OpCode::slice, [](Sketch& s, DType t) {
    return Values{
        s.op(OpCode::slice, {s.arg({2, 7}, t)},
             {{"start_indices", Dims{0, 1}}, {"limit_indices", Dims{2, 6}}, {"strides", Dims{1, 2}}})};
  });
  add(OpCode::concatenate, [](Sketch& s, DType t) {
    return Values{
        s.op(OpCode::concatenate, {s.arg({2, 3}, t), s.arg({2, 1}, t)}, {{"dimension", int64_t{1}}})};
  });
  add(OpCode::pad, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::pad, {s.arg({2, 3}, t), s.arg({}, t)},
                       {{"edge_padding_low", Dims{0, 1}},
                        {"edge_padding_high", Dims{2, -1}},
                        {"interior_padding", Dims{1, 0}}})};
  });
  add(OpCode::get_dimension_size, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::get_dimension_size, {s.arg({2, 3}, t)}, {{"dimension", int64_t{1}}})};
  });
  add(OpCode::dynamic_slice, [](Sketch& s, DType t) {
    Value* start = s.arg({}, i32);
    return Values{
        s.op(OpCode::dynamic_slice, {s.arg({4, 5}, t), start, start}, {{"slice_sizes", Dims{1, 5}}})};
  });
  add(OpCode::dynamic_update_slice, [](Sketch& s, DType t) {
    Value* start = s.arg({}, i32);
    return Values{s.op(OpCode::dynamic_update_slice, {s.arg({4, 5}, t), s.arg({1, 5}, t), start, start})};
  });
  add(OpCode::gather, [](Sketch& s, DType t) {
    hlo::GatherDimensions dims;
    dims.offset_dims = {1};
    dims.collapsed_slice_dims = {0};
    dims.start_index_map = {0};
    dims.index_vector_dim = 1;
    return Values{
        s.op(OpCode::gather, {s.arg({10, 4}, t), s.arg({3, 1}, i32)},
             {{"dimension_numbers", dims}, {"slice_sizes", Dims{1, 4}}, {"indices_are_sorted", false}})};
  });
  add(OpCode::scatter, [](Sketch& s, DType t) {
    hlo::ScatterDimensions dims;
    dims.update_window_dims = {1};
    dims.inserted_window_dims = {0};
    dims.scatter_dims_to_operand_dims = {0};
    dims.index_vector_dim = 1;
    return Values{
        s.op(OpCode::scatter, {s.arg({10, 4}, t), s.arg({3, 1}, i32), s.arg({3, 4}, t)},
             {{"scatter_dimension_numbers", dims}, {"indices_are_sorted", false}, {"unique_indices", true}},
             {}, regions(s.applied(OpCode::add, t)))};
  });
}

inline void add_reductions(std::vector<OpSketch>& list) {
  const auto add = [&](OpCode code, std::function<Values(Sketch&, DType)> write) {
    list.push_back({code, std::string(name(code)), std::move(write)});
  };
  add(OpCode::reduce, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::reduce, {s.arg({2, 3}, t), s.arg({}, t)}, {{"dimensions", Dims{1}}}, {},
                       regions(s.applied(OpCode::add, t)))};
  });
  // The largest value and its place: two inputs, a region of its own.
  list.push_back({OpCode::reduce, "reduce_argmax", [](Sketch& s, DType t) {
                    const Shape value{{}, t}, place{{}, i32};
                    auto body = s.region({value, place, value, place}, [](Builder& b, Values x) {
                      Value* more = b.create(OpCode::compare, {x[0], x[2]},
                                             {{"comparison_direction", hlo::comparison_direction("GE")}});
                      return Values{b.create(OpCode::select, {more, x[0], x[2]}),
                                    b.create(OpCode::select, {more, x[1], x[3]})};
                    });
                    return s.ops(OpCode::reduce,
                                 {s.arg({2, 3}, t), s.arg({2, 3}, i32), s.arg({}, t), s.arg({}, i32)},
                                 {{"dimensions", Dims{1}}}, {}, regions(std::move(body)));
                  }});
  add(OpCode::reduce_window, [](Sketch& s, DType t) {
    return Values{s.op(
        OpCode::reduce_window, {s.arg({2, 8}, t), s.arg({}, t)},
        {{"window_dimensions", Dims{1, 8}}, {"window_strides", Dims{1, 1}}, {"padding", Dims{0, 0, 7, 0}}},
        {}, regions(s.applied(OpCode::add, t)))};
  });
  add(OpCode::select_and_scatter, [](Sketch& s, DType t) {
    return Values{s.op(
        OpCode::select_and_scatter, {s.arg({4, 6}, t), s.arg({2, 3}, t), s.arg({}, t)},
        {{"window_dimensions", Dims{2, 2}}, {"window_strides", Dims{2, 2}}, {"padding", Dims{0, 0, 0, 0}}},
        {},
        regions(s.applied(OpCode::compare, t, {{"comparison_direction", hlo::comparison_direction("GE")}}),
                s.applied(OpCode::add, t)))};
  });
  add(OpCode::sort, [](Sketch& s, DType t) {
    auto order = s.region({{{}, t}, {{}, t}, {{}, i32}, {{}, i32}}, [](Builder& b, Values x) {
      return Values{b.create(OpCode::compare, {x[0], x[1]}, {{"comparison_direction", less()}})};
    });
    return s.ops(OpCode::sort, {s.arg({2, 5}, t), s.arg({2, 5}, i32)},
                 {{"dimension", int64_t{1}}, {"is_stable", true}}, {}, regions(std::move(order)));
  });
}

inline void add_math(std::vector<OpSketch>& list) {
  const auto add = [&](OpCode code, std::function<Values(Sketch&, DType)> write) {
    list.push_back({code, std::string(name(code)), std::move(write)});
  };
  add(OpCode::dot_general, [](Sketch& s, DType t) {
    return Values{
        s.op(OpCode::dot_general, {s.arg({2, 3, 4}, t), s.arg({2, 5, 4}, t)},
             {{"dot_dimension_numbers", hlo::DotDimensions{{0}, {0}, {2}, {2}}},
              {"precision_config", std::vector{hlo::precision("DEFAULT"), hlo::precision("DEFAULT")}}})};
  });
  list.push_back({OpCode::dot_general, "dot_general_to_f32", [](Sketch& s, DType t) {
                    return Values{s.op(OpCode::dot_general, {s.arg({3, 4}, t), s.arg({4, 5}, t)},
                                       {{"dot_dimension_numbers", hlo::DotDimensions{{}, {}, {1}, {0}}}},
                                       {{{3, 5}, f32}})};
                  }});
  add(OpCode::convolution, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::convolution, {s.arg({1, 8, 8, 4}, t), s.arg({3, 3, 4, 6}, t)},
                       {{"dimension_numbers", hlo::ConvDimensions{0, 3, {1, 2}, 2, 3, {0, 1}, 0, 3, {1, 2}}},
                        {"window_strides", Dims{2, 2}},
                        {"padding", Dims{1, 1, 1, 1}},
                        {"feature_group_count", int64_t{1}},
                        {"batch_group_count", int64_t{1}}})};
  });
  add(OpCode::fft, [](Sketch& s, DType t) {
    return Values{
        s.op(OpCode::fft, {s.arg({2, 8}, t)},
             {{"fft_type", hlo::fft_type(is_complex(t) ? "FFT" : "RFFT")}, {"fft_length", Dims{8}}})};
  });
  add(OpCode::cholesky, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::cholesky, {s.arg({3, 3}, t)}, {{"lower", true}})};
  });
  add(OpCode::triangular_solve, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::triangular_solve, {s.arg({3, 3}, t), s.arg({3, 2}, t)},
                       {{"left_side", true},
                        {"lower", true},
                        {"unit_diagonal", false},
                        {"transpose_a", hlo::transpose("NO_TRANSPOSE")}})};
  });
  add(OpCode::rng, [](Sketch& s, DType t) {
    hlo::Literal four = zeros({{1}, i64});
    four.data = std::make_shared<std::vector<std::byte>>(
        std::initializer_list<std::byte>{std::byte{4}, {}, {}, {}, {}, {}, {}, {}});
    Value* sizes = s.op(OpCode::constant, {}, {{"value", four}});
    return Values{s.op(OpCode::rng, {s.arg({}, t), s.arg({}, t), sizes},
                       {{"rng_distribution", hlo::rng_distribution("UNIFORM")}}, {{{4}, t}})};
  });
  add(OpCode::rng_bit_generator, [](Sketch& s, DType t) {
    return s.ops(OpCode::rng_bit_generator, {s.arg({2}, u64)},
                 {{"rng_algorithm", hlo::rng_algorithm("THREE_FRY")}}, {{{2}, u64}, {{4}, t}});
  });
  add(OpCode::batch_norm_inference, [](Sketch& s, DType t) {
    Value* per = s.arg({3}, t);
    return Values{s.op(OpCode::batch_norm_inference, {s.arg({2, 3}, t), per, per, per, per},
                       {{"epsilon", 0.001}, {"feature_index", int64_t{1}}})};
  });
  add(OpCode::batch_norm_training, [](Sketch& s, DType t) {
    Value* per = s.arg({3}, t);
    return s.ops(OpCode::batch_norm_training, {s.arg({2, 3}, t), per, per},
                 {{"epsilon", 0.001}, {"feature_index", int64_t{1}}});
  });
  add(OpCode::batch_norm_grad, [](Sketch& s, DType t) {
    Value* per = s.arg({3}, t);
    Value* x = s.arg({2, 3}, t);
    return s.ops(OpCode::batch_norm_grad, {x, per, per, per, x},
                 {{"epsilon", 0.001}, {"feature_index", int64_t{1}}});
  });
}

inline void add_control(std::vector<OpSketch>& list) {
  const auto add = [&](OpCode code, std::function<Values(Sketch&, DType)> write) {
    list.push_back({code, std::string(name(code)), std::move(write)});
  };
  // Counts to a limit from outside and adds a value from outside each time.
  add(OpCode::while_, [](Sketch& s, DType t) {
    Value *limit = s.arg({}, i32), *step = s.arg({3}, t), *one = s.arg({}, i32);
    const std::vector<Shape> carried = {{{}, i32}, {{3}, t}};
    auto condition = s.region(carried, [&](Builder& b, Values x) {
      return Values{b.create(OpCode::compare, {x[0], limit}, {{"comparison_direction", less()}})};
    });
    auto body = s.region(carried, [&](Builder& b, Values x) {
      return Values{b.create(OpCode::add, {x[0], one}), b.create(OpCode::add, {x[1], step})};
    });
    return s.ops(OpCode::while_, {s.arg({}, i32), s.arg({3}, t)}, {}, {},
                 regions(std::move(condition), std::move(body)));
  });
  const auto branch = [](Sketch& s, Value* x) {
    return s.region({}, [x](Builder&, Values) { return Values{x}; });
  };
  add(OpCode::if_, [branch](Sketch& s, DType t) {
    Value* second = s.arg({3}, t);  // one statement each: compilers differ in the order of arguments
    Value* first = s.arg({3}, t);
    Value* which = s.arg({}, i1);
    return Values{s.op(OpCode::if_, {which}, {}, {}, regions(branch(s, first), branch(s, second)))};
  });
  add(OpCode::case_, [branch](Sketch& s, DType t) {
    Value* second = s.arg({3}, t);  // one statement each: compilers differ in the order of arguments
    Value* first = s.arg({3}, t);
    Value* which = s.arg({}, i32);
    return Values{s.op(OpCode::case_, {which}, {}, {}, regions(branch(s, first), branch(s, second)))};
  });
  const auto twice = [](Sketch& s, DType t) {
    hlo::Function& function = s.program.add_function("twice", false);
    Value* x = function.body.add_argument({{3}, t});
    Builder inner(s.program, function.body);
    inner.ret({inner.create(OpCode::add, {x, x})});
  };
  add(OpCode::call, [twice](Sketch& s, DType t) {
    twice(s, t);
    return Values{s.op(OpCode::call, {s.arg({3}, t)}, {{"callee", hlo::SymbolRef{"twice"}}}, {{{3}, t}})};
  });
  add(OpCode::composite, [twice](Sketch& s, DType t) {
    twice(s, t);
    return Values{s.op(
        OpCode::composite, {s.arg({3}, t)},
        {{"name", std::string("fusebox.twice")},
         {"composite_attributes", hlo::AttributeDict{{"times", int64_t{2}}, {"fast", true}, {"scale", 0.5}}},
         {"decomposition", hlo::SymbolRef{"twice"}},
         {"version", int64_t{1}}},
        {{{3}, t}})};
  });
  add(OpCode::custom_call, [](Sketch& s, DType t) {
    return Values{s.op(OpCode::custom_call, {s.arg({3}, t)},
                       {{"call_target_name", std::string("Sharding")}, {"has_side_effect", false}},
                       {{{3}, t}})};
  });
  add(OpCode::optimization_barrier, [](Sketch& s, DType t) {
    return s.ops(OpCode::optimization_barrier, {s.arg({3}, t), s.arg({}, i32)});
  });
  add(OpCode::create_token, [](Sketch& s, DType) { return s.ops(OpCode::create_token, {}); });
  add(OpCode::after_all, [](Sketch& s, DType) {
    Value* first = s.op(OpCode::create_token, {});
    return s.ops(OpCode::after_all, {first, first});
  });
  add(OpCode::replica_id, [](Sketch& s, DType) { return s.ops(OpCode::replica_id, {}); });
  add(OpCode::partition_id, [](Sketch& s, DType) { return s.ops(OpCode::partition_id, {}); });
}

}  // namespace sketches

// Every op that is not unsupported, once or more.
inline std::vector<OpSketch> op_sketches() {
  std::vector<OpSketch> list;
  sketches::add_elementwise(list);
  sketches::add_shapes(list);
  sketches::add_reductions(list);
  sketches::add_math(list);
  sketches::add_control(list);
  return list;
}

}  // namespace fusebox::test
