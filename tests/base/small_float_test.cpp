// Expected hashes come from ml_dtypes 0.5 (and NumPy's float16): every code decoded, and 6 × 65536 floats
// encoded, among them every tie of formats with up to 7 bits of mantissa.
#include "fusebox/base/small_float.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "fusebox/base/error.h"
#include "tests/base/fnv.h"

namespace fusebox {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Case {
  DType dtype;
  uint64_t decoded, encoded;
};

constexpr Case kCases[] = {
    {DType::f4e2m1fn, 0x00737516397f6465, 0x25c1eefe224941ad},
    {DType::f6e2m3fn, 0x437daba9a23d0825, 0x44c621a65df66635},
    {DType::f6e3m2fn, 0x4c67d1405afd0825, 0xd1eccb88e37f37a5},
    {DType::f8e3m4, 0xbc74072710fbb725, 0x8c976427404039a5},
    {DType::f8e4m3, 0xb0ba52aad84bb725, 0x412898fd1d3092a5},
    {DType::f8e4m3fn, 0x08993af4628bb725, 0xc375ea8b73d7af95},
    {DType::f8e4m3fnuz, 0x4065565af2abb725, 0x1dac1e0a4bbfdba5},
    {DType::f8e4m3b11fnuz, 0x8b5af59376abb725, 0x25ca885b11b8dba5},
    {DType::f8e5m2, 0x00cee2838e6bb725, 0x24fa1c887625e425},
    {DType::f8e5m2fnuz, 0x39969815ceabb725, 0x679da7b77fdb6425},
    {DType::f8e8m0fnu, 0x56f9e0582b6bb725, 0xc17a060c5f0598a5},
    {DType::bf16, 0xae864f38855e2325, 0xd58e9db6ff571a25},
    {DType::f16, 0xa29fcd307f1d2325, 0x9fbebd6a1275bae5},
};

// NaN differ in payload between implementations; here each is the same.
uint32_t canonical_bits(float value) {
  return std::isnan(value) ? 0x7fc00000u : std::bit_cast<uint32_t>(value);
}

TEST(SmallFloat, DecodesEveryCodeAsMlDtypesDoes) {
  for (const Case& row : kCases) {
    Fnv hash;
    for (uint32_t code = 0; code < 1u << info(row.dtype).bits; ++code)
      hash.add(canonical_bits(decode_float(row.dtype, code)));
    EXPECT_EQ(hash.hash(), row.decoded) << name(row.dtype);
  }
}

// NaN have a test of their own. In f8e8m0fnu, ml_dtypes rounds f32's subnormals up, also where the value
// below is nearer; we do not.
bool skipped(DType dtype, float value) {
  return std::isnan(value) || (dtype == DType::f8e8m0fnu && std::fpclassify(value) == FP_SUBNORMAL);
}

TEST(SmallFloat, EncodesAsMlDtypesDoes) {
  for (const Case& row : kCases) {
    Fnv hash;
    for (const uint32_t low : {0u, 1u, 0x1000u, 0x7fffu, 0x8000u, 0x8001u})
      for (uint32_t high = 0; high < 65536; ++high) {
        const float value = std::bit_cast<float>(high << 16 | low);
        hash.add(skipped(row.dtype, value) ? 0 : encode_float(row.dtype, value));
      }
    EXPECT_EQ(hash.hash(), row.encoded) << name(row.dtype);
  }
}

TEST(SmallFloat, EncodesNanAsTheFormatAllows) {
  EXPECT_EQ(encode_float(DType::f8e5m2, kNan), 0x7eu);
  EXPECT_EQ(encode_float(DType::f8e4m3, -kNan), 0xfcu);
  EXPECT_EQ(encode_float(DType::f8e3m4, kNan), 0x78u);
  EXPECT_EQ(encode_float(DType::f8e4m3fn, kNan), 0x7fu);
  EXPECT_EQ(encode_float(DType::f8e4m3fnuz, kNan), 0x80u);
  EXPECT_EQ(encode_float(DType::f8e8m0fnu, kNan), 0xffu);
  EXPECT_EQ(encode_float(DType::f4e2m1fn, kNan), 0x8u);
  EXPECT_EQ(encode_float(DType::f6e3m2fn, -kNan), 0x0u);
  EXPECT_EQ(f32_to_bf16(-kNan), 0xffc0u);
  EXPECT_EQ(f32_to_f16(kNan), 0x7e00u);
}

TEST(SmallFloat, SaturatesOrNotAsTheFormatSays) {
  EXPECT_EQ(decode_float(DType::f4e2m1fn, encode_float(DType::f4e2m1fn, 1e9)), 6.0f);
  EXPECT_EQ(decode_float(DType::f8e5m2, encode_float(DType::f8e5m2, -1e9)), -kInfinity);
  EXPECT_TRUE(std::isnan(decode_float(DType::f8e4m3fn, encode_float(DType::f8e4m3fn, 1e9))));
  EXPECT_EQ(decode_float(DType::f8e4m3fn, encode_float(DType::f8e4m3fn, 448)), 448.0f);
}

TEST(SmallFloat, RoundsSubnormalsToTheNearestPowerOfTwo) {
  EXPECT_EQ(encode_float(DType::f8e8m0fnu, 0x1.2p-127), 0u);
  EXPECT_EQ(encode_float(DType::f8e8m0fnu, 0x1.8p-127), 1u);
  EXPECT_EQ(encode_float(DType::f8e8m0fnu, 1e-40), 0u);
}

// One rounding from f64, not two by way of f32: 1 + 2^-8 + 2^-40 is just above the tie of bf16.
TEST(SmallFloat, RoundsDoublesOnce) {
  EXPECT_EQ(encode_float(DType::bf16, 1 + 0x1p-8), 0x3f80u);
  EXPECT_EQ(encode_float(DType::bf16, 1 + 0x1p-8 + 0x1p-40), 0x3f81u);
  EXPECT_EQ(encode_float(DType::f32, 1e300), 0x7f800000u);
  EXPECT_EQ(encode_float(DType::f16, 5e-324), 0u);
}

TEST(SmallFloat, FastAndSlowPathsAgree) {
  for (const DType dtype : {DType::bf16, DType::f16}) {
    std::vector<float> values;
    for (uint32_t i = 0; i < 1u << 20; ++i) values.push_back(std::bit_cast<float>(i * 4093u));
    std::vector<std::byte> packed(values.size() * 2);
    encode_floats(dtype, values, packed);
    std::vector<float> back(values.size());
    decode_floats(dtype, packed, back);
    for (size_t i = 0; i < values.size(); ++i) {
      uint16_t code;
      std::memcpy(&code, &packed[2 * i], 2);
      ASSERT_EQ(code, encode_float(dtype, values[i])) << name(dtype) << " " << values[i];
      ASSERT_EQ(canonical_bits(back[i]), canonical_bits(decode_float(dtype, code)));
    }
  }
}

TEST(SmallFloat, ConvertsManyOfAnyType) {
  const std::vector<float> values = {0, 1, -0.5f, 3, 1.75f};
  for (const DType dtype : {DType::f32, DType::f64, DType::f8e5m2, DType::f16}) {
    std::vector<std::byte> packed(values.size() * byte_size(dtype));
    encode_floats(dtype, values, packed);
    std::vector<float> back(values.size());
    decode_floats(dtype, packed, back);
    EXPECT_EQ(back, values) << name(dtype);
  }
  std::vector<float> two(2);
  EXPECT_THROW(decode_floats(DType::bf16, std::vector<std::byte>(5), two), Error);
  EXPECT_THROW(decode_floats(DType::i32, std::vector<std::byte>(8), two), Error);
}

}  // namespace
}  // namespace fusebox
