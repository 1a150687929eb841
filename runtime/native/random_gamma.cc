// Gamma values (jax.random.gamma and loggamma): Marsaglia and Tsang, "A simple method for generating gamma variables",
// 2000. Every element has a key of its own.
#include <cmath>

#include "parallel.h"
#include "random_call.h"
#include "random_ops.h"
#include "random_values.h"

namespace distaff {
namespace {

/** An element costs as much as this many of a cheap distribution. */
constexpr int64_t kCost = 64;

/** One value, as JAX's _gamma_one computes it; for alpha < 1 from one of alpha + 1. */
DISTAFF_INLINE float GammaOf(Words key, bool partitionable, float alpha, bool log_space) {
  const auto split = [&](Words from, int count, int index) DISTAFF_VECTORIZED {
    return SplitOf(from, partitionable, count, index);
  };
  const bool boosted = !(alpha >= 1.0f);
  const float d = (boosted ? alpha + 1.0f : alpha) - 1.0f / 3;
  const float c = (1.0f / 3) / __builtin_sqrtf(d);

  const Words boost_key = split(key, 2, 1);
  key = split(key, 2, 0);
  float x2, v3, u;
  do {
    Words normal_key = split(key, 3, 1);
    const Words unit_key = split(key, 3, 2);
    key = split(key, 3, 0);
    float x, v;
    do {
      x = NormalOf(split(normal_key, 2, 1), partitionable);
      normal_key = split(normal_key, 2, 0);
      v = Fma(x, c, 1.0f);
    } while (v <= 0.0f);
    x2 = x * x;
    v3 = (v * v) * v;
    u = UnitOf(unit_key, partitionable);
  } while (u >= Fma(-0.0331f, x2 * x2, 1.0f) && Log(u) >= Fma(x2, 0.5f, d * ((1.0f - v3) + Log(v3))));

  const float unit = UnitOf(boost_key, partitionable);
  if (log_space) {
    const float log_sample = Log1p(-unit);
    const float boost = !boosted || log_sample == 0.0f ? 0.0f : log_sample * (1.0f / alpha);
    return (Log(d) + Log(v3)) + boost;
  }
  return (d * v3) * (boosted ? std::pow(1.0f - unit, 1.0f / alpha) : 1.0f);
}

}  // namespace

void RunRandomGamma(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  if (call.inputs.size() != 2 || call.inputs[1].dtype != TF_FLOAT) return result.Fail("takes a key and a float32 a");
  const Shape shape = random.OutputShape();
  Broadcast alpha_index;
  if (!alpha_index.Read(call.inputs[1].shape, shape, result)) return;
  const float* alphas = call.inputs[1].As<float>();
  const bool log_space = call.Int("log_space") != 0;
  float* out = result.Output<float>(TF_FLOAT, shape);
  for (size_t k = 0; k < random.keys.size(); k++) {
    const int64_t first = static_cast<int64_t>(k) * random.size;
    ParallelFor(random.size * kCost, kCost, [&](int64_t begin, int64_t end) {
      Vectorized([&]() DISTAFF_VECTORIZED {
        for (int64_t i = begin / kCost; i < end / kCost; i++) {
          const Words key = SplitOf(random.keys[k], random.partitionable, random.size, i);
          const float alpha = alphas[alpha_index.Index(first + i)];
          // XLA's loops would run forever.
          const bool valid = alpha > 0.0f && alpha < kInfinity;
          out[first + i] = valid ? GammaOf(key, random.partitionable, alpha, log_space) : kNaN;
        }
      });
    });
  }
}

}  // namespace distaff
