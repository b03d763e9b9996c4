#include "fusebox/runtime/session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fusebox/base/error.h"
#include "fusebox/base/nearest_names.h"

namespace fusebox {
namespace {

HostTensor flat(std::span<const std::byte> bytes, DType dtype) {
  const auto count = static_cast<int64_t>(bytes.size() / byte_size(dtype));
  return {{{count}, dtype}, {bytes.begin(), bytes.end()}};
}

Error input_error(ErrorKind kind, std::string message) {
  Error error(kind, std::move(message));
  error.op("run");
  return error;
}

void check_input(const Signature::Parameter& parameter, const NamedInput& input) {
  const Shape& got = input.tensor.shape;
  if (got.dtype != parameter.shape.dtype)
    throw input_error(ErrorKind::kDTypeMismatch, fmt::format("input '{}' got {}, want {}", parameter.name,
                                                             to_string(got), to_string(parameter.shape)));
  const bool fits =
      input.shaped ? got.dims == parameter.shape.dims : got.elements() == parameter.shape.elements();
  if (!fits)
    throw input_error(ErrorKind::kShapeMismatch, fmt::format("input '{}' got {}, want {}", parameter.name,
                                                             to_string(got), to_string(parameter.shape)));
  if (static_cast<int64_t>(input.tensor.data.size()) != parameter.shape.bytes())
    throw input_error(ErrorKind::kShapeMismatch,
                      fmt::format("input '{}' {} has {} bytes of data, want {}", parameter.name,
                                  to_string(got), input.tensor.data.size(), parameter.shape.bytes()));
}

std::vector<std::string_view> input_names(const Signature& signature) {
  std::vector<std::string_view> names;
  for (const Signature::Parameter& parameter : signature.parameters)
    if (parameter.kind == Signature::Parameter::Kind::kInput) names.push_back(parameter.name);
  return names;
}

}  // namespace

NamedInput::NamedInput(std::string_view input, std::span<const float> values)
    : name(input), tensor(flat(std::as_bytes(values), f32)), shaped(false) {}
NamedInput::NamedInput(std::string_view input, std::span<const int32_t> values)
    : name(input), tensor(flat(std::as_bytes(values), i32)), shaped(false) {}

Session::Session(CompiledModel model, Weights weights)
    : model_(std::move(model)), weights_(std::move(weights)) {
  std::vector<std::string> problems;
  for (const Signature::Parameter& parameter : model_.signature().parameters) {
    const bool input = parameter.kind == Signature::Parameter::Kind::kInput;
    const pjrt::Buffer* buffer = input ? nullptr : weights_.find(parameter.name);
    bound_.push_back(buffer);
    if (input) continue;
    if (!buffer)
      problems.push_back(fmt::format("missing: {}", parameter.name));
    else if (buffer->shape() != parameter.shape)
      problems.push_back(fmt::format("wrong: {} is {}, want {}", parameter.name, to_string(buffer->shape()),
                                     to_string(parameter.shape)));
  }
  if (!problems.empty())
    throw Error(ErrorKind::kCheckpoint, fmt::format("the loaded weights do not fit the program:\n    {}",
                                                    fmt::join(problems, "\n    ")))
        .op("session")
        .hint("load them with this model's signature");
}

Outputs Session::run(std::span<const NamedInput> inputs) const {
  const Signature& signature = model_.signature();
  const pjrt::Device device = model_.executable().client().devices()[0];
  std::vector<const pjrt::Buffer*> arguments(bound_);
  std::vector<pjrt::Buffer> uploaded(signature.parameters.size());
  for (const NamedInput& input : inputs) {
    const Signature::Parameter* parameter = signature.find(input.name);
    if (!parameter || parameter->kind != Signature::Parameter::Kind::kInput)
      throw input_error(ErrorKind::kNotFound, fmt::format("no input named '{}'{}", input.name,
                                                          did_you_mean(input.name, input_names(signature))));
    const auto index = static_cast<size_t>(parameter - signature.parameters.data());
    if (arguments[index])
      throw input_error(ErrorKind::kInvalidArgument, fmt::format("input '{}' is given twice", input.name));
    check_input(*parameter, input);
    uploaded[index] = pjrt::Buffer::from_host(device, parameter->shape, input.tensor.data);
    arguments[index] = &uploaded[index];
  }
  for (size_t i = 0; i < arguments.size(); ++i)
    if (!arguments[i])
      throw input_error(ErrorKind::kInvalidArgument,
                        fmt::format("input '{}' {} is not given", signature.parameters[i].name,
                                    to_string(signature.parameters[i].shape)));

  const pjrt::Execution execution = model_.executable().execute(arguments);
  std::vector<std::pair<std::string, HostTensor>> results;
  for (size_t i = 0; i < signature.outputs.size(); ++i) {
    const Signature::Output& output = signature.outputs[i];
    HostTensor tensor{output.shape, std::vector<std::byte>(static_cast<size_t>(output.shape.bytes()))};
    execution.outputs[i].to_host(tensor.data).await();
    results.emplace_back(output.name, std::move(tensor));
  }
  execution.done.await();
  return Outputs(std::move(results));
}

Call::Call(Session session)
    : session_(std::move(session)), arguments_(session_.bound().begin(), session_.bound().end()) {}

size_t Call::index_of(std::string_view name) const {
  const Signature& signature = session_.model().signature();
  const Signature::Parameter* parameter = signature.find(name);
  if (!parameter) throw Error(ErrorKind::kNotFound, fmt::format("no parameter named '{}'", name)).op("call");
  return static_cast<size_t>(parameter - signature.parameters.data());
}

}  // namespace fusebox
