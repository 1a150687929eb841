// Runs a host op between TensorFlow's.
#ifndef DISTAFF_HOST_EXECUTE_H_
#define DISTAFF_HOST_EXECUTE_H_

#include <node_api.h>

#include "addon.h"

namespace distaff {

/** Runs `op` on `addon.inputs`; the op says itself how many outputs it has. Null with an exception pending. */
napi_value RunHostOp(napi_env env, const Addon& addon, const Op& op);

}  // namespace distaff

#endif  // DISTAFF_HOST_EXECUTE_H_
