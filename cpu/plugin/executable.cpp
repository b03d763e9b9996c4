#include "cpu/plugin/executable.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

struct PJRT_SerializedExecutable {
  std::string bytes;
};
struct PJRT_SerializedCompileOptions {
  std::string bytes;
};

namespace fusebox::cpu::plugin {
namespace {

// A serialized executable: magic, sizes of text, options and blob, checksum of text and options; then the
// three. The blob has a checksum of its own.
constexpr uint64_t kMagic = 0x0143'4558'4558'4246;  // "FBXEXEC\1"
constexpr size_t kHeaderWords = 5;

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::kInvalidFile, std::string("serialized executable: ") + what);
}

std::string hash_of(std::span<const std::byte> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

int64_t total(const auto& shapes, auto get) {
  int64_t bytes = 0;
  for (const auto& shape : shapes) bytes += get(shape).bytes();
  return bytes;
}
int64_t argument_bytes(const Blob& blob) {
  return total(blob.parameters, [](const BlobParameter& parameter) { return parameter.shape; });
}
int64_t result_bytes(const Blob& blob) {
  return total(blob.results, [](const Shape& shape) { return shape; });
}

}  // namespace

Executable::Executable(std::string text, std::string options, std::vector<std::byte> blob)
    : text_(std::move(text)),
      options_(std::move(options)),
      bytes_(std::move(blob)),
      settings_(read_compile_options(options_)),
      program_(cpu::deserialize(bytes_)),
      fingerprint_(hash_of(bytes_)) {
  for (const Shape& shape : program_.blob().results) {
    result_shapes_.push_back(std::make_shared<const Shape>(shape));
    result_types.push_back(info(shape.dtype).pjrt_type);
    result_dims.insert(result_dims.end(), shape.dims.begin(), shape.dims.end());
    result_ranks.push_back(shape.dims.size());
  }
  const size_t most = std::max(program_.blob().results.size(), program_.blob().parameters.size());
  memory_kinds.assign(most, "device");
  memory_kind_sizes.assign(most, std::strlen("device"));
  costs_.add("bytes accessed",
             static_cast<float>(argument_bytes(program_.blob()) + result_bytes(program_.blob())));
}

std::string Executable::serialize() const {
  const std::string described = text_ + options_;
  const uint64_t header[kHeaderWords] = {kMagic, text_.size(), options_.size(), bytes_.size(),
                                         XXH3_64bits(described.data(), described.size())};
  std::string out(reinterpret_cast<const char*>(header), sizeof header);
  out += described;
  out.append(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  return out;
}

std::shared_ptr<const Executable> Executable::deserialize(std::string_view bytes,
                                                          const std::string* options) {
  uint64_t header[kHeaderWords];
  if (bytes.size() < sizeof header) refuse("the bytes end too early");
  std::memcpy(header, bytes.data(), sizeof header);
  if (header[0] != kMagic) refuse("it is none of this version of fusebox_cpu");
  bytes.remove_prefix(sizeof header);
  if (header[1] > bytes.size() || header[2] > bytes.size() - header[1] ||
      header[3] != bytes.size() - header[1] - header[2])
    refuse("the sizes do not fit");
  if (header[4] != XXH3_64bits(bytes.data(), header[1] + header[2])) refuse("the checksum does not match");
  const std::string_view blob = bytes.substr(header[1] + header[2]);
  const auto* first = reinterpret_cast<const std::byte*>(blob.data());
  return std::make_shared<const Executable>(
      std::string(bytes.substr(0, header[1])),
      options != nullptr ? *options : std::string(bytes.substr(header[1], header[2])),
      std::vector<std::byte>(first, first + blob.size()));
}

namespace {

template <typename T>
const Executable& of(T* executable) {
  return *required(executable, "executable").program;
}

void executable_destroy(PJRT_Executable_Destroy_Args& args) { delete args.executable; }

void executable_name(PJRT_Executable_Name_Args& args) {
  args.executable_name = of(args.executable).blob().name.c_str();
  args.executable_name_size = of(args.executable).blob().name.size();
}

void executable_num_replicas(PJRT_Executable_NumReplicas_Args& args) {
  args.num_replicas = static_cast<size_t>(of(args.executable).settings().replicas);
}

void executable_num_partitions(PJRT_Executable_NumPartitions_Args& args) {
  args.num_partitions = static_cast<size_t>(of(args.executable).settings().partitions);
}

void executable_num_outputs(PJRT_Executable_NumOutputs_Args& args) {
  args.num_outputs = of(args.executable).blob().results.size();
}

void executable_code_size(PJRT_Executable_SizeOfGeneratedCodeInBytes_Args& args) {
  args.size_in_bytes = of(args.executable).program().code_bytes();
}

void executable_fingerprint(PJRT_Executable_Fingerprint_Args& args) {
  args.executable_fingerprint = of(args.executable).fingerprint().c_str();
  args.executable_fingerprint_size = of(args.executable).fingerprint().size();
}

void executable_costs(PJRT_Executable_GetCostAnalysis_Args& args) {
  args.properties = of(args.executable).costs().data();
  args.num_properties = args.executable->program->costs().size();
}

void executable_memory_stats(PJRT_Executable_GetCompiledMemoryStats_Args& args) {
  const Blob& blob = of(args.executable).blob();
  PJRT_Executable_GetCompiledMemoryStats_Args told = {};  // callers leave rubbish where we do not write
  told.struct_size = args.struct_size;
  told.extension_start = args.extension_start;
  told.executable = args.executable;
  told.generated_code_size_in_bytes = args.executable->program->program().code_bytes();
  told.argument_size_in_bytes = argument_bytes(blob);
  told.output_size_in_bytes = result_bytes(blob);
  for (const BlobParameter& parameter : blob.parameters)
    if (parameter.alias) told.alias_size_in_bytes += parameter.shape.bytes();
  told.temp_size_in_bytes = blob.arena_bytes + blob.scratch_bytes;
  told.total_size_in_bytes = told.argument_size_in_bytes + told.output_size_in_bytes -
                             told.alias_size_in_bytes + told.temp_size_in_bytes +
                             told.generated_code_size_in_bytes;
  told.peak_memory_in_bytes = told.total_size_in_bytes;
  told.total_allocation_bytes = told.total_size_in_bytes;
  told.peak_unpadded_heap_bytes = told.temp_size_in_bytes;
  args = told;
}

void executable_output_types(PJRT_Executable_OutputElementTypes_Args& args) {
  of(args.executable);
  args.output_types = const_cast<PJRT_Buffer_Type*>(args.executable->program->result_types.data());
  args.num_output_types = args.executable->program->result_types.size();
}

void executable_output_dims(PJRT_Executable_OutputDimensions_Args& args) {
  const Executable& executable = of(args.executable);
  args.num_outputs = executable.result_ranks.size();
  args.dims = executable.result_dims.data();
  args.dim_sizes = executable.result_ranks.data();
}

void executable_parameter_memory_kinds(PJRT_Executable_ParameterMemoryKinds_Args& args) {
  const Executable& executable = of(args.executable);
  args.num_parameters = executable.blob().parameters.size();
  args.memory_kinds = executable.memory_kinds.data();
  args.memory_kind_sizes = executable.memory_kind_sizes.data();
}

void executable_output_memory_kinds(PJRT_Executable_OutputMemoryKinds_Args& args) {
  const Executable& executable = of(args.executable);
  args.num_outputs = executable.blob().results.size();
  args.memory_kinds = executable.memory_kinds.data();
  args.memory_kind_sizes = executable.memory_kind_sizes.data();
}

void executable_optimized_program(PJRT_Executable_OptimizedProgram_Args& args) {
  const std::string& text = of(args.executable).text();
  PJRT_Program& program = required(args.program, "program");
  program.format = "mlir";
  program.format_size = std::strlen(program.format);
  if (program.code == nullptr) {
    program.code_size = text.size();
    return;
  }
  if (program.code_size < text.size())
    throw invalid(fmt::format("got room for {} bytes, want {}", program.code_size, text.size()));
  std::memcpy(program.code, text.data(), text.size());
  program.code_size = text.size();
}

void executable_serialize(PJRT_Executable_Serialize_Args& args) {
  auto* serialized = new PJRT_SerializedExecutable{of(args.executable).serialize()};
  args.serialized_executable = serialized;
  args.serialized_bytes = serialized->bytes.data();
  args.serialized_bytes_size = serialized->bytes.size();
  args.serialized_executable_deleter = [](PJRT_SerializedExecutable* all) { delete all; };
}

void executable_compile_options(PJRT_Executable_GetCompileOptions_Args& args) {
  auto* serialized = new PJRT_SerializedCompileOptions{of(args.executable).options()};
  args.serialized_compile_options = serialized;
  args.serialized_bytes = serialized->bytes.data();
  args.serialized_bytes_size = serialized->bytes.size();
  args.serialized_compile_options_deleter = [](PJRT_SerializedCompileOptions* all) { delete all; };
}

}  // namespace

void add_executables(PJRT_Api& api) {
  set<executable_destroy>(api.PJRT_Executable_Destroy);
  set<executable_name>(api.PJRT_Executable_Name);
  set<executable_num_replicas>(api.PJRT_Executable_NumReplicas);
  set<executable_num_partitions>(api.PJRT_Executable_NumPartitions);
  set<executable_num_outputs>(api.PJRT_Executable_NumOutputs);
  set<executable_code_size>(api.PJRT_Executable_SizeOfGeneratedCodeInBytes);
  set<executable_fingerprint>(api.PJRT_Executable_Fingerprint);
  set<executable_costs>(api.PJRT_Executable_GetCostAnalysis);
  set<executable_memory_stats>(api.PJRT_Executable_GetCompiledMemoryStats);
  set<executable_output_types>(api.PJRT_Executable_OutputElementTypes);
  set<executable_output_dims>(api.PJRT_Executable_OutputDimensions);
  set<executable_parameter_memory_kinds>(api.PJRT_Executable_ParameterMemoryKinds);
  set<executable_output_memory_kinds>(api.PJRT_Executable_OutputMemoryKinds);
  set<executable_optimized_program>(api.PJRT_Executable_OptimizedProgram);
  set<executable_serialize>(api.PJRT_Executable_Serialize);
  set<executable_compile_options>(api.PJRT_Executable_GetCompileOptions);
}

}  // namespace fusebox::cpu::plugin
