#include "apps/line_reader.h"

#include <fmt/format.h>
#include <histedit.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::apps {
namespace {

constexpr std::string_view kQuotes = R"(""")";
constexpr int kHistoryLines = 1000;

void check_utf8(std::string_view text, size_t line) {
  for (size_t at = 0; at < text.size();) {
    const text::Utf8Step step = text::utf8_step(text, at);
    if (step.kind != text::Utf8Step::kValid)
      throw Error(ErrorKind::kInvalidArgument, fmt::format("line {}, byte {} is no UTF-8", line, at + 1))
          .file("standard input");
    at += step.length;
  }
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

// libedit's editor. Ctrl-C is a key here, not a signal: it empties the line.
struct LineReader::Editor {
  EditLine* edit = nullptr;
  History* past = nullptr;
  std::string file;
  HistEvent event = {};
  bool more = false;         // the line goes on
  bool interrupted = false;  // the last line was left by Ctrl-C
  bool was_empty = false;    // and had nothing in it

  explicit Editor(std::string history);
  ~Editor();
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  static Editor& of(EditLine* edit) {
    Editor* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *self;
  }
  static const char* prompt(EditLine* edit) { return of(edit).more ? "... " : ">>> "; }
  static unsigned char on_interrupt(EditLine* edit, int) {
    const LineInfo* line = el_line(edit);
    of(edit).interrupted = true;
    of(edit).was_empty = line->lastchar == line->buffer;
    return CC_NEWLINE;
  }

  std::optional<std::string> read();
  void remember(const std::string& line);
};

LineReader::Editor::Editor(std::string history) : file(std::move(history)) {
  // Characters of several bytes need a locale that has them.
  if (const char* locale = std::setlocale(LC_CTYPE, ""); !locale || !std::strstr(locale, "UTF-8"))
    std::setlocale(LC_CTYPE, "C.UTF-8");
  edit = el_init("fusebox", stdin, isatty(STDOUT_FILENO) ? stdout : stderr, stderr);
  past = history_init();
  if (!edit || !past) throw Error(ErrorKind::kIo, "cannot edit lines on this terminal");
  el_set(edit, EL_CLIENTDATA, this);
  el_set(edit, EL_PROMPT, prompt);
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_HIST, ::history, past);
  el_set(edit, EL_ADDFN, "fusebox-interrupt", "Leave the line", on_interrupt);
  el_set(edit, EL_BIND, "^C", "fusebox-interrupt", nullptr);
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_set(edit, EL_SETTY, "-d", "-isig", nullptr);
  ::history(past, &event, H_SETSIZE, kHistoryLines);
  ::history(past, &event, H_SETUNIQUE, 1);
  if (!file.empty()) ::history(past, &event, H_LOAD, file.c_str());
}

LineReader::Editor::~Editor() {
  if (past) history_end(past);
  if (edit) el_end(edit);
}

std::optional<std::string> LineReader::Editor::read() {
  interrupted = false;
  // Else libedit shows the prompt first, and a key pressed before it reads is the terminal's: Ctrl-C a
  // signal.
  el_set(edit, EL_PREP_TERM, 1);
  int length = 0;
  const char* bytes = el_gets(edit, &length);
  if (!bytes || length <= 0) return std::nullopt;
  return std::string(bytes, static_cast<size_t>(length));
}

void LineReader::Editor::remember(const std::string& line) {
  ::history(past, &event, H_ENTER, line.c_str());
  if (!file.empty()) ::history(past, &event, H_SAVE, file.c_str());
}

LineReader::LineReader(const std::string& history) {
  if (isatty(STDIN_FILENO) && (isatty(STDOUT_FILENO) || isatty(STDERR_FILENO)))
    editor_ = std::make_unique<Editor>(history);
}

LineReader::~LineReader() = default;

std::optional<std::string> LineReader::plain_line() {
  std::string text;
  if (!std::getline(std::cin, text)) return std::nullopt;
  if (text.ends_with('\r')) text.pop_back();
  ++line_number_;
  check_utf8(text, line_number_);
  return text;
}

// One line without its end. Ctrl-C empties it and sets abandoned_; on an empty line for the second time it is
// the end.
std::optional<std::string> LineReader::line(bool more) {
  if (!editor_) return plain_line();
  editor_->more = more;
  std::optional<std::string> text = editor_->read();
  abandoned_ = text && editor_->interrupted;
  if (!text || (abandoned_ && hinted_ && editor_->was_empty && !more)) return std::nullopt;
  if (abandoned_) {
    fmt::print(stderr, "(Ctrl-C again or Ctrl-D leaves)\n");
    hinted_ = true;
    return std::string();
  }
  hinted_ = false;
  if (!blank(*text)) editor_->remember(*text);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  ++line_number_;
  check_utf8(*text, line_number_);
  return text;
}

std::optional<std::string> LineReader::next() {
  std::string all;
  bool quoted = false, more = false;
  while (const std::optional<std::string> text = line(more)) {
    std::string_view rest = *text;
    const bool opens = !quoted && !more && rest.starts_with(kQuotes);
    if (opens) rest.remove_prefix(kQuotes.size());
    quoted = quoted || opens;
    const bool closes = quoted && rest.ends_with(kQuotes);
    if (closes) rest.remove_suffix(kQuotes.size());
    const bool continues = !quoted && rest.ends_with('\\');
    if (continues) rest.remove_suffix(1);
    all += rest;
    more = !abandoned_ && (continues || (quoted && !closes));
    if (more && !(opens && rest.empty())) all += '\n';
    if (more) continue;
    if (!abandoned_ && !blank(all)) return all;
    all.clear();
    quoted = false;
  }
  if (blank(all)) return std::nullopt;
  return all;  // the end came within a block
}

}  // namespace fusebox::apps
