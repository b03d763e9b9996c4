// XLA's CPU plugin for the tests of this folder: a traced program with host tensors in and out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fusebox/pjrt/pjrt.h"
#include "fusebox/stablehlo/printer.h"
#include "fusebox/trace/trace.h"
#include "tests/test_plugin.h"

namespace fusebox::test {

struct HostTensor {
  Shape shape;
  std::vector<std::byte> bytes;
};

inline pjrt::Client xla_cpu() {
  static pjrt::Client client =
      pjrt::Client::create(pjrt::Plugin::load(test::test_plugin()), {{"cpu_device_count", int64_t{1}}});
  return client;
}

inline pjrt::Executable compile_on_xla(const TracedProgram& traced) {
  const pjrt::Client client = xla_cpu();
  return pjrt::Executable::compile(client, stablehlo::print(traced.program),
                                   pjrt::default_compile_options(client));
}

inline std::vector<HostTensor> run_on_xla(const TracedProgram& traced,
                                          const std::vector<HostTensor>& arguments) {
  const pjrt::Executable executable = compile_on_xla(traced);
  std::vector<pjrt::Buffer> buffers;
  for (const HostTensor& argument : arguments)
    buffers.push_back(
        pjrt::Buffer::from_host(xla_cpu().devices().front(), argument.shape, std::span(argument.bytes)));
  std::vector<const pjrt::Buffer*> pointers;
  for (const pjrt::Buffer& buffer : buffers) pointers.push_back(&buffer);
  const pjrt::Execution run = executable.execute(pointers);
  std::vector<HostTensor> results;
  for (const pjrt::Buffer& output : run.outputs) {
    HostTensor result{output.shape(), {}};
    result.bytes.resize(static_cast<size_t>(result.shape.bytes()));
    output.to_host(result.bytes).await();
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace fusebox::test
