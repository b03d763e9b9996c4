#include "cpu/compiler/meetings.h"

#include <algorithm>

namespace fusebox::cpu {
namespace {

constexpr size_t kMostSteps = 64;  // between meetings: each new one is compared with all of them

}  // namespace

Meetings::Meetings(const std::vector<BufferPlace>& buffers, const std::vector<BlobParameter>& parameters) {
  for (const BufferPlace& place : buffers) {
    Stretch stretch;
    switch (place.kind) {
      case BufferPlace::Kind::kTemporary: stretch = {-1, place.index, place.index + place.bytes}; break;
      case BufferPlace::Kind::kResult: stretch = {place.index, 0, place.bytes}; break;
      case BufferPlace::Kind::kArgument:
        if (const auto& alias = parameters[static_cast<size_t>(place.index)].alias)
          stretch = {*alias, 0, place.bytes};
        break;
      case BufferPlace::Kind::kConstant: break;
    }
    stretches_.push_back(stretch);
  }
}

bool Meetings::meets(const std::vector<int>& some, const std::vector<int>& others) const {
  for (const int a : some)
    for (const int b : others) {
      const Stretch &x = stretches_[static_cast<size_t>(a)], &y = stretches_[static_cast<size_t>(b)];
      if (!x.is_constant() && !y.is_constant() && x.space == y.space && x.begin < y.end && y.begin < x.end)
        return true;
    }
  return false;
}

bool Meetings::needed(const std::vector<int>& writes, const std::vector<int>& reads, bool alone) {
  const bool must =
      !known_ || since_.size() == kMostSteps ||
      std::any_of(since_.begin(), since_.end(), [&](const Done& done) {
        if (done.alone && alone) return false;  // one thread, one after the other
        return meets(done.writes, writes) || meets(done.writes, reads) || meets(done.reads, writes);
      });
  if (must) since_.clear();
  known_ = true;
  since_.push_back({writes, reads, alone});
  return must;
}

}  // namespace fusebox::cpu
