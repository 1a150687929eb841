// Failures as JavaScript exceptions. Every function returns whether all is well, so that a caller can write
// `if (!Ok(...)) return nullptr;` and leave the exception pending.
#ifndef DISTAFF_ERRORS_H_
#define DISTAFF_ERRORS_H_

#include <node_api.h>

#include <string>
#include <string_view>

#include "tensorflow/c/tf_status.h"

namespace distaff {

/** Throws an Error; always false. */
bool Throw(napi_env env, const std::string& message);

/** Throws a TypeError; always false. */
bool ThrowType(napi_env env, const std::string& message);

/** Throws `${where}: ${N-API's message}`, unless JavaScript itself threw; always false. */
bool ThrowNapi(napi_env env, napi_status status, std::string_view where);

/** Throws `${where}: ${TensorFlow's message}` and clears the status; always false. */
bool ThrowTensorFlow(napi_env env, TF_Status* status, std::string_view where);

inline bool Ok(napi_env env, napi_status status, std::string_view where) {
  return status == napi_ok || ThrowNapi(env, status, where);
}

inline bool Ok(napi_env env, TF_Status* status, std::string_view where) {
  return TF_GetCode(status) == TF_OK || ThrowTensorFlow(env, status, where);
}

}  // namespace distaff

#endif  // DISTAFF_ERRORS_H_
