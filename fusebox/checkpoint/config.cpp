#include "fusebox/checkpoint/config.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "fusebox/base/error.h"
#include "fusebox/base/mapped_file.h"
#include "fusebox/checkpoint/json_error.h"

namespace fusebox {

using nlohmann::ordered_json;

ordered_json parse_json(std::string_view text, const std::string& path, const JsonLimits& limits) {
  const auto fail = [&](const std::string& what, uint64_t at) {
    return Error(ErrorKind::kInvalidFile, what).file(path).offset(at);
  };
  if (text.size() > limits.bytes)
    throw fail(fmt::format("{} bytes of JSON, want at most {}", text.size(), limits.bytes), 0);
  if (text.empty()) throw fail("the file is empty, want JSON", 0);
  uint64_t at = 0;
  // Called as each array or object opens, before anything inside it is read.
  const auto check_depth = [&](int depth, ordered_json::parse_event_t event, ordered_json&) {
    const bool opens = event == ordered_json::parse_event_t::object_start ||
                       event == ordered_json::parse_event_t::array_start;
    if (opens && depth >= limits.depth)
      throw fail(fmt::format("JSON nested deeper than {}", limits.depth), at);
    return true;
  };
  const char* const end = text.data() + text.size();
  try {
    return ordered_json::parse(CountingIterator(text.data(), text.data(), &at),
                               CountingIterator(end, text.data(), &at), check_depth);
  } catch (const ordered_json::parse_error& error) {
    throw fail(json_complaint(error), error.byte > 0 ? error.byte - 1 : 0);
  } catch (const ordered_json::exception& error) {  // a number too large for a double
    throw fail(json_complaint(error), at);
  }
}

ordered_json read_json(const std::string& path, const JsonLimits& limits) {
  const MappedFile file = MappedFile::open(path);
  if (file.bytes().size() > limits.bytes) return parse_json({nullptr, file.bytes().size()}, path, limits);
  std::string text(file.bytes().size(), '\0');
  file.guarded_read([&] {
    if (!text.empty()) std::memcpy(text.data(), file.bytes().data(), text.size());
  });
  return parse_json(text, path, limits);
}

std::optional<ordered_json> read_json_if_there(const std::string& path, const JsonLimits& limits) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
  return read_json(path, limits);
}

}  // namespace fusebox
