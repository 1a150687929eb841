#include "host_ops.h"

#include <new>

#include "random_ops.h"

namespace distaff {
namespace {

struct Entry {
  std::string_view name;
  HostOp run;
};

/** Every host op; add a row here and its sources beside this file. */
constexpr Entry kHostOps[] = {
    {"DistaffRandomBits", RunRandomBits},
    {"DistaffRandomCauchy", RunRandomCauchy},
    {"DistaffRandomExponential", RunRandomExponential},
    {"DistaffRandomGamma", RunRandomGamma},
    {"DistaffRandomGumbel", RunRandomGumbel},
    {"DistaffRandomInteger", RunRandomInteger},
    {"DistaffRandomLaplace", RunRandomLaplace},
    {"DistaffRandomLogistic", RunRandomLogistic},
    {"DistaffRandomNormal", RunRandomNormal},
    {"DistaffRandomPoisson", RunRandomPoisson},
    {"DistaffRandomShuffle", RunRandomShuffle},
    {"DistaffRandomSplit", RunRandomSplit},
    {"DistaffRandomTruncatedNormal", RunRandomTruncatedNormal},
    {"DistaffRandomUniform", RunRandomUniform},
    {"DistaffRandomUnit", RunRandomUnit},
    {"DistaffThreefry2x32", RunThreefry2x32},
};

/** Of `shape` with elements of `width` bytes; throws std::bad_alloc when no machine has so many. */
size_t NumberOfBytes(const Shape& shape, size_t width) {
  size_t bytes = width;
  for (int64_t dim : shape) {
    if (__builtin_mul_overflow(bytes, dim, &bytes)) throw std::bad_alloc();
  }
  return bytes;
}

}  // namespace

int64_t NumberOfElements(const Shape& shape) {
  int64_t size = 1;
  for (int64_t dim : shape) size *= dim;
  return size;
}

HostOp FindHostOp(std::string_view name) {
  for (const Entry& entry : kHostOps) {
    if (entry.name == name) return entry.run;
  }
  return nullptr;
}

const HostAttribute* HostCall::Find(std::string_view name) const {
  for (const HostAttribute& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

int64_t HostCall::Int(std::string_view name, int64_t otherwise) const {
  const HostAttribute* found = Find(name);
  return found == nullptr ? otherwise : found->integer;
}

double HostCall::Float(std::string_view name, double otherwise) const {
  const HostAttribute* found = Find(name);
  return found == nullptr ? otherwise : found->number;
}

std::vector<int64_t> HostCall::Ints(std::string_view name) const {
  const HostAttribute* found = Find(name);
  return found == nullptr ? std::vector<int64_t>{} : found->ints;
}

HostResult::~HostResult() {
  for (TF_Tensor* output : outputs_) TF_DeleteTensor(output);
}

void* HostResult::Output(TF_DataType dtype, const Shape& shape) {
  const size_t bytes = NumberOfBytes(shape, TF_DataTypeSize(dtype));
  TF_Tensor* tensor = TF_AllocateTensor(dtype, shape.data(), static_cast<int>(shape.size()), bytes);
  outputs_.push_back(tensor);
  void* data = TF_TensorData(tensor);
  if (data == nullptr && bytes > 0) throw std::bad_alloc();
  return data;
}

}  // namespace distaff
