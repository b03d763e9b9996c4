// The fusebox program: one file per command. Data goes to stdout, all else to stderr.
//
// To add a command: write apps/NAME.cpp with `Runner add_NAME(CLI::App& app)`, declare it here and give it a
// row in main.cpp. app.footer() takes its examples, which --help prints first.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace fusebox::apps {

// Exit codes, kept stable and printed by `fusebox --help`.
enum ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNoModel = 3,  // model not found or not supported
  kNetwork = 4,  // reserved
  kNoMemory = 5,
  kIncompatible = 6,  // artifact or plugin does not fit
  kInterrupted = 130,
};

// Runs a command whose flags were parsed; returns an exit code. May throw fusebox::Error.
using Runner = std::function<int()>;

// Each adds its flags to its subcommand and returns what runs it.
Runner add_bench(CLI::App& app);
Runner add_cache(CLI::App& app);
Runner add_chat(CLI::App& app);
Runner add_compile(CLI::App& app);
Runner add_doctor(CLI::App& app);
Runner add_exec(CLI::App& app);
Runner add_inspect(CLI::App& app);
Runner add_perplexity(CLI::App& app);
Runner add_run(CLI::App& app);
Runner add_template(CLI::App& app);
Runner add_tokenize(CLI::App& app);

}  // namespace fusebox::apps
