// Ops of our own that run on the host: their names start with `Distaff`, TensorFlow does not know them, and host_execute.cc
// runs them between TensorFlow's ops on the same handles. A host op sees plain buffers, never N-API or a TFE handle.
#ifndef DISTAFF_HOST_OPS_H_
#define DISTAFF_HOST_OPS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace distaff {

using Shape = std::vector<int64_t>;

/** The product of the sizes. */
int64_t NumberOfElements(const Shape& shape);

/** One input, already in host memory; valid during the call only. */
struct HostInput {
  TF_DataType dtype;
  Shape shape;
  /** Row-major values. */
  const void* data;
  /** The product of `shape`. */
  int64_t size;

  template <typename T>
  const T* As() const {
    return static_cast<const T*>(data);
  }
};

/** One attribute as JavaScript gave it: numbers, booleans and dtypes in both forms, lists in `ints` and `floats`. */
struct HostAttribute {
  std::string name;
  int64_t integer = 0;
  double number = 0;
  std::vector<int64_t> ints;
  std::vector<double> floats;
  std::string text;
};

struct HostCall {
  std::string_view op;
  std::vector<HostInput> inputs;
  std::vector<HostAttribute> attributes;

  /** The attribute called `name`, or null. */
  const HostAttribute* Find(std::string_view name) const;
  int64_t Int(std::string_view name, int64_t otherwise = 0) const;
  double Float(std::string_view name, double otherwise = 0) const;
  /** The list called `name` (a shape is one too), or an empty one. */
  std::vector<int64_t> Ints(std::string_view name) const;
};

/** What a host op makes: its outputs in order, or an error. */
class HostResult {
 public:
  HostResult() = default;
  HostResult(const HostResult&) = delete;
  HostResult& operator=(const HostResult&) = delete;
  ~HostResult();

  /**
   * Appends an output and returns its uninitialised buffer, row-major; it has the size of `shape` times the dtype's.
   * Throws std::bad_alloc, which ends the op with an error.
   */
  void* Output(TF_DataType dtype, const Shape& shape);

  template <typename T>
  T* Output(TF_DataType dtype, const Shape& shape) {
    return static_cast<T*>(Output(dtype, shape));
  }

  /** JavaScript gets `Error(`${op}: ${message}`)`; outputs made so far are dropped. */
  void Fail(std::string message) { error_ = std::move(message); }

  const std::string& error() const { return error_; }

  /** The outputs, which are the caller's from now on. */
  std::vector<TF_Tensor*> Take() { return std::move(outputs_); }

 private:
  std::vector<TF_Tensor*> outputs_;
  std::string error_;
};

using HostOp = void (*)(const HostCall& call, HostResult& result);

/** The host op called `name`, or null. The table is in host_ops.cc. */
HostOp FindHostOp(std::string_view name);

}  // namespace distaff

#endif  // DISTAFF_HOST_OPS_H_
