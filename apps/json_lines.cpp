#include "apps/json_lines.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <new>
#include <string_view>

#include "apps/command.h"
#include "apps/terminal.h"
#include "fusebox/base/error.h"
#include "fusebox/checkpoint/config.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr JsonLimits kLimits = {.bytes = kLongestLine, .depth = 256};

// The lines of stdin, without their ends.
class Lines {
 public:
  enum Result { kLine, kTooLong, kEnd };

  // kTooLong: the rest of the line was skipped.
  Result next(std::string& line) {
    line.clear();
    bool too_long = false;
    for (;;) {
      const size_t end = buffer_.find('\n', at_);
      const size_t piece = std::min(end, buffer_.size()) - at_;
      too_long = too_long || line.size() + piece > kLongestLine;
      if (!too_long) line.append(buffer_, at_, piece);
      at_ += piece;
      if (end != std::string::npos) {
        ++at_;
        return too_long ? kTooLong : kLine;
      }
      if (!fill()) return too_long ? kTooLong : line.empty() ? kEnd : kLine;
    }
  }

 private:
  bool fill() {
    buffer_.resize(size_t{1} << 16);
    at_ = 0;
    ssize_t size = 0;
    while ((size = read(STDIN_FILENO, buffer_.data(), buffer_.size())) < 0 && errno == EINTR) {
    }
    if (size < 0)
      throw Error(ErrorKind::kIo, fmt::format("cannot read: {}", std::strerror(errno))).file("stdin");
    buffer_.resize(static_cast<size_t>(size));
    return size > 0;
  }

  std::string buffer_;
  size_t at_ = 0;
};

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

ordered_json parse_request(const std::string& line) {
  try {
    ordered_json request = parse_json(line, "the line", kLimits);
    if (request.is_object()) return request;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the line is a JSON {}, want an object", request.type_name()));
  } catch (const Error& error) {
    throw error.kind() == ErrorKind::kInvalidFile ? Error(ErrorKind::kInvalidArgument, error.what()) : error;
  }
}

ordered_json error_answer(ErrorKind kind, std::string_view message) {
  return {{"error", message}, {"kind", error_kind_name(kind)}};
}

ordered_json answer_line(const std::string& line, const Answer& answer, Clock::time_point read) {
  try {
    return answer(parse_request(line), read);
  } catch (const Error& error) {
    // What a template raised is its author's message to the user.
    return error_answer(error.kind(), error.op() == "raise_exception" ? error.message() : error.what());
  } catch (const std::bad_alloc&) {
    return error_answer(ErrorKind::kOutOfMemory, "out of memory");
  } catch (const std::exception& error) {
    return error_answer(ErrorKind::kInternal, error.what());
  }
}

void write_line(const ordered_json& value) {
  put(value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n');
}

}  // namespace

int serve_json_lines(const Answer& answer, const bool* interrupted) {
  Lines lines;
  std::string line;
  for (;;) {
    const Lines::Result result = lines.next(line);
    if (result == Lines::kEnd) return kOk;
    if (result == Lines::kTooLong)
      write_line(
          error_answer(ErrorKind::kInvalidArgument,
                       fmt::format("the line has more than {} bytes, the most there may be", kLongestLine)));
    else if (!is_blank(line))
      write_line(answer_line(line, answer, Clock::now()));
    if (interrupted && *interrupted) return kInterrupted;
  }
}

bool bool_field(const ordered_json& request, const char* name, bool fallback) {
  const auto found = request.find(name);
  if (found == request.end() || found->is_null()) return fallback;
  if (found->is_boolean()) return found->get<bool>();
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("'{}' is a {}, want true or false", name, found->type_name()));
}

std::string string_field(const ordered_json& request, const char* name) {
  const auto found = request.find(name);
  if (found == request.end()) throw Error(ErrorKind::kInvalidArgument, fmt::format("'{}' is missing", name));
  if (found->is_string()) return found->get<std::string>();
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("'{}' is a {}, want a string", name, found->type_name()));
}

double rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

}  // namespace fusebox::apps
