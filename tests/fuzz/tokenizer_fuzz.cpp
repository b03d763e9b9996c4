// Any bytes are a tokenizer.json or an Error; what was accepted encodes any text, decodes any ids, and
// streams them as it decodes them. The input is the file, a zero byte, and the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer.h"
#include "fusebox/text/tokenizer_utf8.h"

using namespace fusebox;
using namespace fusebox::text;

static void check(bool condition) {
  if (!condition) std::abort();
}

static void use(const std::shared_ptr<const Tokenizer>& tokenizer, std::string_view text) {
  for (const bool parse_special : {false, true}) {
    std::vector<int32_t> ids = tokenizer->encode(text, {.parse_special = parse_special});
    for (const int32_t id : ids) check(id >= 0 && id < tokenizer->size());
    for (size_t i = 0; i < text.size() && i < 64; i++) ids.push_back(static_cast<uint8_t>(text[i]) - 8);
    const std::string decoded = tokenizer->decode(ids, {.skip_special = parse_special});
    check(is_valid_utf8(decoded));
    StreamDecoder stream(tokenizer, parse_special);
    std::string streamed;
    for (const int32_t id : ids) streamed += stream.push(id);
    check(streamed + stream.finish() == decoded);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\0');
  const std::string_view text = end == input.npos ? std::string_view() : input.substr(end + 1);
  try {
    use(Tokenizer::from_json(input.substr(0, end), {}, "input"), text.substr(0, 512));
  } catch (const Error& error) {
    check(error.kind() == ErrorKind::kInvalidFile || error.kind() == ErrorKind::kUnsupported);
    check(error.offset().value_or(0) <= size);
  }
  return 0;
}
