// Attention of few queries: every row of the cache is read once, as it lies, and met by all queries of its
// group. At the memory's speed for one query of a few heads.
#include "cpu/compiler/kernels/attention.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kLanes = 8;
constexpr int64_t kQueries = 3, kRows = 4,
                  kVectors = 4;  // 12 sums, and what they are made of, in 16 registers

class AttentionOfFew : public Attention {
 public:
  using Attention::Attention;

 private:
  int64_t row_step() const override { return 1; }
  int64_t vectors() const { return sizes_.size / kLanes; }
  Value* in_row(Value* i, int64_t row) { return b_.CreateAdd(i, number(row * sizes_.size)); }

  // body(first query, how many at once)
  void for_queries(const std::function<void(Value*, int64_t)>& body) {
    const int64_t whole = sizes_.rows() / kQueries * kQueries;
    if (whole == kQueries)
      body(number(0), kQueries);
    else if (whole > 0)
      frame_.loop(number(0), number(whole), kQueries, [&](Value* query) { body(query, kQueries); });
    if (whole < sizes_.rows()) body(number(whole), sizes_.rows() - whole);
  }

  void scores(const Chunk& chunk, const Queries&) override {
    for_queries([&](Value* first, int64_t queries) {
      // A chunk lies whole in the cache, filled or not.
      frame_.loop(number(0), chunk.count, kRows, [&](Value* row) {
        Value* offset = b_.CreateAdd(chunk.offset, b_.CreateMul(row, number(sizes_.size)));
        const std::vector<AllocaInst*> sums = products(first, queries, offset);
        for (int64_t q = 0; q < queries; ++q) {
          std::vector<Value*> four;
          for (int64_t i = 0; i < kRows; ++i)
            four.push_back(b_.CreateLoad(vector(kLanes), sums[static_cast<size_t>(q * kRows + i)]));
          store(sums_of_lanes(four), floats_from(score(b_.CreateAdd(first, number(q))), row));
        }
      });
    });
  }

  // Per query and row of K, 8 sums of products.
  std::vector<AllocaInst*> products(Value* first, int64_t queries, Value* offset) {
    std::vector<AllocaInst*> sums;
    for (int64_t i = 0; i < queries * kRows; ++i) {
      sums.push_back(frame_.variable(vector(kLanes)));
      b_.CreateStore(llvm::Constant::getNullValue(vector(kLanes)), sums.back());
    }
    int64_t together = std::min<int64_t>(8, vectors());
    while (vectors() % together != 0) --together;
    const auto step = [&](Value* i) {
      std::vector<Value*> x;
      for (int64_t q = 0; q < queries; ++q)
        x.push_back(load(vector(kLanes), floats_from(query(b_.CreateAdd(first, number(q))), i)));
      for (int64_t r = 0; r < kRows; ++r) {
        Value* k = cached(1, b_.CreateAdd(offset, in_row(i, r)), kLanes);
        for (int64_t q = 0; q < queries; ++q) {
          AllocaInst* sum = sums[static_cast<size_t>(q * kRows + r)];
          b_.CreateStore(multiply_add(x[static_cast<size_t>(q)], k, b_.CreateLoad(vector(kLanes), sum)), sum);
        }
      }
    };
    const auto steps = [&](Value* i) {
      for (int64_t s = 0; s < together; ++s) step(b_.CreateAdd(i, number(s * kLanes)));
    };
    if (together == vectors())
      steps(number(0));
    else
      frame_.loop(number(0), number(sizes_.size), together * kLanes, steps);
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

  void values(const Chunk& chunk, const Queries&) override {
    int64_t together = std::min<int64_t>(kVectors, vectors());
    while (vectors() % together != 0) --together;
    for_queries([&](Value* first, int64_t queries) {
      frame_.loop(number(0), number(sizes_.size), together * kLanes,
                  [&](Value* column) { add_values(chunk, first, queries, column, together); });
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
        sums.push_back(frame_.variable(vector(kLanes)));
        b_.CreateStore(b_.CreateFMul(load(vector(kLanes), address(q, v)), faded), sums.back());
      }
    }
    frame_.loop(number(0), chunk.count, 1, [&](Value* row) {
      Value* offset =
          b_.CreateAdd(chunk.offset, b_.CreateAdd(column, b_.CreateMul(row, number(sizes_.size))));
      std::vector<Value*> weights;
      for (int64_t q = 0; q < queries; ++q)
        weights.push_back(
            splat(load(b_.getFloatTy(), floats_from(score(b_.CreateAdd(first, number(q))), row)), kLanes));
      for (int64_t v = 0; v < together; ++v) {
        Value* x = cached(2, b_.CreateAdd(offset, number(v * kLanes)), kLanes);
        for (int64_t q = 0; q < queries; ++q) {
          AllocaInst* sum = sums[static_cast<size_t>(q * together + v)];
          b_.CreateStore(multiply_add(weights[static_cast<size_t>(q)], x, b_.CreateLoad(vector(kLanes), sum)),
                         sum);
        }
      }
    });
    for (int64_t q = 0; q < queries; ++q)
      for (int64_t v = 0; v < together; ++v)
        store(b_.CreateLoad(vector(kLanes), sums[static_cast<size_t>(q * together + v)]), address(q, v));
  }
};

}  // namespace

KernelShape emit_attention_of_few(Frame& frame) { return AttentionOfFew(frame).emit(); }

}  // namespace fusebox::cpu
