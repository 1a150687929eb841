// Plain values from and to JavaScript. Each function returns N-API's status and throws nothing: the caller knows what
// the value is for and says so.
#ifndef DISTAFF_VALUES_H_
#define DISTAFF_VALUES_H_

#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tensorflow/c/tf_datatype.h"

namespace distaff {

inline bool IsArray(napi_env env, napi_value value) {
  bool result = false;
  return napi_is_array(env, value, &result) == napi_ok && result;
}

inline napi_status Read(napi_env env, napi_value value, int64_t* result) {
  return napi_get_value_int64(env, value, result);
}

inline napi_status Read(napi_env env, napi_value value, double* result) {
  return napi_get_value_double(env, value, result);
}

inline napi_status Read(napi_env env, napi_value value, float* result) {
  double number = 0;
  const napi_status status = napi_get_value_double(env, value, &number);
  *result = static_cast<float>(number);
  return status;
}

/** A boolean, as TensorFlow's C API takes it. */
inline napi_status Read(napi_env env, napi_value value, unsigned char* result) {
  bool flag = false;
  const napi_status status = napi_get_value_bool(env, value, &flag);
  *result = flag;
  return status;
}

inline napi_status Read(napi_env env, napi_value value, TF_DataType* result) {
  int32_t number = 0;
  const napi_status status = napi_get_value_int32(env, value, &number);
  *result = static_cast<TF_DataType>(number);
  return status;
}

/** As UTF-8. */
inline napi_status Read(napi_env env, napi_value value, std::string* result) {
  size_t length;
  const napi_status status = napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  if (status != napi_ok) return status;
  result->resize(length);
  return napi_get_value_string_utf8(env, value, result->data(), length + 1, &length);
}

template <typename T>
napi_status Read(napi_env env, napi_value array, std::vector<T>* result) {
  uint32_t length;
  napi_status status = napi_get_array_length(env, array, &length);
  if (status != napi_ok) return status;
  result->resize(length);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    status = napi_get_element(env, array, i, &element);
    if (status == napi_ok) status = Read(env, element, &(*result)[i]);
    if (status != napi_ok) return status;
  }
  return napi_ok;
}

/** A typed array with its own copy of `bytes` bytes. */
inline napi_status CopyToTypedArray(napi_env env, napi_typedarray_type type, size_t length, const void* data,
                                    size_t bytes, napi_value* result) {
  void* copy = nullptr;
  napi_value buffer;
  const napi_status status = napi_create_arraybuffer(env, bytes, &copy, &buffer);
  if (status != napi_ok) return status;
  if (bytes > 0) std::memcpy(copy, data, bytes);
  return napi_create_typedarray(env, type, length, buffer, 0, result);
}

}  // namespace distaff

#endif  // DISTAFF_VALUES_H_
