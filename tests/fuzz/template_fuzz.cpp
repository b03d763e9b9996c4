// Any bytes are a chat template or an Error; whatever it asks for, rendering it ends, in text or in an Error.
// Variables may follow the template as JSON after a zero byte.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fusebox/base/error.h"
#include "fusebox/text/chat_template.h"

using namespace fusebox;
using namespace fusebox::text;
using nlohmann::ordered_json;

namespace {

const ordered_json& conversation() {
  static const ordered_json variables = ordered_json::parse(R"({
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße <b> \t"},
                 {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"x": [1, 2.5]}}}]}],
    "tools": [{"function": {"name": "f", "parameters": {"properties": {"x": {"type": "array"}}, "required": ["x"]}}}],
    "add_generation_prompt": true, "bos_token": "<s>", "n": 7, "s": "Hello World", "l": [3, 1, 2], "d": {"b": 1, "a": 2}})");
  return variables;
}

ordered_json variables_in(std::string_view text) {
  ordered_json variables = ordered_json::parse(text, nullptr, false);
  return variables.is_object() ? variables : conversation();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string_view source = input.substr(0, input.find('\0'));
  RenderOptions options;
  options.steps = 100'000;  // what ends after these ends after more
  options.output_bytes = 1 << 20;
  options.now = "2024-07-26T09:05:03";
  try {
    auto chat = ChatTemplate::parse(std::string(source), "fuzz");
    chat.render(source.size() < size ? variables_in(input.substr(source.size() + 1)) : conversation(),
                options);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
  }
  return 0;
}
