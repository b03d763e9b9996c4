// erf and erf_inv, from plain ops. bf16, f16 and smaller floats are computed in f32.
//
// The coefficients were fitted in 60-digit arithmetic: rational functions of least squares, reweighted
// towards equal relative error. erf_inv in f32 is M. Giles, "Approximating the erfinv function" (GPU
// Computing Gems, 2011), which XLA uses too, so that normal() agrees with JAX.
#include <fmt/format.h>

#include <initializer_list>
#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"

namespace fusebox {
namespace {

// Coefficients from the constant term on.
Tensor polynomial(const Tensor& x, std::initializer_list<double> coefficients) {
  auto next = std::rbegin(coefficients);
  Tensor result = x.cx().full(x.dims(), Scalar{*next++}, x.dtype());
  for (; next != std::rend(coefficients); ++next) result = result * x + *next;
  return result;
}

// |error| below 7 units in the last place.
Tensor erf_f32(const Tensor& x) {
  const Tensor inner = clamp(-4, x, 4);
  const Tensor t = inner * inner;
  const Tensor top = polynomial(
      t, {1.128379141, 0.1933915408, 0.05308054671, 0.003876475701, 0.0002843650527, 1.987381827e-6});
  const Tensor bottom =
      polynomial(t, {1, 0.5047213869, 0.1152857132, 0.01519358878, 0.001183815833, 3.741581727e-5});
  return clamp(-1, inner * top / bottom, 1);
}

Tensor erf_f64(const Tensor& x) {
  const Tensor t = minimum(x * x, 1);
  const Tensor near =
      x *
      polynomial(t, {1.128379167095512575, 0.1435007704928000033, 0.04548283489589092574,
                     0.001877193838941065616, 0.0001968764187711778725, 7.738051236106813481e-8}) /
      polynomial(t, {1, 0.460507579967269516, 0.09381063958640984429, 0.0106925987327540169,
                     0.0006924493612616449152, 0.0000208080399384520211});
  const Tensor a = clamp(1, abs(x), 6);
  const Tensor complement =
      exp(-a * a) *
      polynomial(a, {0.9999999973067883153, 1.794213937267961841, 1.594289699637841181, 0.8768075443611293862,
                     0.3188844346853613693, 0.07661385371283593767, 0.01134778480958258376,
                     0.0008181899154967941138, 1.468402193956764579e-12}) /
      polynomial(
          a, {1, 2.922593073916691084, 3.892083003885263339, 3.098212046160782144, 1.621289593604753043,
              0.5752631232929880014, 0.1365197298413650934, 0.02011341948021693781, 0.001450204038376483019});
  return where(abs(x) < 1, near, sign(x) * (1 - complement));
}

Tensor erf_inv_f32(const Tensor& x) {
  const Tensor w = -log1p(-x * x);
  const Tensor near =
      polynomial(w - 2.5, {1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087,
                           -4.39150654e-06, -3.5233877e-06, 3.43273939e-07, 2.81022636e-08});
  const Tensor far =
      polynomial(sqrt(w) - 3, {2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773,
                               -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257});
  return x * where(w < 5, near, far);
}

Tensor erf_inv_f64(const Tensor& x) {
  const Tensor w = -log1p(-x * x);
  const Tensor s = sqrt(w);
  const Tensor near =
      polynomial(w, {0.8862269254527580171, 0.3491527870938737531, 0.09326119608547831042,
                     0.01794252904069278023, 0.002552397315213136823, 0.0002746014328378803318,
                     0.00002175222703745816202, 1.156137539580452192e-6, 3.18582548345918141e-8}) /
      polynomial(w, {1, 0.1321773432909132118, 0.05759800625712631332, 0.006079193221841410581,
                     0.001030676376569990701, 0.00007906544723041171723, 5.52221278519146016e-6,
                     2.343907993389494546e-7, 1.937908325691593085e-9});
  const Tensor middle =
      polynomial(s - 2.9, {2.732911975686389969, 0.9995322481761354669, 0.01211761075555073786,
                           -0.01030377750238565977, 0.00769010177667710585, -0.004461755801035482249,
                           0.001490578421218670501, 0.0001562239396962417285, -0.0004840598030068511165,
                           0.000234195350130200544, -5.39527102857421844e-6, -0.00005295830516092478997,
                           0.00002730531814093521073, -1.143077639075614636e-6, -5.674111863047342449e-6,
                           2.676366028690151047e-6, 2.591569560561011566e-7, -4.46746695066209958e-7});
  const Tensor far =
      polynomial(s - 4.9, {4.748875190560014217, 1.010321443724069918, -0.000069446741354669766,
                           -0.0002474905434982822185, 0.0000865514842452986774, -0.00002261965807597792812,
                           5.291904474034782326e-6, -1.20480740582442173e-6, 3.051491505535074145e-7,
                           -1.066006745030105784e-7, 5.332177046388439528e-8, -2.83679571025357213e-8,
                           1.252833744895280446e-8, -5.421642564644711198e-9, 2.70418410834823412e-9,
                           -6.429623327753638545e-10, -2.312885661231940492e-10, 1.128927594673050959e-10});
  return x * where(w < 5, near, where(s < 3.6, middle, far));
}

template <typename Narrow, typename Wide>
Tensor by_width(std::string_view name, const Arg& x, Narrow&& narrow, Wide&& wide) {
  return in_op(name, {x}, [&] {
    const Tensor& from = tensor_of(x);
    if (!is_float(from.dtype()))
      throw Error(ErrorKind::kDTypeMismatch,
                  fmt::format("got {}, want a float type", to_string(from.shape())))
          .hint("convert it: convert(x, f32)");
    if (from.dtype() == f64) return wide(from);
    return convert(narrow(convert(from, f32)), from.dtype());
  });
}

}  // namespace

Tensor erf(const Arg& x) { return by_width("erf", x, erf_f32, erf_f64); }

Tensor erf_inv(const Arg& x) {
  const auto with_ends = [](const auto& inner) {
    return [&inner](const Tensor& y) {
      const Tensor end = y * std::numeric_limits<double>::infinity();
      return where(abs(y) == 1, end, inner(y));
    };
  };
  return by_width("erf_inv", x, with_ends(erf_inv_f32), with_ends(erf_inv_f64));
}

}  // namespace fusebox
