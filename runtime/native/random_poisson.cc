// Poisson values (jax.random.poisson): Knuth's algorithm below 10, else Hörmann, "The transformed rejection method for
// generating Poisson random variables", 1993. All elements take part in each round, which has keys of its own.
#include <algorithm>
#include <cmath>
#include <vector>

#include "parallel.h"
#include "random_call.h"
#include "random_ops.h"
#include "random_values.h"

namespace distaff {
namespace {

/** log Γ(x) for x >= 0.5, by the Lanczos approximation that XLA uses. */
DISTAFF_INLINE float Lgamma(float x) {
  constexpr float kCoefficients[] = {676.520368121885098567009190444019f,    -1259.13921672240287047156078755283f,
                                     771.3234287776530788486528258894f,      -176.61502916214059906584551354f,
                                     12.507343278686904814458936853f,        -0.13857109526572011689554707f,
                                     9.984369578019570859563e-6f,            1.50563273514931155834e-7f};
  const float z = x - 1.0f;
  float sum = 0.99999999999980993227684700473478f;
  for (int i = 0; i < 8; i++) sum += kCoefficients[i] / (z + static_cast<float>(i) + 1.0f);
  const float t = z + 7.5f;
  const float log_t = 2.01490302054226466f + Log1p(z / 7.5f);
  return Fma((z + 0.5f) - t / log_t, log_t, 0.918938533204672741f) + Log(sum);
}

struct Rates {
  const float* values;
  Broadcast index;
  int64_t first;
  float operator[](int64_t i) const { return values[index.Index(first + i)]; }
};

bool UsesKnuth(float rate) { return std::isnan(rate) || rate < 10.0f; }

/** Counts factors of uniform products until they fall below e^-rate. Runs until all are done. */
void Knuth(const RandomCall& random, Words key, const Rates& rates, int32_t* out) {
  std::vector<float> products(random.size, 0.0f);
  std::vector<int32_t> counts(random.size, 0);
  bool more = random.size > 0;
  while (more) {
    const Counter words = random.CounterOf(random.Split(key, 1));
    key = random.Split(key, 0);
    more = false;
    Vectorized([&]() DISTAFF_VECTORIZED {
      for (int64_t i = 0; i < random.size; i++) {
        const float rate = rates[i];
        const float limit = UsesKnuth(rate) ? -rate : 0.0f;
        if (!(products[i] > limit)) continue;
        counts[i]++;
        products[i] += Log(Float32::Unit(words.Word(i)));
        more = more || products[i] > limit;
      }
    });
  }
  for (int64_t i = 0; i < random.size; i++) {
    if (UsesKnuth(rates[i])) out[i] = rates[i] == 0.0f ? 0 : counts[i] - 1;
  }
}

/** One try for an element; whether it is accepted. */
DISTAFF_INLINE bool Try(float rate, float u, float v, float* k) {
  const float log_rate = Log(rate);
  const float b = Fma(__builtin_sqrtf(rate), 2.53f, 0.931f);
  const float a = Fma(b, 0.02483f, -0.059f);
  const float inv_alpha = 1.1239f + 1.1328f / (b - 3.4f);
  const float v_r = 0.9277f - 3.6224f / (b - 2.0f);
  u -= 0.5f;
  const float shifted = 0.5f - Abs(u);
  *k = __builtin_floorf((Fma((2.0f * a) / shifted + b, u, rate)) + 0.43f);
  const float s = Log((v * inv_alpha) / (a / (shifted * shifted) + b));
  const float t = Fma(*k, log_rate, -rate) - Lgamma(*k + 1.0f);
  const bool surely = shifted >= 0.07f && v <= v_r;
  const bool rejected = *k < 0.0f || (shifted < 0.013f && v > shifted);
  return surely || (!rejected && s <= t);
}

/** Every element keeps what it accepted last when all have accepted something. */
void Rejection(const RandomCall& random, Words key, const Rates& rates, int32_t* out) {
  std::vector<char> accepted(random.size, 0);
  while (!std::all_of(accepted.begin(), accepted.end(), [](char done) { return done != 0; })) {
    const auto split = [&](int index) { return SplitOf(key, random.partitionable, 3, index); };
    const Counter us = random.CounterOf(split(1)), vs = random.CounterOf(split(2));
    key = split(0);
    ParallelFor(random.size, 1, [&](int64_t begin, int64_t end) {
      Vectorized([&]() DISTAFF_VECTORIZED {
        for (int64_t i = begin; i < end; i++) {
          const float rate = rates[i];
          const bool other = UsesKnuth(rate);
          float k;
          if (!Try(other ? 1e5f : rate, Float32::Unit(us.Word(i)), Float32::Unit(vs.Word(i)), &k)) continue;
          accepted[i] = 1;
          if (!other) out[i] = static_cast<int32_t>(std::min(k, 2147483520.0f));
        }
      });
    });
  }
}

}  // namespace

void RunRandomPoisson(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  if (call.inputs.size() != 2 || call.inputs[1].dtype != TF_FLOAT) return result.Fail("takes a key and float32 rates");
  const Shape shape = random.OutputShape();
  Broadcast index;
  if (!index.Read(call.inputs[1].shape, shape, result)) return;
  int32_t* out = result.Output<int32_t>(TF_INT32, shape);
  for (size_t k = 0; k < random.keys.size(); k++) {
    const int64_t first = static_cast<int64_t>(k) * random.size;
    const Rates rates{call.inputs[1].As<float>(), index, first};
    bool some_knuth = false, some_rejection = false;
    for (int64_t i = 0; i < random.size; i++) {
      const bool knuth = UsesKnuth(rates[i]);
      some_knuth = some_knuth || knuth;
      some_rejection = some_rejection || !knuth;
      if (rates[i] == kInfinity) return result.Fail("rates are finite");
    }
    if (some_knuth) Knuth(random, random.keys[k], rates, out + first);
    if (some_rejection) Rejection(random, random.keys[k], rates, out + first);
  }
}

}  // namespace distaff
