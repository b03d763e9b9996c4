// fusebox inspect: what is in a model's files, and what becomes of them.
#include <fmt/format.h>

#include <algorithm>

#include "apps/command.h"
#include "apps/inspection.h"
#include "apps/pass_inspection.h"
#include "apps/terminal.h"
#include "fusebox/runtime/memory.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExamples =
    "  fusebox inspect model.gguf\n"
    "  fusebox inspect model.gguf --tensors --json\n"
    "  fusebox inspect model.gguf --stablehlo prefill_32 > prefill.mlir\n"
    "  fusebox inspect prefill.mlir --passes --output looked-into\n"
    "\n"
    "Needs no device, but --memory and --stablehlo show what would run on one (of a given --dtype,\n"
    "--stablehlo shows a text for any), and --passes shows what fusebox's own compiler does with a program: "
    "a\n"
    "model's, as it is run, or one in a file of StableHLO text.";

struct Flags {
  std::string what, program, dtype, cache_dtype;
  InspectionOptions options;
  PassOptions passes_options;
  bool config = false, tensors = false, memory = false, stablehlo = false, passes = false, json = false;
};

// Names and values from a file, for a terminal: a line stays a line, and nothing in it is a command.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      shown += "\\n";
    else if (byte < 0x20 || byte == 0x7f)
      shown += fmt::format("\\x{:02x}", byte);
    else
      shown += c;
  }
  return shown;
}

// One line per value, nested objects indented.
void print_values(std::string& text, const ordered_json& object, size_t indent) {
  size_t width = 0;
  for (const auto& [key, value] : object.items())
    if (!value.is_object()) width = std::max(width, key.size());
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      text += fmt::format("{:{}}{}\n", "", indent, printable(key));
      print_values(text, value, indent + 2);
      continue;
    }
    const std::string shown =
        printable(value.is_string() ? value.get<std::string>()
                                    : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
    text += fmt::format("{:{}}{:<{}}  {}\n", "", indent, printable(key), width, shown);
  }
}

void print_tensors(std::string& text, const ordered_json& tensors) {
  size_t width = 0;
  for (const ordered_json& tensor : tensors["tensors"])
    width = std::max(width, tensor["name"].get<std::string>().size());
  for (const ordered_json& tensor : tensors["tensors"])
    text += fmt::format("{:<{}}  {:<6}  {:<16}  {}\n", printable(tensor["name"].get<std::string>()), width,
                        printable(tensor["dtype"].get<std::string>()), tensor["shape"].dump(),
                        format_bytes(tensor["bytes"].get<int64_t>()));
}

std::string total(const ordered_json& tensors) {
  return fmt::format("{} tensors, {} elements, {}\n", tensors["count"].get<size_t>(),
                     tensors["elements"].get<uint64_t>(), format_bytes(tensors["bytes"].get<int64_t>()));
}

void print_memory(std::string& text, const ordered_json& memory) {
  const auto bytes = [&](const char* key) { return format_bytes(memory[key].get<int64_t>()); };
  text += fmt::format("weights      {:>8}  as {}\n", bytes("weights"), memory["dtype"].get<std::string>());
  text += fmt::format("cache        {:>8}  of {} tokens, {} each, as {}\n", bytes("cache"),
                      memory["context"].get<int64_t>(), bytes("cache_per_token"),
                      memory["cache_dtype"].get<std::string>());
  int64_t all = memory["weights"].get<int64_t>() + memory["cache"].get<int64_t>();
  if (memory.contains("temporaries")) {
    text += fmt::format("temporaries  {:>8}  of the decode program\n", bytes("temporaries"));
    all += memory["temporaries"].get<int64_t>();
  }
  text += fmt::format("together     {:>8}\n", format_bytes(all));
}

// Everything at a glance.
std::string overview(const Inspection& inspection) {
  std::string text;
  if (const ordered_json artifact = inspection.artifact(); !artifact.is_null())
    print_values(text, artifact, 0);
  const ordered_json config = inspection.config();
  if (config["model"].is_null()) {
    if (const auto why = config["why_not"].get<std::string>(); !why.empty())
      text += fmt::format("no language model: {}\n", why);
  } else {
    print_values(text, config["model"], 0);
  }
  if (config.contains("format"))
    text += config["format"].get<std::string>() + ": " + total(inspection.tensors());
  if (!config["model"].is_null()) print_memory(text, inspection.memory(false));
  return text;
}

std::string chosen_text(const Inspection& inspection, const Flags& flags) {
  std::string text;
  if (flags.config) print_values(text, inspection.config(), 0);
  if (flags.tensors) {
    const ordered_json tensors = inspection.tensors();
    print_tensors(text, tensors);
    text += total(tensors);
  }
  if (flags.memory) print_memory(text, inspection.memory(true));
  if (flags.stablehlo) text += inspection.stablehlo(flags.program);
  return text;
}

ordered_json chosen_json(const Inspection& inspection, const Flags& flags) {
  const bool any = flags.config || flags.tensors || flags.memory || flags.stablehlo;
  ordered_json all = ordered_json::object();
  if (ordered_json artifact = inspection.artifact(); !artifact.is_null())
    all["artifact"] = std::move(artifact);
  if (flags.config || !any) all["config"] = inspection.config();
  if (flags.tensors || !any) all.update(inspection.tensors());
  if (flags.memory || (!any && !all["config"]["model"].is_null()))
    all["memory"] = inspection.memory(flags.memory);
  if (flags.stablehlo) all["stablehlo"] = inspection.stablehlo(flags.program);
  return all;
}

int run_passes(const Flags& flags) {
  PassOptions options = flags.passes_options;
  if (flags.json || flags.config || flags.tensors || flags.memory || flags.stablehlo) {
    fmt::print(stderr, "--passes, and what belongs to it, goes with no other choice\n");
    return kUsage;
  }
  options.what = flags.what;
  if (options.program.empty()) options.program = "decode";
  options.cache_dtype = flags.options.cache_dtype;
  options.context = flags.options.context;
  options.plugin = flags.options.plugin;
  put(passes_text(options));
  return kOk;
}

int run(Flags flags) {
  if (!flags.cache_dtype.empty()) flags.options.cache_dtype = dtype_from_name(flags.cache_dtype);
  for (std::string* taken : {&flags.program, &flags.passes_options.program})
    if (flags.what.empty()) std::swap(flags.what, *taken);  // --stablehlo or --passes took it
  if (flags.what.empty()) {
    fmt::print(stderr, "WHAT is required: a model or an artifact\n");
    return kUsage;
  }
  if (flags.passes || is_program_text(flags.what)) return run_passes(flags);
  if (flags.program.empty()) flags.program = "decode";
  flags.options.dtype = dtype_from_name(flags.dtype);
  const Inspection inspection(flags.what, flags.options);
  if (flags.json) {
    put(chosen_json(inspection, flags).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
    return kOk;
  }
  const bool any = flags.config || flags.tensors || flags.memory || flags.stablehlo;
  put(any ? chosen_text(inspection, flags) : overview(inspection));
  return kOk;
}

}  // namespace

Runner add_inspect(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  app.add_option("WHAT", flags->what,
                 "a model's folder, a .gguf or .safetensors file, an artifact, or a program as .mlir");
  app.add_flag("--config", flags->config, "hyper-parameters and metadata");
  app.add_flag("--tensors", flags->tensors, "every tensor: name, type, shape, size");
  app.add_flag("--memory", flags->memory, "what weights, cache and the decode program take");
  const CLI::Option* text =
      app.add_option("--stablehlo", flags->program,
                     "the program's text: decode (default), prefill_N, score_N, logits_N, copy")
          ->expected(0, 1);
  const CLI::Option* passes =
      app.add_option("--passes", flags->passes_options.program,
                     "how it is compiled: the program after each pass, memory plan, kernels")
          ->expected(0, 1);
  const CLI::Option* output =
      app.add_option("-o,--output", flags->passes_options.output, "a folder for what --passes shows");
  flags->passes_options.compiler.add(app);
  const CLI::Option* dtype =
      app.add_option("--dtype", flags->dtype,
                     "what weights are expanded to: f32, bf16, f16 (default: as they would be run)")
          ->check(CLI::IsMember({"f32", "bf16", "f16"}));
  app.add_option("--cache-dtype", flags->cache_dtype,
                 "what keys and values are kept in: f32, bf16, f16, i8 (default: as they would be run)")
      ->check(CLI::IsMember({"f32", "bf16", "f16", "i8"}));
  app.add_option("--context", flags->options.context, "tokens of context (default: the model's)")
      ->check(CLI::PositiveNumber);
  app.add_option("--plugin", flags->options.plugin,
                 "the PJRT plugin that --memory, --stablehlo and --passes ask")
      ->envname("FUSEBOX_PLUGIN");
  app.add_flag("--json", flags->json, "one JSON object");
  app.footer(kExamples);
  return [=] {
    flags->stablehlo = text->count() > 0;
    const CompilerFlags& compiler = flags->passes_options.compiler;
    flags->passes = passes->count() > 0 || output->count() > 0 || compiler.time_passes ||
                    !compiler.disabled_passes.empty();
    if (dtype->count() > 0) flags->passes_options.dtype = dtype_from_name(flags->dtype);
    return run(*flags);
  };
}

}  // namespace fusebox::apps
