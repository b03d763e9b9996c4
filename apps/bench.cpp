#include "apps/command.h"

namespace fusebox::apps {

Runner add_bench(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
