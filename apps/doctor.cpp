#include "apps/command.h"

namespace fusebox::apps {

Runner add_doctor(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
