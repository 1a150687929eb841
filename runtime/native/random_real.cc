// Real distributions (jax.random): every value is a function of a uniform value of its own.
#include <algorithm>
#include <cmath>

#include "parallel.h"
#include "random_call.h"
#include "random_formats.h"
#include "random_ops.h"
#include "random_values.h"

namespace distaff {
namespace {

/** Elements that are hashed, then transformed, while they are in the cache. */
constexpr int kChunk = 1024;

/** A uniform value u of [0, 1) as one of (0, 1): XLA does not add the least number that it scales by. */
template <typename F>
DISTAFF_INLINE float Positive(float u) {
  return u < F::kTiny ? F::kTiny : u;
}

template <typename F>
struct Unit {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) { return u; }
};

template <typename F>
struct Uniform {
  static constexpr bool kBounds = true;
  static DISTAFF_INLINE float Of(float u, float minval, float maxval) { return Scale<F>(u, minval, maxval); }
};

template <typename F>
struct Normal {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) { return NormalOf<F>(Scale<F>(u, -1.0f + F::kEpsNeg, 1.0f)); }
};

template <typename F>
struct TruncatedNormal {
  static constexpr bool kBounds = true;
  static DISTAFF_INLINE float Of(float u, float lower, float upper) {
    const float x = NormalOf<F>(Scale<F>(u, ErfOf(lower), ErfOf(upper)));
    const float least = Next<F>(lower, true), most = Next<F>(upper, false);
    return x < least ? least : x > most ? most : x;
  }
  static DISTAFF_INLINE float ErfOf(float bound) { return F::Round(Erf(F::Round(bound * F::Round(0.707106769f)))); }
};

template <typename F>
struct Gumbel {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) {
    return -F::Round(Log(-F::Round(Log(Positive<F>(u)))));
  }
};

template <typename F>
struct Exponential {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) { return -F::Round(Log1p(-u)); }
};

template <typename F>
struct Laplace {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) {
    const float x = Scale<F>(u, -1.0f + F::kEpsNeg, 1.0f);
    const float log = F::Round(Log1p(-Abs(x)));
    return x > 0.0f ? log : x < 0.0f ? -log : x * log;
  }
};

template <typename F>
struct Logistic {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) {
    const float x = Positive<F>(u);
    return F::Round(F::Round(Log(x)) - F::Round(Log1p(-x)));
  }
};

template <typename F>
struct Cauchy {
  static constexpr bool kBounds = false;
  static DISTAFF_INLINE float Of(float u, float, float) {
    const float x = Scale<F>(u, F::kEps, 1.0f);
    return F::Round(std::tan(F::Round(F::Round(3.14159274f) * F::Round(x - 0.5f))));
  }
};

/** One key's output. */
struct Sampling {
  Counter counter;
  int64_t size;
  float* out;
};

/** Runs `fill(begin, n, units)` over a key's output in chunks, `units` being the uniform values of [0, 1). */
template <typename F, typename Fill>
void InChunks(const Sampling& to, const Fill& fill) {
  ParallelFor(to.size, kChunk, [&](int64_t begin, int64_t end) {
    const auto loop = [&]() DISTAFF_VECTORIZED {
      uint32_t words[kChunk];
      float units[kChunk];
      for (int64_t at = begin; at < end; at += kChunk) {
        const int n = static_cast<int>(std::min<int64_t>(kChunk, end - at));
        to.counter.template FillValues<F::kWidth>(at, n, words);
        for (int i = 0; i < n; i++) units[i] = F::Unit(words[i]);
        fill(at, n, units);
      }
    };
    Vectorized(loop);
  });
}

template <typename F, template <typename> class Distribution>
void Fill(const Sampling& to, float a, float b) {
  InChunks<F>(to, [&](int64_t at, int n, const float* units) DISTAFF_VECTORIZED {
    for (int i = 0; i < n; i++) to.out[at + i] = Distribution<F>::Of(units[i], a, b);
  });
}

/** The two bounds of every element, for all keys. */
struct Bounds {
  const float* a;
  const float* b;
  Broadcast a_index;
  Broadcast b_index;
};

template <typename F, template <typename> class Distribution>
void FillBetween(const Sampling& to, const Bounds& bounds, int64_t first) {
  InChunks<F>(to, [&](int64_t at, int n, const float* units) DISTAFF_VECTORIZED {
    for (int i = 0; i < n; i++) {
      const float a = F::Round(bounds.a[bounds.a_index.Index(first + at + i)]);
      const float b = F::Round(bounds.b[bounds.b_index.Index(first + at + i)]);
      to.out[at + i] = Distribution<F>::Of(units[i], a, b);
    }
  });
}

template <typename F, template <typename> class Distribution>
void Sample(const HostCall& call, const RandomCall& random, HostResult& result) {
  const Shape shape = random.OutputShape();
  Bounds bounds{};
  bool constant = true;
  if constexpr (Distribution<F>::kBounds) {
    if (call.inputs.size() != 3 || call.inputs[1].dtype != TF_FLOAT || call.inputs[2].dtype != TF_FLOAT) {
      return result.Fail("takes a key and two float32 bounds");
    }
    bounds.a = call.inputs[1].As<float>();
    bounds.b = call.inputs[2].As<float>();
    if (!bounds.a_index.Read(call.inputs[1].shape, shape, result)) return;
    if (!bounds.b_index.Read(call.inputs[2].shape, shape, result)) return;
    constant = call.inputs[1].size == 1 && call.inputs[2].size == 1;
  }
  float* out = result.Output<float>(TF_FLOAT, shape);
  for (size_t k = 0; k < random.keys.size(); k++) {
    const int64_t first = static_cast<int64_t>(k) * random.size;
    const Sampling to{random.CounterOf(random.keys[k], F::kWidth), random.size, out + first};
    if constexpr (Distribution<F>::kBounds) {
      if (constant) {
        Fill<F, Distribution>(to, F::Round(*bounds.a), F::Round(*bounds.b));
      } else {
        FillBetween<F, Distribution>(to, bounds, first);
      }
    } else {
      Fill<F, Distribution>(to, 0, 0);
    }
  }
}

template <template <typename> class Distribution>
void Run(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  const HostAttribute* dtype = call.Find("dtype");
  const std::string name = dtype == nullptr ? "float32" : dtype->text;
  if (name == "float32") return Sample<Float32, Distribution>(call, random, result);
  if (name == "float16") return Sample<Float16, Distribution>(call, random, result);
  if (name == "bfloat16") return Sample<BFloat16, Distribution>(call, random, result);
  result.Fail("dtype is float32, float16 or bfloat16, not " + name);
}

}  // namespace

void RunRandomUnit(const HostCall& call, HostResult& result) { Run<Unit>(call, result); }
void RunRandomUniform(const HostCall& call, HostResult& result) { Run<Uniform>(call, result); }
void RunRandomTruncatedNormal(const HostCall& call, HostResult& result) { Run<TruncatedNormal>(call, result); }
void RunRandomNormal(const HostCall& call, HostResult& result) { Run<Normal>(call, result); }
void RunRandomGumbel(const HostCall& call, HostResult& result) { Run<Gumbel>(call, result); }
void RunRandomExponential(const HostCall& call, HostResult& result) { Run<Exponential>(call, result); }
void RunRandomLaplace(const HostCall& call, HostResult& result) { Run<Laplace>(call, result); }
void RunRandomLogistic(const HostCall& call, HostResult& result) { Run<Logistic>(call, result); }
void RunRandomCauchy(const HostCall& call, HostResult& result) { Run<Cauchy>(call, result); }

}  // namespace distaff
