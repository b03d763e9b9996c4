// LoadedExecutable_Execute. What is ready runs on the caller's thread and is done when the call returns.
#include "cpu/plugin/entry.h"
#include "cpu/plugin/launch.h"
#include "cpu/plugin/table.h"

struct PJRT_ExecuteContext {};

namespace fusebox::cpu::plugin {
namespace {

PJRT_Device& device_of(const PJRT_LoadedExecutable& executable, PJRT_Device* wanted) {
  if (wanted != nullptr) {
    if (wanted->client != &executable.client) throw invalid("execute_device is another client's");
    return *wanted;
  }
  return executable.devices.empty() ? *executable.client.device_list.front() : *executable.devices.front();
}

PJRT_ExecuteOptions checked_options(const PJRT_LoadedExecutable_Execute_Args& args) {
  PJRT_ExecuteOptions options = {};
  if (args.options != nullptr) options = whole(*args.options);
  if (options.num_send_ops != 0 || options.num_recv_ops != 0)
    throw unsupported("fusebox_cpu has no send and receive");
  if (args.num_devices != 1)
    throw invalid(fmt::format("got arguments for {} devices, want 1", args.num_devices));
  if (args.executable->deleted) throw invalid("the executable was deleted");
  if (args.num_args != 0) required(required(args.argument_lists, "argument_lists"), "argument_lists[0]");
  if (args.executable->program->blob().results.size() != 0)
    required(required(args.output_lists, "output_lists"), "output_lists[0]");
  return options;
}

using NewBuffers = std::vector<std::unique_ptr<PJRT_Buffer>>;

NewBuffers make_outputs(const Executable& executable, const Launch& launch, Memory& memory,
                        const std::shared_ptr<EventState>& ready) {
  NewBuffers outputs;
  outputs.reserve(launch.results().size());
  for (size_t i = 0; i < launch.results().size(); ++i)
    outputs.push_back(
        std::make_unique<PJRT_Buffer>(memory, executable.result_shapes()[i], launch.results()[i], ready));
  return outputs;
}

// Runs, and returns the event of the end. If it fails, the outputs say so.
std::shared_ptr<EventState> run_now(std::unique_ptr<Launch> launch, const PJRT_Client& client,
                                    NewBuffers& outputs) {
  Outcome outcome = launch->failed_argument();
  try {
    if (outcome == nullptr) launch->run(client.threads, client.trace.get());
  } catch (...) {
    outcome = std::make_shared<const Failure>(to_failure(std::current_exception()));
  }
  if (outcome == nullptr) return ready_event();
  const auto failed = failed_event(std::move(outcome));
  for (auto& output : outputs) {
    output->ready = failed;
    output->storage.reset();
  }
  return failed;
}

void execute(PJRT_LoadedExecutable_Execute_Args& args) {
  PJRT_LoadedExecutable& executable = required(args.executable, "executable");
  const PJRT_ExecuteOptions options = checked_options(args);
  Memory& memory = as_memory(device_of(executable, args.execute_device).memories.front());
  const std::span<PJRT_Buffer* const> arguments(args.num_args != 0 ? args.argument_lists[0] : nullptr,
                                                args.num_args);
  auto launch = std::make_unique<Launch>(
      executable.program, arguments,
      std::span(options.non_donatable_input_indices, options.num_non_donatable_input_indices));

  const bool now = launch->is_ready();
  auto done = now ? ready_event() : std::make_shared<EventState>();
  NewBuffers outputs = make_outputs(*executable.program, *launch, memory, now ? nullptr : done);
  std::unique_ptr<PJRT_Event> event(args.device_complete_events != nullptr ? new_event(done) : nullptr);
  launch->commit();
  const PJRT_Client& client = executable.client;
  if (now)
    done = run_now(std::move(launch), client, outputs);
  else
    Launch::run_later(std::move(launch), client.threads, client.trace, done);

  for (size_t i = 0; i < outputs.size(); ++i) args.output_lists[0][i] = outputs[i].release();
  if (event != nullptr) {
    event->state = std::move(done);
    args.device_complete_events[0] = event.release();
  }
}

void context_create(PJRT_ExecuteContext_Create_Args& args) { args.context = new PJRT_ExecuteContext; }
void context_destroy(PJRT_ExecuteContext_Destroy_Args& args) { delete args.context; }

}  // namespace

void add_execution(PJRT_Api& api) {
  set<execute>(api.PJRT_LoadedExecutable_Execute);
  set<context_create>(api.PJRT_ExecuteContext_Create);
  set<context_destroy>(api.PJRT_ExecuteContext_Destroy);
}

}  // namespace fusebox::cpu::plugin
