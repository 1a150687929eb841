// String tensors: arrays of Uint8Array in JavaScript.
#ifndef DISTAFF_STRINGS_H_
#define DISTAFF_STRINGS_H_

#include <node_api.h>

#include <cstdint>
#include <vector>

#include "tensorflow/c/tf_tensor.h"

namespace distaff {

/** A TF_STRING tensor of `array`'s bytes; null with an exception pending if they do not fit the shape. */
TF_Tensor* StringsFromJs(napi_env env, const std::vector<int64_t>& shape, int64_t size, napi_value array);

/** The bytes of each string; null with an exception pending if memory is short. */
napi_value StringsToJs(napi_env env, const TF_Tensor* tensor);

}  // namespace distaff

#endif  // DISTAFF_STRINGS_H_
