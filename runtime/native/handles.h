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
 * A tensor for JavaScript, of a handle, which it takes over: the tensor's number, or its group if that is new; with the
 * rest in `addon.metadata`. Null with an exception pending.
 */
napi_value ToJs(napi_env env, const Addon& addon, TFE_TensorHandle* handle, std::string_view where);

/** Several tensors, as above: each is an array of that value and what was in `addon.metadata`. */
napi_value ToJs(napi_env env, const Addon& addon, TFE_TensorHandle** handles, int count, std::string_view where);

}  // namespace distaff

#endif  // DISTAFF_HANDLES_H_
