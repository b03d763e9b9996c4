#include "apps/command.h"

namespace fusebox::apps {

Runner add_tokenize(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
