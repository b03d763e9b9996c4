#include "tests/cpu/random/workers.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <vector>

namespace fusebox::cpu::test {
namespace {

constexpr unsigned kPatience = 600;  // seconds

volatile uint64_t current_seed = 0;

// A fault, somebody's abort, no end: all that can be done is to say where.
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
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGALRM}) {
    const auto before = std::signal(signal, tell_and_die);
    if (before != SIG_DFL) std::signal(signal, before);  // a sanitizer has more to say
  }
}

class Team {
 public:
  Team(const Work& work, const std::function<Verdict::Kind(uint64_t)>& one) : work_(work), one_(one) {}
  ~Team() {
    for (const Worker& worker : workers_) {
      if (worker.process < 0) continue;
      kill(worker.process, SIGKILL);
      waitpid(worker.process, nullptr, 0);
      close(worker.notes);
    }
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  void run(const std::function<bool(const WorkDone&)>& done) {
    const auto count = static_cast<size_t>(work_.workers);
    for (size_t i = 0; i < count; ++i) {
      workers_.push_back({.next = work_.first + i});
      start(workers_.back());
    }
    while (true) {
      std::vector<pollfd> ready;
      for (const Worker& worker : workers_) ready.push_back({worker.notes, POLLIN, 0});
      if (std::ranges::all_of(workers_, [](const Worker& worker) { return worker.process < 0; })) return;
      if (poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) fail("poll");
      for (size_t i = 0; i < count; ++i)
        if (ready[i].revents != 0 && !listen(workers_[i], done)) return;
    }
  }

 private:
  struct Worker {
    pid_t process = -1;
    int notes = -1;  // what it writes of programs that are done
    uint64_t next = 0;
  };

  [[noreturn]] static void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }

  bool may_start(uint64_t seed) const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    return seed < work_.first + work_.count && passed.count() < work_.seconds;
  }

  void start(Worker& worker) {
    int ends[2];
    if (pipe(ends) != 0) fail("pipe");
    std::fflush(nullptr);
    worker.process = fork();
    if (worker.process < 0) fail("fork");
    if (worker.process == 0) {
      close(ends[0]);
      work(worker.next, ends[1]);
    }
    close(ends[1]);
    worker.notes = ends[0];
  }

  // In the worker.
  [[noreturn]] void work(uint64_t seed, int notes) const {
    watch_signals();
    for (; may_start(seed); seed += static_cast<uint64_t>(work_.workers)) {
      current_seed = seed;
      alarm(kPatience);
      const WorkDone done{seed, one_(seed)};
      std::fflush(stdout);
      if (write(notes, &done, sizeof done) != sizeof done) std::_Exit(1);
    }
    alarm(0);
    std::exit(0);
  }

  // Hears of one program; false if that is enough.
  bool listen(Worker& worker, const std::function<bool(const WorkDone&)>& done) {
    WorkDone told;
    const ssize_t bytes = read(worker.notes, &told, sizeof told);
    if (bytes < 0 && errno == EINTR) return true;
    if (bytes == sizeof told) {
      worker.next = told.seed + static_cast<uint64_t>(work_.workers);
      return done(told);
    }
    int status = 0;
    waitpid(worker.process, &status, 0);
    close(worker.notes);
    worker.process = worker.notes = -1;
    if (status == 0) return true;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)  // of others it has told itself
      std::fprintf(stderr, "seed %llu: killed, perhaps for want of memory\n",
                   static_cast<unsigned long long>(worker.next));
    const bool go_on = done({worker.next, Verdict::Kind::kWrong});
    worker.next += static_cast<uint64_t>(work_.workers);
    if (go_on && may_start(worker.next)) start(worker);
    return go_on;
  }

  const Work& work_;
  const std::function<Verdict::Kind(uint64_t)>& one_;
  std::vector<Worker> workers_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

void share_out(const Work& work, const std::function<Verdict::Kind(uint64_t seed)>& one,
               const std::function<bool(const WorkDone&)>& done) {
  Team(work, one).run(done);
}

}  // namespace fusebox::cpu::test
