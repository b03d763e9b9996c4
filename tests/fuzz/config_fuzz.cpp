// Any bytes are JSON within limits or an Error with a place inside them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/config.h"

using namespace fusebox;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    parse_json({reinterpret_cast<const char*>(data), size}, "input").dump();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInvalidFile || error.offset().value_or(size + 1) > size) std::abort();
  }
  return 0;
}
