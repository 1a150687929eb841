#include "host_execute.h"

#include <new>
#include <vector>

#include "attributes.h"
#include "handles.h"
#include "host_tensors.h"

namespace distaff {
napi_value RunHostOp(napi_env env, const Addon& addon, const Op& op) {
  const HostOp run = FindHostOp(op.name);
  if (run == nullptr) {
    Throw(env, op.name + ": the native addon has no such op. Run `npx distaff setup` to build it anew.");
    return nullptr;
  }
  HostTensors tensors;
  HostCall call;
  call.op = op.name;
  for (const Tensor* input : addon.inputs) {
    TF_Tensor* tensor = TFE_TensorHandleResolve(input->handle, addon.status);
    if (!Ok(env, addon.status, op.name)) return nullptr;
    call.inputs.push_back(tensors.Add(tensor));
  }
  napi_value attributes;
  if (!Ok(env, napi_get_reference_value(env, op.attributes, &attributes), op.name)) return nullptr;
  if (!ReadHostAttributes(env, op.name, attributes, &call.attributes)) return nullptr;
  HostResult result;
  try {
    run(call, result);
  } catch (const std::bad_alloc&) {
    result.Fail("there is no memory for its outputs.");
  }
  if (!result.error().empty()) {
    Throw(env, op.name + ": " + result.error());
    return nullptr;
  }
  std::vector<TFE_TensorHandle*> handles;
  for (TF_Tensor* output : result.Take()) {
    TFE_TensorHandle* handle = ToHandle(env, addon, output, op.name);
    if (handle != nullptr) handles.push_back(handle);
  }
  if (handles.size() == 1) return ToJs(env, addon, handles[0], op.name);
  return ToJs(env, addon, handles.data(), static_cast<int>(handles.size()), op.name);
}

}  // namespace distaff
