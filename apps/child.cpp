#include "apps/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "fusebox/base/error.h"

namespace fusebox::apps {
namespace {

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw Error(ErrorKind::kIo, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(int end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
};

pid_t start(const std::vector<std::string>& arguments, const Pipe& input, const Pipe& output) {
  std::vector<char*> words = {const_cast<char*>("fusebox")};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawn(&child, "/proc/self/exe", &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    throw Error(ErrorKind::kIo, fmt::format("cannot start a process: {}", std::strerror(failed)));
  return child;
}

}  // namespace

double time_to_first_byte(const std::vector<std::string>& arguments, const std::string& input) {
  Pipe to_child, from_child;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = start(arguments, to_child, from_child);
  to_child.close_end(0);
  from_child.close_end(1);
  const bool fed = write(to_child.ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size());
  to_child.close_end(1);
  char byte = 0;
  const bool spoke = fed && read(from_child.ends[0], &byte, 1) == 1;
  const auto end = std::chrono::steady_clock::now();
  while (read(from_child.ends[0], &byte, 1) == 1) continue;
  int status = 0;
  waitpid(child, &status, 0);
  if (!spoke || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ErrorKind::kIo, fmt::format("a second start failed: fusebox {}", fmt::join(arguments, " ")));
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

}  // namespace fusebox::apps
