// A convolution becomes a product of matrices: its windows are gathered, each as a row, and multiplied with
// the kernel. Padding, dilation, strides and reversal are in the places that are gathered.
#include <algorithm>
#include <numeric>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

Dims concatenated(std::initializer_list<Dims> parts) {
  Dims all;
  for (const Dims& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

int64_t product(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>());
}

class Convolution {
 public:
  Convolution(hlo::Program& program, hlo::Block& block, const Op& op)
      : op_(op),
        dims_(op.attributes.get<hlo::ConvDimensions>("dimension_numbers")),
        builder_(program, block),
        rank_(dims_.input_spatial.size()) {
    builder_.set_location(op.location);
    for (size_t i = 0; i < rank_; ++i) {
      window_.push_back(size_of(op.operands[1], dims_.kernel_spatial[i]));
      counts_.push_back(op.results[0].shape.dims[static_cast<size_t>(dims_.output_spatial[i])]);
    }
  }

  // [batch, …, features], padded; [batch, counts…, window…, features]; [groups, batch * counts, window *
  // features] times [groups, window * features, results].
  Value* run() {
    const Shape& shape = op_.results[0].shape;
    if (shape.elements() == 0)
      return builder_.create(OpCode::broadcast_in_dim, {scalar(shape.dtype, 0)},
                             {{"broadcast_dimensions", Dims{}}}, {shape});
    const auto feature_groups = op_.attributes.get<int64_t>("feature_group_count");
    const auto batch_groups = op_.attributes.get<int64_t>("batch_group_count");
    const int64_t groups = feature_groups * batch_groups;  // one of them is 1
    const int64_t batch = size_of(op_.operands[0], dims_.input_batch) / batch_groups;
    const int64_t features = size_of(op_.operands[0], dims_.input_feature) / feature_groups;
    const int64_t results = size_of(op_.operands[1], dims_.kernel_output_feature) / groups;
    const int64_t places = product(counts_), depth = product(window_);

    Value* rows = gathered(padded());  // [groups * batch, places, depth, groups * features]
    rows = reshaped(rows, {batch_groups, batch * places, depth, feature_groups, features});
    rows = transposed(rows, {0, 3, 1, 2, 4});
    rows = reshaped(rows, {groups, batch * places, depth * features});

    Value* kernel = transposed(
        op_.operands[1],
        concatenated({dims_.kernel_spatial, {dims_.kernel_input_feature, dims_.kernel_output_feature}}));
    kernel = reshaped(kernel, {depth * features, groups, results});
    kernel = transposed(kernel, {1, 0, 2});

    hlo::DotDimensions dot{{0}, {0}, {2}, {1}};
    hlo::Attributes attributes = {{"dot_dimension_numbers", dot}};
    if (const hlo::Attribute* precision = op_.attributes.find("precision_config"))
      attributes.set("precision_config", *precision);
    Value* result = builder_.create(OpCode::dot_general, {rows, kernel}, std::move(attributes),
                                    {{{groups, batch * places, results}, op_.results[0].shape.dtype}});
    result = transposed(result, {1, 0, 2});
    result = reshaped(result, concatenated({{batch}, counts_, {groups * results}}));
    Dims order(rank_ + 2);
    order[static_cast<size_t>(dims_.output_batch)] = 0;
    for (size_t i = 0; i < rank_; ++i)
      order[static_cast<size_t>(dims_.output_spatial[i])] = static_cast<int64_t>(i + 1);
    order[static_cast<size_t>(dims_.output_feature)] = static_cast<int64_t>(rank_ + 1);
    return transposed(result, order);
  }

 private:
  static int64_t size_of(const Value* value, int64_t axis) {
    return value->shape.dims[static_cast<size_t>(axis)];
  }
  int64_t item(std::string_view list, size_t i, int64_t otherwise) const {
    const hlo::Attribute* attribute = op_.attributes.find(list);
    return attribute ? std::get<Dims>(attribute->value)[i] : otherwise;
  }
  Value* reshaped(Value* x, Dims dims) {
    return builder_.create(OpCode::reshape, {x}, {}, {{std::move(dims), x->shape.dtype}});
  }
  Value* transposed(Value* x, Dims permutation) {
    return builder_.create(OpCode::transpose, {x}, {{"permutation", std::move(permutation)}});
  }
  Value* scalar(DType dtype, int64_t value) {  // zero, or an integer
    auto data = std::make_shared<std::vector<std::byte>>(byte_size(dtype));
    for (size_t i = 0; i < data->size(); ++i) (*data)[i] = static_cast<std::byte>(value >> (8 * i));
    return builder_.create(OpCode::constant, {},
                           {{"value", hlo::Literal{{{}, dtype}, std::move(data), true}}}, {{{}, dtype}});
  }

  // The input as [batch, spatial…, features], with its padding and dilation.
  Value* padded() {
    Dims low(rank_ + 2, 0), high = low, interior = low;
    for (size_t i = 0; i < rank_; ++i) {
      low[i + 1] = item("padding", 2 * i, 0);
      high[i + 1] = item("padding", 2 * i + 1, 0);
      interior[i + 1] = item("lhs_dilation", i, 1) - 1;
    }
    Value* input = transposed(
        op_.operands[0], concatenated({{dims_.input_batch}, dims_.input_spatial, {dims_.input_feature}}));
    const auto none = [](const Dims& list) {
      return std::all_of(list.begin(), list.end(), [](int64_t x) { return x == 0; });
    };
    if (none(low) && none(high) && none(interior)) return input;
    return builder_.create(
        OpCode::pad, {input, scalar(input->shape.dtype, 0)},
        {{"edge_padding_low", low}, {"edge_padding_high", high}, {"interior_padding", interior}});
  }

  // Where along a spatial axis each element of each window lies: [counts…, window…, 1].
  Value* places(size_t i) {
    const Shape shape{concatenated({counts_, window_, {1}}), i64};
    const auto all = [&](int64_t value) {
      return builder_.create(OpCode::broadcast_in_dim, {scalar(i64, value)},
                             {{"broadcast_dimensions", Dims{}}}, {shape});
    };
    const auto along = [&](size_t axis, int64_t step) {
      Value* count =
          builder_.create(OpCode::iota, {}, {{"iota_dimension", static_cast<int64_t>(axis)}}, {shape});
      return builder_.create(OpCode::multiply, {count, all(step)});
    };
    const int64_t dilation = item("rhs_dilation", i, 1);
    const hlo::Attribute* reversal = op_.attributes.find("window_reversal");
    const bool reversed = reversal && std::get<std::vector<bool>>(reversal->value)[i];
    Value* place = builder_.create(OpCode::add, {along(i, item("window_strides", i, 1)),
                                                 along(rank_ + i, reversed ? -dilation : dilation)});
    return reversed ? builder_.create(OpCode::add, {place, all((window_[i] - 1) * dilation)}) : place;
  }

  Value* gathered(Value* input) {
    if (rank_ == 0) return input;
    std::vector<Value*> coordinates;
    for (size_t i = 0; i < rank_; ++i) coordinates.push_back(places(i));
    Value* indices = rank_ == 1 ? coordinates[0]
                                : builder_.create(OpCode::concatenate, coordinates,
                                                  {{"dimension", static_cast<int64_t>(2 * rank_)}});
    hlo::GatherDimensions gather;
    gather.offset_dims = {0, static_cast<int64_t>(2 * rank_ + 1)};
    for (size_t i = 0; i < rank_; ++i) {
      gather.collapsed_slice_dims.push_back(static_cast<int64_t>(i + 1));
      gather.start_index_map.push_back(static_cast<int64_t>(i + 1));
    }
    gather.index_vector_dim = static_cast<int64_t>(2 * rank_);
    Dims sizes = input->shape.dims;
    for (size_t i = 0; i < rank_; ++i) sizes[i + 1] = 1;
    return builder_.create(OpCode::gather, {input, indices},
                           {{"dimension_numbers", gather}, {"slice_sizes", sizes}});
  }

  const Op& op_;
  const hlo::ConvDimensions& dims_;
  hlo::Builder builder_;
  size_t rank_;  // of space
  Dims window_, counts_;
};

}  // namespace

void spell_out_convolutions(hlo::Program& program) {
  replace_results(program, [&](hlo::Block& block, const Op& op) -> Value* {
    if (op.code != OpCode::convolution) return nullptr;
    return Convolution(program, block, op).run();
  });
}

}  // namespace fusebox::cpu
