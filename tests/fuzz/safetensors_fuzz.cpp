// Any bytes are a safetensors file or an Error; what was accepted can be read whole.
#include <cstddef>
#include <cstdint>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/safetensors.h"
#include "tests/checkpoint/file_builders.h"
#include "tests/fuzz/read_everything.h"

using namespace fusebox;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto file = SafetensorsFile::open(map_bytes({reinterpret_cast<const char*>(data), size}, "input"));
    read_everything(*file);
  } catch (const Error&) {
  }
  return 0;
}
