// fusebox exec: one program, from text to results.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include "apps/command.h"
#include "apps/compile_by_hand.h"
#include "apps/difference.h"
#include "apps/elements.h"
#include "apps/plugins.h"
#include "apps/program_file.h"
#include "apps/program_inputs.h"
#include "apps/terminal.h"
#include "apps/trace_file.h"
#include "fusebox/base/error.h"
#include "fusebox/runtime/device.h"
#include "fusebox/runtime/memory.h"

namespace fusebox::apps {
namespace {

constexpr const char* kExamples =
    "  fusebox exec program.mlir\n"
    "  fusebox exec program.mlir --input x.npy --input y.npy --output results\n"
    "  fusebox exec program.mlir --check\n"
    "\n"
    "FILE is StableHLO text with a function @main. Without --input it runs on values made up from the\n"
    "signature. bf16 and f8 stand in .npy files as f32. With --check, exit code 1 says that two devices\n"
    "differ: floats may, by some epsilons of their type times their size or the result's root mean\n"
    "square; all else may not.";

struct Flags {
  std::string file, output, against;
  std::vector<std::string> inputs;
  DeviceOptions device;
  CompilerFlags compiler;
  TraceFlag trace;  // of the first device
  bool check = false;
  std::optional<double> tolerance;
};

using Results = std::vector<HostTensor>;

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void check_memory_for(const Device& device, const ProgramFile& program) {
  int64_t need = 0;
  for (const auto* shapes : {&program.inputs, &program.outputs})
    for (const Shape& shape : *shapes)
      if (__builtin_add_overflow(need, shape.bytes(), &need)) need = INT64_MAX / 2;
  check_memory(device.handle(), need, "the program's inputs and results", "make its shapes smaller");
}

// Compiles and runs on one device, and says how long that took.
Results run_on(const Device& device, const ProgramFile& program, const Results& inputs,
               const CompilerFlags& flags, const TraceFlag& trace) {
  const pjrt::Client client = device.handle().client();
  const std::optional<RecordFolder> record =
      flags.time_passes ? std::make_optional<RecordFolder>() : std::nullopt;
  const auto compile = std::chrono::steady_clock::now();
  const pjrt::Executable executable =
      compile_by_hand(client, program.text, flags, record ? &*record : nullptr);
  const double compile_ms = milliseconds_since(compile);
  trace.span("compile", compile_ms);
  if (record) fmt::print(stderr, "{}", stages_text(*record));

  std::vector<pjrt::Buffer> buffers;
  std::vector<const pjrt::Buffer*> arguments;
  for (const HostTensor& input : inputs) buffers.push_back(device.upload(input));
  for (const pjrt::Buffer& buffer : buffers) arguments.push_back(&buffer);
  const auto begin = std::chrono::steady_clock::now();
  const pjrt::Execution execution = executable.execute(arguments);
  execution.done.await();
  const double run_ms = milliseconds_since(begin);
  trace.span("run", run_ms);
  Results results;
  for (const pjrt::Buffer& output : execution.outputs) results.push_back(HostTensor::of(output));
  fmt::print(stderr, "{}: compiled in {:.1f} ms, ran in {:.3f} ms\n", client.plugin().path(), compile_ms,
             run_ms);
  return results;
}

void write_results(const std::string& folder, const Results& results) {
  const RecordFolder made(folder);
  for (size_t i = 0; i < results.size(); ++i) {
    const std::string path = fmt::format("{}/result_{}.npy", folder, i);
    const DType written = write_result(path, results[i]);
    fmt::print(stderr, "wrote {}{}\n", path,
               written == results[i].shape.dtype ? "" : fmt::format(", as {}", name(written)));
  }
}

// Whether all results are as on the other device, within the tolerance.
bool compare(const Results& results, const Results& others, const Tolerance& tolerance) {
  if (results.size() != others.size())
    throw Error(ErrorKind::kPlugin, fmt::format("{} results here, {} there", results.size(), others.size()));
  put(fmt::format("compared; floats may differ by {}, all else not\n", tolerance.text()));
  bool fine = true;
  for (size_t i = 0; i < results.size(); ++i) {
    const Difference found = difference(results[i], others[i], tolerance);
    put(fmt::format("result {}: {}\n", i, difference_text(found, results[i], others[i])));
    fine = fine && found.beyond == 0;
  }
  return fine;
}

int run(Flags& flags) {
  const ProgramFile program = read_program(flags.file);
  if (flags.device.plugin.empty()) flags.device.plugin = find_plugin();
  if (flags.check && flags.against.empty()) flags.against = other_plugin(flags.device.plugin);
  DeviceOptions other = flags.device;
  flags.trace.open(flags.device);
  const Device device = Device::open(flags.device);
  check_memory_for(device, program);
  const Results inputs = flags.inputs.empty() ? made_up_inputs(program) : read_inputs(program, flags.inputs);
  if (flags.inputs.empty() && !inputs.empty())
    fmt::print(
        stderr,
        "inputs are made up, the same every time: floats in [-1, 1), integers from -8 to 7 or 0 to 15\n");
  const Results results = run_on(device, program, inputs, flags.compiler, flags.trace);
  for (size_t i = 0; i < results.size(); ++i) put(fmt::format("result {}: {}", i, tensor_text(results[i])));
  if (!flags.output.empty()) write_results(flags.output, results);
  if (!flags.check) return kOk;

  other.plugin = flags.against;
  Tolerance tolerance = tolerance_for(coarsest_float(program.program));
  if (flags.tolerance) tolerance.epsilons = *flags.tolerance;
  return compare(results, run_on(Device::open(other), program, inputs, {}, {}), tolerance) ? kOk : kFailed;
}

}  // namespace

Runner add_exec(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  app.add_option("FILE", flags->file, "StableHLO text")->required();
  app.add_option("--input", flags->inputs, "a .npy file for the next input (repeatable)")
      ->allow_extra_args(false);
  app.add_option("-o,--output", flags->output, "a folder for the results, as .npy files");
  app.add_flag("--check", flags->check, "run it on a second device and compare");
  app.add_option("--against", flags->against,
                 "the PJRT plugin of the second device (default: another that lies beside the program)");
  app.add_option("--tolerance", flags->tolerance, "how many epsilons floats may differ by")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--plugin", flags->device.plugin, "the PJRT plugin to run on")->envname("FUSEBOX_PLUGIN");
  app.add_option("--threads", flags->device.threads, "threads of a CPU plugin (default: all)")
      ->envname("FUSEBOX_THREADS")
      ->check(CLI::Range(1, 1024));
  flags->compiler.add(app);
  flags->trace.add(app);
  app.footer(kExamples);
  return [flags] { return run(*flags); };
}

}  // namespace fusebox::apps
