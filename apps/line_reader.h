// Reading what the user says: with editing and history where stdin is a terminal, plainly elsewhere.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace fusebox::apps {

class LineReader {
 public:
  // `history` is a file to keep the lines in; empty: none.
  explicit LineReader(const std::string& history);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Whether somebody sits there.
  bool interactive() const { return editor_ != nullptr; }

  // What comes next: a line, several of which all but the last end in a backslash, or what stands between two
  // """. Empty ones are passed over. Nothing at the end: end of file, Ctrl-D, or Ctrl-C twice on an empty
  // line. Error kInvalidArgument, with line and byte, for bytes that are no UTF-8.
  std::optional<std::string> next();

 private:
  struct Editor;
  std::optional<std::string> line(bool more);
  std::optional<std::string> plain_line();

  std::unique_ptr<Editor> editor_;
  size_t line_number_ = 0;
  bool abandoned_ = false;  // the last line, by Ctrl-C
  bool hinted_ = false;     // what Ctrl-C on an empty line does now
};

}  // namespace fusebox::apps
