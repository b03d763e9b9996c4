// Dynamic slices and gather.
#include "tests/hlo/infer_rows.h"

namespace fusebox::test {
namespace {

TEST(Infer, dynamic_slices) {
  const Attributes sizes{{"slice_sizes", Dims{1, 3}}};
  expect({
      {OpCode::dynamic_slice, {kF23, kI, kI}, sizes, {}, "f32[1, 3]"},
      {OpCode::dynamic_slice,
       {kF23, kI},
       sizes,
       {},
       "invalid argument: got 1 start indices for f32[2, 3], want 2"},
      {OpCode::dynamic_slice,
       {kF23, kI, kF},
       sizes,
       {},
       "dtype mismatch: got f32[], want integer start indices"},
      {OpCode::dynamic_slice,
       {kF23, kI, {{}, i64}},
       sizes,
       {},
       "dtype mismatch: got f32[2, 3], i32[] and i64[], want start indices of one type"},
      {OpCode::dynamic_slice,
       {kF23, kI, {{1}, i32}},
       sizes,
       {},
       "shape mismatch: got f32[2, 3], i32[] and i32[1], want scalar start indices"},
      {OpCode::dynamic_slice,
       {kF23, kI, kI},
       {{"slice_sizes", Dims{3, 3}}},
       {},
       "invalid argument: got slice_sizes [3, 3] of f32[2, 3], want 0 to 2 for dimension 0"},
      {OpCode::dynamic_update_slice, {kF23, {{1, 3}, f32}, kI, kI}, {}, {}, "f32[2, 3]"},
      {OpCode::dynamic_update_slice,
       {kF23, {{3, 3}, f32}, kI, kI},
       {},
       {},
       "shape mismatch: got f32[3, 3] into f32[2, 3], want an update of the same rank that fits"},
      {OpCode::dynamic_update_slice,
       {kF23, {{1, 3}, i32}, kI, kI},
       {},
       {},
       "dtype mismatch: got i32[1, 3] into f32[2, 3], want equal element types"},
  });
}

Attributes gather_of(hlo::GatherDimensions dims, Dims sizes) {
  return {{"dimension_numbers", std::move(dims)}, {"slice_sizes", std::move(sizes)}};
}

TEST(Infer, gather) {
  const Shape table{{10, 4}, f32}, rows{{3, 1}, i32};
  // Rows by number, and the same with each rule broken. Fields: offset, collapsed, batching of operand and of
  // indices, map, index_vector_dim.
  expect({
      {OpCode::gather, {table, rows}, gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 4}), {}, "f32[3, 4]"},
      {OpCode::gather, {table, {{3}, i32}}, gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 4}), {}, "f32[3, 4]"},
      {OpCode::gather,
       {table, {{10, 1}, i32}},
       gather_of({{1}, {}, {0}, {0}, {1}, 1}, {1, 2}),
       {},
       "f32[10, 2]"},
      {OpCode::gather,
       {table, {{3, 1}, f32}},
       gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "dtype mismatch: got f32[3, 1], want integer indices"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0}, 3}, {1, 4}),
       {},
       "invalid argument: got index_vector_dim 3, want 0 to 2"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0, 1}, 1}, {1, 4}),
       {},
       "invalid argument: got start_index_map [0, 1], want 1 of them"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {2}, 1}, {1, 4}),
       {},
       "invalid argument: got start_index_map [2], want axes of a tensor of rank 2"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {0}, {0}, {1}, 1}, {1, 4}),
       {},
       "invalid argument: got collapsed_slice_dims [0] and operand_batching_dims [0], want no axis in both"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {}, {0}, {0}, {1}, 1}, {1, 2}),
       {},
       "shape mismatch: got f32[10, 4] and indices i32[3, 1], want equal sizes of batching dimensions 0 and "
       "0"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {}, {0}, {1}, {1}, 1}, {1, 2}),
       {},
       "invalid argument: got start_indices_batching_dims [1], want index_vector_dim 1 not among them"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0}, 1}, {2, 4}),
       {},
       "invalid argument: got slice_sizes [2, 4] of f32[10, 4], want 0 to 1 for dimension 0"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 5}),
       {},
       "invalid argument: got slice_sizes [1, 5] of f32[10, 4], want 0 to 4 for dimension 1"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1, 0}, {}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "invalid argument: got offset_dims [1, 0], want them in order"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1, 2}, {0}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "invalid argument: got offset_dims [1, 2], want 1 of them"},
      {OpCode::gather,
       {table, rows},
       gather_of({{2}, {0}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "invalid argument: got offset_dims [2], want axes of a tensor of rank 2"},
  });
}

}  // namespace
}  // namespace fusebox::test
