// Weights on a device: loaded once, shared, and refused with every reason at once.
#include "fusebox/runtime/weights.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "fusebox/checkpoint/checkpoint.h"
#include "fusebox/runtime/artifact.h"
#include "fusebox/runtime/memory.h"
#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/file_builders.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox {
namespace {

std::shared_ptr<const SafetensorsFile> two_weights() {
  SafetensorsBuilder file;
  file.tensor("w", "F32", {2, 2}, raw_bytes<float>({1, 2, 3, 4}));
  file.tensor("half", "BF16", {2}, raw_bytes<uint16_t>({0x3f80, 0x4000}));  // 1, 2
  return SafetensorsFile::open(map_bytes(file.bytes(), "two.safetensors"));
}

Signature::Parameter weight(std::string name, Dims dims, DType dtype = f32) {
  return {std::move(name), {std::move(dims), dtype}, Signature::Parameter::Kind::kWeight, std::nullopt};
}

TEST(Weights, AreExpandedToWhatTheProgramTakes) {
  const auto source = two_weights();
  const CompiledModel model = cpu().compile("product", [&](TraceCx& cx) {
    return matmul(cx.weight("w", *source), cx.weight("half", *source)) + cx.input("x", {2}, f32);
  });
  const Weights weights = cpu().load(*source, model.signature());
  EXPECT_EQ(weights.bytes(), 24);
  EXPECT_EQ(weight_bytes(model.signature()), 24);
  const std::vector<float> x = {0.5f, 0};
  EXPECT_EQ(model.session(weights).run({{"x", x}})[0].to_floats(), (std::vector<float>{5.5f, 11}));
  EXPECT_EQ(weights.find("x"), nullptr);
}

TEST(Weights, OutliveTheirCheckpointAndServeManySessions) {
  auto source = two_weights();
  const CompiledModel model =
      cpu().compile("twice", [&](TraceCx& cx) { return cx.weight("w", *source) * cx.input("x", {}, f32); });
  std::optional<Weights> weights = cpu().load(*source, model.signature());
  const Session one = model.session(*weights), other = model.session(*weights);
  source.reset();
  weights.reset();
  const std::vector<float> x = {2};
  EXPECT_EQ(one.run({{"x", x}})[0].to_floats(), other.run({{"x", x}})[0].to_floats());
  EXPECT_EQ(one.run({{"x", x}})[0].to_floats(), (std::vector<float>{2, 4, 6, 8}));
}

// A matrix of 512 rows of 64 ones in Q8_0: larger than a page.
std::string file_of_blocks(uint32_t type = 8) {
  std::string blocks;
  for (int i = 0; i < 1024; ++i) {
    blocks += raw_number<uint16_t>(0x3c00);  // a scale of 1
    blocks += std::string(type == 8 ? 32 : 16, type == 8 ? '\1' : '\x99');
  }
  return GgufBuilder().tensor("w", {512, 64}, type, blocks).bytes();
}

// x · wᵀ with the blocks as they are.
CompiledModel product_with_blocks(const WeightSource& source) {
  return cpu().compile(trace("blocks",
                             [&](TraceCx& cx) {
                               const Tensor x = cx.input("x", {1, 64}, f32), w = cx.weight("w", source);
                               EXPECT_TRUE(cx.blocks_of(w) && !cx.blocks_of(x));
                               return dot_general(int8_blocks(x), w,
                                                  {.lhs_contract = {1}, .rhs_contract = {1}});
                             },
                             {.block_weights = true}));
}

TEST(Weights, StayInBlocksWhereTheyLie) {
  const TemporaryFolder folder;
  auto file = GgufFile::open(folder.write("w.gguf", file_of_blocks()));
  const CompiledModel model = product_with_blocks(*file);
  const Signature::Parameter& parameter = *model.signature().find("w");
  EXPECT_EQ(parameter.shape, (Shape{{512, 68}, u8}));
  EXPECT_EQ(parameter.format, BlockFormat::q8_0);
  EXPECT_EQ(signature_from_json(to_json(model.signature())).find("w")->format, BlockFormat::q8_0);
  // A file alone does not say who keeps it; a checkpoint does. Both give the same.
  const Weights copied = cpu().load(*file, model.signature());
  file.reset();
  std::optional<Checkpoint> checkpoint = Checkpoint::open(folder / "w.gguf");
  const Weights mapped = cpu().load(*checkpoint, model.signature());
  checkpoint.reset();
  const std::vector<float> x(64, 2);
  for (const Weights& weights : {copied, mapped})
    EXPECT_EQ(model.session(weights).run({{"x", x}})[0].to_floats(), std::vector<float>(512, 128));
}

TEST(Weights, InBlocksOfAnotherFormatAreRefused) {
  const TemporaryFolder folder;
  const CompiledModel model = product_with_blocks(*GgufFile::open(map_bytes(file_of_blocks(), "w.gguf")));
  const auto other = GgufFile::open(map_bytes(file_of_blocks(2), "other.gguf"));
  const Error error = error_of([&] { cpu().load(*other, model.signature()); });
  EXPECT_EQ(error.kind(), ErrorKind::kIncompatible);
  EXPECT_EQ(error.file(), "other.gguf");
  EXPECT_TRUE(contains(error.message(), "takes 'w' as Q8_0, the file has Q4_0")) << error.what();
}

TEST(Weights, InAFileCutShortAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.write("w.gguf", file_of_blocks());
  const Checkpoint checkpoint = Checkpoint::open(path);
  const CompiledModel model = product_with_blocks(checkpoint);
  std::filesystem::resize_file(path, 4096);
  EXPECT_EQ(error_of([&] { cpu().load(checkpoint, model.signature()); }).kind(), ErrorKind::kIo);
}

// A source that holds its bytes in memory: nothing but itself could bring them back.
struct MemorySource : WeightSource {
  explicit MemorySource(size_t count) : values(count, 1.0f) {}
  std::vector<WeightInfo> weights() const override { return {*find("w")}; }
  std::optional<WeightInfo> find(std::string_view) const override {
    return WeightInfo{"w", {{static_cast<int64_t>(values.size())}, f32}, {}};
  }
  void read(std::string_view, DType, std::span<std::byte> out) const override {
    std::memcpy(out.data(), values.data(), out.size());
  }
  std::span<const std::byte> view(std::string_view) const override {
    return std::as_bytes(std::span(values));
  }
  std::string description() const override { return "memory"; }
  std::vector<float> values;
};

TEST(Weights, LeaveTheSourceAsItWas) {
  const MemorySource source(1 << 16);
  const Signature signature{{weight("w", {1 << 16})}, {}};
  EXPECT_EQ(cpu().load(source, signature).bytes(), 4 << 16);
  EXPECT_EQ(source.values, std::vector<float>(1 << 16, 1.0f));
}

TEST(Weights, ListEveryProblemAtOnce) {
  const Signature signature{{weight("w", {2, 3}), weight("hafl", {2}), weight("q", {1})}, {}};
  const Error error = error_of([&] { cpu().load(*two_weights(), signature); });
  EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
  EXPECT_EQ(error.file(), "two.safetensors");
  EXPECT_TRUE(contains(error.message(), "wrong shape: 'w' is [2, 2], want [2, 3]")) << error.what();
  EXPECT_TRUE(contains(error.message(), "missing: 'hafl'")) << error.what();
  EXPECT_TRUE(contains(error.message(), "half")) << error.what();
  EXPECT_TRUE(contains(error.message(), "missing: 'q'")) << error.what();
}

TEST(Weights, OfAnotherProgramDoNotBind) {
  const auto source = two_weights();
  const CompiledModel model =
      cpu().compile("negative", [&](TraceCx& cx) { return -cx.weight("w", *source); });
  const Weights others = cpu().load(*source, {{weight("half", {2}, bf16)}, {}});
  const Error error = error_of([&] { model.session(others); });
  EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
  EXPECT_TRUE(contains(error.message(), "missing: w")) << error.what();
  const Weights narrow = cpu().load(*source, {{weight("w", {2, 2}, bf16)}, {}});
  const Error wrong = error_of([&] { model.session(narrow); });
  EXPECT_TRUE(contains(wrong.message(), "wrong: w is bf16[2, 2], want f32[2, 2]")) << wrong.what();
}

TEST(Weights, RefuseConversionsThatLoseMeaning) {
  EXPECT_EQ(error_of([] { cpu().load(*two_weights(), {{weight("w", {2, 2}, i32)}, {}}); }).kind(),
            ErrorKind::kDTypeMismatch);
}

// A checkpoint that claims four terabytes: refused before a byte is taken.
struct Huge : NoWeights {
  std::optional<WeightInfo> find(std::string_view) const override {
    return WeightInfo{"w", {{1 << 20, 1 << 20}, f32}, std::nullopt};
  }
  void read(std::string_view, DType, std::span<std::byte>) const override {
    FAIL() << "read although too large";
  }
};

TEST(Weights, AreNotBegunIfTheyDoNotFit) {
  const Error error = error_of([] { cpu().load(Huge(), {{weight("w", {1 << 20, 1 << 20})}, {}}); });
  EXPECT_EQ(error.kind(), ErrorKind::kOutOfMemory);
  EXPECT_TRUE(contains(error.message(), "need 4.4 TB, there are ")) << error.what();
  EXPECT_TRUE(contains(error.hint(), "--dtype bf16")) << error.what();
}

TEST(Weights, OverflowingSizesAreRefused) {
  const int64_t large = int64_t{1} << 40;
  EXPECT_EQ(error_of([&] { cpu().load(*two_weights(), {{weight("w", {large, large})}, {}}); }).kind(),
            ErrorKind::kInvalidArgument);
}

TEST(Memory, IsToldForPeople) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1340), "1.3 kB");
  EXPECT_EQ(format_bytes(512'000'000), "512 MB");
  EXPECT_EQ(format_bytes(9'940'000'000), "9.9 GB");
}

// A service's own group, or one above it, may allow less than the machine has.
TEST(Memory, TheNarrowestControlGroupCounts) {
  const TemporaryFolder root;
  const auto write = [&](const std::string& path, std::string_view text) {
    std::filesystem::create_directories(std::filesystem::path(root / path).parent_path());
    root.write(path, text);
  };
  EXPECT_EQ(host_memory(root.path()), std::nullopt);
  write("proc/meminfo", "MemTotal:       16000 kB\nMemAvailable:    9000 kB\nSwapTotal: 0 kB\n");
  EXPECT_EQ(host_memory(root.path()), 9000 * 1024);
  write("proc/self/cgroup", "0::/slice/service\n");
  write("sys/fs/cgroup/slice/service/memory.max", "max\n");
  write("sys/fs/cgroup/slice/service/memory.current", "1000000\n");
  EXPECT_EQ(host_memory(root.path()), 9000 * 1024);
  write("sys/fs/cgroup/slice/memory.max", "5000000\n");
  write("sys/fs/cgroup/slice/memory.current", "2000000\n");
  EXPECT_EQ(host_memory(root.path()), 3000000);
  write("sys/fs/cgroup/slice/memory.stat", "anon 7\nactive_file 300\ninactive_file 200\n");
  EXPECT_EQ(host_memory(root.path()), 3000500);
  write("sys/fs/cgroup/slice/service/memory.max", "900000\n");  // it is over its limit
  EXPECT_EQ(host_memory(root.path()), 0);
}

TEST(Memory, OfTheHostIsKnown) {
  EXPECT_TRUE(shares_host_memory(cpu().handle()));
  const auto have = available_memory(cpu().handle());
  ASSERT_TRUE(have.has_value());
  EXPECT_GT(*have, int64_t{100} << 20);
  EXPECT_LT(*have, int64_t{1} << 50);
  EXPECT_NO_THROW(check_memory(cpu().handle(), *have / 2, "half of it", ""));
}

}  // namespace
}  // namespace fusebox
