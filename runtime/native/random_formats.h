// The floating-point formats that random values are rounded to. Values of the narrow ones are held in floats.
#ifndef DISTAFF_RANDOM_FORMATS_H_
#define DISTAFF_RANDOM_FORMATS_H_

#include <cmath>

#include "xla_math.h"

namespace distaff {

/** JAX's finfo of a format, and how many random bits a value takes. */
template <int kRandomBits, int kMantissaBits, int kMinExponent>
struct Format {
  static constexpr int kWidth = kRandomBits;
  /** The random bits that a mantissa does not use. */
  static constexpr int kSpareBits = kRandomBits - kMantissaBits;
  /** The bits by which a float's mantissa is longer. */
  static constexpr int kLongerInFloat = 23 - kMantissaBits;
  static constexpr float kEps = 1.0f / (1 << kMantissaBits);
  static constexpr float kEpsNeg = kEps / 2;
  static constexpr float kTiny = __builtin_ldexpf(1.0f, kMinExponent);
  /** The least step around 0. XLA flushes numbers to 0 that are subnormal as floats. */
  static constexpr float kSubnormal = kMinExponent > -126 ? __builtin_ldexpf(1.0f, kMinExponent - kMantissaBits) : 0.0f;

  /** A uniform value of [0, 1). */
  static DISTAFF_INLINE float Unit(uint32_t bits) {
    return static_cast<float>(static_cast<int32_t>(bits >> kSpareBits)) * kEps;
  }
};

struct Float32 : Format<32, 23, -126> {
  static DISTAFF_INLINE float Round(float x) { return x; }
  static DISTAFF_INLINE float MultiplyAdd(float a, float b, float c) { return Fma(a, b, c); }
};

/** A format in which every operation rounds. */
template <typename Self, int kRandomBits, int kMantissaBits, int kMinExponent>
struct NarrowFormat : Format<kRandomBits, kMantissaBits, kMinExponent> {
  static float Round(float x) {
    if (std::fabs(x) < Self::kTiny) {
      return Self::kSubnormal > 0 ? std::nearbyint(x / Self::kSubnormal) * Self::kSubnormal : 0.0f;
    }
    const uint32_t bits = ToBits(x);
    const uint32_t half = (1u << (Self::kLongerInFloat - 1)) - 1 + (bits >> Self::kLongerInFloat & 1);
    const float rounded = FromBits((bits + half) >> Self::kLongerInFloat << Self::kLongerInFloat);
    return std::isnan(x) ? x : std::fabs(rounded) >= Self::kOverflow ? std::copysign(kInfinity, x) : rounded;
  }
  static float MultiplyAdd(float a, float b, float c) { return Round(Round(a * b) + c); }
};

struct Float16 : NarrowFormat<Float16, 16, 10, -14> {
  static constexpr float kOverflow = 65536.0f;
};

/** Takes 8 random bits: its mantissa has 7. */
struct BFloat16 : NarrowFormat<BFloat16, 8, 7, -126> {
  static constexpr float kOverflow = kInfinity;
};

/** The neighbour of x in its format, upwards or downwards (nextafter). */
template <typename F>
DISTAFF_INLINE float Next(float x, bool up) {
  const uint32_t step = 1u << F::kLongerInFloat;
  const float away = FromBits(ToBits(x) + step), towards = FromBits(ToBits(x) - step);
  const float small = up ? x + F::kSubnormal : x - F::kSubnormal;
  return Abs(x) < F::kTiny ? small : (x > 0.0f) == up ? away : towards;
}

}  // namespace distaff

#endif  // DISTAFF_RANDOM_FORMATS_H_
