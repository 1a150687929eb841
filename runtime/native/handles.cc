#include "handles.h"

namespace distaff {
namespace {

/** Reads a handle's shape into `dims`; false if TensorFlow refuses or a dimension is no int32. */
bool ReadShape(TFE_TensorHandle* handle, int32_t* dims, int* rank, int64_t* size, TF_Status* status) {
  *rank = TFE_TensorHandleNumDims(handle, status);
  *size = 1;
  for (int i = 0; i < *rank; i++) {
    const int64_t dim = TFE_TensorHandleDim(handle, i, status);
    dims[i] = static_cast<int32_t>(dim);
    if (dims[i] != dim) TF_SetStatus(status, TF_OUT_OF_RANGE, "a dimension of an output is larger than an int32.");
    *size *= dim;
  }
  return TF_GetCode(status) == TF_OK;
}

/** Wraps a handle, which it takes over, and writes `metadata`. */
napi_value ToId(napi_env env, const Addon& addon, TFE_TensorHandle* handle, std::string_view where) {
  int rank = 0;
  int64_t size = 0;
  if (!ReadShape(handle, addon.metadata + 2, &rank, &size, addon.status)) {
    TFE_DeleteTensorHandle(handle);
    ThrowTensorFlow(env, addon.status, where);
    return nullptr;
  }
  const TF_DataType dtype = TFE_TensorHandleDataType(handle);
  addon.metadata[0] = dtype;
  addon.metadata[1] = rank;
  return addon.tensors->Wrap(env, handle, dtype, size * static_cast<int64_t>(TF_DataTypeSize(dtype)));
}

/** `[id, dtype, ...shape]` */
napi_status ToArray(napi_env env, const Addon& addon, napi_value id, napi_value* result) {
  const int rank = addon.metadata[1];
  napi_status status = napi_create_array_with_length(env, 2 + rank, result);
  if (status == napi_ok) status = napi_set_element(env, *result, 0, id);
  for (int i = 0; i <= rank && status == napi_ok; i++) {
    napi_value number;
    status = napi_create_int32(env, addon.metadata[i == 0 ? 0 : 1 + i], &number);
    if (status == napi_ok) status = napi_set_element(env, *result, 1 + i, number);
  }
  return status;
}

}  // namespace

TFE_TensorHandle* ToHandle(napi_env env, const Addon& addon, TF_Tensor* tensor, std::string_view where) {
  TFE_TensorHandle* handle = TFE_NewTensorHandle(tensor, addon.status);
  const TF_DataType dtype = TF_TensorType(tensor);
  TF_DeleteTensor(tensor);
  if (!Ok(env, addon.status, where)) return nullptr;
  // Most GPU kernels want int32 in host memory, and strings live nowhere else.
  if (addon.gpu.empty() || dtype == TF_INT32 || dtype == TF_STRING) return handle;
  TFE_TensorHandle* moved = TFE_TensorHandleCopyToDevice(handle, addon.context, addon.gpu.c_str(), addon.status);
  TFE_DeleteTensorHandle(handle);
  return Ok(env, addon.status, where) ? moved : nullptr;
}

napi_value ToJs(napi_env env, const Addon& addon, TFE_TensorHandle** handles, int count, std::string_view where) {
  if (count == 1) return ToId(env, addon, handles[0], where);
  napi_value result;
  bool ok = Ok(env, napi_create_array_with_length(env, count, &result), where);
  for (int i = 0; i < count; i++) {
    if (!ok) {
      TFE_DeleteTensorHandle(handles[i]);
      continue;
    }
    napi_value output;
    napi_value id = ToId(env, addon, handles[i], where);
    ok = id != nullptr && Ok(env, ToArray(env, addon, id, &output), where) &&
         Ok(env, napi_set_element(env, result, i, output), where);
  }
  return ok ? result : nullptr;
}

}  // namespace distaff
