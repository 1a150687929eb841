// float32 functions with the very bits of XLA's CPU kernels: every step rounds to float32, and a multiply-add is fused
// exactly where XLA fuses it. test/golden/scripts/xla_cpu_f32.py is the same in NumPy.
#ifndef DISTAFF_XLA_MATH_H_
#define DISTAFF_XLA_MATH_H_

#include <cstdint>
#include <cstring>
#include <limits>

#include "vectorize.h"

namespace distaff {

DISTAFF_INLINE float FromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

DISTAFF_INLINE uint32_t ToBits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

/** a * b + c, rounded once. */
DISTAFF_INLINE float Fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

DISTAFF_INLINE float Abs(float x) { return __builtin_fabsf(x); }

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/** Cephes' logf: three interleaved polynomials. */
DISTAFF_INLINE float Log(float v) {
  const float smallest = FromBits(0x00800000);
  const uint32_t bits = ToBits(v > smallest ? v : smallest);
  const float m = FromBits((bits & 0x807FFFFF) | 0x3F000000);
  const bool low = m < FromBits(0x3F3504F3);  // sqrt(1/2)
  const float e = (static_cast<float>(static_cast<int32_t>(bits >> 23) - 127) + 1.0f) - (low ? 1.0f : 0.0f);
  const float x = (m - 1.0f) + (low ? m : 0.0f);
  const float x2 = x * x;
  const float x3 = x2 * x;
  float y0 = Fma(x, FromBits(0x3D9021BB), FromBits(0xBDEBD1B8));
  float y1 = Fma(x, FromBits(0xBDFE5D4F), FromBits(0x3E11E9BF));
  float y2 = Fma(x, FromBits(0x3E4CCEAC), FromBits(0xBE7FFFFC));
  y0 = Fma(y0, x, FromBits(0x3DEF251A));
  y1 = Fma(y1, x, FromBits(0xBE2AAE50));
  y2 = Fma(y2, x, FromBits(0x3EAAAAAA));
  y0 = Fma(y0, x3, y1);
  y0 = Fma(y0, x3, y2);
  y0 = Fma(y0, x3, e * FromBits(0xB95E8083));
  const float sum = Fma(-x2, 0.5f, x) + y0;
  const float result = Fma(e, FromBits(0x3F318000), sum);
  return v == 0.0f ? -kInfinity : !(v > 0.0f) ? kNaN : v == kInfinity ? kInfinity : result;
}

/** log(1 + x): a rational function for small x (Cephes' log1p). */
DISTAFF_INLINE float Log1p(float x) {
  const float large = Log(x + 1.0f);
  const float x2 = x * x;
  float d = Fma(1.0f, x, FromBits(0x417101AD));
  d = Fma(d, x, FromBits(0x42A6185B));
  d = Fma(d, x, FromBits(0x435DC32D));
  d = Fma(d, x, FromBits(0x439A8CA3));
  d = Fma(d, x, FromBits(0x43586D8A));
  d = Fma(d, x, FromBits(0x42707982));
  float n = Fma(4.5270000862445199635215e-5f, x, FromBits(0x3EFF40C5));
  n = Fma(n, x, FromBits(0x40D284FA));
  n = Fma(n, x, FromBits(0x41EF4B9C));
  n = Fma(n, x, FromBits(0x4273CC76));
  n = Fma(n, x, FromBits(0x426473AD));
  n = Fma(n, x, FromBits(0x41A05101));
  const float x3q = (x * x2) * (n / d);
  const float small = x + Fma(x2, -0.5f, x3q);
  return Abs(x) < FromBits(0x3ED413CD) ? small : large;  // sqrt(2) - 1
}

/** The inverse of erf (Giles, "Approximating the erfinv function", 2012). */
DISTAFF_INLINE float ErfInv(float x) {
  const float log = Log1p(x * -x);
  const bool central = log > -5.0f;
  const float w = central ? -2.5f - log : __builtin_sqrtf(-log) + -3.0f;
  const auto pick = [&](uint32_t a, uint32_t b) DISTAFF_VECTORIZED { return FromBits(central ? a : b); };
  float p = pick(0x32F16588, 0xB951F09B);
  p = Fma(p, w, pick(0x34B84B36, 0x38D3B56B));
  p = Fma(p, w, pick(0xB66C7357, 0x3AB0DC72));
  p = Fma(p, w, pick(0xB6935AC1, 0xBB70BDE7));
  p = Fma(p, w, pick(0x396532DB, 0x3BBC127B));
  p = Fma(p, w, pick(0xBAA45408, 0xBBF9C5D7));
  p = Fma(p, w, pick(0xBB88E4EF, 0x3C1AA57E));
  p = Fma(p, w, pick(0x3E7C8F63, 0x3F8036DB));
  p = Fma(p, w, pick(0x3FC02E2F, 0x40354F7E));
  return x * (Abs(x) == 1.0f ? kInfinity : p);
}

/** A rational function of x on [-3.74, 3.74], ±1 beyond. */
DISTAFF_INLINE float Erf(float x) {
  const float last = FromBits(0x406F9C68);
  const float clipped = x < -last ? -last : x > last ? last : x;
  const float x2 = clipped * clipped;
  float n = Fma(x2, FromBits(0x39702D51), FromBits(0x3B5F5DA2));
  n = Fma(n, x2, FromBits(0x3D50B6EB));
  n = Fma(n, x2, FromBits(0x3E3DA740));
  n = Fma(n, x2, FromBits(0x3F906EBA));
  float d = Fma(x2, FromBits(0xB3FD3906), FromBits(0x37C588DF));
  d = Fma(d, x2, FromBits(0x3A856D28));
  d = Fma(d, x2, FromBits(0x3C6687D4));
  d = Fma(d, x2, FromBits(0x3DE34C21));
  d = Fma(d, x2, FromBits(0x3EFEB44A));
  d = Fma(d, x2, 1.0f);
  const float inside = (clipped * n) / d;
  return Abs(x) >= last ? __builtin_copysignf(1.0f, x) : inside;
}

}  // namespace distaff

#endif  // DISTAFF_XLA_MATH_H_
