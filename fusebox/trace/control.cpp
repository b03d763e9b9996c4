#include "fusebox/trace/control.h"

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"

namespace fusebox::trace_detail {
namespace {

using hlo::OpCode;

// What a tensor is called: by its field, or as the lone state or result that it is.
std::string quoted(const std::string& name, std::string_view whole) {
  return name.empty() ? std::string(whole) : fmt::format("'{}'", name);
}

// The tensors that a body returned, after checking that they are the state's.
std::vector<Tensor> checked(const Leaves& state, const Leaves& returned, std::string_view returner,
                            std::string_view whole = "the state") {
  if (returned.tensors.size() != state.tensors.size())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} has {} tensors, {} returns {}", whole, state.tensors.size(), returner,
                            returned.tensors.size()));
  for (size_t i = 0; i < state.tensors.size(); ++i) {
    if (!returned.tensors[i].traced())
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("{} returns an empty tensor for {}", returner, quoted(state.names[i], whole)));
    const Shape &want = state.tensors[i].shape(), &got = returned.tensors[i].shape();
    if (want != got)
      throw Error(want.dtype == got.dtype ? ErrorKind::kShapeMismatch : ErrorKind::kDTypeMismatch,
                  fmt::format("{} is {}, and {} makes it {}", quoted(state.names[i], whole), to_string(want),
                              returner, to_string(got)));
  }
  return returned.tensors;
}

void check_predicate(const Tensor& predicate, std::string_view who) {
  if (!predicate.traced())
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} is an empty tensor", who));
  if (predicate.shape() != Shape{{}, i1})
    throw Error(predicate.dtype() == i1 ? ErrorKind::kShapeMismatch : ErrorKind::kDTypeMismatch,
                fmt::format("{} is {}, want a scalar i1", who, to_string(predicate.shape())));
}

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) shapes.push_back(tensor.shape());
  return shapes;
}

}  // namespace

std::vector<Tensor> while_leaves(std::string_view op, const Leaves& init, const LeafCondition& condition,
                                 const LeafBody& body, const std::source_location& where) {
  const std::vector<Shape> shapes = in_op(op, init.tensors, where, [&] { return shapes_of(init.tensors); });
  const std::shared_ptr<Trace>& trace = init.tensors[0].trace();
  // What the model's own functions do wrong is theirs; what they return is checked as this op.
  const auto check = [&](const auto& body_check) { return in_op(op, init.tensors, where, body_check); };
  std::vector<std::unique_ptr<hlo::Block>> regions;
  regions.push_back(trace_region(
      trace, shapes, true,
      [&](const std::vector<Tensor>& arguments) {
        const Tensor holds = condition(arguments);
        check([&] {
          check_predicate(holds, "the condition");
          return 0;
        });
        return std::vector{holds};
      },
      where));
  regions.push_back(trace_region(
      trace, shapes, true,
      [&](const std::vector<Tensor>& arguments) {
        const Leaves next = body(arguments);
        return check([&] { return checked(init, next, "the body"); });
      },
      where));
  return in_op(op, init.tensors, where, [&] {
    return results_of(trace, emit_op(OpCode::while_, init.tensors, {}, {}, std::move(regions), where));
  });
}

std::vector<Tensor> fori_leaves(const Arg& low, const Arg& high, const Leaves& init, const LoopBody& body) {
  std::vector<Arg> args{low, high};
  for (const Tensor& tensor : init.tensors) args.emplace_back(tensor, low.where());
  // The counter is the state's first tensor; the bound stays outside.
  Tensor bound;
  const Leaves counted = in_op("fori_loop", args, [&] {
    const Tensor* given = low.tensor() ? low.tensor() : high.tensor();
    const DType dtype = given ? given->dtype() : i32;
    const std::shared_ptr<Trace>& trace = given ? given->trace() : init.tensors[0].trace();
    const Tensor first = materialize(low, trace, dtype);
    bound = materialize(high, trace, dtype);
    for (const Tensor& end : {first, bound})
      if (end.rank() != 0 || !is_integer(end.dtype()) || end.dtype() != dtype)
        throw Error(ErrorKind::kInvalidArgument,
                    fmt::format("got bounds {} and {}, want integer scalars of one dtype",
                                to_string(first.shape()), to_string(bound.shape())));
    Leaves leaves = init;
    leaves.names.insert(leaves.names.begin(), "the counter");
    leaves.tensors.insert(leaves.tensors.begin(), first);
    return leaves;
  });
  const auto below = [&](const std::vector<Tensor>& tensors) { return tensors[0] < bound; };
  const auto step = [&](const std::vector<Tensor>& tensors) {
    Leaves next = body(tensors[0], {tensors.begin() + 1, tensors.end()});
    next.names.insert(next.names.begin(), "the counter");
    next.tensors.insert(next.tensors.begin(), tensors[0] + 1);
    return next;
  };
  std::vector<Tensor> results = while_leaves("fori_loop", counted, below, step, low.where());
  results.erase(results.begin());
  return results;
}

std::vector<Tensor> cond_leaves(const Arg& predicate, const LeafBranch& yes, const LeafBranch& no) {
  const auto check = [&](const auto& body_check) { return in_op("cond", {predicate}, body_check); };
  const Tensor& chosen = check([&]() -> const Tensor& {
    check_predicate(tensor_of(predicate), "the predicate");
    return tensor_of(predicate);
  });
  const std::shared_ptr<Trace>& trace = chosen.trace();
  Leaves first;
  std::vector<std::unique_ptr<hlo::Block>> regions;
  regions.push_back(trace_region(
      trace, {}, true,
      [&](const std::vector<Tensor>&) {
        first = yes();
        return check([&] { return checked(first, first, "the first branch", "the result"); });
      },
      predicate.where()));
  regions.push_back(trace_region(
      trace, {}, true,
      [&](const std::vector<Tensor>&) {
        const Leaves second = no();
        return check([&] { return checked(first, second, "the second branch", "the result"); });
      },
      predicate.where()));
  return check([&] {
    return results_of(trace, emit_op(OpCode::if_, {chosen}, {}, {}, std::move(regions), predicate.where()));
  });
}

}  // namespace fusebox::trace_detail
