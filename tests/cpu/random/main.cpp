// Random programs on our compiler, on ours with all passes off, and on XLA's plugin.
//
//   random_programs [--count N] [--first SEED] [--seconds S] [--coverage FILE] [--no-xla] [--go-on]
//   [--no-shrink] random_programs --spoil …    bad programs: an error is all that they may cause
//   random_programs --print SEED
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>

#include "tests/cpu/random/check.h"
#include "tests/cpu/random/coverage.h"
#include "tests/cpu/random/generate.h"
#include "tests/cpu/random/shrink.h"
#include "tests/cpu/random/spoil.h"

namespace fusebox::cpu::test {
namespace {

volatile uint64_t current_seed = 0;

// A fault, or somebody's abort: all that can be done is to say where.
void tell_and_die(int signal) {
  char text[64] = "seed ", digits[24];
  size_t at = 5, count = 0;
  for (uint64_t rest = current_seed; rest > 0 || count == 0; rest /= 10)
    digits[count++] = static_cast<char>('0' + rest % 10);
  while (count > 0) text[at++] = digits[--count];
  for (const char* words = ": ended by a signal\n"; *words; ++words) text[at++] = *words;
  if (write(STDERR_FILENO, text, at) < 0) _exit(3);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void watch_signals() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
    const auto before = std::signal(signal, tell_and_die);
    if (before != SIG_DFL) std::signal(signal, before);  // a sanitizer has more to say
  }
}

struct Options {
  uint64_t first = 1;
  size_t count = 300;
  double seconds = 1e9;
  std::string coverage = {};
  std::optional<uint64_t> print = {};
  bool spoil = false, no_xla = false, go_on = false, no_shrink = false;
};

class Run {
 public:
  explicit Run(const Options& options) : options_(options), how_{.with_xla = !options.no_xla} {}

  int all() {
    size_t done = 0;
    while (done < options_.count && seconds() < options_.seconds && (wrong_ == 0 || options_.go_on))
      one(options_.first + done++);
    if (!options_.coverage.empty()) std::ofstream(options_.coverage) << coverage_.table();
    fmt::print(
        "{} {}programs from seed {} in {:.1f} s: {} right, {} wrong, {} refused, {} not done by XLA; {}\n",
        done, options_.spoil ? "bad " : "", options_.first, seconds(), right_, wrong_, refused_, xla_refused_,
        coverage_.summary());
    return wrong_ > 0 ? 1 : 0;
  }

 private:
  static constexpr size_t kTold = 3;  // refusals

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  void one(uint64_t seed) {
    current_seed = seed;
    const Sample sample = generate(seed);
    if (options_.spoil) {
      const std::string text = spoil(sample.text, seed);
      const Verdict verdict = check_spoiled(text);
      note(seed, verdict);
      if (verdict.kind == Verdict::Kind::kWrong) fmt::print("{}\n", text);
      return;
    }
    coverage_.add(sample);
    const Verdict verdict = check(sample, how_);
    note(seed, verdict);
    if (verdict.kind == Verdict::Kind::kWrong && !options_.no_shrink) show_small(sample);
  }

  void note(uint64_t seed, const Verdict& verdict) {
    const auto tell = [&] {
      fmt::print("seed {}: {}\n", seed, verdict.words);
      std::fflush(stdout);
    };
    switch (verdict.kind) {
      case Verdict::Kind::kRight: ++right_; return;
      case Verdict::Kind::kRefused:
        if (refused_++ < kTold && !options_.spoil) tell();
        return;
      case Verdict::Kind::kXlaRefused:
        if (xla_refused_++ < kTold) tell();
        return;
      case Verdict::Kind::kNotCompared:  // programs are made with bounds
      case Verdict::Kind::kWrong: ++wrong_; return tell();
    }
  }

  void show_small(const Sample& sample) const {
    const Shrunk shrunk = shrink(sample, how_);
    fmt::print("{}\n{}\n", shrunk.sample.text, shrunk.verdict.words);
    std::fflush(stdout);
  }

  const Options& options_;
  const CheckOptions how_;
  Coverage coverage_;
  size_t right_ = 0, wrong_ = 0, refused_ = 0, xla_refused_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

int run(const Options& options) {
  if (options.print) {
    const Sample sample = generate(*options.print);
    fmt::print("{}", options.spoil ? spoil(sample.text, sample.seed) : sample.text);
    return 0;
  }
  watch_signals();
  return Run(options).all();
}

}  // namespace
}  // namespace fusebox::cpu::test

int main(int argc, char** argv) {
  fusebox::cpu::test::Options options;
  CLI::App app("Random programs on our compiler, on ours with all passes off, and on XLA's plugin");
  app.add_option("--first", options.first, "the first seed");
  app.add_option("--count", options.count, "how many programs");
  app.add_option("--seconds", options.seconds, "no new program after so long");
  app.add_option("--coverage", options.coverage, "write a table of op, type and rank");
  app.add_option("--print", options.print, "print the program of a seed");
  app.add_flag("--spoil", options.spoil, "bad programs, which are compiled only");
  app.add_flag("--no-xla", options.no_xla, "compare ours with ours only");
  app.add_flag("--go-on", options.go_on, "go on after a difference");
  app.add_flag("--no-shrink", options.no_shrink, "do not look for a smaller program");
  CLI11_PARSE(app, argc, argv);
  return fusebox::cpu::test::run(options);
}
