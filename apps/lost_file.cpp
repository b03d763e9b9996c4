#include "apps/lost_file.h"

#include <unistd.h>

#include <csignal>
#include <string_view>

#include "apps/command.h"

namespace fusebox::apps {
namespace {

constexpr std::string_view kMessage =
    "fusebox: a mapped file was cut short or failed while in use\n"
    "  do not change a model's files while it is loaded\n";

void on_bus_error(int signal, siginfo_t* details, void*) {
  if (details->si_code == BUS_ADRERR && write(STDERR_FILENO, kMessage.data(), kMessage.size()) >= 0)
    _exit(kFailed);
  std::signal(signal, SIG_DFL);  // a bug of ours: it ends the process when this handler returns
  std::raise(signal);
}

}  // namespace

void tell_of_lost_files() {
  struct sigaction action = {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace fusebox::apps
