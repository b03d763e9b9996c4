#include "fusebox/text/jinja/strftime.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "fusebox/text/jinja/runtime.h"

namespace fusebox::text::jinja {
namespace {

constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr int kDaysOf[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDaysOf[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

struct Calendar {
  int day_of_year;  // from 1
  int weekday;      // Sunday is 0
  int iso_year, iso_week;
};

int weekday_of(int year, int month, int day) {  // Sakamoto's method
  constexpr int kShift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
  int y = month < 3 ? year - 1 : year;
  return (y + y / 4 - y / 100 + y / 400 + kShift[month - 1] + day) % 7;
}

int iso_weeks_in(int year) {
  int last = weekday_of(year, 12, 31);
  return last == 4 || (last == 5 && is_leap(year)) ? 53 : 52;
}

Calendar calendar_of(const DateTime& t) {
  int day = t.day;
  for (int month = 1; month < t.month; ++month) day += days_in_month(t.year, month);
  int weekday = weekday_of(t.year, t.month, t.day);
  int monday_based = weekday == 0 ? 7 : weekday;
  int week = (day - monday_based + 10) / 7;
  if (week < 1) return {day, weekday, t.year - 1, iso_weeks_in(t.year - 1)};
  if (week > iso_weeks_in(t.year)) return {day, weekday, t.year + 1, 1};
  return {day, weekday, t.year, week};
}

// A number as wide as `width`, filled up as the flag says: '-' not at all, '_' with blanks, '0' with zeros.
std::string number(int value, int width, char fill, char flag) {
  if (flag == '-') return std::to_string(value);
  if (flag == '_') fill = ' ';
  if (flag == '0') fill = '0';
  return fill == ' ' ? fmt::format("{:{}}", value, width) : fmt::format("{:0{}}", value, width);
}

std::string text_directive(char c, const DateTime& t, const Calendar& calendar) {
  std::string_view day = kDays[calendar.weekday], month = kMonths[t.month - 1];
  switch (c) {
    case 'A': return std::string(day);
    case 'a': return std::string(day.substr(0, 3));
    case 'B': return std::string(month);
    case 'b':
    case 'h': return std::string(month.substr(0, 3));
    case 'p': return t.hour < 12 ? "AM" : "PM";
    case 'P': return t.hour < 12 ? "am" : "pm";
    case 'c': return format_time("%a %b %e %H:%M:%S %Y", t);
    case 'x':
    case 'D': return format_time("%m/%d/%y", t);
    case 'X':
    case 'T': return format_time("%H:%M:%S", t);
    case 'F': return format_time("%Y-%m-%d", t);
    case 'R': return format_time("%H:%M", t);
    case 'r': return format_time("%I:%M:%S %p", t);
    case 'z':
    case 'Z': return "";  // the time of day has no zone, as datetime.now() has none
    case 'n': return "\n";
    case 't': return "\t";
    case '%': return "%";
    default: fail_unsupported(fmt::format("the time directive %{} is not supported", c));
  }
}

std::string directive(char c, char flag, const DateTime& t) {
  Calendar calendar = calendar_of(t);
  int hour12 = t.hour % 12 == 0 ? 12 : t.hour % 12;
  int monday_based = (calendar.weekday + 6) % 7;
  switch (c) {
    case 'Y': return std::to_string(t.year);
    case 'y': return number(t.year % 100, 2, '0', flag);
    case 'C': return number(t.year / 100, 2, '0', flag);
    case 'm': return number(t.month, 2, '0', flag);
    case 'd': return number(t.day, 2, '0', flag);
    case 'e': return number(t.day, 2, ' ', flag);
    case 'H': return number(t.hour, 2, '0', flag);
    case 'k': return number(t.hour, 2, ' ', flag);
    case 'I': return number(hour12, 2, '0', flag);
    case 'l': return number(hour12, 2, ' ', flag);
    case 'M': return number(t.minute, 2, '0', flag);
    case 'S': return number(t.second, 2, '0', flag);
    case 'f': return fmt::format("{:06}", t.microsecond);
    case 'j': return number(calendar.day_of_year, 3, '0', flag);
    case 'u': return std::to_string(monday_based + 1);
    case 'w': return std::to_string(calendar.weekday);
    case 'U': return number((calendar.day_of_year + 6 - calendar.weekday) / 7, 2, '0', flag);
    case 'W': return number((calendar.day_of_year + 6 - monday_based) / 7, 2, '0', flag);
    case 'V': return number(calendar.iso_week, 2, '0', flag);
    case 'G': return std::to_string(calendar.iso_year);
    case 'g': return number(calendar.iso_year % 100, 2, '0', flag);
    default: break;
  }
  std::string text = text_directive(c, t, calendar);
  if (flag == '^' || flag == '#') {
    for (char& each : text) each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  }
  return text;
}

}  // namespace

DateTime local_time() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  std::tm tm{};
  localtime_r(&seconds, &tm);
  auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count() % 1'000'000;
  return {tm.tm_year + 1900, tm.tm_mon + 1,           tm.tm_mday, tm.tm_hour, tm.tm_min,
          tm.tm_sec,         static_cast<int>(micros)};
}

DateTime parse_time(std::string_view iso) {
  DateTime t;
  char separator = 'T', fraction[8] = "";
  std::string text(iso);
  int read = std::sscanf(text.c_str(), "%4d-%2d-%2d%c%2d:%2d:%2d.%6[0-9]", &t.year, &t.month, &t.day,
                         &separator, &t.hour, &t.minute, &t.second, fraction);
  bool date =
      t.year >= 1 && t.month >= 1 && t.month <= 12 && t.day >= 1 && t.day <= days_in_month(t.year, t.month);
  bool time = t.hour >= 0 && t.hour < 24 && t.minute >= 0 && t.minute < 60 && t.second >= 0 && t.second < 61;
  bool shape = read == 3 || (read >= 6 && (separator == 'T' || separator == ' '));
  if (read < 3 || !date || !time || !shape) {
    fail(fmt::format("'{}' is not a time such as 2024-07-26T09:05:03", iso));
  }
  std::string digits = fraction;
  if (!digits.empty()) t.microsecond = std::stoi((digits + "000000").substr(0, 6));
  return t;
}

std::string format_time(std::string_view format, const DateTime& time) {
  std::string out;
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      out += format[at];
      continue;
    }
    char flag = 0;
    while (at + 1 < format.size() &&
           std::string_view("-_0^#").find(format[at + 1]) != std::string_view::npos) {
      flag = format[++at];
    }
    if (at + 1 >= format.size()) {
      out += '%';
      break;
    }
    out += directive(format[++at], flag, time);
  }
  return out;
}

}  // namespace fusebox::text::jinja
