// Coverage: how often which op was there, by element type and rank.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "tests/cpu/random/sample.h"

namespace fusebox::cpu::test {

class Coverage {
 public:
  void add(const Sample& sample);
  // "op TAB dtype TAB rank 0 … rank 5", a line each.
  std::string table() const;
  // For people: "57 ops, 413 pairs of op and type, 1,204 with rank".
  std::string summary() const;

 private:
  void add(const hlo::Block& block);

  std::map<std::pair<std::string, std::string>, std::map<int64_t, size_t>> counts_;
};

}  // namespace fusebox::cpu::test
