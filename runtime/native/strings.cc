#include "strings.h"

#include <new>
#include <string>

#include "errors.h"
#include "tensorflow/c/tf_tstring.h"
#include "values.h"

namespace distaff {
namespace {

/** TensorFlow frees the array of a string tensor that came over the C API, but not what its long strings point to. */
void FreeStrings(void* data, size_t bytes, void*) {
  TF_TString* strings = static_cast<TF_TString*>(data);
  for (size_t i = 0; i < bytes / sizeof(TF_TString); i++) TF_StringDealloc(strings + i);
  ::operator delete(data);
}

bool CopyString(napi_env env, napi_value value, TF_TString* string) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  const napi_status status = napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_uint8_array) return false;
  TF_StringCopy(string, static_cast<const char*>(data), length);
  return true;
}

}  // namespace

TF_Tensor* StringsFromJs(napi_env env, const std::vector<int64_t>& shape, int64_t size, napi_value array) {
  uint32_t length;
  if (!Ok(env, napi_get_array_length(env, array, &length), "createTensor: the strings")) return nullptr;
  if (length != size) {
    Throw(env, "createTensor: the shape has " + std::to_string(size) + " elements, but " + std::to_string(length) +
                   " strings came.");
    return nullptr;
  }
  const size_t bytes = length * sizeof(TF_TString);
  TF_TString* strings = static_cast<TF_TString*>(::operator new(bytes));
  for (uint32_t i = 0; i < length; i++) TF_StringInit(strings + i);
  TF_Tensor* tensor = TF_NewTensor(TF_STRING, shape.data(), static_cast<int>(shape.size()), strings, bytes,
                                   FreeStrings, nullptr);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    if (napi_get_element(env, array, i, &element) == napi_ok && CopyString(env, element, strings + i)) continue;
    TF_DeleteTensor(tensor);
    ThrowType(env, "createTensor: string " + std::to_string(i) + " is no Uint8Array of its UTF-8 bytes.");
    return nullptr;
  }
  return tensor;
}

napi_value StringsToJs(napi_env env, const TF_Tensor* tensor) {
  const TF_TString* strings = static_cast<const TF_TString*>(TF_TensorData(tensor));
  const int64_t size = TF_TensorElementCount(tensor);
  napi_value result;
  napi_status status = napi_create_array_with_length(env, size, &result);
  for (int64_t i = 0; i < size && status == napi_ok; i++) {
    napi_handle_scope scope;
    status = napi_open_handle_scope(env, &scope);
    if (status != napi_ok) break;
    const size_t length = TF_StringGetSize(strings + i);
    napi_value bytes;
    status = CopyToTypedArray(env, napi_uint8_array, length, TF_StringGetDataPointer(strings + i), length, &bytes);
    if (status == napi_ok) status = napi_set_element(env, result, i, bytes);
    napi_close_handle_scope(env, scope);
  }
  return Ok(env, status, "tensorDataSync") ? result : nullptr;
}

}  // namespace distaff
