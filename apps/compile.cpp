// fusebox compile: a model's programs in one file.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "apps/command.h"
#include "apps/model_flags.h"
#include "apps/terminal.h"
#include "fusebox/base/error.h"

namespace fusebox::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp =
    R"(  fusebox compile model.gguf -o model.fusebox
  echo '{"prompt": "Once upon a time"}' | fusebox run model.fusebox

The file has the programs for this plugin and machine, --dtype and --context, and the model's path: the weights
stay where they are. On another machine, or with other weights, it is an error that says what differs.)";

struct Flags {
  ModelFlags model;
  std::string output;
};

// Better known before a minute of compiling than after it.
void check_output(const std::string& path) {
  if (path.empty()) throw Error(ErrorKind::kInvalidArgument, "--output is empty, want the name of a file");
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_regular_file(path, error))
    throw Error(ErrorKind::kInvalidArgument, "it is there and no file").file(path);
  const fs::path folder = fs::absolute(path).parent_path();
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw Error(ErrorKind::kIo, fmt::format("cannot create the file: {}", std::strerror(errno))).file(path);
}

int run(const Flags& flags) {
  check_output(flags.output);
  StageReport stages;
  const std::shared_ptr<llm::LanguageModel> model = flags.model.open(stages);
  model->save_artifact(flags.output);
  stages.done();
  for (const auto& [stage, milliseconds] : stages.stages())
    fmt::print(stderr, "{:<24}{:>10}\n", stage, format_time(milliseconds));
  fmt::print(stderr, "wrote {}: {:.1f} MB, {}, a context of {}\n", flags.output,
             static_cast<double>(fs::file_size(flags.output)) / 1e6, model->weights_name(), model->context());
  return kOk;
}

}  // namespace

Runner add_compile(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  app.footer(kHelp);
  flags->model.add(app);
  app.add_option("-o,--output", flags->output, "the artifact to write")->required();
  return [flags] { return run(*flags); };
}

}  // namespace fusebox::apps
