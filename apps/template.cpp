#include "apps/command.h"

namespace fusebox::apps {

Runner add_template(CLI::App&) {
  return [] { return kFailed; };
}

}  // namespace fusebox::apps
