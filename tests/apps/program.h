// The fusebox program of this build, run as users run it.
//
//   const Ran ran = run_program({"tokenize", kModelPath}, R"({"text": "Hello"})" "\n");
//   EXPECT_EQ(ran.code, 0);
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/base/temporary_folder.h"

namespace fusebox::apps {

inline const std::string kProgramPath = FUSEBOX_BINARY_DIR "/fusebox";
inline const std::string kModelPath = FUSEBOX_ASSETS_DIR "/SmolLM2-135M-Instruct.Q4_1.gguf";
inline const std::string kPluginPath = FUSEBOX_ASSETS_DIR "/pjrt_c_api_cpu_plugin.so";
// Empty in builds that lack its compiler: tests skip then.
#ifdef FUSEBOX_OWN_PLUGIN
inline const std::string kOwnPluginPath = FUSEBOX_OWN_PLUGIN;
#else
inline const std::string kOwnPluginPath;
#endif

struct Ran {
  int code = 0;  // of exit; 128 + N after signal N
  std::string out, err;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `environment` ("NAME=value") comes on top of the test's own and wins.
inline Ran run_program(const std::vector<std::string>& arguments, const std::string& input = {},
                       const std::vector<std::string>& environment = {},
                       const std::string& program = kProgramPath) {
  const TemporaryFolder folder;
  const std::string in = folder.write("in", input), out = folder / "out", err = folder / "err";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT, 0600);
  std::vector<char*> words = {const_cast<char*>("fusebox")}, variables;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
  for (char** own = environ; *own; ++own) variables.push_back(*own);  // of two of a name, the first counts
  words.push_back(nullptr);
  variables.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, words.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + program);
  int status = 0;
  waitpid(child, &status, 0);
  Ran ran;
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.out = read_file(out);
  ran.err = read_file(err);
  return ran;
}

}  // namespace fusebox::apps
