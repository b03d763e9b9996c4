// Python's two ways to format text: "%s: %03d" % (name, n) and "{}: {:>8.2f}".format(name, x).
//
// Both know the whole format language for strings, integers and floats. Characters of a format that Python
// would refuse are a Failure with Python's reason.
#pragma once

#include "fusebox/text/jinja/runtime.h"

namespace fusebox::text::jinja {

// The operator %: `values` is a tuple, a dict for %(name)s, or one value.
Value format_percent(Runtime& rt, const Value& format, const Value& values);

// str.format.
Value format_braces(Runtime& rt, const Value& format, Args& args);

// One value after a format specification such as ">8.2f".
struct FormatSpec {
  std::string fill = " ";
  char align = 0;  // one of < > = ^, 0 if not given
  char sign = '-';
  bool alternate = false;
  int64_t width = 0;
  char grouping = 0;  // ',' or '_', 0 for none
  int64_t precision = -1;
  char type = 0;
};
FormatSpec parse_format_spec(std::string_view text);
std::string format_value(Runtime& rt, const Value& value, const FormatSpec& spec);

}  // namespace fusebox::text::jinja
