#include "fusebox/text/jinja/html.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <utility>

#include "fusebox/text/jinja/runtime.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

constexpr std::pair<std::string_view, std::string_view> kReferences[] = {
    {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", "\xc2\xa0"}};

// "#39", "#x27" or a name, between & and ; — empty if unknown.
std::string reference(std::string_view name) {
  for (const auto& [known, text] : kReferences) {
    if (name == known) return std::string(text);
  }
  std::string out;
  if (name.size() < 2 || name[0] != '#') return out;
  bool hex = name[1] == 'x' || name[1] == 'X';
  std::string_view digits = name.substr(hex ? 2 : 1);
  uint32_t code = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (whole && code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) append_char(out, code);
  return out;
}

bool starts_reference(char c) { return c == '#' || std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::string without_tags(std::string_view text) {
  std::string out;
  size_t at = 0;
  for (size_t start; (start = text.find('<', at)) != std::string_view::npos;) {
    bool comment = text.substr(start).starts_with("<!--");
    size_t end = comment ? text.find("-->", start + 4) : text.find('>', start);
    if (end == std::string_view::npos) break;
    out += text.substr(at, start - at);
    at = end + (comment ? 3 : 1);
  }
  out += text.substr(at);
  return out;
}

}  // namespace

std::string strip_tags(std::string_view text) {
  std::string bare = without_tags(text);
  std::string collapsed;
  for (std::string_view rest = strip_left(bare); !rest.empty();) {
    size_t end = 0;
    for (size_t at = 0; at < rest.size(); end = at) {
      if (is_space(next_char(rest, at))) break;
    }
    if (!collapsed.empty()) collapsed += ' ';
    collapsed += rest.substr(0, end);
    rest = strip_left(rest.substr(end));
  }
  std::string out;
  for (size_t at = 0; at < collapsed.size();) {
    bool may_refer = collapsed[at] == '&' && at + 1 < collapsed.size() && starts_reference(collapsed[at + 1]);
    if (!may_refer) {
      out += collapsed[at++];
      continue;
    }
    size_t end = std::min(collapsed.find(';', at), collapsed.size());
    std::string name = collapsed.substr(at + 1, end - at - 1);
    std::string replaced = end < collapsed.size() ? reference(name) : "";
    if (replaced.empty())
      fail_unsupported(fmt::format("the character reference &{} is not supported", name.substr(0, 20)));
    out += replaced;
    at = end + 1;
  }
  return out;
}

std::string url_quote(std::string_view text, bool for_query) {
  std::string out;
  for (char c : text) {
    bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                std::string_view("_.-~").find(c) != std::string_view::npos || (c == '/' && !for_query);
    if (kept) {
      out += c;
    } else if (c == ' ' && for_query) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace fusebox::text::jinja
