// Attention of few queries: every row of the cache is read once, as it lies, and met by all queries of its
// group. Queries are taken four at a time; their scores stand side by side: [queries / 4][chunk][4].
#include "cpu/compiler/kernels/attention.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kLanes = 8;
constexpr int64_t kGroup = 4;
constexpr int64_t kRoom =
    kAttentionChunk + kLanes;  // rows of scores: the last of a tile may lie behind the chunk

// Prefetches of K: 1.5 times the speed where the cache comes from the memory.
constexpr int64_t kRowsAhead = 32;

// So many rows, or vectors of a row, are met at once by 1 to 4 queries: enough sums to hide how long one
// takes, and not more than there are registers.
constexpr int64_t kTogether[] = {0, 8, 4, 3, 2};

class AttentionOfFew : public Attention {
 public:
  using Attention::Attention;

 private:
  int64_t row_step() const override { return kGroup; }
  int64_t more_scratch() const override { return padded_rows() * kRoom; }
  int64_t vectors() const { return sizes_.size / kLanes; }
  llvm::Type* eight() { return vector(kLanes); }

  // The scores of the group of queries that begins with `first`, from the chunk's row on.
  Value* scores_of(Value* first, Value* row) {
    Value* group = b_.CreateMul(first, number(kRoom));  // first / 4 * (room * 4)
    return floats_from(more(), b_.CreateAdd(group, b_.CreateMul(row, number(kGroup))));
  }

  // body(first query, how many at once)
  void for_groups(const std::function<void(Value*, int64_t)>& body) {
    const int64_t whole = sizes_.rows() / kGroup * kGroup;
    if (whole == kGroup)
      body(number(0), kGroup);
    else if (whole > 0)
      frame_.loop(number(0), number(whole), kGroup, [&](Value* first) { body(first, kGroup); });
    if (whole < sizes_.rows()) body(number(whole), sizes_.rows() - whole);
  }

  void scores(const Chunk& chunk, const Queries&) override {
    for_groups([&](Value* first, int64_t queries) {
      const int64_t rows = kTogether[queries];
      frame_.loop(number(0), chunk.count, rows, [&](Value* row) {
        std::vector<Value*> offsets, scales;
        for (int64_t r = 0; r < rows; ++r) {
          Value* at = b_.CreateAdd(row, number(r));
          if (kAttentionChunk % rows != 0) at = frame_.smaller(at, kAttentionChunk - 1);
          // A chunk lies whole in the cache, filled or not.
          offsets.push_back(b_.CreateAdd(chunk.offset, b_.CreateMul(at, number(sizes_.size))));
          if (has_scales()) scales.push_back(scales_from(1, b_.CreateAdd(chunk.row, at)));
        }
        for (Value* offset : offsets) {
          prefetch(1, offset, kRowsAhead);
          prefetch(2, offset, 0);  // soon
        }
        const std::vector<Value*> sums = products(first, queries, offsets);
        for (int64_t r = 0; r < rows; ++r) {
          std::vector<Value*> four;
          for (int64_t q = 0; q < kGroup; ++q)
            four.push_back(sums[static_cast<size_t>(r * queries + std::min(q, queries - 1))]);
          Value* score = sums_of_lanes(four);
          if (has_scales())
            score =
                b_.CreateFMul(score, splat(load(b_.getFloatTy(), scales[static_cast<size_t>(r)]), kGroup));
          store(score, scores_of(first, b_.CreateAdd(row, number(r))));
        }
      });
    });
  }

  // Per row of K and query, 8 sums of products.
  std::vector<Value*> products(Value* first, int64_t queries, const std::vector<Value*>& offsets) {
    int64_t together = std::min<int64_t>(8, vectors());
    while (vectors() % together != 0) --together;
    const auto add = [&](Value* at, std::vector<Value*>& sums) {
      std::vector<Value*> x;
      for (int64_t q = 0; q < queries; ++q)
        x.push_back(load(eight(), floats_from(query(b_.CreateAdd(first, number(q))), at)));
      const bool begins = sums.empty();
      size_t next = 0;
      for (Value* offset : offsets) {
        Value* k = cached(1, b_.CreateAdd(offset, at), kLanes);
        for (Value* of_query : x) {
          if (begins)
            sums.push_back(b_.CreateFMul(of_query, k));
          else
            sums[next] = frame_.multiply_add(of_query, k, sums[next]);
          ++next;
        }
      }
    };
    const auto add_several = [&](Value* at, std::vector<Value*>& sums) {
      for (int64_t s = 0; s < together; ++s) add(b_.CreateAdd(at, number(s * kLanes)), sums);
    };
    std::vector<Value*> sums;
    add_several(number(0), sums);
    if (together == vectors()) return sums;
    std::vector<AllocaInst*> variables;
    for (Value* sum : sums) {
      variables.push_back(frame_.variable(eight()));
      b_.CreateStore(sum, variables.back());
    }
    const auto loaded = [&] {
      for (size_t i = 0; i < sums.size(); ++i) sums[i] = b_.CreateLoad(eight(), variables[i]);
    };
    frame_.loop(number(together * kLanes), number(sizes_.size), together * kLanes, [&](Value* at) {
      loaded();
      add_several(at, sums);
      for (size_t i = 0; i < sums.size(); ++i) b_.CreateStore(sums[i], variables[i]);
    });
    loaded();
    return sums;
  }

  // Four vectors of 8 to their four sums.
  Value* sums_of_lanes(const std::vector<Value*>& x) {
    const auto pairs = [&](Value* a, Value* b) {  // a, b, a, b in each half
      return b_.CreateFAdd(b_.CreateShuffleVector(a, b, {0, 8, 1, 9, 4, 12, 5, 13}),
                           b_.CreateShuffleVector(a, b, {2, 10, 3, 11, 6, 14, 7, 15}));
    };
    Value *a = pairs(x[0], x[1]), *b = pairs(x[2], x[3]);
    Value* all = b_.CreateFAdd(b_.CreateShuffleVector(a, b, {0, 1, 8, 9, 4, 5, 12, 13}),
                               b_.CreateShuffleVector(a, b, {2, 3, 10, 11, 6, 7, 14, 15}));
    return b_.CreateFAdd(b_.CreateShuffleVector(all, {0, 1, 2, 3}),
                         b_.CreateShuffleVector(all, {4, 5, 6, 7}));
  }

  // Two rows of a group's scores at a time: its four queries twice.
  void soften(const Chunk& chunk, const Queries&) override {
    for_groups([&](Value* first, int64_t) {
      Value* seen_rows = b_.CreateAlignedLoad(llvm::FixedVectorType::get(b_.getInt32Ty(), kGroup),
                                              seen(first), llvm::Align(4));
      Value* left = b_.CreateSub(twice(seen_rows),
                                 b_.CreateVectorSplat(kLanes, b_.CreateTrunc(chunk.first, b_.getInt32Ty())));
      llvm::Constant* offsets =
          llvm::ConstantDataVector::get(b_.getContext(), llvm::ArrayRef<uint32_t>({0, 0, 0, 0, 1, 1, 1, 1}));
      const auto visible = [&](Value* row) {
        Value* behind = b_.CreateVectorSplat(kLanes, b_.CreateTrunc(row, b_.getInt32Ty()));
        return b_.CreateICmpSLT(b_.CreateAdd(behind, offsets), left);
      };
      Value* old_tops = twice(load(vector(kGroup), top(first)));
      Value* none = llvm::ConstantFP::get(eight(), kNoScore);
      AllocaInst *tops = frame_.variable(eight()), *sums = frame_.variable(eight());
      b_.CreateStore(old_tops, tops);
      b_.CreateStore(llvm::Constant::getNullValue(eight()), sums);
      frame_.loop(number(0), chunk.count, 2, [&](Value* row) {
        Value* x = b_.CreateSelect(visible(row), load(eight(), scores_of(first, row)), none);
        b_.CreateStore(larger(x, b_.CreateLoad(eight(), tops)), tops);
      });
      Value* new_tops = b_.CreateLoad(eight(), tops);
      new_tops = larger(new_tops, b_.CreateShuffleVector(new_tops, {4, 5, 6, 7, 0, 1, 2, 3}));
      frame_.loop(number(0), chunk.count, 2, [&](Value* row) {
        Value* address = scores_of(first, row);
        Value* x = emit_exp(b_, b_.CreateFSub(load(eight(), address), new_tops), target_);
        x = b_.CreateSelect(visible(row), x, llvm::Constant::getNullValue(eight()));
        b_.CreateStore(b_.CreateFAdd(b_.CreateLoad(eight(), sums), x), sums);
        if (has_scales()) {  // those of V meet the weights
          Value* two = load(vector(2), scales_from(2, b_.CreateAdd(chunk.row, row)));
          x = b_.CreateFMul(x, b_.CreateShuffleVector(two, {0, 0, 0, 0, 1, 1, 1, 1}));
        }
        store(x, address);
      });
      Value* faded = half(emit_exp(b_, b_.CreateFSub(old_tops, new_tops), target_), 0);
      Value* all = b_.CreateLoad(eight(), sums);
      all = b_.CreateFAdd(half(all, 0), half(all, 4));
      store(faded, fade(first));
      store(half(new_tops, 0), top(first));
      store(frame_.multiply_add(load(vector(kGroup), total(first)), faded, all), total(first));
    });
  }

  Value* twice(Value* four) { return b_.CreateShuffleVector(four, {0, 1, 2, 3, 0, 1, 2, 3}); }
  Value* half(Value* x, int from) { return b_.CreateShuffleVector(x, {from, from + 1, from + 2, from + 3}); }

  void values(const Chunk& chunk, const Queries&) override {
    for_groups([&](Value* first, int64_t queries) {
      const int64_t together = std::min(kTogether[queries], vectors()),
                    whole = vectors() / together * together;
      frame_.loop(number(0), number(whole * kLanes), together * kLanes,
                  [&](Value* column) { add_values(chunk, first, queries, column, together); });
      if (whole < vectors()) add_values(chunk, first, queries, number(whole * kLanes), vectors() - whole);
    });
  }

  // `together` vectors of the queries' sums. What is not filled may be anything: it is not touched.
  void add_values(const Chunk& chunk, Value* first, int64_t queries, Value* column, int64_t together) {
    std::vector<AllocaInst*> sums;
    const auto address = [&](int64_t q, int64_t v) {
      return floats_from(sum(b_.CreateAdd(first, number(q))), b_.CreateAdd(column, number(v * kLanes)));
    };
    for (int64_t q = 0; q < queries; ++q) {
      Value* faded = splat(load(b_.getFloatTy(), fade(b_.CreateAdd(first, number(q)))), kLanes);
      for (int64_t v = 0; v < together; ++v) {
        sums.push_back(frame_.variable(eight()));
        b_.CreateStore(b_.CreateFMul(load(eight(), address(q, v)), faded), sums.back());
      }
    }
    frame_.loop(number(0), chunk.count, 1, [&](Value* row) {
      Value* offset =
          b_.CreateAdd(chunk.offset, b_.CreateAdd(column, b_.CreateMul(row, number(sizes_.size))));
      std::vector<Value*> weights;
      for (int64_t q = 0; q < queries; ++q)
        weights.push_back(
            splat(load(b_.getFloatTy(), floats_from(scores_of(first, row), number(q))), kLanes));
      for (int64_t v = 0; v < together; ++v) {
        Value* x = cached(2, b_.CreateAdd(offset, number(v * kLanes)), kLanes);
        for (int64_t q = 0; q < queries; ++q) {
          AllocaInst* sum = sums[static_cast<size_t>(q * together + v)];
          b_.CreateStore(frame_.multiply_add(weights[static_cast<size_t>(q)], x, b_.CreateLoad(eight(), sum)),
                         sum);
        }
      }
    });
    for (int64_t q = 0; q < queries; ++q)
      for (int64_t v = 0; v < together; ++v)
        store(b_.CreateLoad(eight(), sums[static_cast<size_t>(q * together + v)]), address(q, v));
  }
};

}  // namespace

KernelShape emit_attention_of_few(Frame& frame) { return AttentionOfFew(frame).emit(); }

}  // namespace fusebox::cpu
