#include "apps/model_flags.h"

namespace fusebox::apps {

void ModelFlags::add(CLI::App& app) {
  app.add_option("MODEL", model, "a Hugging Face folder, a .gguf file, or an artifact")->required();
  app.add_option("--plugin", plugin, "the PJRT plugin to run on")->envname("FUSEBOX_PLUGIN");
  app.add_option("--dtype", dtype,
                 "what weights are expanded to: f32, bf16, f16 (default: the device's fastest)")
      ->check(CLI::IsMember({"f32", "bf16", "f16"}));
  app.add_option("--cache-dtype", cache_dtype,
                 "what keys and values are kept in: f32, bf16, f16, i8 (default: f16 with low-bit weights as "
                 "they are, else the weights')")
      ->check(CLI::IsMember({"f32", "bf16", "f16", "i8"}));
  app.add_option("--context", context, "tokens of context (default: the model's, if memory allows)")
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", threads, "threads of a CPU plugin (default: all)")
      ->envname("FUSEBOX_THREADS")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--no-cache", no_cache, "neither use nor fill the compile cache");
  trace.add(app);
}

std::shared_ptr<llm::LanguageModel> ModelFlags::open(StageReport& stages,
                                                     std::vector<int64_t> prepare) const {
  llm::ModelOptions options;
  options.device.plugin = plugin;
  options.device.threads = threads;
  options.context = context;
  options.use_cache = !no_cache;
  options.prepare = std::move(prepare);
  trace.open(options.device);
  if (!kernels_to.empty()) options.device.create_options.push_back({"trace_to", kernels_to});
  options.on_stage = [this, told = stages.callback()](std::string_view stage, double milliseconds) {
    trace.span(stage, milliseconds);
    told(stage, milliseconds);
  };
  if (!dtype.empty()) options.dtype = dtype_from_name(dtype);
  if (!cache_dtype.empty()) options.cache_dtype = dtype_from_name(cache_dtype);
  return llm::LanguageModel::open(model, options);
}

}  // namespace fusebox::apps
