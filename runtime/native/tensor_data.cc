// createTensor, tensorDataSync, deleteTensor: values in and out of TensorFlow.
#include <cstring>
#include <string>
#include <vector>

#include "addon.h"
#include "dtypes.h"
#include "handles.h"
#include "strings.h"
#include "values.h"

namespace distaff {
namespace {

/** The number of elements, or -1 if a dimension is negative or the product no int64. */
int64_t NumberOfElements(const std::vector<int64_t>& shape) {
  int64_t size = 1;
  for (int64_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(size, dim, &size)) return -1;
  }
  return size;
}

std::string Format(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); i++) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

/** An int64 also comes as two int32, low and high: tfjs-node's Int64Scalar. */
bool IsInt32Pair(TF_DataType dtype, napi_typedarray_type type) {
  return dtype == TF_INT64 && type == napi_int32_array;
}

TF_Tensor* ValuesFromJs(napi_env env, const std::vector<int64_t>& shape, int64_t size, const DType& dtype,
                        napi_value values) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  const napi_status status = napi_get_typedarray_info(env, values, &type, &length, &data, nullptr, nullptr);
  const bool pair = IsInt32Pair(dtype.dtype, type);
  if (status != napi_ok || (type != dtype.array && !pair)) {
    ThrowType(env, std::string("createTensor: a ") + dtype.name + " tensor's values are a " + dtype.array_name + ".");
    return nullptr;
  }
  const int per_value = pair ? 2 : dtype.per_value;
  if (length != static_cast<size_t>(size) * per_value) {
    Throw(env, "createTensor: a " + std::string(dtype.name) + " tensor of shape " + Format(shape) + " has " +
                   std::to_string(size * per_value) + " values, but " + std::to_string(length) + " came.");
    return nullptr;
  }
  const size_t bytes = size * TF_DataTypeSize(dtype.dtype);
  TF_Tensor* tensor = TF_AllocateTensor(dtype.dtype, shape.data(), static_cast<int>(shape.size()), bytes);
  void* copy = TF_TensorData(tensor);
  if (copy == nullptr && bytes > 0) {
    TF_DeleteTensor(tensor);
    Throw(env, "createTensor: there is no memory for " + std::to_string(bytes) + " bytes.");
    return nullptr;
  }
  if (bytes > 0) std::memcpy(copy, data, bytes);
  return tensor;
}

napi_value ValuesToJs(napi_env env, const TF_Tensor* tensor) {
  const TF_DataType dtype = TF_TensorType(tensor);
  const size_t bytes = TF_TensorByteSize(tensor);
  const void* data = TF_TensorData(tensor);
  napi_value result = nullptr;
  if (dtype == TF_STRING) return StringsToJs(env, tensor);
  if (dtype == TF_RESOURCE) {
    const napi_status status = CopyToTypedArray(env, napi_uint8_array, bytes, data, bytes, &result);
    return Ok(env, status, "tensorDataSync") ? result : nullptr;
  }
  const DType* known = FindDType(dtype);
  if (known == nullptr) {
    Throw(env, "tensorDataSync: values of TensorFlow's dtype " + std::to_string(dtype) + " have no typed array.");
    return nullptr;
  }
  const size_t length = static_cast<size_t>(TF_TensorElementCount(tensor)) * known->per_value;
  const napi_status status = CopyToTypedArray(env, known->array, length, data, bytes, &result);
  return Ok(env, status, "tensorDataSync") ? result : nullptr;
}

}  // namespace

napi_value CreateTensor(napi_env env, napi_callback_info info) {
  Call<3> call;
  if (!call.Read(env, info)) return nullptr;
  std::vector<int64_t> shape;
  if (!Ok(env, Read(env, call.args[0], &shape), "createTensor: the shape")) return nullptr;
  TF_DataType dtype;
  if (!Ok(env, Read(env, call.args[1], &dtype), "createTensor: the dtype")) return nullptr;
  const int64_t size = NumberOfElements(shape);
  if (size < 0) {
    Throw(env, "createTensor: no tensor has the shape " + Format(shape) + ".");
    return nullptr;
  }
  TF_Tensor* tensor = nullptr;
  if (dtype == TF_STRING) {
    tensor = StringsFromJs(env, shape, size, call.args[2]);
  } else if (const DType* known = FindDType(dtype)) {
    tensor = ValuesFromJs(env, shape, size, *known, call.args[2]);
  } else {
    Throw(env, "createTensor: TensorFlow's dtype " + std::to_string(dtype) + " has no values in JavaScript.");
  }
  if (tensor == nullptr) return nullptr;
  TFE_TensorHandle* handle = ToHandle(env, *call.addon, tensor, "createTensor");
  return handle == nullptr ? nullptr : ToJs(env, *call.addon, handle, "createTensor");
}

napi_value DeleteTensor(napi_env env, napi_callback_info info) {
  Call<1> call;
  if (!call.Read(env, info)) return nullptr;
  Tensor* tensor = call.addon->tensors->Find(env, call.args[0], "deleteTensor");
  if (tensor != nullptr) call.addon->tensors->Delete(env, tensor);
  return nullptr;
}

napi_value TensorDataSync(napi_env env, napi_callback_info info) {
  Call<1> call;
  if (!call.Read(env, info)) return nullptr;
  Tensor* tensor = call.addon->tensors->Find(env, call.args[0], "tensorDataSync");
  if (tensor == nullptr) return nullptr;
  TF_Tensor* values = TFE_TensorHandleResolve(tensor->handle, call.addon->status);
  napi_value result = nullptr;
  if (Ok(env, call.addon->status, "tensorDataSync")) result = ValuesToJs(env, values);
  TF_DeleteTensor(values);
  return result;
}

}  // namespace distaff
