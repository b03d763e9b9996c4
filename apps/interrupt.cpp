#include "apps/interrupt.h"

#include <unistd.h>
#include <csignal>

#include "apps/command.h"

namespace fusebox::apps {
namespace {

std::atomic<bool> pressed{false};
volatile std::sig_atomic_t presses = 0;
struct sigaction before;

void on_interrupt(int) {
  pressed = true;
  presses = presses + 1;
  if (presses >= 3) _exit(kInterrupted);
}

}  // namespace

Interruptible::Interruptible() {
  reset();
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &before);
}

Interruptible::~Interruptible() { sigaction(SIGINT, &before, nullptr); }

void Interruptible::reset() {
  pressed = false;
  presses = 0;
}

const std::atomic<bool>* Interruptible::flag() const { return &pressed; }

}  // namespace fusebox::apps
