// fusebox: language models from the command line.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "apps/command.h"
#include "apps/lost_file.h"
#include "apps/terminal.h"
#include "fusebox/base/error.h"
#include "fusebox/base/log.h"

namespace fusebox::apps {
namespace {

struct Row {
  const char* name;
  const char* summary;
  Runner (*add)(CLI::App&);
};

constexpr Row kCommands[] = {
    {"chat", "talk to a model, or answer one prompt", add_chat},
    {"run", "answer requests, JSON lines in and out", add_run},
    {"bench", "measure speed, start and memory", add_bench},
    {"perplexity", "how well a model predicts a text", add_perplexity},
    {"compile", "compile a model ahead of time", add_compile},
    {"inspect", "show a model's config, tensors, memory or program", add_inspect},
    {"exec", "run any StableHLO program, compare devices", add_exec},
    {"tokenize", "text to token ids and back, JSON lines", add_tokenize},
    {"template", "render a chat template, JSON lines", add_template},
    {"cache", "list or clear what is kept between runs", add_cache},
    {"doctor", "check this machine and installation", add_doctor},
};

constexpr const char* kFooter =
    "Exit codes: 0 ok, 1 failed, 2 usage, 3 model not found or not supported, 5 out of memory,\n"
    "6 artifact or plugin does not fit, 130 interrupted.\n"
    "Environment: FUSEBOX_PLUGIN, FUSEBOX_CACHE, FUSEBOX_THREADS, FUSEBOX_CPU_LEVEL, NO_COLOR,\n"
    "FUSEBOX_LOG=error|warn|info|debug|trace.";

// Help that begins with an example: a command's footer stands before its flags.
class ExampleFirst : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    std::string text = app->get_description() + "\n\n";
    if (app->get_parent() && !app->get_footer().empty()) text += app->get_footer() + "\n\n";
    return text;
  }
  std::string make_footer(const CLI::App* app) const override {
    return app->get_parent() ? std::string() : CLI::Formatter::make_footer(app);
  }
};

int exit_code(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kNotFound:
    case ErrorKind::kInvalidFile:
    case ErrorKind::kUnsupported:
    case ErrorKind::kCheckpoint: return kNoModel;
    case ErrorKind::kOutOfMemory: return kNoMemory;
    case ErrorKind::kIncompatible: return kIncompatible;
    default: return kFailed;
  }
}

int run(int argc, char** argv) {
  CLI::App app("fusebox: language models on any PJRT device\n\n  fusebox chat model.gguf --prompt \"Hello\"",
               "fusebox");
  app.formatter(std::make_shared<ExampleFirst>());
  app.set_version_flag("--version", "fusebox " FUSEBOX_VERSION);
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, Runner>> commands;
  for (const Row& row : kCommands) {
    CLI::App* command = app.add_subcommand(row.name, row.summary);
    commands.emplace_back(command, row.add(*command));
  }
  app.footer(kFooter);  // late: commands would inherit it
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? kOk : kUsage;
  }
  for (const auto& [command, runner] : commands)
    if (command->parsed()) return runner();
  return kUsage;
}

}  // namespace
}  // namespace fusebox::apps

int main(int argc, char** argv) {
  using namespace fusebox::apps;
  if (std::signal(SIGINT, [](int) { _exit(kInterrupted); }) == SIG_IGN) std::signal(SIGINT, SIG_IGN);
  setenv("TF_CPP_MIN_LOG_LEVEL", "2", 0);  // XLA's plugin would greet on stderr
  install_log_sink();
  tell_of_lost_files();
  try {
    return run(argc, argv);
  } catch (const fusebox::Error& error) {
    std::fprintf(stderr, "fusebox: %s\n", error.what());
    return exit_code(error);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "fusebox: out of memory\n");
    return kNoMemory;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fusebox: %s\n", error.what());
    return kFailed;
  }
}
