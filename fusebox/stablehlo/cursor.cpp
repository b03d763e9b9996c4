#include "fusebox/stablehlo/cursor.h"

#include <algorithm>
#include <charconv>

#include "fusebox/base/quoted.h"

namespace fusebox::stablehlo {
namespace {

constexpr size_t kExcerpt = 100;  // characters of a line that a message shows

// A part of the line around `column`, with a caret below that. Bytes that are no plain characters are
// replaced, so that the caret stands where it should on any terminal.
std::string excerpt(std::string_view line, size_t column) {
  const size_t start = column <= kExcerpt * 3 / 4 ? 0 : column - kExcerpt / 2;
  std::string text(start > 0 ? "…" : "");
  for (char c : line.substr(start, kExcerpt)) text += c == '\t' ? ' ' : c < 32 || c == 127 ? '?' : c;
  if (start + kExcerpt < line.size()) text += "…";
  const size_t caret = column - start + (start > 0 ? 1 : 0);
  return "  " + text + "\n  " + std::string(caret, ' ') + "^";
}

}  // namespace

void place_error(Error& error, const Source& source, size_t at) {
  at = std::min(at, source.text.size());
  const std::string_view before = source.text.substr(0, at);
  const size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view rest = source.text.substr(start);
  Error placed(error.kind(), error.message() + "\n" + excerpt(rest.substr(0, rest.find('\n')), at - start));
  placed.file(fmt::format("{}:{}:{}", source.file, line, at - start + 1));
  if (!error.op().empty()) placed.op(error.op());
  if (!error.module().empty()) placed.module(error.module());
  if (!error.hint().empty()) placed.hint(error.hint());
  error = placed;
}

void Cursor::skip_line() {
  const size_t end = source_->text.find('\n', at_);
  at_ = end == std::string_view::npos ? source_->text.size() : end;
}

void Cursor::skip_blanks() {
  const std::string_view text = source_->text;
  while (at_ < text.size()) {
    const char c = text[at_];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
      at_++;
    else if (c == '/' && text.substr(at_, 2) == "//")
      skip_line();
    else
      return;
  }
}

void Cursor::unexpected(std::string_view wanted) {
  const size_t where = at();
  const std::string_view text = source_->text;
  if (where == text.size()) fail(where, ErrorKind::kInvalidFile, "got the end of the text, want {}", wanted);
  const std::string_view next = peek_word();
  fail(where, ErrorKind::kInvalidFile, "got {}, want {}", quoted(next.empty() ? text.substr(where, 1) : next),
       wanted);
}

std::string_view Cursor::peek_word() {
  const std::string_view text = source_->text;
  size_t end = at();
  if (end == text.size() || !is_letter(text[end])) return {};
  while (end < text.size() && is_word(text[end])) end++;
  return text.substr(at_, end - at_);
}

bool Cursor::eat_word(std::string_view word) {
  if (peek_word() != word) return false;
  at_ += word.size();
  return true;
}

std::string_view Cursor::word(std::string_view what) {
  const std::string_view next = peek_word();
  if (next.empty()) unexpected(what);
  at_ += next.size();
  return next;
}

std::string_view Cursor::name(char mark, std::string_view what) {
  if (!eat(mark)) unexpected(what);
  const size_t start = at_;
  skip_name();
  if (at_ == start) fail(start - 1, ErrorKind::kInvalidFile, "got '{}' without a name, want {}", mark, what);
  return slice(start, at_);
}

std::string Cursor::symbol() {
  if (peek() != '@') unexpected("a name such as @main");
  if (source_->text.substr(at_ + 1, 1) != "\"") return std::string(name('@', "a name such as @main"));
  at_++;
  return string();
}

std::string_view Cursor::raw_string() {
  if (peek() != '"') unexpected("a string");
  const size_t start = at_;
  const std::string_view text = source_->text;
  // Most strings have no escapes, and those that hold constants are long.
  const size_t quote = text.find('"', start + 1);
  if (quote != std::string_view::npos && slice(start, quote).find('\\') == std::string_view::npos &&
      slice(start, quote).find('\n') == std::string_view::npos) {
    at_ = quote + 1;
    return slice(start, at_);
  }
  for (size_t end = start + 1;; end++) {
    end = text.find_first_of("\"\\\n", end);
    if (end == std::string_view::npos || text[end] == '\n')
      fail(start, ErrorKind::kInvalidFile, "got a string without an end");
    if (text[end] == '\\') {
      end++;
      continue;
    }
    at_ = end + 1;
    return slice(start, at_);
  }
}

std::string Cursor::string() {
  const std::string_view raw = raw_string();
  const size_t start = at_ - raw.size();
  std::string out;
  for (size_t i = 1; i + 1 < raw.size(); i++) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    const int high = hex_digit(c), low = hex_digit(raw[i + 1]);
    if (c == '"' || c == '\\')
      out += c;
    else if (c == 'n' || c == 't')
      out += c == 'n' ? '\n' : '\t';
    else if (high >= 0 && low >= 0)
      out += static_cast<char>(high * 16 + low), i++;
    else
      fail(start + i - 1, ErrorKind::kInvalidFile,
           R"(got an unknown escape, want \\, \", \n, \t or two hex digits)");
  }
  return out;
}

std::string_view Cursor::number_text() {
  const std::string_view text = source_->text;
  const size_t start = at();
  size_t end = start;
  const auto c = [&](size_t ahead = 0) { return end + ahead < text.size() ? text[end + ahead] : '\0'; };
  if (c() == '-' || c() == '+') end++;
  if (!is_digit(c())) return {};
  if (c() == '0' && c(1) == 'x' && hex_digit(c(2)) >= 0) {
    for (end += 2; hex_digit(c()) >= 0;) end++;
  } else {
    while (is_digit(c())) end++;
    if (c() == '.') {
      do end++;
      while (is_digit(c()));
      if ((c() == 'e' || c() == 'E') &&
          (is_digit(c(1)) || ((c(1) == '-' || c(1) == '+') && is_digit(c(2))))) {
        end += 2;
        while (is_digit(c())) end++;
      }
    }
  }
  at_ = end;
  return text.substr(start, end - start);
}

int64_t Cursor::integer(std::string_view what) {
  const size_t start = at();
  std::string_view digits = number_text();
  if (digits.empty()) unexpected(what);
  const std::string_view written = digits;
  const bool hex = digits.find('x') != std::string_view::npos;
  if (digits[0] == '+') digits.remove_prefix(1);
  if (hex && digits[0] == '0') digits.remove_prefix(2);
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (error == std::errc::result_out_of_range)
    fail(start, ErrorKind::kInvalidFile, "got {}, want {} of at most 64 bits", quoted(written), what);
  if (error != std::errc() || end != digits.data() + digits.size())
    fail(start, ErrorKind::kInvalidFile, "got {}, want {} without a fraction", quoted(written), what);
  return value;
}

void Cursor::skip_brackets() {
  const size_t start = at_;
  std::string open;  // the brackets to be closed, innermost last
  do {
    const char c = peek();
    if (done()) fail(start, ErrorKind::kInvalidFile, "got a bracket that nothing closes");
    if (c == '"') {
      raw_string();
      continue;
    }
    at_++;
    if (c == '-' && next() == '>')
      at_++;
    else if (c == '(' || c == '[' || c == '{' || c == '<')
      open += c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : '>';
    else if (c == ')' || c == ']' || c == '}' || c == '>') {
      if (open.back() != c) fail(at_ - 1, ErrorKind::kInvalidFile, "got '{}', want '{}'", c, open.back());
      open.pop_back();
    }
  } while (!open.empty());
}

// Names after a mark may hold '-', which a word may not; "->" is no part of them.
void Cursor::skip_name() {
  while (is_word(next()) || (next() == '-' && slice(at_, at_ + 2) != "->")) at_++;
}

void Cursor::skip_value() {
  do skip_one_value();
  while (source_->text[at_ - 1] == ')' && eat("->"));  // a function type
}

void Cursor::skip_one_value() {
  const char c = peek();
  if (done()) unexpected("a value");
  if (c == '"') {
    raw_string();
  } else if (c == '(' || c == '[' || c == '{' || c == '<') {
    skip_brackets();
  } else if (c == '#' || c == '!' || c == '@' || is_letter(c)) {
    at_++;
    if (c == '@' && next() == '"') raw_string();
    while (is_letter(c) && is_word(next())) at_++;
    if (!is_letter(c)) skip_name();
    while (c == '@' && eat("::")) symbol();
    if (next() == '<' || (next() == '(' && is_letter(c))) skip_brackets();
  } else if (number_text().empty()) {
    unexpected("a value");
  }
}

}  // namespace fusebox::stablehlo
