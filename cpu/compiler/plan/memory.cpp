// Who lives where: copies that nobody can tell from the original are dropped, then temporaries share one
// arena.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "cpu/compiler/plan/plan.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

constexpr int64_t kArenaAlignment = 64;

// One use of a buffer: at step number `at`, counted through all blocks in order.
struct Use {
  int at = 0;
  bool writes = false;
};

// A loop: its steps are numbered from begin to end, and may run again after the last.
struct Span {
  int begin = 0, end = 0;
};

// The steps in one line, and who uses what where.
class Timeline {
 public:
  explicit Timeline(Plan& plan) : uses_(plan.buffers.size()) {
    walk(plan.steps);
    // The memory of an argument that is donated is a result's: it is read when all is over.
    for (size_t i = 0; i < plan.buffers.size(); ++i)
      if (plan.buffers[i].place.kind == BufferPlace::Kind::kArgument && !plan.buffers[i].read_only)
        note(static_cast<int>(i), next_, false);
  }

  const std::vector<Use>& uses(int buffer) const { return uses_[static_cast<size_t>(buffer)]; }
  const std::vector<Span>& loops() const { return loops_; }
  int at(const PlanStep* step) const { return number_.at(step); }
  // The last number inside of a step: its own, or its blocks' last.
  int end(const PlanStep* step) const { return end_.at(step); }

  // The last time that the buffer is read. What a loop reads that was made in front of it, it reads in its
  // last round, too.
  int wanted_until(int buffer) const {
    const auto& all = uses(buffer);
    int last = all.back().at;
    for (bool later = true; later;) {
      later = false;
      for (const Span& loop : loops_) {
        if (loop.begin <= all.front().at || last < loop.begin || last >= loop.end) continue;
        last = loop.end;
        later = true;
      }
    }
    return last;
  }

  // What was done with `from` was done with `to`, and nothing by the copy.
  void merge(int from, int to, int copy) {
    auto& kept = uses_[static_cast<size_t>(to)];
    if (from != to) {
      auto& gone = uses_[static_cast<size_t>(from)];
      kept.insert(kept.end(), gone.begin(), gone.end());
      gone.clear();
    }
    std::erase_if(kept, [&](const Use& use) { return use.at == copy; });
    std::stable_sort(kept.begin(), kept.end(), [](const Use& a, const Use& b) { return a.at < b.at; });
  }

 private:
  void walk(std::vector<PlanStep>& steps) {
    for (PlanStep& step : steps) {
      const int at = next_++;
      number_[&step] = at;
      if (step.kind == Step::Kind::kKernel) {
        for (const int buffer : step.reads) note(buffer, at, false);
        for (const int buffer : step.writes) note(buffer, at, true);
      } else if (step.kind != Step::Kind::kWhile) {
        note(step.reads[0], at, false);
      }
      for (auto& block : step.blocks) walk(block);
      if (step.kind == Step::Kind::kWhile) {
        // The predicate is read behind the condition's steps; the body may follow.
        note(step.reads[0], next_, false);
        loops_.push_back({at, next_++});
      }
      end_[&step] = next_ - 1;
    }
  }

  void note(int buffer, int at, bool writes) { uses_[static_cast<size_t>(buffer)].push_back({at, writes}); }

  std::vector<std::vector<Use>> uses_;
  std::vector<Span> loops_;
  std::map<const PlanStep*, int> number_, end_;
  int next_ = 0;
};

using Steps = std::vector<PlanStep>;

void rename(Steps& steps, int from, int to) {
  for (PlanStep& step : steps) {
    std::replace(step.reads.begin(), step.reads.end(), from, to);
    std::replace(step.writes.begin(), step.writes.end(), from, to);
    for (Steps& block : step.blocks) rename(block, from, to);
  }
}

class CopyRemover {
 public:
  explicit CopyRemover(Plan& plan) : plan_(plan), timeline_(plan) {}

  void run() {
    visit(plan_.steps);
    erase_dropped(plan_.steps);
  }

 private:
  // From the back: where a value ends up decides where it is made.
  void visit(Steps& steps) {
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      for (Steps& block : step->blocks) visit(block);
      if (step->kind != Step::Kind::kKernel || !step->kernel->is_copy() || step->reads.size() != 1) continue;
      const int from = step->reads[0], to = step->writes[0];
      if (from == to) timeline_.merge(from, to, timeline_.at(&*step));
      step->dropped =
          from == to || merge_into_target(steps, *step, from, to) || merge_into_source(*step, from, to);
    }
  }

  static void erase_dropped(Steps& steps) {
    std::erase_if(steps, [](const PlanStep& step) { return step.dropped; });
    for (PlanStep& step : steps)
      for (Steps& block : step.blocks) erase_dropped(block);
  }

  const PlanBuffer& buffer(int index) const { return plan_.buffers[static_cast<size_t>(index)]; }

  // `from` is made for this copy only, so it can be made in `to`, unless `to` is used in between.
  bool merge_into_target(Steps& steps, const PlanStep& copy, int from, int to) {
    if (buffer(from).fixed) return false;
    const auto& made = timeline_.uses(from);
    const int begin = made.front().at, end = timeline_.at(&copy);
    // Made in this very block, hence in every round anew.
    const auto maker = std::find_if(steps.begin(), steps.end(), [&](const PlanStep& step) {
      return timeline_.at(&step) <= begin && begin <= timeline_.end(&step);
    });
    if (maker == steps.end() || !made.front().writes) return false;
    for (const Use& use : made)
      if (use.writes && use.at > end) return false;  // it goes on as something else
    const int wanted = timeline_.wanted_until(from);
    for (const Use& use : timeline_.uses(to)) {
      const bool made_from_it = use.at == begin && !use.writes && maker->kind == Step::Kind::kKernel &&
                                maker->kernel->is_copy() && maker->reads[0] == to;
      if (use.at >= timeline_.at(&*maker) && use.at < end && !made_from_it) return false;
      // Nor may it be written to while `from` is still wanted, if only by the step that writes.
      if (use.writes && use.at > end && wanted >= use.at) return false;
    }
    rename(plan_.steps, from, to);
    timeline_.merge(from, to, end);
    return true;
  }

  // Nobody wants `from` any more, so its memory can go on as `to`.
  bool merge_into_source(const PlanStep& copy, int from, int to) {
    if (buffer(to).fixed || buffer(from).read_only) return false;
    const int at = timeline_.at(&copy);
    const auto& uses = timeline_.uses(from);
    for (const Use& use : uses)
      if (use.at > at) return false;
    // In a later round the loop would find it changed, if it was made outside.
    const int made = buffer(from).fixed ? -1 : uses.front().at;
    // Another branch may have made `to` while this one's value lived already.
    for (const Use& use : timeline_.uses(to))
      if (use.at >= made && use.at < at) return false;
    for (const Span& loop : timeline_.loops())
      if (loop.begin <= at && at <= loop.end && made < loop.begin) return false;
    // A fixed buffer is somebody's: a result or a loop variable whose value must not change under it.
    if (buffer(from).fixed && buffer(from).place.kind != BufferPlace::Kind::kArgument) return false;
    rename(plan_.steps, to, from);
    timeline_.merge(to, from, at);
    return true;
  }

  Plan& plan_;
  Timeline timeline_;
};

struct Life {
  int buffer = 0, begin = 0, end = 0;
  int64_t offset = 0, bytes = 0;
};

}  // namespace

void remove_copies(Plan& plan) { CopyRemover(plan).run(); }

void place_temporaries(Plan& plan) {
  const Timeline timeline(plan);
  std::vector<Life> lives;
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    const auto& uses = timeline.uses(static_cast<int>(i));
    if (plan.buffers[i].place.kind != BufferPlace::Kind::kTemporary) continue;
    if (uses.empty()) {  // it goes by another name now
      plan.buffers[i].place.bytes = 0;
      continue;
    }
    Life life{static_cast<int>(i), std::numeric_limits<int>::max(), -1, 0, 0};
    for (const Use& use : uses)
      life.begin = std::min(life.begin, use.at), life.end = std::max(life.end, use.at);
    life.bytes = (std::max<int64_t>(plan.buffers[i].place.bytes, 1) + kArenaAlignment - 1) / kArenaAlignment *
                 kArenaAlignment;
    // What crosses a loop's border lives through all of its rounds.
    for (bool grown = true; grown;) {
      grown = false;
      for (const Span& loop : timeline.loops()) {
        const bool inside = life.begin >= loop.begin && life.end <= loop.end;
        const bool apart = life.end < loop.begin || life.begin > loop.end;
        if (inside || apart || (life.begin <= loop.begin && life.end >= loop.end)) continue;
        life.begin = std::min(life.begin, loop.begin), life.end = std::max(life.end, loop.end);
        grown = true;
      }
    }
    lives.push_back(life);
  }
  // The largest first, each at the lowest place that is free all its life.
  std::sort(lives.begin(), lives.end(), [](const Life& a, const Life& b) { return a.bytes > b.bytes; });
  std::vector<Life> placed;  // by offset
  for (Life& life : lives) {
    int64_t offset = 0;
    for (const Life& other : placed) {
      if (other.end < life.begin || other.begin > life.end) continue;
      if (offset + life.bytes <= other.offset) break;
      offset = std::max(offset, other.offset + other.bytes);
    }
    if (offset + life.bytes > kMostBytes)
      throw Error(ErrorKind::kOutOfMemory, fmt::format("temporaries take over {} bytes", offset));
    life.offset = offset;
    placed.insert(std::upper_bound(placed.begin(), placed.end(), life,
                                   [](const Life& a, const Life& b) { return a.offset < b.offset; }),
                  life);
    PlanBuffer& buffer = plan.buffers[static_cast<size_t>(life.buffer)];
    buffer.place.index = offset;
    buffer.first = life.begin, buffer.last = life.end;
    plan.arena_bytes = std::max(plan.arena_bytes, offset + life.bytes);
  }
}

}  // namespace fusebox::cpu
