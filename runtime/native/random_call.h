// What the ops of jax.random have in common: keys in, an array of a given shape for each key out.
#ifndef DISTAFF_RANDOM_CALL_H_
#define DISTAFF_RANDOM_CALL_H_

#include <cstdint>
#include <vector>

#include "host_ops.h"
#include "threefry.h"

namespace distaff {

/** One call, read and checked. A key of shape [..., 2] stands for that many calls, whose outputs are stacked. */
struct RandomCall {
  std::vector<Words> keys;
  /** The keys' shape without the two words. */
  Shape batch;
  Shape shape;
  /** The product of `shape`. */
  int64_t size;
  bool partitionable;

  /** False, and an error in `result`, where the call makes no sense. */
  bool Read(const HostCall& call, HostResult& result);

  /** [...batch, ...shape, ...rest]. */
  Shape OutputShape(const Shape& rest = {}) const;

  /** Counts values of `width` bits for an array of `shape`. */
  Counter CounterOf(Words key, int width = 32) const;

  /** random.split(key, 2)[index]. */
  Words Split(Words key, int index) const;
};

/** Reads keys of shape [..., 2]. */
bool ReadWords(const HostInput& input, std::vector<Words>* words, HostResult& result);

/** Where each element of an array finds its value in a smaller one that is broadcast to it, as NumPy does. */
class Broadcast {
 public:
  /** False, and an error in `result`, if `from` does not broadcast to `to`. */
  bool Read(const Shape& from, const Shape& to, HostResult& result);

  int64_t Index(int64_t flat) const {
    int64_t index = 0;
    for (const Axis& axis : axes_) index += flat / axis.step % axis.size * axis.stride;
    return index;
  }

 private:
  struct Axis {
    int64_t step;
    int64_t size;
    int64_t stride;
  };
  /** The axes along which `from` has more than one value. */
  std::vector<Axis> axes_;
};

}  // namespace distaff

#endif  // DISTAFF_RANDOM_CALL_H_
