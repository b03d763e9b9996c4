#include "apps/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"

namespace fusebox::apps {
namespace {

constexpr std::chrono::milliseconds kWorthSaying(
    500);  // to load from the cache takes less, unless the machine is busy

// The line that is rewritten; everybody who writes to stderr clears it first.
std::mutex screen_mutex;
bool line_is_up = false;

void clear_line() {
  if (line_is_up) fmt::print(stderr, "\r\x1b[K");
  line_is_up = false;
}

size_t columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The program of a stage, if the stage is called `verb`: "decode" of "compile decode".
std::string_view program_of(std::string_view stage, std::string_view verb) {
  if (!stage.starts_with(verb) || stage.size() <= verb.size() || stage[verb.size()] != ' ') return {};
  return stage.substr(verb.size() + 1);
}

std::string count_of_programs(int count) { return fmt::format("{} program{}", count, count == 1 ? "" : "s"); }

}  // namespace

void install_log_sink() {
  set_log_sink([](LogLevel level, std::string_view message) {
    const char* mark = level == LogLevel::kError ? "error: " : level == LogLevel::kWarn ? "warning: " : "";
    std::scoped_lock lock(screen_mutex);
    clear_line();
    fmt::print(stderr, "{}{}\n", mark, message);
  });
}

void put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Error(ErrorKind::kIo, fmt::format("cannot write to stdout: {}", std::strerror(errno)));
}

std::string dim(std::string_view text) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool plain = (no_color && *no_color) || isatty(STDERR_FILENO) == 0;
  return plain ? std::string(text) : fmt::format("\x1b[2m{}\x1b[0m", text);
}

std::string format_time(double milliseconds) {
  return milliseconds < 999.5 ? fmt::format("{:.0f} ms", milliseconds)
                              : fmt::format("{:.1f} s", milliseconds / 1000);
}

struct StageReport::State {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool shown = true, ended = false, announced = false;
  std::string last;  // the last stage that was over
  std::set<std::string, std::less<>> compiling =
      {};                                       // printed, and neither compiled nor found in the cache so far
  std::chrono::steady_clock::time_point since;  // when `compiling` was empty
  std::vector<std::pair<std::string, double>> stages = {};
  int compiled = 0, loaded = 0;
  double compile_ms = 0, load_ms = 0;
  std::thread watcher = {};

  void add(std::string_view stage, double milliseconds);
  void count(std::string_view stage, double milliseconds);
  std::string what_compiles() const;
  void paint() const;
  void announce();
  void watch();
};

// Stages are told when they are over; what runs now follows from the order: print, then compile or load.
void StageReport::State::count(std::string_view stage, double milliseconds) {
  if (const auto program = program_of(stage, "print"); !program.empty()) {
    if (compiling.empty()) since = std::chrono::steady_clock::now();
    compiling.emplace(program);
  } else if (const auto built = program_of(stage, "compile"); !built.empty()) {
    compiling.erase(std::string(built));
    ++compiled;
    compile_ms += milliseconds;
  } else if (const auto found = program_of(stage, "load from cache"); !found.empty()) {
    compiling.erase(std::string(found));
    ++loaded;
    load_ms += milliseconds;
  }
}

void StageReport::State::add(std::string_view stage, double milliseconds) {
  std::unique_lock lock(mutex);
  stages.emplace_back(stage, milliseconds);
  count(stage, milliseconds);
  last = fmt::format("{} {}", stage, format_time(milliseconds));
  const bool show = shown && terminal;
  const bool notice = !terminal && !program_of(stage, "compile").empty();
  if (show) paint();
  lock.unlock();
  log_message(notice ? LogLevel::kInfo : LogLevel::kDebug, "{} {}", stage, format_time(milliseconds));
}

// "compiling, or loading from the cache: decode, prefill 32", or nothing. Which of the two shows only when it
// is over.
std::string StageReport::State::what_compiles() const {
  std::string text;
  if (std::chrono::steady_clock::now() - since < kWorthSaying) return text;
  for (const std::string& program : compiling)
    text += (text.empty() ? "compiling, or loading from the cache: " : ", ") + program;
  return text;
}

void StageReport::State::paint() const {
  std::string line = what_compiles();
  const std::chrono::duration<double, std::milli> waited = std::chrono::steady_clock::now() - since;
  line = line.empty() ? last : fmt::format("{} ({})", line, format_time(waited.count()));
  std::scoped_lock lock(screen_mutex);
  clear_line();
  fmt::print(stderr, "{}", line.substr(0, columns() - 1));
  line_is_up = true;
}

// Off a terminal, says once that it compiles.
void StageReport::State::announce() {
  const std::string text = what_compiles();
  if (announced || text.empty()) return;
  announced = true;
  log_message(LogLevel::kInfo, "{} …", text);
}

void StageReport::State::watch() {
  std::unique_lock lock(mutex);
  while (!changed.wait_for(lock, std::chrono::milliseconds(200), [&] { return ended; })) {
    if (!shown || compiling.empty()) continue;
    if (terminal)
      paint();
    else
      announce();
  }
}

StageReport::StageReport() : state_(std::make_shared<State>()) {
  state_->watcher = std::thread([state = state_.get()] { state->watch(); });
}

StageReport::~StageReport() {
  done();
  {
    std::scoped_lock lock(state_->mutex);
    state_->ended = true;
  }
  state_->changed.notify_all();
  if (state_->watcher.joinable()) state_->watcher.join();
}

std::function<void(std::string_view, double)> StageReport::callback() {
  return [state = state_](std::string_view stage, double milliseconds) { state->add(stage, milliseconds); };
}

void StageReport::done() {
  std::scoped_lock lock(state_->mutex, screen_mutex);
  state_->shown = false;
  clear_line();
}

void StageReport::resume() {
  std::scoped_lock lock(state_->mutex);
  state_->shown = true;
}

std::vector<std::pair<std::string, double>> StageReport::stages() const {
  std::scoped_lock lock(state_->mutex);
  return state_->stages;
}

std::string StageReport::summary() const {
  std::scoped_lock lock(state_->mutex);
  std::string text;
  if (state_->compiled > 0)
    text = fmt::format("{} compiled in {}", count_of_programs(state_->compiled),
                       format_time(state_->compile_ms));
  if (state_->loaded > 0)
    text += fmt::format("{}{} from the cache in {}", text.empty() ? "" : ", ",
                        count_of_programs(state_->loaded), format_time(state_->load_ms));
  return text;
}

}  // namespace fusebox::apps
