// Files of several programs: "// ----- name" and the text that follows.
#pragma once

#include <fstream>
#include <map>
#include <string>

namespace fusebox::test {

// The sections of a file in tests/stablehlo by name.
inline std::map<std::string, std::string> text_sections(const std::string& file) {
  std::ifstream in(FUSEBOX_SOURCE_DIR "/tests/stablehlo/" + file);
  std::map<std::string, std::string> texts;
  std::string* section = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("// ----- "))
      section = &texts[line.substr(9)];
    else if (section)
      *section += line + "\n";
  }
  return texts;
}

}  // namespace fusebox::test
