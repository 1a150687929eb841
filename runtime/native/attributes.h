// Op attributes: JavaScript's `{ name, type, value }[]` onto a TensorFlow operation, or into plain C++ for a host op.
#ifndef DISTAFF_ATTRIBUTES_H_
#define DISTAFF_ATTRIBUTES_H_

#include <node_api.h>

#include <string>
#include <vector>

#include "host_ops.h"
#include "tensorflow/c/eager/c_api.h"

namespace distaff {

/** Sets every attribute on `op`; false with an exception pending if one is malformed. */
bool SetAttributes(napi_env env, const std::string& op_name, TFE_Op* op, TF_Status* status,
                   napi_value attributes);

/** Reads every attribute for a host op; false with an exception pending if one is malformed. */
bool ReadHostAttributes(napi_env env, const std::string& op_name, napi_value attributes,
                        std::vector<HostAttribute>* result);

}  // namespace distaff

#endif  // DISTAFF_ATTRIBUTES_H_
