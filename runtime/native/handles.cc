#include "handles.h"

namespace distaff {
namespace {

/** Reads a handle's shape; false if TensorFlow refuses or a dimension is no int32. */
bool ReadShape(TFE_TensorHandle* handle, int32_t* metadata, int64_t* size, TF_Status* status) {
  const int rank = TFE_TensorHandleNumDims(handle, status);
  metadata[kRank] = rank;
  *size = 1;
  for (int i = 0; i < rank; i++) {
    const int64_t dim = TFE_TensorHandleDim(handle, i, status);
    metadata[kShape + i] = static_cast<int32_t>(dim);
    if (dim > INT32_MAX) TF_SetStatus(status, TF_OUT_OF_RANGE, "a dimension is larger than an int32.");
    *size *= dim;
  }
  return TF_GetCode(status) == TF_OK;
}

/** `[tensor, ...metadata]` */
napi_status ToArray(napi_env env, const int32_t* metadata, napi_value tensor, napi_value* result) {
  const int length = kShape + metadata[kRank];
  napi_status status = napi_create_array_with_length(env, 1 + length, result);
  if (status == napi_ok) status = napi_set_element(env, *result, 0, tensor);
  for (int i = 0; i < length && status == napi_ok; i++) {
    napi_value number;
    status = napi_create_int32(env, metadata[i], &number);
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

napi_value ToJs(napi_env env, const Addon& addon, TFE_TensorHandle* handle, std::string_view where) {
  int32_t* metadata = addon.metadata;
  int64_t size = 0;
  if (!ReadShape(handle, metadata, &size, addon.status)) {
    TFE_DeleteTensorHandle(handle);
    ThrowTensorFlow(env, addon.status, where);
    return nullptr;
  }
  const TF_DataType dtype = TFE_TensorHandleDataType(handle);
  TensorId id;
  if (!addon.tensors->Add(env, handle, dtype, size * static_cast<int64_t>(TF_DataTypeSize(dtype)), &id)) return nullptr;
  metadata[kNumber] = static_cast<int32_t>(id.number);
  metadata[kShared] = id.shared;
  metadata[kDType] = dtype;
  if (id.group != nullptr) return id.group;
  napi_value number;
  return Ok(env, napi_create_uint32(env, id.number, &number), where) ? number : nullptr;
}

napi_value ToJs(napi_env env, const Addon& addon, TFE_TensorHandle** handles, int count, std::string_view where) {
  napi_value result;
  bool ok = Ok(env, napi_create_array_with_length(env, count, &result), where);
  for (int i = 0; i < count; i++) {
    if (!ok) {
      TFE_DeleteTensorHandle(handles[i]);
      continue;
    }
    napi_value output;
    napi_value tensor = ToJs(env, addon, handles[i], where);
    ok = tensor != nullptr && Ok(env, ToArray(env, addon.metadata, tensor, &output), where) &&
         Ok(env, napi_set_element(env, result, i, output), where);
  }
  if (!ok) addon.tensors->Unshare();
  return ok ? result : nullptr;
}

}  // namespace distaff
