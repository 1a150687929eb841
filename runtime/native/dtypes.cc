#include "dtypes.h"

namespace distaff {
namespace {

constexpr DType kDTypes[] = {
    {TF_FLOAT, "float32", napi_float32_array, "Float32Array", 1},
    {TF_INT32, "int32", napi_int32_array, "Int32Array", 1},
    {TF_BOOL, "bool", napi_uint8_array, "Uint8Array", 1},
    {TF_UINT8, "uint8", napi_uint8_array, "Uint8Array", 1},
    {TF_COMPLEX64, "complex64", napi_float32_array, "Float32Array", 2},
    {TF_INT64, "int64", napi_bigint64_array, "BigInt64Array", 1},
};

}  // namespace

const DType* FindDType(TF_DataType dtype) {
  for (const DType& entry : kDTypes) {
    if (entry.dtype == dtype) return &entry;
  }
  return nullptr;
}

}  // namespace distaff
