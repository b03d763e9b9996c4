// Dates as Python's datetime.strftime writes them, in the C locale whatever the program's is.
#pragma once

#include <string>
#include <string_view>

namespace fusebox::text::jinja {

struct DateTime {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, microsecond = 0;
};

DateTime local_time();
// "2024-07-26", "2024-07-26T09:05:03", with fractions of a second or a zone behind it, which is ignored.
DateTime parse_time(std::string_view iso);
// Fails for a directive it does not know.
std::string format_time(std::string_view format, const DateTime& time);

}  // namespace fusebox::text::jinja
