#include "apps/command.h"

namespace fusebox::apps {

Runner add_compile(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
