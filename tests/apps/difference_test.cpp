// When two devices' results are the same, near, or not.
#include "apps/difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "apps/elements.h"
#include "fusebox/base/error.h"
#include "fusebox/base/small_float.h"

namespace fusebox::apps {
namespace {

const float kNan = std::numeric_limits<float>::quiet_NaN(),
            kInfinity = std::numeric_limits<float>::infinity();

HostTensor floats(const std::vector<float>& values) {
  return HostTensor::of({static_cast<int64_t>(values.size())}, std::span(values));
}

HostTensor of_type(DType dtype, const std::vector<float>& values) {
  HostTensor tensor{{{static_cast<int64_t>(values.size())}, dtype}, {}};
  tensor.data.resize(static_cast<size_t>(tensor.shape.bytes()));
  encode_floats(dtype, values, tensor.data);
  return tensor;
}

TEST(Difference, CountsStepsBetweenNeighbours) {
  const float next = std::nextafter(std::nextafter(1.0F, 2.0F), 2.0F);
  const Difference found = difference(floats({1, next}), floats({1, 1}), {f32, 4});
  EXPECT_EQ(found.ulps, 2);
  EXPECT_EQ(found.absolute, 0x1p-22);
  EXPECT_EQ(found.relative, 0x1p-22);
  EXPECT_EQ(found.beyond, 0u);
  EXPECT_FALSE(found.same);
  // Across zero, and in a type of 8 bits.
  EXPECT_EQ(difference(floats({1e-45F}), floats({-1e-45F}), {f32, 4}).ulps, 2);
  EXPECT_EQ(difference(of_type(f8e4m3fn, {1}), of_type(f8e4m3fn, {1.25}), {f8e4m3fn, 4}).ulps, 2);
  EXPECT_EQ(difference(of_type(bf16, {256}), of_type(bf16, {258}), {bf16, 4}).ulps, 1);
}

TEST(Difference, LetsFloatsDifferByTheirSizeOrThatOfTheWhole) {
  // Root mean square 1: epsilon is 2^-23, so 4 epsilons are 4.8e-7.
  const HostTensor want = floats({1, -1, 1, 0, std::sqrt(2.0F), 1e-3F});
  EXPECT_EQ(difference(floats({1, -1, 1, 4e-7F, std::sqrt(2.0F), 1e-3F}), want, {f32, 4}).beyond, 0u);
  const HostTensor got = floats({1, -1, 1, 1e-6F, std::sqrt(2.0F), 2e-3F});
  const Difference far = difference(got, want, {f32, 4});
  EXPECT_EQ(far.beyond, 2u);
  EXPECT_EQ(far.worst, 5u);
  EXPECT_NE(difference_text(far, got, want)
                .find("DIFFERS: 2 of 6 beyond the tolerance, most at [5]: 0.002 and 0.001"),
            std::string::npos)
      << difference_text(far, got, want);
}

TEST(Difference, TakesNanAndInfinityAsTheyAre) {
  EXPECT_TRUE(difference(floats({kNan, kInfinity, 0}), floats({-kNan, kInfinity, -0.0F}), {f32, 0}).same);
  for (const auto& [got, want] :
       {std::pair(kNan, 1.0F), {1.0F, kNan}, {kInfinity, -kInfinity}, {kInfinity, 3e38F}})
    EXPECT_EQ(difference(floats({got}), floats({want}), {f32, 1e9}).beyond, 1u) << got << " " << want;
}

TEST(Difference, WantsIntegersEqual) {
  const std::vector<int32_t> got = {1, 2, 3, 4}, want = {1, 2, 5, 4};
  const HostTensor a = HostTensor::of({2, 2}, std::span(got)), b = HostTensor::of({2, 2}, std::span(want));
  EXPECT_TRUE(difference(a, a, {f32, 0}).same);
  const Difference found = difference(a, b, {f32, 1e9});
  EXPECT_EQ(
      difference_text(found, a, b),
      "largest difference 2, relative 0.4: DIFFERS: 1 of 4 beyond the tolerance, most at [1, 0]: 3 and 5");
}

TEST(Difference, WantsEqualShapes) { EXPECT_THROW(difference(floats({1}), floats({1, 2}), {f32, 0}), Error); }

TEST(Elements, AreShownAsTheyAre) {
  EXPECT_EQ(tensor_text(HostTensor::of({}, std::vector<float>{1.5F})), "f32[]\n1.5\n");
  EXPECT_EQ(tensor_text(floats({})), "f32[0]\n[]\n");
  EXPECT_EQ(tensor_text({{{int64_t{1} << 40, 0}, f32}, {}}), "f32[1099511627776, 0]\n[]\n");
  EXPECT_EQ(tensor_text({{{2}, i4}, {std::byte{0x0f}, std::byte{7}}}), "i4[2]\n[-1, 7]\n");
  EXPECT_EQ(tensor_text({{{2}, i1}, {std::byte{1}, std::byte{0}}}), "i1[2]\n[true, false]\n");
  HostTensor complex = floats({1, -2});
  complex.shape = {{1}, c64};
  EXPECT_EQ(tensor_text(complex), "complex<f32>[1]\n[1-2i]\n");
  HostTensor large{{{1}, u64}, std::vector<std::byte>(8, std::byte{0xff})};
  EXPECT_EQ(tensor_text(large), "ui64[1]\n[18446744073709551615]\n");
  std::vector<float> many(100, 2);
  many[7] = kNan;
  EXPECT_NE(tensor_text(floats(many)).find("from 2 to 2, mean 2, 1 NaN"), std::string::npos)
      << tensor_text(floats(many));
}

TEST(Elements, AreMadeUpWithinTheirRange) {
  for (const DType dtype : {i1, i2, i4, i8, i32, i64, u2, u4, u8, u64, f4e2m1fn, f8e5m2, f8e4m3fnuz,
                            f8e8m0fnu, bf16, f16, f32, f64, c64}) {
    const HostTensor tensor = made_up({{1000}, dtype}, 1);
    double least = INFINITY, greatest = -INFINITY;
    for (size_t i = 0; i < count_numbers(tensor); ++i) {
      least = std::min(least, number(tensor, i));
      greatest = std::max(greatest, number(tensor, i));
      ASSERT_FALSE(std::isnan(number(tensor, i))) << name(dtype);
    }
    EXPECT_LT(least, greatest) << name(dtype);
    const bool real = is_float(dtype) || is_complex(dtype);
    EXPECT_GE(least, real ? -1 : is_signed_integer(dtype) ? -8 : 0) << name(dtype);
    EXPECT_LE(greatest, real ? 1 : is_signed_integer(dtype) ? 7 : 15) << name(dtype);
    EXPECT_EQ(made_up({{1000}, dtype}, 1).data, tensor.data);
    EXPECT_NE(made_up({{1000}, dtype}, 2).data, tensor.data) << name(dtype);
  }
}

}  // namespace
}  // namespace fusebox::apps
