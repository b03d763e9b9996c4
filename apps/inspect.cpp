#include "apps/command.h"

namespace fusebox::apps {

Runner add_inspect(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
