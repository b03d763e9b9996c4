#include "apps/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/elements.h"
#include "fusebox/base/error.h"

namespace fusebox::apps {
namespace {

double root_mean_square(const HostTensor& tensor) {
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < count_numbers(tensor); ++i) {
    const double value = number(tensor, i);
    if (!std::isfinite(value)) continue;
    sum += value * value;
    ++count;
  }
  return count == 0 ? 0 : std::sqrt(sum / static_cast<double>(count));
}

std::string index_text(const Shape& shape, size_t element) {
  std::vector<int64_t> index(shape.dims.size());
  for (size_t axis = index.size(); axis-- > 0;) {
    index[axis] = static_cast<int64_t>(element) % shape.dims[axis];
    element /= static_cast<size_t>(shape.dims[axis]);
  }
  return to_string(index);
}

class Comparison {
 public:
  Comparison(const HostTensor& got, const HostTensor& want, const Tolerance& tolerance)
      : got_(got),
        want_(want),
        floats_(is_float(number_type(got.shape.dtype))),
        relative_(tolerance.relative()) {
    if (floats_) scale_ = root_mean_square(want);
  }

  Difference run() {
    for (size_t i = 0; i < count_numbers(got_); ++i) floats_ ? compare_floats(i) : compare_others(i);
    return found_;
  }

 private:
  // `excess`: how many times the difference is what it may be.
  void note(size_t index, double excess) {
    if (excess > 1) ++found_.beyond;
    if (excess > 1 && excess > worst_) {
      worst_ = excess;
      found_.worst = index;
    }
  }

  void measure(double apart, double size) {
    found_.same = false;
    found_.absolute = std::max(found_.absolute, apart);
    if (size != 0) found_.relative = std::max(found_.relative, apart / size);
  }

  void compare_others(size_t index) {
    const std::string got = element_text(got_, index), want = element_text(want_, index);
    if (got == want) return;
    const double size = number(want_, index), apart = std::abs(number(got_, index) - size);
    measure(apart, std::abs(size));
    note(index, INFINITY);
  }

  void compare_floats(size_t index) {
    const double got = number(got_, index), want = number(want_, index);
    if (got == want || (std::isnan(got) && std::isnan(want))) return;
    if (!std::isfinite(got) || !std::isfinite(want)) {
      measure(INFINITY, 0);
      return note(index, INFINITY);
    }
    const double apart = std::abs(got - want), allowed = relative_ * std::max(std::abs(want), scale_);
    measure(apart, std::abs(want));
    const Place steps = place(got_, index) - place(want_, index);
    found_.ulps = std::max(found_.ulps, std::abs(static_cast<double>(steps)));
    note(index, allowed > 0 ? apart / allowed : INFINITY);
  }

  const HostTensor &got_, &want_;
  bool floats_;
  double relative_, scale_ = 0, worst_ = 0;
  Difference found_;
};

}  // namespace

double Tolerance::relative() const { return std::ldexp(epsilons, -info(dtype).mantissa_bits); }

std::string Tolerance::text() const {
  return fmt::format("{} epsilons of {} ({:.2g})", epsilons, name(dtype), relative());
}

Tolerance tolerance_for(DType dtype) {
  const int digits = info(dtype).mantissa_bits;
  return {dtype, digits > 20 ? 256. : digits > 8 ? 8. : digits > 4 ? 4. : 2.};
}

Difference difference(const HostTensor& got, const HostTensor& want, const Tolerance& tolerance) {
  if (got.shape != want.shape)
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got {}, want {}", to_string(got.shape), to_string(want.shape)));
  return Comparison(got, want, tolerance).run();
}

std::string difference_text(const Difference& difference, const HostTensor& got, const HostTensor& want) {
  if (difference.same) return "equal";
  std::string text =
      fmt::format("largest difference {:.2g}, relative {:.2g}", difference.absolute, difference.relative);
  if (is_float(number_type(got.shape.dtype))) text += fmt::format(", {:.7g} ULP", difference.ulps);
  if (difference.beyond == 0) return text + ": ok";
  const size_t element = is_complex(got.shape.dtype) ? difference.worst / 2 : difference.worst;
  return text + fmt::format(": DIFFERS: {} of {} beyond the tolerance, most at {}: {} and {}",
                            difference.beyond, count_numbers(got), index_text(got.shape, element),
                            element_text(got, element), element_text(want, element));
}

}  // namespace fusebox::apps
