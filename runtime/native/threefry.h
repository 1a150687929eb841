// The hash behind jax.random: Threefry 2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011), and the two ways in which JAX counts with it.
#ifndef DISTAFF_THREEFRY_H_
#define DISTAFF_THREEFRY_H_

#include <cstdint>

#include "vectorize.h"

namespace distaff {

/** Two uint32 words: a key, a counter, or a hash. */
struct Words {
  uint32_t first;
  uint32_t second;
};

DISTAFF_INLINE uint32_t RotateLeft(uint32_t x, int bits) { return (x << bits) | (x >> (32 - bits)); }

/** Four rounds and the key injection after them. */
template <int r0, int r1, int r2, int r3>
DISTAFF_INLINE void FourRounds(uint32_t& x0, uint32_t& x1, uint32_t inject0, uint32_t inject1) {
  x0 += x1, x1 = RotateLeft(x1, r0) ^ x0;
  x0 += x1, x1 = RotateLeft(x1, r1) ^ x0;
  x0 += x1, x1 = RotateLeft(x1, r2) ^ x0;
  x0 += x1, x1 = RotateLeft(x1, r3) ^ x0;
  x0 += inject0, x1 += inject1;
}

DISTAFF_INLINE Words Threefry2x32(Words key, Words count) {
  const uint32_t k0 = key.first, k1 = key.second, k2 = k0 ^ k1 ^ 0x1BD11BDA;
  uint32_t x0 = count.first + k0, x1 = count.second + k1;
  FourRounds<13, 15, 26, 6>(x0, x1, k1, k2 + 1);
  FourRounds<17, 29, 16, 24>(x0, x1, k2, k0 + 2);
  FourRounds<13, 15, 26, 6>(x0, x1, k0, k1 + 3);
  FourRounds<17, 29, 16, 24>(x0, x1, k1, k2 + 4);
  FourRounds<13, 15, 26, 6>(x0, x1, k2, k0 + 5);
  return {x0, x1};
}

/** How a key becomes an array of random words (jax_threefry_partitionable). */
struct Counter {
  Words key;
  /** True: word i hashes the 64-bit count i. Else, the original way, words i and i + n/2 hash their two counts. */
  bool partitionable;
  /** How many 32-bit words the whole array takes. */
  uint64_t words;

  /** Word `index` of the array. */
  DISTAFF_INLINE uint32_t Word(uint64_t index) const {
    if (partitionable) {
      const Words hash = Threefry2x32(key, {static_cast<uint32_t>(index >> 32), static_cast<uint32_t>(index)});
      return hash.first ^ hash.second;
    }
    const uint64_t half = (words + 1) / 2;
    const uint64_t block = index < half ? index : index - half;
    const Words hash = Threefry2x32(key, OriginalCount(block));
    return index < half ? hash.first : hash.second;
  }

  /** Values [begin, begin + n) of `kWidth` bits each; the original way packs narrow ones into words. */
  template <int kWidth>
  DISTAFF_INLINE void FillValues(uint64_t begin, int n, uint32_t* out) const {
    constexpr uint32_t kMask = 0xFFFFFFFF >> (32 - kWidth);
    constexpr uint64_t kInWord = 32 / kWidth;
    if (kInWord == 1 || partitionable) {
      Fill(begin, n, out);
      for (int i = 0; kInWord > 1 && i < n; i++) out[i] &= kMask;
      return;
    }
    for (int i = 0; i < n; i++) {
      const uint64_t at = begin + i;
      out[i] = Word(at / kInWord) >> (at % kInWord * kWidth) & kMask;
    }
  }

 private:
  /** Words [begin, begin + n); the range crosses no multiple of 2^32. */
  DISTAFF_INLINE void Fill(uint64_t begin, int n, uint32_t* out) const {
    const uint32_t low = static_cast<uint32_t>(begin);
    if (partitionable) {
      const uint32_t high = static_cast<uint32_t>(begin >> 32);
      for (int i = 0; i < n; i++) {
        const Words hash = Threefry2x32(key, {high, low + i});
        out[i] = hash.first ^ hash.second;
      }
      return;
    }
    const uint64_t half = (words + 1) / 2;
    const int firsts = begin >= half ? 0 : half - begin < static_cast<uint64_t>(n) ? static_cast<int>(half - begin) : n;
    const uint32_t offset = static_cast<uint32_t>(half);
    for (int i = 0; i < firsts; i++) out[i] = Threefry2x32(key, {low + i, low + i + offset}).first;
    for (int i = firsts; i < n; i++) out[i] = Threefry2x32(key, {low + i - offset, low + i}).second;
    // The count that pads an odd array to an even one is 0.
    if (words % 2 == 1 && begin <= half - 1 && half - 1 < begin + n) out[half - 1 - begin] = Word(half - 1);
  }

  DISTAFF_INLINE Words OriginalCount(uint64_t block) const {
    const uint64_t second = block + (words + 1) / 2;
    return {static_cast<uint32_t>(block), second == words ? 0 : static_cast<uint32_t>(second)};
  }
};

}  // namespace distaff

#endif  // DISTAFF_THREEFRY_H_
