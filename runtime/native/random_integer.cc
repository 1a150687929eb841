// Keys, bits, integers and permutations (jax.random).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "parallel.h"
#include "random_call.h"
#include "random_ops.h"

namespace distaff {

void RunThreefry2x32(const HostCall& call, HostResult& result) {
  std::vector<Words> keys, counts;
  if (call.inputs.size() != 2) return result.Fail("takes keys and counts");
  if (!ReadWords(call.inputs[0], &keys, result) || !ReadWords(call.inputs[1], &counts, result)) return;
  const Shape& a = call.inputs[0].shape;
  const Shape& b = call.inputs[1].shape;
  Shape shape(std::max(a.size(), b.size()));
  for (size_t i = 1; i <= shape.size(); i++) {
    const int64_t ours = i <= a.size() ? a[a.size() - i] : 1, theirs = i <= b.size() ? b[b.size() - i] : 1;
    shape[shape.size() - i] = ours == 1 ? theirs : ours;
  }
  Broadcast key_index, count_index;
  if (!key_index.Read(a, shape, result) || !count_index.Read(b, shape, result)) return;
  const int64_t size = NumberOfElements(shape);
  Words* out = static_cast<Words*>(result.Output(TF_INT32, shape));
  for (int64_t i = 0; i < size; i += 2) {
    out[i / 2] = Threefry2x32(keys[key_index.Index(i) / 2], counts[count_index.Index(i) / 2]);
  }
}

void RunRandomSplit(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  uint32_t* out = static_cast<uint32_t*>(result.Output(TF_INT32, random.OutputShape({2})));
  for (const Words key : random.keys) {
    const Counter words{key, false, static_cast<uint64_t>(random.size) * 2};
    for (int64_t i = 0; i < random.size; i++) {
      const uint32_t high = static_cast<uint32_t>(static_cast<uint64_t>(i) >> 32);
      const Words made = random.partitionable ? Threefry2x32(key, {high, static_cast<uint32_t>(i)})
                                              : Words{words.Word(2 * i), words.Word(2 * i + 1)};
      *out++ = made.first;
      *out++ = made.second;
    }
  }
}

namespace {

template <int kWidth>
void FillBits(const Counter& counter, int64_t size, uint32_t* out) {
  constexpr int kStep = 1 << 14;
  ParallelFor(size, kStep, [&](int64_t begin, int64_t end) {
    Vectorized([&]() DISTAFF_VECTORIZED {
      for (int64_t at = begin; at < end; at += kStep) {
        const int n = static_cast<int>(std::min<int64_t>(kStep, end - at));
        counter.FillValues<kWidth>(at, n, out + at);
      }
    });
  });
}

}  // namespace

void RunRandomBits(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  const int width = static_cast<int>(call.Int("width", 32));
  if (width != 8 && width != 16 && width != 32) return result.Fail("bits are 8, 16 or 32 wide");
  uint32_t* out = static_cast<uint32_t*>(result.Output(TF_INT32, random.OutputShape()));
  for (const Words key : random.keys) {
    const Counter counter = random.CounterOf(key, width);
    if (width == 8) FillBits<8>(counter, random.size, out);
    if (width == 16) FillBits<16>(counter, random.size, out);
    if (width == 32) FillBits<32>(counter, random.size, out);
    out += random.size;
  }
}

namespace {

/** Values minval + k for k in [0, span), from 64 random bits; span 0 stands for 2^32. */
class IntegerRange {
 public:
  IntegerRange(uint32_t minval, uint32_t maxval, bool is_unsigned, bool whole) : minval_(minval) {
    const bool some = is_unsigned ? maxval > minval : static_cast<int32_t>(maxval) > static_cast<int32_t>(minval);
    span_ = some ? maxval - minval + (whole ? 1 : 0) : 1;
    const uint32_t half = Remainder(1u << 16);
    multiplier_ = Remainder(half * half);
  }

  uint32_t Value(uint32_t high, uint32_t low) const {
    return minval_ + Remainder(Remainder(high) * multiplier_ + Remainder(low));
  }

 private:
  uint32_t Remainder(uint32_t x) const { return span_ == 0 ? x : x % span_; }

  uint32_t minval_;
  uint32_t span_;
  uint32_t multiplier_;
};

}  // namespace

void RunRandomInteger(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  if (call.inputs.size() != 3 || call.inputs[1].dtype != TF_INT32 || call.inputs[2].dtype != TF_INT32) {
    return result.Fail("takes a key and two int32 bounds");
  }
  const bool is_unsigned = call.Int("unsigned") != 0, whole = call.Int("whole") != 0;
  const uint32_t* minval = call.inputs[1].As<uint32_t>();
  const uint32_t* maxval = call.inputs[2].As<uint32_t>();
  const Shape shape = random.OutputShape();
  Broadcast min_index, max_index;
  if (!min_index.Read(call.inputs[1].shape, shape, result)) return;
  if (!max_index.Read(call.inputs[2].shape, shape, result)) return;
  const bool constant = call.inputs[1].size == 1 && call.inputs[2].size == 1;
  uint32_t* out = static_cast<uint32_t*>(result.Output(TF_INT32, shape));
  for (size_t k = 0; k < random.keys.size(); k++) {
    const int64_t first = static_cast<int64_t>(k) * random.size;
    const Counter high = random.CounterOf(random.Split(random.keys[k], 0));
    const Counter low = random.CounterOf(random.Split(random.keys[k], 1));
    const auto range = [&](int64_t i) {
      return IntegerRange(minval[min_index.Index(i)], maxval[max_index.Index(i)], is_unsigned, whole);
    };
    ParallelFor(random.size, 1, [&](int64_t begin, int64_t end) {
      if (constant) {
        const IntegerRange same(*minval, *maxval, is_unsigned, whole);
        for (int64_t i = begin; i < end; i++) out[first + i] = same.Value(high.Word(i), low.Word(i));
      } else {
        for (int64_t i = begin; i < end; i++) out[first + i] = range(first + i).Value(high.Word(i), low.Word(i));
      }
    });
  }
}

namespace {

/** JAX's number of rounds: ties between 32-bit sort keys then leave no bias that matters. */
int ShuffleRounds(int64_t size) {
  const double largest_key = std::numeric_limits<uint32_t>::max();
  return static_cast<int>(std::ceil(3 * std::log(std::max<double>(1, size)) / std::log(largest_key)));
}

/** Sorts each line of `length` elements, `inner` apart, by random keys, where equal in the order they had. */
void ShuffleLines(const Counter& keys, int64_t size, int64_t length, int64_t inner, int32_t* positions) {
  std::vector<uint64_t> order(length);
  std::vector<int32_t> line(length);
  for (int64_t outer = 0; outer < size; outer += length * inner) {
    for (int64_t start = outer; start < outer + inner; start++) {
      for (int64_t i = 0; i < length; i++) {
        const int64_t at = start + i * inner;
        order[i] = static_cast<uint64_t>(keys.Word(at)) << 32 | static_cast<uint64_t>(i);
        line[i] = positions[at];
      }
      std::sort(order.begin(), order.end());
      for (int64_t i = 0; i < length; i++) positions[start + i * inner] = line[static_cast<uint32_t>(order[i])];
    }
  }
}

}  // namespace

void RunRandomShuffle(const HostCall& call, HostResult& result) {
  RandomCall random;
  if (!random.Read(call, result)) return;
  const int64_t axis = call.Int("axis");
  if (axis < 0 || axis >= static_cast<int64_t>(random.shape.size())) return result.Fail("there is no such axis");
  if (random.size > std::numeric_limits<int32_t>::max()) return result.Fail("positions beyond int32");
  const int64_t inner = NumberOfElements(Shape(random.shape.begin() + axis + 1, random.shape.end()));
  int32_t* out = static_cast<int32_t*>(result.Output(TF_INT32, random.OutputShape()));
  for (Words key : random.keys) {
    std::iota(out, out + random.size, 0);
    for (int round = ShuffleRounds(random.size); round > 0 && random.size > 0; round--) {
      ShuffleLines(random.CounterOf(random.Split(key, 1)), random.size, random.shape[axis], inner, out);
      key = random.Split(key, 0);
    }
    out += random.size;
  }
}

}  // namespace distaff
