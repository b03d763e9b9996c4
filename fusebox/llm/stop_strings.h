// Stop strings over streamed text: nothing that might begin one is let out before that is decided.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fusebox::llm {

// For one stream and one thread. All that push() and finish() return is the text up to, and without, the stop
// string that is complete first (of two that end together, the longer), however the text was cut into pieces.
class StopStrings {
 public:
  // Empty strings are left out.
  explicit StopStrings(const std::vector<std::string>& strings);

  // The text that is certain now. After a stop string was found, nothing more comes.
  std::string push(std::string_view text);
  // What was held back, once the stream has ended.
  std::string finish();
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> strings_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace fusebox::llm
