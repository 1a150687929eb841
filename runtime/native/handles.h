// TensorFlow's tensors in host memory and its handles, which may live on a device.
#ifndef DISTAFF_HANDLES_H_
#define DISTAFF_HANDLES_H_

#include <node_api.h>

#include <string_view>

#include "addon.h"
#include "tensorflow/c/eager/c_api.h"

namespace distaff {

/** A handle of `tensor`, which it takes over, on the device where ops expect it; null with an exception pending. */
TFE_TensorHandle* ToHandle(napi_env env, const Addon& addon, TF_Tensor* tensor, std::string_view where);

/**
 * An op's outputs, whose handles it takes over, for JavaScript: a single one as its id, with the rest in
 * `addon.metadata`; else `[id, dtype, ...shape][]`. Null with an exception pending.
 */
napi_value ToJs(napi_env env, const Addon& addon, TFE_TensorHandle** handles, int count, std::string_view where);

}  // namespace distaff

#endif  // DISTAFF_HANDLES_H_
