#include "fusebox/trace/dot.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/base/error.h"
#include "fusebox/hlo/keywords.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/reduce.h"
#include "fusebox/trace/shape_ops.h"

namespace fusebox {
namespace {

using hlo::OpCode;

bool contains(const Dims& list, int64_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

Dims normalized(const Dims& axes, const Tensor& x) {
  Dims result;
  for (int64_t axis : axes) result.push_back(normalize_axis(axis, x.rank()));
  return result;
}

void want_one_dtype(const Tensor& lhs, const Tensor& rhs) {
  if (lhs.dtype() != rhs.dtype())
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got {} and {}, want one dtype", to_string(lhs.shape()), to_string(rhs.shape())))
        .hint(fmt::format("convert one of them: convert(x, {})", name(lhs.dtype())));
}

Tensor emit_dot(const Tensor& lhs, const Tensor& rhs, const hlo::DotDimensions& dot,
                const DotOptions& options) {
  Dims dims;
  for (int64_t axis : dot.lhs_batching) dims.push_back(lhs.dim(axis));
  for (int64_t axis = 0; axis < lhs.rank(); ++axis)
    if (!contains(dot.lhs_batching, axis) && !contains(dot.lhs_contracting, axis))
      dims.push_back(lhs.dim(axis));
  for (int64_t axis = 0; axis < rhs.rank(); ++axis)
    if (!contains(dot.rhs_batching, axis) && !contains(dot.rhs_contracting, axis))
      dims.push_back(rhs.dim(axis));
  hlo::Attributes attributes{{"dot_dimension_numbers", dot}};
  if (options.precision != Precision::kDefault) {
    const hlo::Keyword keyword = hlo::precision(options.precision == Precision::kHigh ? "HIGH" : "HIGHEST");
    attributes.set("precision_config", std::vector{keyword, keyword});
  }
  return emit(OpCode::dot_general, {lhs, rhs}, std::move(attributes),
              {{dims, options.dtype.value_or(lhs.dtype())}}, std::source_location::current());
}

}  // namespace

Tensor dot_general(const Arg& lhs, const Arg& rhs, const DotAxes& axes, const DotOptions& options) {
  return in_op("dot_general", {lhs, rhs}, [&] {
    const Tensor &a = tensor_of(lhs), &b = tensor_of(rhs);
    want_one_dtype(a, b);
    return emit_dot(a, b,
                    {normalized(axes.lhs_batch, a), normalized(axes.rhs_batch, b),
                     normalized(axes.lhs_contract, a), normalized(axes.rhs_contract, b)},
                    options);
  });
}

namespace {

// A tensor whose axes have labels: letters of an einsum, or numbers.
struct Labelled {
  Tensor tensor;
  std::string labels;
};

// Sums the axes whose labels are in neither string.
Labelled without_lone_labels(const Labelled& x, std::string_view other, std::string_view wanted) {
  Dims lone;
  std::string left;
  for (size_t i = 0; i < x.labels.size(); ++i) {
    if (other.find(x.labels[i]) == std::string::npos && wanted.find(x.labels[i]) == std::string::npos)
      lone.push_back(static_cast<int64_t>(i));
    else
      left += x.labels[i];
  }
  if (lone.empty()) return x;
  return {sum(x.tensor, Axes(lone)), left};
}

Tensor in_order(const Labelled& x, std::string_view wanted) {
  Dims permutation;
  for (char label : wanted) permutation.push_back(static_cast<int64_t>(x.labels.find(label)));
  return transpose(x.tensor, permutation);
}

// The product of two tensors, summed over the labels that both have and `wanted` has not. The result's labels
// are those of `wanted` that either operand has, in the order that costs nothing.
Labelled contract(Labelled lhs, Labelled rhs, std::string_view wanted, const DotOptions& options) {
  lhs = without_lone_labels(lhs, rhs.labels, wanted);
  rhs = without_lone_labels(rhs, lhs.labels, wanted);
  hlo::DotDimensions dot;
  std::string batch, left, right;
  for (size_t i = 0; i < lhs.labels.size(); ++i) {
    const char label = lhs.labels[i];
    const size_t j = rhs.labels.find(label);
    if (j == std::string::npos) {
      left += label;
      continue;
    }
    const bool kept = wanted.find(label) != std::string::npos;
    (kept ? dot.lhs_batching : dot.lhs_contracting).push_back(static_cast<int64_t>(i));
    (kept ? dot.rhs_batching : dot.rhs_contracting).push_back(static_cast<int64_t>(j));
    if (kept) batch += label;
  }
  for (char label : rhs.labels)
    if (lhs.labels.find(label) == std::string::npos) right += label;
  return {emit_dot(lhs.tensor, rhs.tensor, dot, options), batch + left + right};
}

// A batch axis of size 1 that the other side repeats is dropped: its label is then the other side's alone.
Labelled without_broadcast_axes(const Tensor& x, std::string labels, const Labelled& other) {
  Dims dropped;
  std::string left;
  for (size_t i = 0; i < labels.size(); ++i) {
    const size_t j = other.labels.find(labels[i]);
    const auto axis = static_cast<int64_t>(i);
    if (x.dim(axis) == 1 && j != std::string::npos && other.tensor.dim(static_cast<int64_t>(j)) != 1)
      dropped.push_back(axis);
    else
      left += labels[i];
  }
  return {squeeze(x, Axes(dropped)), left};
}

constexpr char kRow = 1, kColumn = 2, kInner = 3, kFirstBatch = 4;

// Labels for matmul: batch axes are numbered from the last one, so that equal labels meet.
std::string matmul_labels(int64_t rank, bool left) {
  std::string labels;
  for (int64_t i = rank - 2; i > 0; --i) labels += static_cast<char>(kFirstBatch + i - 1);
  if (rank > 1) labels += left ? kRow : kInner;
  labels += left ? kInner : rank > 1 ? kColumn : kInner;
  return labels;
}

}  // namespace

Tensor matmul(const Arg& lhs, const Arg& rhs, const DotOptions& options) {
  return in_op("matmul", {lhs, rhs}, [&] {
    const Tensor &a = tensor_of(lhs), &b = tensor_of(rhs);
    want_one_dtype(a, b);
    const auto fail = [&](std::string_view wanted) {
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {} and {}, want {}", to_string(a.shape()), to_string(b.shape()), wanted));
    };
    if (a.rank() == 0 || b.rank() == 0) fail("one axis or more each");
    const int64_t inner = b.rank() > 1 ? b.dim(-2) : b.dim(0);
    if (a.dim(-1) != inner) fail(fmt::format("equal inner sizes, not {} and {}", a.dim(-1), inner));
    const std::string left = matmul_labels(a.rank(), true), right = matmul_labels(b.rank(), false);
    for (int64_t i = 3; i <= std::min(a.rank(), b.rank()); ++i)
      if (a.dim(-i) != b.dim(-i) && a.dim(-i) != 1 && b.dim(-i) != 1)
        fail(fmt::format("batch sizes that are equal or 1, not {} and {}", a.dim(-i), b.dim(-i)));
    std::string wanted = matmul_labels(std::max(a.rank(), b.rank()), true);
    wanted = wanted.substr(0, wanted.size() - std::min<size_t>(wanted.size(), 2));
    if (a.rank() > 1) wanted += kRow;
    if (b.rank() > 1) wanted += kColumn;
    // The inner axis is not a batch axis: it is protected from being dropped by having equal sizes on both
    // sides.
    const Labelled x = without_broadcast_axes(a, left, {b, right});
    const Labelled y = without_broadcast_axes(b, right, {a, left});
    return in_order(contract(x, y, wanted, options), wanted);
  });
}

namespace {

struct Formula {
  std::vector<std::string> operands;
  std::string result;
};

Formula parse(std::string_view text, size_t operands) {
  const auto fail = [&](ErrorKind kind, std::string_view what) {
    throw Error(kind, fmt::format("got the formula \"{}\": {}", text, what));
  };
  Formula formula;
  std::string_view inputs = text;
  const size_t arrow = text.find("->");
  if (arrow != std::string_view::npos) inputs = text.substr(0, arrow);
  const auto add_label = [&](std::string& labels, char c) {
    if (c == ' ') return;
    if (c == '.') fail(ErrorKind::kUnsupported, "no ellipsis yet");
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
      fail(ErrorKind::kInvalidArgument, "want letters for axes");
    labels += c;
  };
  formula.operands.emplace_back();
  for (char c : inputs) {
    if (c == ',')
      formula.operands.emplace_back();
    else
      add_label(formula.operands.back(), c);
  }
  if (formula.operands.size() != operands)
    fail(ErrorKind::kInvalidArgument, fmt::format("want one part for each of {} operands", operands));
  std::string all;
  for (const std::string& part : formula.operands) {
    for (size_t i = 0; i < part.size(); ++i)
      if (part.find(part[i], i + 1) != std::string::npos) fail(ErrorKind::kUnsupported, "no diagonals yet");
    all += part;
  }
  if (arrow != std::string_view::npos) {
    for (char c : text.substr(arrow + 2)) add_label(formula.result, c);
  } else {
    for (char c : all)
      if (std::count(all.begin(), all.end(), c) == 1) formula.result += c;
    std::sort(formula.result.begin(), formula.result.end());
  }
  for (char c : formula.result)
    if (all.find(c) == std::string::npos || std::count(formula.result.begin(), formula.result.end(), c) > 1)
      fail(ErrorKind::kInvalidArgument, fmt::format("want '{}' once in the result, and in an operand", c));
  return formula;
}

// Every label has one size everywhere.
void check_sizes(const Formula& formula, const std::vector<Tensor>& operands) {
  std::string labels;
  Dims sizes;
  for (size_t i = 0; i < operands.size(); ++i) {
    const std::string& part = formula.operands[i];
    if (static_cast<int64_t>(part.size()) != operands[i].rank())
      throw Error(ErrorKind::kShapeMismatch, fmt::format("got {} for \"{}\", want {} axes",
                                                         to_string(operands[i].shape()), part, part.size()));
    for (size_t axis = 0; axis < part.size(); ++axis) {
      const size_t known = labels.find(part[axis]);
      const int64_t size = operands[i].dims()[axis];
      if (known == std::string::npos) {
        labels += part[axis];
        sizes.push_back(size);
      } else if (sizes[known] != size) {
        throw Error(ErrorKind::kShapeMismatch,
                    fmt::format("got sizes {} and {} for the axis '{}'", sizes[known], size, part[axis]));
      }
    }
  }
}

}  // namespace

Tensor einsum(std::string_view formula, const std::vector<Tensor>& operands, const DotOptions& options,
              const std::source_location& where) {
  return in_op("einsum", operands, where, [&] {
    const Formula parsed = parse(formula, operands.size());
    check_sizes(parsed, operands);
    for (const Tensor& operand : operands) want_one_dtype(operands[0], operand);
    Labelled result{operands[0], parsed.operands[0]};
    // Sums of one operand, and those of a result with the next, are as wide as was asked for.
    if (options.dtype && operands.size() == 1) result.tensor = convert(result.tensor, *options.dtype);
    for (size_t i = 1; i < operands.size(); ++i) {
      std::string wanted = parsed.result;  // and what later operands need
      for (size_t later = i + 1; later < operands.size(); ++later) wanted += parsed.operands[later];
      const Tensor next = convert(operands[i], result.tensor.dtype());
      result = contract(result, {next, parsed.operands[i]}, wanted, options);
    }
    result = without_lone_labels(result, "", parsed.result);
    return in_order(result, parsed.result);
  });
}

}  // namespace fusebox
