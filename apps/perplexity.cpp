#include "apps/command.h"

namespace fusebox::apps {

Runner add_perplexity(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
