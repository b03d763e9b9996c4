// Random programs on our compiler, on ours with all passes off, and on XLA's plugin.
//
//   random_programs [--count N] [--first SEED] [--seconds S] [--workers N] [--coverage FILE]
//       [--no-xla] [--go-on] [--no-shrink]
//   random_programs --guest …    on ours and on ours for AArch64
//   random_programs --spoil …    bad programs: an error is all that they may cause
//   random_programs --print SEED
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>

#include "tests/cpu/compiler/guest.h"
#include "tests/cpu/random/check.h"
#include "tests/cpu/random/coverage.h"
#include "tests/cpu/random/generate.h"
#include "tests/cpu/random/shrink.h"
#include "tests/cpu/random/spoil.h"
#include "tests/cpu/random/workers.h"

namespace fusebox::cpu::test {
namespace {

struct Options : Work {
  std::string coverage = {};
  std::optional<uint64_t> print = {};
  bool spoil = false, no_xla = false, go_on = false, no_shrink = false, guest = false;
};

class Run {
 public:
  explicit Run(const Options& options)
      : options_(options), how_{.with_xla = !options.no_xla, .as_guest = options.guest} {}

  int all() {
    const auto begin = std::chrono::steady_clock::now();
    share_out(
        options_, [&](uint64_t seed) { return one(seed); },
        [&](const WorkDone& done) { return count(done); });
    if (!options_.coverage.empty()) std::ofstream(options_.coverage) << coverage_.table();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    fmt::print(
        "{} {}programs from seed {} in {:.1f} s: {} right, {} wrong, {} refused, {} not done by XLA; {}\n",
        right_ + wrong_ + refused_ + xla_refused_, options_.spoil ? "bad " : "", options_.first,
        passed.count(), right_, wrong_, refused_, xla_refused_, coverage_.summary());
    return wrong_ > 0 ? 1 : 0;
  }

 private:
  static constexpr size_t kTold = 3;  // refusals, by each worker

  // In a worker.
  Verdict::Kind one(uint64_t seed) {
    const Sample sample = generate(seed);
    if (options_.spoil) {
      const std::string text = spoil(sample.text, seed);
      const Verdict verdict = check_spoiled(text);
      if (verdict.kind == Verdict::Kind::kWrong) fmt::print("seed {}: {}\n{}\n", seed, verdict.words, text);
      return verdict.kind;
    }
    const Verdict verdict = check(sample, how_);
    const bool refused =
        verdict.kind == Verdict::Kind::kRefused || verdict.kind == Verdict::Kind::kXlaRefused;
    if (verdict.kind != Verdict::Kind::kRight && (!refused || refusals_told_++ < kTold)) {
      fmt::print("seed {}: {}\n", seed, verdict.words);
      std::fflush(stdout);
    }
    if (verdict.kind == Verdict::Kind::kWrong && !options_.no_shrink) show_small(sample);
    return verdict.kind;
  }

  // In the process that started them; false if that is enough.
  bool count(const WorkDone& done) {
    if (!options_.spoil) coverage_.add(generate(done.seed));
    switch (done.kind) {
      case Verdict::Kind::kRight: ++right_; break;
      case Verdict::Kind::kRefused: ++refused_; break;
      case Verdict::Kind::kXlaRefused: ++xla_refused_; break;
      case Verdict::Kind::kNotCompared:  // programs are made with bounds
      case Verdict::Kind::kWrong: ++wrong_; break;
    }
    return wrong_ == 0 || options_.go_on;
  }

  void show_small(const Sample& sample) const {
    const Shrunk shrunk = shrink(sample, how_);
    fmt::print("{}\n{}\n", shrunk.sample.text, shrunk.verdict.words);
  }

  const Options& options_;
  const CheckOptions how_;
  Coverage coverage_;
  size_t right_ = 0, wrong_ = 0, refused_ = 0, xla_refused_ = 0, refusals_told_ = 0;
};

int run(const Options& options) {
  if (options.print) {
    const Sample sample = generate(*options.print);
    fmt::print("{}", options.spoil ? spoil(sample.text, sample.seed) : sample.text);
    return 0;
  }
  if (options.guest && !Guest::can_run()) {
    fmt::print("qemu-aarch64 is not installed\n");
    return 77;
  }
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
  app.add_option("--workers", options.workers, "how many programs at once")->check(CLI::PositiveNumber);
  app.add_option("--coverage", options.coverage, "write a table of op, type and rank");
  app.add_option("--print", options.print, "print the program of a seed");
  app.add_flag("--spoil", options.spoil, "bad programs, which are compiled only");
  app.add_flag("--no-xla", options.no_xla, "compare ours with ours only");
  app.add_flag("--guest", options.guest, "compare ours with ours for AArch64, under qemu-user");
  app.add_flag("--go-on", options.go_on, "go on after a difference");
  app.add_flag("--no-shrink", options.no_shrink, "do not look for a smaller program");
  CLI11_PARSE(app, argc, argv);
  return fusebox::cpu::test::run(options);
}
