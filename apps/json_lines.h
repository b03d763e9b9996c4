// JSON lines: an object per line on stdin, its answer as one line on stdout, until stdin ends.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace fusebox::apps {

using Clock = std::chrono::steady_clock;

// A longer line is not a request.
inline constexpr size_t kLongestLine = size_t{64} << 20;

// Answers one request, which is an object; `read` is when its line was there. What it throws becomes
// {"error": message, "kind": …}.
using Answer =
    std::function<nlohmann::ordered_json(const nlohmann::ordered_json& request, Clock::time_point read)>;

// Serves stdin. Blank lines are skipped; a line that is no JSON object (invalid UTF-8, nested too deep,
// longer than kLongestLine) gets an error, and the next one is served. Every answer is flushed. Returns an
// exit code; `interrupted` is looked at after each answer. Error kIo if stdin or stdout fail.
int serve_json_lines(const Answer& answer, const bool* interrupted = nullptr);

// A field of a request that must be of some type; `fallback` if it is absent or null. Error kInvalidArgument.
bool bool_field(const nlohmann::ordered_json& request, const char* name, bool fallback);
std::string string_field(const nlohmann::ordered_json& request, const char* name);  // must be there

// Milliseconds and the like, without digits that mean nothing.
double rounded(double value, int digits = 3);

}  // namespace fusebox::apps
