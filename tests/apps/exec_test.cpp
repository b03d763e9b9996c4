// fusebox exec: programs from text, on one device or two.
#include <gtest/gtest.h>

#include <filesystem>

#include "fusebox/base/npy.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

constexpr const char* kProgram = R"(
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xi32>) -> (tensor<2x3xf32>, tensor<3xi32>) {
  %0 = stablehlo.add %x, %x : tensor<2x3xf32>
  %1 = stablehlo.negate %y : tensor<3xi32>
  return %0, %1 : tensor<2x3xf32>, tensor<3xi32>
}
)";

// A sum that two compilers do in different order.
constexpr const char* kSum = R"(
func.func @main(%x: tensor<100000xf32>) -> tensor<f32> {
  %0 = stablehlo.constant dense<0.0> : tensor<f32>
  %1 = stablehlo.reduce(%x init: %0) applies stablehlo.add across dimensions = [0] : (tensor<100000xf32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}
)";

template <typename T>
std::vector<std::byte> raw(const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  return {first, first + values.size() * sizeof(T)};
}

class Exec : public testing::Test {
 protected:
  void SetUp() override {
    if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  }

  // On our own plugin, unless `more` says otherwise.
  Ran exec(const std::string& text, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"exec", folder_.write("program.mlir", text)};
    if (std::find(more.begin(), more.end(), "--plugin") == more.end())
      arguments.insert(arguments.end(), {"--plugin", kOwnPluginPath});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }

  std::string npy(const std::string& name, const Shape& shape, const std::vector<std::byte>& data) {
    write_npy(folder_ / name, shape, data);
    return folder_ / name;
  }

  const TemporaryFolder folder_;
};

TEST_F(Exec, RunsOnFilesAndWritesFiles) {
  const std::string x = npy("x.npy", {{2, 3}, f32}, raw<float>({1, 2, 3, 4, 5, 6}));
  const std::string y = npy("y.npy", {{3}, i32}, raw<int32_t>({7, -8, 9}));
  const Ran ran = exec(kProgram, {"--input", x, "--input", y, "--output", folder_ / "out/deep"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "result 0: f32[2, 3]\n[[2, 4, 6],\n [8, 10, 12]]\nresult 1: i32[3]\n[-7, 8, -9]\n");
  EXPECT_EQ(read_npy(folder_ / "out/deep/result_0.npy").data, raw<float>({2, 4, 6, 8, 10, 12}));
  EXPECT_EQ(read_npy(folder_ / "out/deep/result_1.npy").data, raw<int32_t>({-7, 8, -9}));
  EXPECT_EQ(read_npy(folder_ / "out/deep/result_1.npy").shape, (Shape{{3}, i32}));
}

TEST_F(Exec, MakesInputsUpTheSameEveryTime) {
  const Ran ran = exec(kSum), again = exec(kSum);
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("inputs are made up"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, again.out);
  const Ran wide =
      exec("func.func @main(%x: tensor<1000xf32>) -> tensor<1000xf32> {\nreturn %x : tensor<1000xf32>\n}");
  EXPECT_NE(wide.out.find(" … "), std::string::npos) << wide.out;
  EXPECT_NE(wide.out.find("from -0.99"), std::string::npos) << wide.out;
  EXPECT_LT(wide.out.size(), 300u);
}

TEST_F(Exec, ReadsAndWritesWhatNpyFilesLackAsWhatTheyHave) {
  const std::string text =
      "func.func @main(%x: tensor<2xbf16>) -> tensor<2xbf16> {\n"
      "%0 = stablehlo.add %x, %x : tensor<2xbf16>\nreturn %0 : tensor<2xbf16>\n}";
  const std::string x = npy("x.npy", {{2}, f32}, raw<float>({1.5, -256}));
  const Ran ran = exec(text, {"--input", x, "--output", folder_ / "out"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("result_0.npy, as f32"), std::string::npos) << ran.err;
  EXPECT_EQ(read_npy(folder_ / "out/result_0.npy").data, raw<float>({3, -512}));
  EXPECT_NE(
      exec(text, {"--input", npy("y.npy", {{2}, f64}, raw<double>({1, 2}))}).err.find("want bf16[2], as f32"),
      std::string::npos);
}

TEST_F(Exec, ComparesDevices) {
  std::string results, types;
  std::string text = "func.func @main(";
  int count = 0;
  for (const char* type :
       {"i1", "i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64", "bf16", "f16", "f32", "f64"}) {
    const std::string name = "%a" + std::to_string(count++), comma = count > 1 ? ", " : "";
    text += comma + name + ": tensor<4x" + type + ">";
    results += comma + name;
    types += comma + "tensor<4x" + type + ">";
  }
  const Ran ran =
      exec(text + ") -> (" + types + ") {\nreturn " + results + " : " + types + "\n}", {"--check"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find(kOwnPluginPath), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("pjrt_c_api_cpu_plugin.so: compiled"), std::string::npos) << ran.err;
  for (int i = 0; i < count; ++i)
    EXPECT_NE(ran.out.find("result " + std::to_string(i) + ": equal\n"), std::string::npos) << ran.out;
}

TEST_F(Exec, SaysHowFarDevicesAreApart) {
  const Ran near = exec(kSum, {"--check"});
  EXPECT_EQ(near.code, 0) << near.out;
  EXPECT_NE(near.out.find("256 epsilons of f32 (3.1e-05)"), std::string::npos) << near.out;
  EXPECT_NE(near.out.find(" ULP: ok"), std::string::npos) << near.out;
  const Ran far = exec(kSum, {"--check", "--tolerance", "0", "--against", kPluginPath});
  EXPECT_EQ(far.code, 1);
  EXPECT_NE(far.out.find("DIFFERS: 1 of 1 beyond the tolerance, most at []"), std::string::npos) << far.out;
  const Ran same = exec(kSum, {"--check", "--tolerance", "0", "--against", kOwnPluginPath});
  EXPECT_EQ(same.code, 0);
  EXPECT_NE(same.out.find("result 0: equal"), std::string::npos) << same.out;
}

TEST_F(Exec, LeavesPassesOutAndTimesTheOthers) {
  const Ran ran =
      exec(kSum, {"--time-passes", "--disable-pass", "eliminate-dead-code", "--disable-pass", "fusion"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("\ninline-calls"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("\nmachine code"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find("eliminate-dead-code"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, exec(kSum).out);
  const Ran unknown = exec(kSum, {"--disable-pass", "fussion"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_NE(unknown.err.find("no pass is called 'fussion'; there are fusion, "), std::string::npos)
      << unknown.err;
  const Ran other = exec(kSum, {"--disable-pass", "fusion", "--plugin", kPluginPath});
  EXPECT_EQ(other.code, 3);
  EXPECT_NE(other.err.find("fusebox's own plugin"), std::string::npos) << other.err;
}

TEST_F(Exec, ShowsWhereAProgramIsWrong) {
  const Ran ran = exec(
      "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n  %0 = stablehlo.add %x, %z : tensor<2xf32>\n");
  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.err.find("program.mlir:2:26:"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("%z : tensor<2xf32>\n                           ^"), std::string::npos) << ran.err;
  EXPECT_NE(exec("func.func @other() {\nreturn\n}").err.find("no function @main"), std::string::npos);
  EXPECT_EQ(exec("").code, 3);
  EXPECT_EQ(run_program({"exec", "/nowhere/program.mlir"}).code, 3);
  EXPECT_EQ(run_program({"exec"}).code, 2);
}

TEST_F(Exec, RefusesInputsThatDoNotFit) {
  const std::string x = npy("x.npy", {{2, 3}, f32}, raw<float>({1, 2, 3, 4, 5, 6}));
  const std::string y = npy("y.npy", {{3}, i32}, raw<int32_t>({7, -8, 9}));
  const std::string flat = npy("flat.npy", {{6}, f32}, raw<float>({1, 2, 3, 4, 5, 6}));
  const std::string wide = npy("wide.npy", {{3}, i64}, raw<int64_t>({7, -8, 9}));
  const std::string cut = folder_.write("cut.npy", read_file(x).substr(0, 140));
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{x}, "got 1 of --input, the program takes 2: f32[2, 3], i32[3]"},
      {{flat, y}, "flat.npy: got f32[6], want f32[2, 3] for input 0"},
      {{x, wide}, "wide.npy: got i64[3], want i32[3] for input 1"},
      {{cut, y}, "cut.npy at byte 128: f32[2, 3] takes 24 bytes, 12 are there: the file is cut short"},
      {{x, "/nowhere/y.npy"}, "/nowhere/y.npy"},
  };
  for (const auto& [files, message] : cases) {
    std::vector<std::string> flags;
    for (const std::string& file : files) flags.insert(flags.end(), {"--input", file});
    const Ran ran = exec(kProgram, flags);
    EXPECT_NE(ran.code, 0) << message;
    EXPECT_NE(ran.err.find(message), std::string::npos) << ran.err;
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(Exec, RefusesWhatNoMachineHolds) {
  const Ran huge = exec(
      "func.func @main(%x: tensor<1000000000000xf32>) -> tensor<1000000000000xf32> {\nreturn %x : "
      "tensor<1000000000000xf32>\n}");
  EXPECT_EQ(huge.code, 5) << huge.err;
  const std::string file = folder_.write("file", "");
  const Ran ran = exec(kSum, {"--output", file});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find(file), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace fusebox::apps
