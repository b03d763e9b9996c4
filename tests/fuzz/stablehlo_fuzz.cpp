// Any bytes are a program or an Error; what was accepted passes the verifier, and its text is that program
// again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/parser.h"
#include "fusebox/stablehlo/printer.h"

using namespace fusebox;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text;
  try {
    const hlo::Program program =
        stablehlo::parse({reinterpret_cast<const char*>(data), size}, {.file = "input"});
    hlo::verify(program);
    text = stablehlo::print(program);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
    return 0;
  }
  if (stablehlo::print(stablehlo::parse(text)) != text) std::abort();
  return 0;
}
