// Random programs on our compiler, on ours with all passes off, and on XLA's plugin.
//
//   random_programs [--count N] [--first SEED] [--seconds S] [--coverage FILE] [--no-xla] [--go-on]
//   [--no-shrink] random_programs --print SEED
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "tests/cpu/random/check.h"
#include "tests/cpu/random/coverage.h"
#include "tests/cpu/random/generate.h"
#include "tests/cpu/random/shrink.h"

namespace fusebox::cpu::test {
namespace {

volatile uint64_t current_seed = 0;

// A fault, or somebody's abort: all that can be done is to say where.
void tell_and_die(int signal) {
  char text[64] = "seed ";
  size_t at = 5;
  char digits[24];
  size_t count = 0;
  for (uint64_t rest = current_seed; rest > 0 || count == 0; rest /= 10)
    digits[count++] = static_cast<char>('0' + rest % 10);
  while (count > 0) text[at++] = digits[--count];
  for (const char* words = ": ended by a signal\n"; *words; ++words) text[at++] = *words;
  if (write(STDERR_FILENO, text, at) < 0) _exit(3);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct Options {
  uint64_t first = 1;
  size_t count = 300;
  double seconds = 1e9;
  std::string coverage;
  std::optional<uint64_t> print;
  bool no_xla = false, go_on = false, no_shrink = false;
};

struct Tally {
  size_t right = 0, wrong = 0, refused = 0, xla_refused = 0, not_compared = 0;
};

void report(const Sample& sample, const Verdict& verdict, bool shrinks, const CheckOptions& options) {
  fmt::print("seed {}: {}\n", sample.seed, verdict.words);
  std::fflush(stdout);
  if (!shrinks) return;
  const Shrunk shrunk = shrink(sample, options);
  fmt::print("{}\n{}\n", shrunk.sample.text, shrunk.verdict.words);
  std::fflush(stdout);
}

bool note(Tally& tally, const Sample& sample, const Verdict& verdict, bool shrinks,
          const CheckOptions& options) {
  switch (verdict.kind) {
    case Verdict::Kind::kRight: ++tally.right; break;
    case Verdict::Kind::kRefused:
      if (tally.refused++ < 3) fmt::print("seed {}: refused: {}\n", sample.seed, verdict.words);
      break;
    case Verdict::Kind::kXlaRefused:
      if (tally.xla_refused++ < 3) fmt::print("seed {}: XLA: {}\n", sample.seed, verdict.words);
      break;
    case Verdict::Kind::kNotCompared: ++tally.not_compared; break;
    case Verdict::Kind::kWrong:
      ++tally.wrong;
      report(sample, verdict, shrinks, options);
      return false;
  }
  return true;
}

int run(const Options& options) {
  if (options.print) {
    fmt::print("{}", generate(*options.print).text);
    return 0;
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) std::signal(signal, tell_and_die);
  const CheckOptions how{.with_xla = !options.no_xla};
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  Tally tally;
  Coverage coverage;
  size_t done = 0;
  for (; done < options.count && seconds() < options.seconds; ++done) {
    current_seed = options.first + done;
    const Sample sample = generate(current_seed);
    coverage.add(sample);
    if (!note(tally, sample, check(sample, how), !options.no_shrink, how) && !options.go_on) break;
  }
  if (!options.coverage.empty()) std::ofstream(options.coverage) << coverage.table();
  fmt::print(
      "{} programs from seed {} in {:.1f} s: {} right, {} wrong, {} refused, {} not done by XLA, {} without "
      "bounds; {}\n",
      std::min(done + (tally.wrong > 0 && !options.go_on), options.count), options.first, seconds(),
      tally.right, tally.wrong, tally.refused, tally.xla_refused, tally.not_compared, coverage.summary());
  return tally.wrong > 0 ? 1 : 0;
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
  app.add_flag("--no-xla", options.no_xla, "compare ours with ours only");
  app.add_flag("--no-shrink", options.no_shrink, "do not look for a smaller program");
  app.add_flag("--go-on", options.go_on, "go on after a difference");
  CLI11_PARSE(app, argc, argv);
  return fusebox::cpu::test::run(options);
}
