#include "apps/command.h"

namespace fusebox::apps {

Runner add_chat(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
