#include "tests/cpu/programs.h"

#include <cstring>
#include <sstream>
#include <stdexcept>

#include "tests/cpu/kernels.h"

namespace fusebox::cpu::test {
namespace {

using Kind = BufferPlace::Kind;

// Adds to a blob and says under which number.
class Maker {
 public:
  Maker(const std::string& name, const std::string& level) {
    blob_.name = name;
    blob_.level = level;
    blob_.scratch_bytes = 64;
    add_kernels(blob_);
  }

  uint32_t parameter(const Shape& shape) {
    blob_.parameters.push_back({shape, {}, false});
    return place(Kind::kArgument, static_cast<int64_t>(blob_.parameters.size()) - 1, shape.bytes());
  }
  uint32_t result(const Shape& shape) {
    blob_.results.push_back(shape);
    return place(Kind::kResult, static_cast<int64_t>(blob_.results.size()) - 1, shape.bytes());
  }
  uint32_t temporary(const Shape& shape) {
    const int64_t at = blob_.arena_bytes;
    blob_.arena_bytes += (shape.bytes() + 63) / 64 * 64;
    return place(Kind::kTemporary, at, shape.bytes());
  }
  uint32_t constant(int32_t value) {
    const size_t at = blob_.constants.size();
    blob_.constants.resize(at + sizeof value);
    std::memcpy(blob_.constants.data() + at, &value, sizeof value);
    return place(Kind::kConstant, static_cast<int64_t>(at), sizeof value);
  }
  static Step kernel(const char* name, std::vector<uint32_t> buffers, int64_t items = 1, int64_t grain = 1) {
    Step step;
    step.kernel = kernel_index(name);
    step.items = items;
    step.grain = grain;
    step.buffers = std::move(buffers);
    return step;
  }
  static Step control(Step::Kind kind, uint32_t predicate, std::vector<std::vector<Step>> blocks) {
    Step step;
    step.kind = kind;
    step.buffers = {predicate};
    step.blocks = std::move(blocks);
    return step;
  }
  void step(Step step) { blob_.steps.push_back(std::move(step)); }
  Blob& blob() { return blob_; }

 private:
  uint32_t place(Kind kind, int64_t index, int64_t bytes) {
    blob_.buffers.push_back({kind, index, bytes});
    return static_cast<uint32_t>(blob_.buffers.size()) - 1;
  }
  Blob blob_;
};

void make_add(Maker& make, int64_t size) {
  const uint32_t a = make.parameter({{size}, f32}), b = make.parameter({{size}, f32});
  make.step(Maker::kernel("add_f32", {a, b, make.result({{size}, f32})}, size, 16));
}

void make_shift(Maker& make, int64_t size, int64_t times) {
  const Shape shape{{size}, i32};
  uint32_t from = make.parameter(shape);
  uint32_t pair[] = {make.temporary(shape), make.temporary(shape)};
  const uint32_t count = make.constant(static_cast<int32_t>(size));
  for (int64_t i = 0; i < times; ++i) {
    make.step(Maker::kernel("shift_i32", {from, pair[i % 2], count}, size, 4));
    from = pair[i % 2];
  }
  make.step(Maker::kernel("copy_i32", {from, make.result(shape)}, size, 4));
}

void make_count(Maker& make, int64_t size, int64_t rounds) {
  const Shape shape{{size}, i32};
  const uint32_t result = make.result(shape), round = make.temporary({{}, i32}),
                 predicate = make.temporary({{}, i1});
  const uint32_t limit = make.constant(static_cast<int32_t>(rounds));
  make.step(Maker::kernel("zero_i32", {round}));
  make.step(Maker::kernel("zero_i32", {result}, size, 4));
  make.step(Maker::control(
      Step::Kind::kWhile, predicate,
      {{Maker::kernel("less_i32", {round, limit, predicate})},
       {Maker::kernel("increment_i32", {result}, size, 4), Maker::kernel("increment_i32", {round})}}));
}

void make_choose(Maker& make) {
  const uint32_t which = make.parameter({{}, i32}), predicate = make.temporary({{}, i1});
  const uint32_t first = make.result({{}, i32}), second = make.result({{}, i32});
  const auto set = [&](uint32_t result, int32_t value) {
    return std::vector<Step>{Maker::kernel("copy_i32", {make.constant(value), result})};
  };
  make.step(Maker::control(Step::Kind::kCase, which, {set(first, 10), set(first, 20), set(first, 30)}));
  make.step(Maker::kernel("less_i32", {which, make.constant(1), predicate}));
  make.step(Maker::control(Step::Kind::kIf, predicate, {set(second, 20), set(second, 40)}));
}

void make_many(Maker& make, int64_t count) {
  std::vector<uint32_t> all;
  for (int64_t i = 0; i < count; ++i) all.push_back(make.parameter({{4}, f32}));
  make.step(Maker::kernel("add_f32", {all.front(), all.back(), make.result({{4}, f32})}, 4, 4));
}

void make_threads(Maker& make, int64_t size) {
  make.step(Maker::kernel("thread_i32", {make.result({{size}, i32})}, size, 1));
}

}  // namespace

Blob make_program(const std::string& text, const std::string& level) {
  std::istringstream words(text);
  std::string name;
  int64_t size = 0, times = 0;
  words >> name >> size >> times;
  Maker make(name, level);
  if (name == "add" || name == "add_into" || name == "take")
    make_add(make, size);
  else if (name == "shift")
    make_shift(make, size, times);
  else if (name == "count")
    make_count(make, size, times);
  else if (name == "choose")
    make_choose(make);
  else if (name == "many")
    make_many(make, size);
  else if (name == "threads")
    make_threads(make, size);
  else
    throw std::invalid_argument("no program is called " + name);
  if (name == "add_into") make.blob().parameters[0].alias = 0;
  if (name == "take") make.blob().parameters[0].donor = true;
  return make.blob();
}

}  // namespace fusebox::cpu::test
