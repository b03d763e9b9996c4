#include "tests/cpu/random/coverage.h"

#include <fmt/format.h>

#include <set>

#include "fusebox/stablehlo/parser.h"

namespace fusebox::cpu::test {
namespace {

constexpr int64_t kMostRank = 5;

// Of a comparison the type that is compared; of a conversion both.
std::string type_of(const hlo::Op& op) {
  const std::string to(name(op.results[0].shape.dtype));
  if (op.operands.empty()) return to;
  const std::string from(name(op.operands[0]->shape.dtype));
  if (op.code == hlo::OpCode::compare || op.code == hlo::OpCode::is_finite) return from;
  const bool both = op.code == hlo::OpCode::convert || op.code == hlo::OpCode::bitcast_convert ||
                    (op.code == hlo::OpCode::dot_general && from != to);
  return both ? from + ">" + to : to;
}

}  // namespace

void Coverage::add(const Sample& sample) {
  const hlo::Program program = stablehlo::parse(sample.text);
  for (const auto& function : program.functions) add(function->body);
}

void Coverage::add(const hlo::Block& block) {
  for (const auto& op : block.ops) {
    if (!op->results.empty()) {
      const int64_t rank = op->operands.empty() ? op->results[0].shape.rank() : op->operands[0]->shape.rank();
      ++counts_[{std::string(hlo::name(op->code)), type_of(*op)}][rank];
    }
    for (const auto& region : op->regions) add(*region);
  }
}

std::string Coverage::table() const {
  std::string text = "op\ttype";
  for (int64_t rank = 0; rank <= kMostRank; ++rank) text += fmt::format("\trank {}", rank);
  text += '\n';
  for (const auto& [key, ranks] : counts_) {
    text += fmt::format("{}\t{}", key.first, key.second);
    for (int64_t rank = 0; rank <= kMostRank; ++rank) {
      const auto found = ranks.find(rank);
      text += fmt::format("\t{}", found == ranks.end() ? 0 : found->second);
    }
    text += '\n';
  }
  return text;
}

std::string Coverage::summary() const {
  std::set<std::string> ops;
  size_t all = 0;
  for (const auto& [key, ranks] : counts_) {
    ops.insert(key.first);
    all += ranks.size();
  }
  return fmt::format("{} ops, {} with their type, {} with type and rank", ops.size(), counts_.size(), all);
}

}  // namespace fusebox::cpu::test
