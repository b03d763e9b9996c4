#include "apps/command.h"

namespace fusebox::apps {

Runner add_run(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
