// Meetings: which steps of a block must wait until every thread has finished those before. A step that only
// touches what no step since the last meeting has written (nor writes what one has read) need not.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/blob.h"

namespace fusebox::cpu {

class Meetings {
 public:
  Meetings(const std::vector<BufferPlace>& buffers, const std::vector<BlobParameter>& parameters);

  // Whether this step, the next one, must be met for. `alone`: the first thread does it by itself.
  bool needed(const std::vector<int>& writes, const std::vector<int>& reads, bool alone);
  // What comes next follows steps of which nothing is known.
  void forget() {
    since_.clear();
    known_ = false;
  }

 private:
  // A stretch of memory that steps write to: of the arena (space -1), or a result.
  struct Stretch {
    int64_t space = 0, begin = 0, end = 0;
    bool is_constant() const { return end == 0; }  // nobody writes to it
  };
  struct Done {
    std::vector<int> writes, reads;
    bool alone;
  };
  bool meets(const std::vector<int>& some, const std::vector<int>& others) const;

  std::vector<Stretch> stretches_;  // per buffer
  std::vector<Done> since_;         // the last meeting
  bool known_ = true;
};

}  // namespace fusebox::cpu
