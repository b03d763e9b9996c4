// XLA's CPU plugin for the tests of this folder: a traced program with host tensors in and out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fusebox/base/cache.h"
#include "fusebox/pjrt/pjrt.h"
#include "fusebox/runtime/identity.h"
#include "fusebox/runtime/outline.h"
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

// XLA's is kept from one run of the tests to the next, for as long as plugin and machine are the same: it
// takes long, and it is ours that is tested.
inline pjrt::Executable compile_on_xla(const TracedProgram& traced) {
  const pjrt::Client client = xla_cpu();
  const std::string text = stablehlo::print(traced.program);
  const auto compile = [&] {
    return pjrt::Executable::compile(client, text, pjrt::default_compile_options(client));
  };
  if (on_ours()) return compile();
  std::string key = text;
  for (const auto& [part, value] : identity_of(client.devices().front()).parts) key += part + value;
  const std::string name = "xla-" + text_hash(key);
  if (const auto kept = FileCache::user().find(name))
    return pjrt::Executable::deserialize(client, kept->bytes());
  pjrt::Executable made = compile();
  FileCache::user().store(name, made.serialize());
  return made;
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
