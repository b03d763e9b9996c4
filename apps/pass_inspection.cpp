#include "apps/pass_inspection.h"

#include <fmt/format.h>

#include "apps/inspection.h"
#include "apps/plugins.h"
#include "apps/program_file.h"
#include "fusebox/llm/language_model.h"
#include "fusebox/runtime/device.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::apps {
namespace {

void compile_text(const Device& device, const std::string& text, const PassOptions& options,
                  const RecordFolder& record) {
  compile_by_hand(device.handle().client(), text, options.compiler, &record);
}

// The program as it is run: for this plugin, with what it does with the weights.
void compile_of_model(const PassOptions& options, const RecordFolder& record) {
  const auto [kind, tokens] = program_named(options.program);
  llm::ModelOptions wanted;
  wanted.device.plugin = options.plugin;
  wanted.dtype = options.dtype;
  wanted.cache_dtype = options.cache_dtype;
  wanted.context = options.context;
  const auto model = llm::LanguageModel::open(options.what, wanted);
  compile_text(model->device(), stablehlo::print(model->trace(tokens, kind).program), options, record);
}

}  // namespace

bool is_program_text(const std::string& path) { return path.ends_with(".mlir"); }

std::string passes_text(const PassOptions& given) {
  PassOptions options = given;
  if (options.plugin.empty()) options.plugin = own_plugin();
  const RecordFolder record(options.output);
  if (is_program_text(options.what))
    compile_text(Device::open({.plugin = options.plugin}), read_program(options.what).text, options, record);
  else
    compile_of_model(options, record);
  std::string text = stages_text(record);
  if (!options.output.empty()) {
    text += fmt::format("\nin {}:\n", options.output);
    for (const std::string& file : record.files()) text += "  " + file + "\n";
  } else if (!options.compiler.time_passes) {
    std::string before;
    for (const std::string& file : record.files()) {
      std::string now = record.read(file);
      text += fmt::format("\n==== {}\n\n{}", file, now == before ? "the same\n" : now);
      before = std::move(now);
    }
  }
  return text;
}

}  // namespace fusebox::apps
