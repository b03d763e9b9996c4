#include "tests/cpu/random/runners.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "cpu/compiler/passes/pass.h"
#include "cpu/execute/program.h"
#include "fusebox/pjrt/pjrt.h"
#include "tests/cpu/random/guarded.h"

namespace fusebox::cpu::test {

OurProgram::OurProgram(Blob blob) : program_(std::make_unique<Program>(deserialize(serialize(blob)))) {}

OurProgram::~OurProgram() = default;

std::vector<Tensor> OurProgram::run(const std::vector<Tensor>& arguments, int threads) const {
  const Blob& blob = program_->blob();
  std::vector<Guarded> given, made;
  std::vector<std::byte*> inputs, outputs;
  for (const Shape& shape : blob.results) made.emplace_back(static_cast<size_t>(shape.bytes()));
  for (const Guarded& result : made) outputs.push_back(result.data());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::vector<std::byte>& bytes = arguments[i].bytes;
    given.emplace_back(bytes.size());
    const auto& alias = blob.parameters[i].alias;
    inputs.push_back(alias ? outputs[static_cast<size_t>(*alias)] : given[i].data());
    if (!bytes.empty()) std::memcpy(inputs[i], bytes.data(), bytes.size());
  }
  program_->run(inputs, outputs, threads);
  for (size_t i = 0; i < given.size(); ++i) {
    const bool changed =
        !blob.parameters[i].alias && !given[i].bytes().empty() &&
        std::memcmp(given[i].data(), arguments[i].bytes.data(), given[i].bytes().size()) != 0;
    if (changed || given[i].is_hurt())
      throw std::runtime_error("argument " + std::to_string(i) + " was written to");
  }
  std::vector<Tensor> results;
  for (size_t i = 0; i < made.size(); ++i) {
    if (made[i].is_hurt())
      throw std::runtime_error("something was written in front of result " + std::to_string(i));
    results.push_back({blob.results[i], {made[i].bytes().begin(), made[i].bytes().end()}});
  }
  return results;
}

std::vector<std::string> passes_to_disable(const std::string& text) {
  const auto has = [&](std::string_view op) { return text.find(op) != text.npos; };
  // Without these, some programs cannot be compiled; nor with what they leave behind.
  std::vector<std::string_view> needed;
  if (has("call @")) needed.emplace_back("inline-calls");
  if (has("optimization_barrier")) needed.insert(needed.end(), {"drop-barriers", "eliminate-dead-code"});
  if (has("stablehlo.convolution"))
    needed.insert(needed.end(), {"spell-out-convolutions", "eliminate-dead-code"});
  std::vector<std::string> names{"fusion", "dot-epilogues", "remove-copies", "bring-together",
                                 "keep-for-one"};
  for (const Pass& pass : all_passes())
    if (std::ranges::find(needed, pass.name) == needed.end()) names.emplace_back(pass.name);
  return names;
}

namespace {

// Exactly what the program says: no rewriting of formulas, no omitted rounding.
const pjrt::Client& xla() {
  static const pjrt::Client client = [] {
    setenv("XLA_FLAGS", "--xla_disable_hlo_passes=algsimp --xla_allow_excess_precision=false", 0);
    return pjrt::Client::create(pjrt::Plugin::load(FUSEBOX_ASSETS_DIR "/pjrt_c_api_cpu_plugin.so"),
                                {{"cpu_device_count", int64_t{1}}});
  }();
  return client;
}

}  // namespace

std::vector<Tensor> run_on_xla(const std::string& text, const std::vector<Tensor>& arguments) {
  const auto executable = pjrt::Executable::compile(xla(), text, pjrt::default_compile_options(xla()));
  std::vector<pjrt::Buffer> buffers;
  for (const Tensor& argument : arguments)
    buffers.push_back(pjrt::Buffer::from_host(xla().devices().front(), argument.shape, argument.bytes));
  std::vector<const pjrt::Buffer*> pointers;
  for (const pjrt::Buffer& buffer : buffers) pointers.push_back(&buffer);
  const pjrt::Execution run = executable.execute(pointers);
  std::vector<Tensor> results;
  for (const pjrt::Buffer& output : run.outputs) {
    Tensor result{output.shape(), {}};
    result.bytes.resize(static_cast<size_t>(result.shape.bytes()));
    output.to_host(result.bytes).await();
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace fusebox::cpu::test
