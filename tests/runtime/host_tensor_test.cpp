// Tensors on the host: making, reading, printing.
#include "fusebox/runtime/host_tensor.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/file_builders.h"

namespace fusebox {
namespace {

std::string printed(const HostTensor& tensor) {
  std::ostringstream out;
  out << tensor;
  return out.str();
}

HostTensor of_bytes(Shape shape, std::string_view bytes) {
  const auto data = std::as_bytes(std::span(bytes));
  return {std::move(shape), {data.begin(), data.end()}};
}

TEST(HostTensor, PrintsAsItIsIndexed) {
  EXPECT_EQ(printed(HostTensor::of({2, 2}, std::vector{1.0f, 2.5f, -3.0f, 4.0f})),
            "f32[2, 2]\n[[1, 2.5],\n [-3, 4]]");
  EXPECT_EQ(printed(HostTensor::of({}, std::vector{7})), "i32[]\n7");
  EXPECT_EQ(printed(HostTensor::of({2, 0}, std::vector<float>())), "f32[2, 0]\n[[],\n []]");
}

TEST(HostTensor, CutsLongRowsInTheMiddle) {
  std::vector<int32_t> values(100);
  for (int i = 0; i < 100; ++i) values[static_cast<size_t>(i)] = i;
  EXPECT_EQ(printed(HostTensor::of({100}, values)), "i32[100]\n[0, 1, 2, 3, …, 96, 97, 98, 99]");
}

TEST(HostTensor, ConvertsEveryRealType) {
  EXPECT_EQ(of_bytes({{2}, i8}, raw_bytes<int8_t>({-1, 5})).to_floats(), (std::vector<float>{-1, 5}));
  EXPECT_EQ(of_bytes({{2}, u8}, raw_bytes<uint8_t>({255, 5})).to_floats(), (std::vector<float>{255, 5}));
  EXPECT_EQ(of_bytes({{1}, i16}, raw_bytes<int16_t>({-300})).to_floats(), std::vector<float>{-300});
  EXPECT_EQ(of_bytes({{1}, u32}, raw_bytes<uint32_t>({1u << 31})).to_floats(),
            std::vector<float>{2147483648.0f});
  EXPECT_EQ(of_bytes({{1}, i64}, raw_bytes<int64_t>({-7})).to_floats(), std::vector<float>{-7});
  EXPECT_EQ(of_bytes({{1}, f64}, raw_bytes<double>({0.5})).to_floats(), std::vector<float>{0.5});
  EXPECT_EQ(of_bytes({{1}, bf16}, raw_bytes<uint16_t>({0x3fc0})).to_floats(), std::vector<float>{1.5});
  EXPECT_EQ(of_bytes({{1}, f16}, raw_bytes<uint16_t>({0xc000})).to_floats(), std::vector<float>{-2});
  EXPECT_EQ(of_bytes({{2}, i1}, raw_bytes<uint8_t>({1, 0})).to_floats(), (std::vector<float>{1, 0}));
  EXPECT_EQ(error_of([] { of_bytes({{1}, c64}, std::string(8, '\0')).to_floats(); }).kind(),
            ErrorKind::kUnsupported);
}

TEST(HostTensor, SaysWhatItGotAndWanted) {
  const Error count = error_of([] { HostTensor::of({2, 3}, std::vector<float>(5)); });
  EXPECT_EQ(count.kind(), ErrorKind::kShapeMismatch);
  EXPECT_EQ(count.message(), "got 5 values, want [2, 3]");
  const Error type = error_of([] { HostTensor::of({1}, std::vector<float>(1)).as<int32_t>(); });
  EXPECT_EQ(type.kind(), ErrorKind::kDTypeMismatch);
  EXPECT_EQ(type.message(), "got f32[1], asked for i32");
  EXPECT_EQ(error_of([] { HostTensor::of({-1, 4}, std::vector<float>(4)); }).kind(),
            ErrorKind::kInvalidArgument);
}

// Shape and data are a user's own to set.
TEST(HostTensor, WithTooLittleDataIsNotReadPastItsEnd) {
  const HostTensor lying = {{{1000}, f32}, std::vector<std::byte>(8)};
  for (const Error& error : {error_of([&] { lying.to_floats(); }), error_of([&] { printed(lying); })}) {
    EXPECT_EQ(error.kind(), ErrorKind::kShapeMismatch);
    EXPECT_EQ(error.message(), "f32[1000] has 8 bytes of data, want 4000");
  }
  EXPECT_EQ(lying.as<float>().size(), 2u);  // what is there
}

TEST(HostTensor, IsReadAsEveryIntegerType) {
  EXPECT_EQ(of_bytes({{1}, i16}, raw_bytes<int16_t>({-300})).as<int16_t>()[0], -300);
  EXPECT_EQ(of_bytes({{1}, u16}, raw_bytes<uint16_t>({65535})).as<uint16_t>()[0], 65535);
}

TEST(Outputs, AreFoundByNameAndPrinted) {
  const Outputs outputs(
      {{"first", HostTensor::of({1}, std::vector{1})}, {"second", HostTensor::of({1}, std::vector{2})}});
  EXPECT_EQ(outputs["second"].as<int32_t>()[0], 2);
  EXPECT_EQ(outputs[0].as<int32_t>()[0], 1);
  const Error error = error_of([&] { outputs["secnd"]; });
  EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(contains(error.message(), "second")) << error.what();
  EXPECT_EQ(error_of([&] { outputs[2]; }).kind(), ErrorKind::kInvalidArgument);
  std::ostringstream out;
  out << outputs;
  EXPECT_EQ(out.str(), "first: i32[1]\n[1]\nsecond: i32[1]\n[2]\n");
}

}  // namespace
}  // namespace fusebox
