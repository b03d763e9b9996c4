// Session: a compiled model with its weights bound.
//
//   Session session = model.session(weights);
//   Outputs out = session.run({{"x", HostTensor::of({2, 4}, values)}});
//
// A handle on shared, immutable data: copy it, use it from any thread at once. For loops that keep their
// state on the device there is Call, which is one thread's.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/runtime/compiled_model.h"
#include "fusebox/runtime/host_tensor.h"
#include "fusebox/runtime/weights.h"

namespace fusebox {

// An input by name: a HostTensor, or plain values in the shape that the signature says.
struct NamedInput {
  std::string_view name;
  HostTensor tensor;
  bool shaped = true;  // false: take the signature's dims

  NamedInput(std::string_view input, HostTensor value) : name(input), tensor(std::move(value)) {}
  NamedInput(std::string_view input, std::span<const float> values);
  NamedInput(std::string_view input, std::span<const int32_t> values);
  NamedInput(std::string_view input, const std::vector<float>& values)
      : NamedInput(input, std::span<const float>(values)) {}
  NamedInput(std::string_view input, const std::vector<int32_t>& values)
      : NamedInput(input, std::span<const int32_t>(values)) {}
};

class Session {
 public:
  Session(CompiledModel model, Weights weights);

  // Uploads the inputs, runs, waits and downloads the outputs. Every input must be given exactly once, with
  // the signature's shape and dtype (kShapeMismatch, kDTypeMismatch, kNotFound say which).
  Outputs run(std::span<const NamedInput> inputs) const;
  Outputs run(std::initializer_list<NamedInput> inputs) const {
    return run(std::span(inputs.begin(), inputs.size()));
  }

  const CompiledModel& model() const { return model_; }
  const Weights& weights() const { return weights_; }
  // One pointer per parameter: weights are set, inputs null.
  std::span<const pjrt::Buffer* const> bound() const { return bound_; }

 private:
  CompiledModel model_;
  Weights weights_;
  std::vector<const pjrt::Buffer*> bound_;
};

// One execution after another with buffers that stay on the device; takes no heap memory per step. One
// thread's. The buffers that are set must outlive the next run.
class Call {
 public:
  explicit Call(Session session);

  // By position in the signature, or by name (Error kNotFound).
  void set(size_t parameter, const pjrt::Buffer& buffer) { arguments_[parameter] = &buffer; }
  size_t index_of(std::string_view name) const;

  // Starts an execution and returns. `outputs`, one place per output, may hold the buffers that were donated:
  // what is in them is replaced. Throws what shows at once, the rest comes through the event.
  pjrt::Event run_into(std::span<pjrt::Buffer> outputs) {
    return session_.model().executable().execute_into(arguments_, outputs);
  }

  const Session& session() const { return session_; }

 private:
  Session session_;
  std::vector<const pjrt::Buffer*> arguments_;
};

}  // namespace fusebox
