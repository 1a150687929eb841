#ifndef DISTAFF_HOST_TENSORS_H_
#define DISTAFF_HOST_TENSORS_H_

#include <utility>
#include <vector>

#include "host_ops.h"

namespace distaff {

/** Tensors in host memory, freed together. */
class HostTensors {
 public:
  HostTensors() = default;
  HostTensors(const HostTensors&) = delete;
  HostTensors& operator=(const HostTensors&) = delete;
  ~HostTensors() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
  }

  HostInput Add(TF_Tensor* tensor) {
    tensors_.push_back(tensor);
    Shape shape(TF_NumDims(tensor));
    for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor, static_cast<int>(i));
    return {TF_TensorType(tensor), std::move(shape), TF_TensorData(tensor), TF_TensorElementCount(tensor)};
  }

 private:
  std::vector<TF_Tensor*> tensors_;
};

}  // namespace distaff

#endif  // DISTAFF_HOST_TENSORS_H_
