// Loops over large arrays on all cores.
#ifndef DISTAFF_PARALLEL_H_
#define DISTAFF_PARALLEL_H_

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace distaff {

/** Smaller pieces of work cost less than a thread. */
constexpr int64_t kSmallestShare = 1 << 17;

/**
 * Runs `body(begin, end)` on ranges that cover [0, size), at multiples of `step`, at the same time. What it computes
 * must not depend on the ranges.
 */
template <typename Body>
void ParallelFor(int64_t size, int64_t step, const Body& body) {
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  const int64_t shares = std::clamp<int64_t>(size / kSmallestShare, 1, cores);
  const int64_t share = ((size + shares - 1) / shares + step - 1) / step * step;
  std::vector<std::thread> others;
  for (int64_t begin = share; begin < size; begin += share) {
    const int64_t end = std::min(begin + share, size);
    try {
      others.emplace_back([&body, begin, end] { body(begin, end); });
    } catch (const std::system_error&) {
      body(begin, end);  // The system gives no more threads.
    }
  }
  body(0, std::min(share, size));
  for (std::thread& other : others) other.join();
}

}  // namespace distaff

#endif  // DISTAFF_PARALLEL_H_
