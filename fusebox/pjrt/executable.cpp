#include "fusebox/pjrt/executable.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "fusebox/pjrt/call.h"
#include "fusebox/pjrt/client_state.h"

namespace fusebox::pjrt {
namespace {

// A list of handles on the stack, on the heap only if it is long. Not shared between calls: a callback of the
// plugin may execute something itself.
class HandleList {
 public:
  explicit HandleList(size_t size) : size_(size) {
    if (size > here_.size()) elsewhere_ = std::make_unique<PJRT_Buffer*[]>(size);
  }
  PJRT_Buffer** data() { return elsewhere_ ? elsewhere_.get() : here_.data(); }
  size_t size() const { return size_; }

 private:
  size_t size_;
  std::array<PJRT_Buffer*, 512> here_;
  std::unique_ptr<PJRT_Buffer*[]> elsewhere_;
};

void collect(std::span<const Buffer* const> arguments, HandleList& handles) {
  PJRT_Buffer** out = handles.data();
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == nullptr || arguments[i]->empty()) {
      throw Error(ErrorKind::kInvalidArgument, fmt::format("argument {} is an empty buffer", i))
          .op("Executable::execute");
    }
    out[i] = arguments[i]->handle();
  }
}

}  // namespace

Executable::Executable(Client client, PJRT_LoadedExecutable* loaded)
    : client_(std::move(client)), loaded_(loaded) {
  try {
    Call<Entry::LoadedExecutable_GetExecutable> get(client_.plugin());
    get->loaded_executable = loaded_;
    get.run();
    program_ = get->executable;
    Call<Entry::Executable_NumOutputs> count(client_.plugin());
    count->executable = program_;
    count.run();
    num_outputs_ = count->num_outputs;
  } catch (...) {
    destroy();
    throw;
  }
}

Executable::Executable(Executable&& other) noexcept
    : client_(other.client_),
      loaded_(std::exchange(other.loaded_, nullptr)),
      program_(std::exchange(other.program_, nullptr)),
      num_outputs_(std::exchange(other.num_outputs_, 0)),
      source_(std::move(other.source_)) {}

Executable& Executable::operator=(Executable&& other) noexcept {
  std::swap(client_, other.client_);
  std::swap(loaded_, other.loaded_);
  std::swap(program_, other.program_);
  std::swap(num_outputs_, other.num_outputs_);
  std::swap(source_, other.source_);
  return *this;
}

Executable::~Executable() { destroy(); }

void Executable::destroy() noexcept {
  if (program_ != nullptr) {
    Call<Entry::Executable_Destroy> call(client_.plugin());
    call->executable = program_;
    call.run_quietly();
  }
  if (loaded_ != nullptr) {
    Call<Entry::LoadedExecutable_Destroy> call(client_.plugin());
    call->executable = loaded_;
    call.run_quietly();
  }
}

Executable Executable::compile(const Client& client, std::string_view code, const CompileOptions& options,
                               std::string_view format) {
  Padded<PJRT_Program> program;
  announce(client.plugin(), program, PJRT_Program_STRUCT_SIZE);
  program.value.code = const_cast<char*>(code.data());  // the plugin only reads it
  program.value.code_size = code.size();
  program.value.format = format.data();
  program.value.format_size = format.size();
  std::string encoded = options.encode();

  Call<Entry::Client_Compile> call(client.plugin());
  call->client = client.state()->handle;
  call->program = &program.value;
  call->compile_options = encoded.data();
  call->compile_options_size = encoded.size();
  call.run();
  return Executable(client, call->executable);
}

Executable Executable::deserialize(const Client& client, std::span<const std::byte> bytes,
                                   const CompileOptions* options) {
  std::string encoded = options != nullptr ? options->encode() : std::string();
  Call<Entry::Executable_DeserializeAndLoad> call(client.plugin());
  call->client = client.state()->handle;
  call->serialized_executable = reinterpret_cast<const char*>(bytes.data());
  call->serialized_executable_size = bytes.size();
  if (options != nullptr) {
    call->overridden_serialized_compile_options = encoded.data();
    call->overridden_serialized_compile_options_size = encoded.size();
  }
  call.run();
  Executable executable(client, call->loaded_executable);
  executable.source_.assign(bytes.begin(), bytes.end());
  return executable;
}

std::vector<std::byte> Executable::serialize() const {
  if (!source_.empty()) return source_;
  Call<Entry::Executable_Serialize> call(client_.plugin());
  call->executable = program_;
  call.run();
  auto* first = reinterpret_cast<const std::byte*>(call->serialized_bytes);
  std::vector<std::byte> bytes(first, first + call->serialized_bytes_size);
  if (call->serialized_executable_deleter != nullptr) {
    call->serialized_executable_deleter(call->serialized_executable);
  }
  return bytes;
}

std::vector<Shape> Executable::output_shapes() const {
  Call<Entry::Executable_OutputElementTypes> types(client_.plugin());
  types->executable = program_;
  types.run();
  Call<Entry::Executable_OutputDimensions> dims(client_.plugin());
  dims->executable = program_;
  dims.run();
  std::vector<Shape> shapes;
  const int64_t* next = dims->dims;  // all outputs' sizes, one after the other
  for (size_t i = 0; i < std::min({num_outputs_, types->num_output_types, dims->num_outputs}); ++i) {
    std::optional<DType> dtype = dtype_from_pjrt(types->output_types[i]);
    if (!dtype) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("output {} has the unknown element type {}", i, types->output_types[i]))
          .op(entry_name(Entry::Executable_OutputElementTypes));
    }
    shapes.push_back({Dims(next, next + dims->dim_sizes[i]), *dtype});
    next += dims->dim_sizes[i];
  }
  return shapes;
}

std::string Executable::name() const {
  Call<Entry::Executable_Name> call(client_.plugin());
  call->executable = program_;
  call.run();
  return std::string(call->executable_name, call->executable_name_size);
}

std::optional<std::string> Executable::fingerprint() const {
  Call<Entry::Executable_Fingerprint> call(client_.plugin());
  call->executable = program_;
  if (!call.run_if_supported()) return std::nullopt;
  return std::string(call->executable_fingerprint, call->executable_fingerprint_size);
}

std::optional<CompiledMemoryStats> Executable::memory_stats() const {
  Call<Entry::Executable_GetCompiledMemoryStats> call(client_.plugin());
  call->executable = program_;
  if (!call.run_if_supported()) return std::nullopt;
  return CompiledMemoryStats{.generated_code = call->generated_code_size_in_bytes,
                             .arguments = call->argument_size_in_bytes,
                             .outputs = call->output_size_in_bytes,
                             .aliased = call->alias_size_in_bytes,
                             .temporaries = call->temp_size_in_bytes};
}

std::optional<int64_t> Executable::generated_code_bytes() const {
  Call<Entry::Executable_SizeOfGeneratedCodeInBytes> call(client_.plugin());
  call->executable = program_;
  if (!call.run_if_supported()) return std::nullopt;
  return call->size_in_bytes;
}

Execution Executable::execute(std::span<const Buffer* const> arguments, const ExecuteOptions& options) const {
  Execution execution{std::vector<Buffer>(num_outputs_), {}};
  execution.done = execute_into(arguments, execution.outputs, options);
  return execution;
}

Event Executable::execute_into(std::span<const Buffer* const> arguments, std::span<Buffer> outputs,
                               const ExecuteOptions& options) const {
  if (outputs.size() != num_outputs_) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("got places for {} outputs, want {}", outputs.size(), num_outputs_))
        .op("Executable::execute");
  }
  HandleList in(arguments.size()), out(num_outputs_);
  collect(arguments, in);
  Padded<PJRT_ExecuteOptions> wishes;
  announce(client_.plugin(), wishes, PJRT_ExecuteOptions_STRUCT_SIZE);
  wishes.value.non_donatable_input_indices = options.non_donatable.data();
  wishes.value.num_non_donatable_input_indices = options.non_donatable.size();

  PJRT_Buffer* const* argument_list = in.data();
  PJRT_Buffer** output_list = out.data();
  PJRT_Event* done = nullptr;
  Call<Entry::LoadedExecutable_Execute> call(client_.plugin());
  call->executable = loaded_;
  call->options = &wishes.value;
  call->argument_lists = &argument_list;
  call->num_devices = 1;
  call->num_args = in.size();
  call->output_lists = &output_list;
  call->device_complete_events = &done;
  if (options.device != nullptr) call->execute_device = options.device->state().handle;
  call.run();
  for (size_t i = 0; i < num_outputs_; ++i) outputs[i] = Buffer(client_.state(), output_list[i]);
  return Event(client_.state(), done);
}

}  // namespace fusebox::pjrt
