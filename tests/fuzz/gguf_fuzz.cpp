// Any bytes are a GGUF file or an Error; what was accepted can be read whole.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/gguf.h"
#include "tests/checkpoint/file_builders.h"
#include "tests/fuzz/read_everything.h"

using namespace fusebox;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto file = GgufFile::open(map_bytes({reinterpret_cast<const char*>(data), size}, "input"));
    for (const GgufEntry& entry : file->metadata()) {
      try {
        entry.value.to_string();
        if (entry.value.type() != GgufType::kArray) continue;
        if (entry.value.element_type() == GgufType::kString)
          for (const std::string_view text : entry.value.as_strings()) std::string(text).size();
        else
          entry.value.as_floats();
      } catch (const Error&) {
      }
    }
    read_everything(*file);
  } catch (const Error&) {
  }
  return 0;
}
