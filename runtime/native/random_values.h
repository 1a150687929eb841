// What distributions are made of: uniform values, and normal ones from them.
#ifndef DISTAFF_RANDOM_VALUES_H_
#define DISTAFF_RANDOM_VALUES_H_

#include "random_formats.h"
#include "threefry.h"

namespace distaff {

/** A uniform value u of [0, 1) as one of [lo, hi). */
template <typename F>
DISTAFF_INLINE float Scale(float u, float lo, float hi) {
  const float x = F::MultiplyAdd(u, F::Round(hi - lo), lo);
  return lo > x ? lo : x;
}

/** A normal value from the error function's value there. */
template <typename F>
DISTAFF_INLINE float NormalOf(float erf) {
  return F::Round(F::Round(1.41421356f) * F::Round(ErfInv(erf)));
}

/** random.uniform(key, []). */
DISTAFF_INLINE float UnitOf(Words key, bool partitionable) {
  return Float32::Unit(Counter{key, partitionable, 1}.Word(0));
}

/** random.normal(key, []). */
DISTAFF_INLINE float NormalOf(Words key, bool partitionable) {
  return NormalOf<Float32>(Scale<Float32>(UnitOf(key, partitionable), -1.0f + Float32::kEpsNeg, 1.0f));
}

/** random.split(key, count)[index]. */
DISTAFF_INLINE Words SplitOf(Words key, bool partitionable, uint64_t count, uint64_t index) {
  if (partitionable) return Threefry2x32(key, {static_cast<uint32_t>(index >> 32), static_cast<uint32_t>(index)});
  const Counter words{key, false, 2 * count};
  return {words.Word(2 * index), words.Word(2 * index + 1)};
}

}  // namespace distaff

#endif  // DISTAFF_RANDOM_VALUES_H_
