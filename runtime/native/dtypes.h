// How each dtype looks in JavaScript, as tfjs-node has it.
#ifndef DISTAFF_DTYPES_H_
#define DISTAFF_DTYPES_H_

#include <node_api.h>

#include "tensorflow/c/tf_datatype.h"

namespace distaff {

struct DType {
  TF_DataType dtype;
  const char* name;
  /** What reading gives, and writing takes. */
  napi_typedarray_type array;
  const char* array_name;
  /** Array elements for one value of the tensor: a complex64 is two floats. */
  int per_value;
};

/** Null for dtypes without a typed array (strings, resources) and those that tfjs does not know. */
const DType* FindDType(TF_DataType dtype);

}  // namespace distaff

#endif  // DISTAFF_DTYPES_H_
