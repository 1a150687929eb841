#include "random_call.h"

#include <limits>
#include <string>

namespace distaff {

bool ReadWords(const HostInput& input, std::vector<Words>* words, HostResult& result) {
  if (input.dtype != TF_INT32 || input.shape.empty() || input.shape.back() != 2) {
    result.Fail("keys and counts are int32[..., 2]");
    return false;
  }
  const uint32_t* data = input.As<uint32_t>();
  for (int64_t i = 0; i < input.size; i += 2) words->push_back({data[i], data[i + 1]});
  return true;
}

bool RandomCall::Read(const HostCall& call, HostResult& result) {
  if (call.inputs.empty()) {
    result.Fail("the first input is a key");
    return false;
  }
  if (!ReadWords(call.inputs[0], &keys, result)) return false;
  batch.assign(call.inputs[0].shape.begin(), call.inputs[0].shape.end() - 1);
  shape = call.Ints("shape");
  size = NumberOfElements(shape);
  partitionable = call.Int("partitionable", 1) != 0;
  if (!partitionable && size > std::numeric_limits<uint32_t>::max()) {
    result.Fail("arrays of 2^32 elements and more need jax_threefry_partitionable");
    return false;
  }
  return true;
}

Shape RandomCall::OutputShape(const Shape& rest) const {
  Shape output = batch;
  output.insert(output.end(), shape.begin(), shape.end());
  output.insert(output.end(), rest.begin(), rest.end());
  return output;
}

Counter RandomCall::CounterOf(Words key, int width) const {
  const uint64_t bits = static_cast<uint64_t>(size) * (partitionable ? 32 : width);
  return {key, partitionable, (bits + 31) / 32};
}

Words RandomCall::Split(Words key, int index) const {
  const uint32_t i = static_cast<uint32_t>(index);
  if (partitionable) return Threefry2x32(key, {0, i});
  const Counter words{key, false, 4};
  return {words.Word(2 * i), words.Word(2 * i + 1)};
}

bool Broadcast::Read(const Shape& from, const Shape& to, HostResult& result) {
  int64_t step = 1, stride = 1;
  bool fits = from.size() <= to.size();
  for (size_t i = 1; fits && i <= from.size(); i++) {
    const int64_t size = from[from.size() - i], wanted = to[to.size() - i];
    fits = size == wanted || size == 1;
    if (size > 1) axes_.push_back({step, size, stride});
    step *= wanted;
    stride *= size;
  }
  if (!fits) result.Fail("a bound does not broadcast to the shape");
  return fits;
}

}  // namespace distaff
