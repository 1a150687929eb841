// The addon's exports.
#include "addon.h"

#include <cstring>

#include "graph_ops.h"
#include "tensorflow/c/c_api.h"

namespace distaff {
namespace {

napi_value IsUsingGpuDevice(napi_env env, napi_callback_info info) {
  Call<1> call;
  napi_value result;
  if (!call.Read(env, info)) return nullptr;
  return Ok(env, napi_get_boolean(env, !call.addon->gpu.empty(), &result), "isUsingGpuDevice") ? result : nullptr;
}

napi_value GetNumOfTensors(napi_env env, napi_callback_info info) {
  Call<1> call;
  napi_value result;
  if (!call.Read(env, info)) return nullptr;
  const napi_status status = napi_create_int64(env, call.addon->tensors->count(), &result);
  return Ok(env, status, "getNumOfTensors") ? result : nullptr;
}

/** How many bytes the values of those tensors have. */
napi_value GetNumOfBytes(napi_env env, napi_callback_info info) {
  Call<1> call;
  napi_value result;
  if (!call.Read(env, info)) return nullptr;
  const napi_status status = napi_create_int64(env, call.addon->tensors->bytes(), &result);
  return Ok(env, status, "getNumOfBytes") ? result : nullptr;
}

/** An Int32Array over memory that both sides see. */
napi_status ExportMetadata(napi_env env, napi_value exports, Addon* addon) {
  void* memory = nullptr;
  napi_value buffer, array;
  napi_status status = napi_create_arraybuffer(env, kMetadataLength * sizeof(int32_t), &memory, &buffer);
  if (status != napi_ok) return status;
  addon->metadata = static_cast<int32_t*>(memory);
  status = napi_create_typedarray(env, napi_int32_array, kMetadataLength, buffer, 0, &array);
  if (status == napi_ok) status = napi_create_reference(env, array, 1, &addon->metadata_array);
  return status == napi_ok ? napi_set_named_property(env, exports, "metadata", array) : status;
}

napi_status Export(napi_env env, napi_value exports, Addon* addon) {
  const struct {
    const char* name;
    napi_callback run;
  } functions[] = {
      {"createTensor", CreateTensor},         {"deleteTensor", DeleteTensor},   {"tensorDataSync", TensorDataSync},
      {"newOp", NewOp},                       {"runOp", RunOp},                 {"deleteOp", DeleteOp},
      {"getNumOfTensors", GetNumOfTensors},   {"getNumOfBytes", GetNumOfBytes}, {"isUsingGpuDevice", IsUsingGpuDevice},
      {"addFunction", AddFunction},           {"removeFunction", RemoveFunction},
  };
  for (const auto& [name, run] : functions) {
    napi_value function;
    napi_status status = napi_create_function(env, name, NAPI_AUTO_LENGTH, run, addon, &function);
    if (status == napi_ok) status = napi_set_named_property(env, exports, name, function);
    if (status != napi_ok) return status;
  }
  const struct {
    const char* name;
    int32_t value;
  } constants[] = {
      {"TF_FLOAT", TF_FLOAT},
      {"TF_INT32", TF_INT32},
      {"TF_UINT8", TF_UINT8},
      {"TF_STRING", TF_STRING},
      {"TF_COMPLEX64", TF_COMPLEX64},
      {"TF_INT64", TF_INT64},
      {"TF_BOOL", TF_BOOL},
      {"TF_RESOURCE", TF_RESOURCE},
      {"TF_ATTR_STRING", TF_ATTR_STRING},
      {"TF_ATTR_INT", TF_ATTR_INT},
      {"TF_ATTR_FLOAT", TF_ATTR_FLOAT},
      {"TF_ATTR_BOOL", TF_ATTR_BOOL},
      {"TF_ATTR_TYPE", TF_ATTR_TYPE},
      {"TF_ATTR_SHAPE", TF_ATTR_SHAPE},
  };
  for (const auto& [name, value] : constants) {
    napi_value number;
    napi_status status = napi_create_int32(env, value, &number);
    if (status == napi_ok) status = napi_set_named_property(env, exports, name, number);
    if (status != napi_ok) return status;
  }
  napi_value version;
  napi_status status = napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &version);
  if (status == napi_ok) status = napi_set_named_property(env, exports, "TF_Version", version);
  return status == napi_ok ? ExportMetadata(env, exports, addon) : status;
}

}  // namespace

bool Addon::Start(napi_env env) {
  TFE_ContextOptions* options = TFE_NewContextOptions();
  context = TFE_NewContext(options, status);
  TFE_DeleteContextOptions(options);
  if (!Ok(env, status, "TensorFlow does not start")) return false;
  RegisterHostOp(status);
  if (!Ok(env, status, "TensorFlow does not take the host ops")) return false;
  tensors = new Tensors(context);
  ops = std::make_unique<Ops>();
  TF_DeviceList* devices = TFE_ContextListDevices(context, status);
  if (!Ok(env, status, "TensorFlow lists no devices")) return false;
  for (int i = 0; i < TF_DeviceListCount(devices) && TF_GetCode(status) == TF_OK; i++) {
    const char* type = TF_DeviceListType(devices, i, status);
    if (type == nullptr || std::strcmp(type, "GPU") != 0 || !gpu.empty()) continue;
    const char* name = TF_DeviceListName(devices, i, status);
    if (name != nullptr) gpu = name;
  }
  TF_DeleteDeviceList(devices);
  return Ok(env, status, "TensorFlow lists no devices");
}

Addon::~Addon() {
  ops.reset();
  if (tensors != nullptr) tensors->Close();
  TF_DeleteStatus(status);
}

}  // namespace distaff

// The experimental version, whose finalizers run during the garbage collection (see tensors.h).
NAPI_MODULE_INIT() {
  using distaff::Addon;
  Addon* addon = new Addon();
  const auto end = [](napi_env, void* data, void*) { delete static_cast<Addon*>(data); };
  if (!addon->Start(env)) {
    delete addon;
    return nullptr;
  }
  napi_status status = napi_set_instance_data(env, addon, end, nullptr);
  if (status == napi_ok) status = distaff::Export(env, exports, addon);
  return distaff::Ok(env, status, "The native addon's exports") ? exports : nullptr;
}
