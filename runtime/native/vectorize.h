// Loops over arithmetic that the compiler turns into vector instructions: compiled twice, for any machine and for those
// with AVX2 and fused multiply-adds, which is almost all; chosen when the program runs.
#ifndef DISTAFF_VECTORIZE_H_
#define DISTAFF_VECTORIZE_H_

// Values must not depend on what the compiler contracts, so every fused multiply-add is written out. (Square roots are
// vectorized only with -fno-math-errno on the command line.)
#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("O3", "no-trapping-math", "fp-contract=off")
#endif

/** A function that is compiled for the machine of the loop that it is called in. */
#define DISTAFF_INLINE __attribute__((always_inline)) inline

namespace distaff {

#if defined(__x86_64__)

template <typename Body>
__attribute__((target("avx2,fma"))) void RunWithFma(const Body& body) {
  body();
}

inline bool HasFma() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

/** Runs `body`, a lambda declared DISTAFF_VECTORIZED, with the best instructions of this machine. */
template <typename Body>
void Vectorized(const Body& body) {
  HasFma() ? RunWithFma(body) : body();
}

#else

template <typename Body>
void Vectorized(const Body& body) {
  body();
}

#endif

#define DISTAFF_VECTORIZED __attribute__((always_inline))

}  // namespace distaff

#endif  // DISTAFF_VECTORIZE_H_
