// Ops whose places are values: dynamic slices, gather, scatter.
#include <algorithm>

#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {
namespace {

bool is_index(DType dtype) { return is_integer(dtype); }

bool contains(const Dims& list, int64_t item) { return std::ranges::find(list, item) != list.end(); }

// Start indices: one integer scalar per dimension, all of one type, from operand `first` on.
void want_start_indices(const OpView& op, size_t first) {
  const int64_t rank = op.shape(0).rank();
  if (static_cast<int64_t>(op.operands.size() - first) != rank)
    fail(ErrorKind::kInvalidArgument, "got {} start indices for {}, want {}", op.operands.size() - first,
         to_string(op.shape(0)), rank);
  for (size_t i = first; i < op.operands.size(); i++) {
    want_dtype(op, i, is_index, "integer start indices");
    if (op.shape(i).dtype != op.shape(first).dtype)
      fail(ErrorKind::kDTypeMismatch, "got {}, want start indices of one type", operand_types(op));
    if (!op.shape(i).dims.empty())
      fail(ErrorKind::kShapeMismatch, "got {}, want scalar start indices", operand_types(op));
  }
}

void want_sorted(std::string_view what, const Dims& list) {
  if (!std::ranges::is_sorted(list))
    fail(ErrorKind::kInvalidArgument, "got {} {}, want them in order", what, to_string(list));
}

void want_disjoint(std::string_view a_name, const Dims& a, std::string_view b_name, const Dims& b) {
  for (int64_t axis : a)
    if (contains(b, axis))
      fail(ErrorKind::kInvalidArgument, "got {} {} and {} {}, want no axis in both", a_name, to_string(a),
           b_name, to_string(b));
}

// What gather and scatter say in common, in gather's words.
struct Indexing {
  std::string_view window_name, collapsed_name, operand_batching_name, map_name;
  const Dims &window, &collapsed, &operand_batching, &indices_batching, &map;
  int64_t index_vector_dim;
};

// The sizes of start_indices but for index_vector_dim: the batch of slices.
Dims batch_of(const Shape& indices, int64_t index_vector_dim) {
  Dims batch = indices.dims;
  if (index_vector_dim < indices.rank()) batch.erase(batch.begin() + index_vector_dim);
  return batch;
}

void check_indexing(const Indexing& how, const Shape& operand, const Shape& indices) {
  if (how.index_vector_dim < 0 || how.index_vector_dim > indices.rank())
    fail(ErrorKind::kInvalidArgument, "got index_vector_dim {}, want 0 to {}", how.index_vector_dim,
         indices.rank());
  const int64_t vector =
      how.index_vector_dim < indices.rank() ? indices.dims[static_cast<size_t>(how.index_vector_dim)] : 1;
  want_count(how.map_name, how.map, vector);
  want_axes(how.map_name, how.map, operand.rank());
  want_axes(how.collapsed_name, how.collapsed, operand.rank());
  want_axes(how.operand_batching_name, how.operand_batching, operand.rank());
  want_axes("start_indices_batching_dims", how.indices_batching, indices.rank());
  want_sorted(how.window_name, how.window);
  want_sorted(how.collapsed_name, how.collapsed);
  want_sorted(how.operand_batching_name, how.operand_batching);
  want_disjoint(how.collapsed_name, how.collapsed, how.operand_batching_name, how.operand_batching);
  want_disjoint(how.map_name, how.map, how.operand_batching_name, how.operand_batching);
  if (contains(how.indices_batching, how.index_vector_dim))
    fail(ErrorKind::kInvalidArgument,
         "got start_indices_batching_dims {}, want index_vector_dim {} not among them",
         to_string(how.indices_batching), how.index_vector_dim);
  want_count("start_indices_batching_dims", how.indices_batching,
             static_cast<int64_t>(how.operand_batching.size()));
  for (size_t i = 0; i < how.operand_batching.size(); i++)
    if (operand.dims[static_cast<size_t>(how.operand_batching[i])] !=
        indices.dims[static_cast<size_t>(how.indices_batching[i])])
      fail(ErrorKind::kShapeMismatch,
           "got {} and indices {}, want equal sizes of batching dimensions {} and {}", to_string(operand),
           to_string(indices), how.operand_batching[i], how.indices_batching[i]);
}

// Sizes of a rank-`rank` tensor with `window` sizes at the window axes and `batch` sizes at the others.
Dims weave(int64_t rank, const Dims& axes, const Dims& window, const Dims& batch) {
  Dims result;
  size_t w = 0, b = 0;
  for (int64_t axis = 0; axis < rank; axis++)
    result.push_back(contains(axes, axis) ? window[w++] : batch[b++]);
  return result;
}

}  // namespace

std::vector<Shape> dynamic_slice(const OpView& op) {
  const Shape& from = op.shape(0);
  want_start_indices(op, 1);
  const Dims& sizes = dims_of(op, "slice_sizes");
  want_count("slice_sizes", sizes, from.rank());
  for (size_t i = 0; i < sizes.size(); i++)
    if (sizes[i] < 0 || sizes[i] > from.dims[i])
      fail(ErrorKind::kInvalidArgument, "got slice_sizes {} of {}, want 0 to {} for dimension {}",
           to_string(sizes), to_string(from), from.dims[i], i);
  return {{sizes, from.dtype}};
}

std::vector<Shape> dynamic_update_slice(const OpView& op) {
  const Shape &to = op.shape(0), &update = op.shape(1);
  if (update.dtype != to.dtype)
    fail(ErrorKind::kDTypeMismatch, "got {} into {}, want equal element types", to_string(update),
         to_string(to));
  bool fits = update.rank() == to.rank();
  for (size_t i = 0; fits && i < to.dims.size(); i++) fits = update.dims[i] <= to.dims[i];
  if (!fits)
    fail(ErrorKind::kShapeMismatch, "got {} into {}, want an update of the same rank that fits",
         to_string(update), to_string(to));
  want_start_indices(op, 2);
  return {to};
}

std::vector<Shape> gather(const OpView& op) {
  const Shape &operand = op.shape(0), &indices = op.shape(1);
  want_dtype(op, 1, is_index, "integer indices");
  const auto& dims = op.attributes.get<GatherDimensions>("dimension_numbers");
  check_indexing({"offset_dims", "collapsed_slice_dims", "operand_batching_dims", "start_index_map",
                  dims.offset_dims, dims.collapsed_slice_dims, dims.operand_batching_dims,
                  dims.start_indices_batching_dims, dims.start_index_map, dims.index_vector_dim},
                 operand, indices);
  const Dims& sizes = dims_of(op, "slice_sizes");
  want_count("slice_sizes", sizes, operand.rank());
  Dims window;
  for (size_t i = 0; i < sizes.size(); i++) {
    const auto axis = static_cast<int64_t>(i);
    const bool dropped =
        contains(dims.collapsed_slice_dims, axis) || contains(dims.operand_batching_dims, axis);
    if (sizes[i] < 0 || sizes[i] > operand.dims[i] || (dropped && sizes[i] > 1))
      fail(ErrorKind::kInvalidArgument, "got slice_sizes {} of {}, want 0 to {} for dimension {}",
           to_string(sizes), to_string(operand),
           dropped ? std::min<int64_t>(1, operand.dims[i]) : operand.dims[i], i);
    if (!dropped) window.push_back(sizes[i]);
  }
  want_count("offset_dims", dims.offset_dims, static_cast<int64_t>(window.size()));
  const Dims batch = batch_of(indices, dims.index_vector_dim);
  const auto rank = static_cast<int64_t>(batch.size() + window.size());
  want_axes("offset_dims", dims.offset_dims, rank);
  return {{weave(rank, dims.offset_dims, window, batch), operand.dtype}};
}

std::vector<Shape> scatter(const OpView& op) {
  const size_t n = op.operands.size() / 2;
  if (op.operands.size() % 2 == 0)
    fail(ErrorKind::kInvalidArgument, "got {} operands, want inputs, indices and as many updates",
         op.operands.size());
  const Shape &operand = op.shape(0), &indices = op.shape(n), &updates = op.shape(n + 1);
  want_dtype(op, n, is_index, "integer indices");
  const auto& dims = op.attributes.get<ScatterDimensions>("scatter_dimension_numbers");
  check_indexing(
      {"update_window_dims", "inserted_window_dims", "input_batching_dims", "scatter_dims_to_operand_dims",
       dims.update_window_dims, dims.inserted_window_dims, dims.input_batching_dims,
       dims.scatter_indices_batching_dims, dims.scatter_dims_to_operand_dims, dims.index_vector_dim},
      operand, indices);
  Dims window_limit;
  for (int64_t axis = 0; axis < operand.rank(); axis++)
    if (!contains(dims.inserted_window_dims, axis) && !contains(dims.input_batching_dims, axis))
      window_limit.push_back(operand.dims[static_cast<size_t>(axis)]);
  want_count("update_window_dims", dims.update_window_dims, static_cast<int64_t>(window_limit.size()));
  const Dims batch = batch_of(indices, dims.index_vector_dim);
  const auto rank = static_cast<int64_t>(batch.size() + window_limit.size());
  want_axes("update_window_dims", dims.update_window_dims, rank);
  Dims window;
  for (size_t i = 0; i < window_limit.size(); i++) {
    const auto axis = static_cast<size_t>(dims.update_window_dims[i]);
    window.push_back(axis < updates.dims.size() ? std::min(updates.dims[axis], window_limit[i])
                                                : window_limit[i]);
  }
  const Dims want = weave(rank, dims.update_window_dims, window, batch);
  if (updates.dims != want)
    fail(ErrorKind::kShapeMismatch, "got updates {}, want {} (windows of at most {})", to_string(updates),
         to_string(want), to_string(window_limit));

  std::vector<Shape> results, arguments, returned;
  for (size_t i = 0; i < n; i++) {
    const Shape &input = op.shape(i), &update = op.shape(n + 1 + i);
    if (input.dims != operand.dims || update.dims != updates.dims)
      fail(ErrorKind::kShapeMismatch, "got {}, want inputs of one shape and updates of one shape",
           operand_types(op));
    if (input.dtype != update.dtype)
      fail(ErrorKind::kDTypeMismatch, "got {}, want updates of their inputs' element types",
           operand_types(op));
    results.push_back(input);
    returned.push_back(scalar(input.dtype));
  }
  arguments = returned;
  arguments.insert(arguments.end(), returned.begin(), returned.end());
  want_region(op, 0, "the region", arguments, returned);
  want_no_captures(op, 0);
  return results;
}

}  // namespace fusebox::hlo::rules
