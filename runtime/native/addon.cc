// The addon's exports.
#include "addon.h"

#include <cstring>
#include <string>

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

/** start(cpuDevices): before anything else; a second call changes nothing. */
napi_value StartTensorFlow(napi_env env, napi_callback_info info) {
  Call<1> call;
  call.first = true;
  uint32_t cpu_devices = 1;
  if (!call.Read(env, info)) return nullptr;
  if (!Ok(env, napi_get_value_uint32(env, call.args[0], &cpu_devices), "start: the number of CPU devices")) return nullptr;
  if (call.addon->ops == nullptr) call.addon->Start(env, cpu_devices);
  return nullptr;
}

/** listDevices(): the names, such as `/job:localhost/replica:0/task:0/device:CPU:0`. */
napi_value ListDevices(napi_env env, napi_callback_info info) {
  Call<1> call;
  napi_value result;
  if (!call.Read(env, info) || !Ok(env, napi_create_array(env, &result), "listDevices")) return nullptr;
  TF_Status* status = call.addon->status;
  TF_DeviceList* devices = TFE_ContextListDevices(call.addon->context, status);
  if (!Ok(env, status, "TensorFlow lists no devices")) return nullptr;
  napi_status made = napi_ok;
  const int count = TF_DeviceListCount(devices);
  for (int i = 0; i < count && made == napi_ok && TF_GetCode(status) == TF_OK; i++) {
    napi_value name;
    const char* text = TF_DeviceListName(devices, i, status);
    if (text == nullptr) break;
    made = napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &name);
    if (made == napi_ok) made = napi_set_element(env, result, i, name);
  }
  TF_DeleteDeviceList(devices);
  return Ok(env, status, "TensorFlow lists no devices") && Ok(env, made, "listDevices") ? result : nullptr;
}

/** A ConfigProto (tensorflow/core/protobuf/config.proto): `device_count` and `allow_soft_placement`. */
std::string Config(uint32_t cpu_devices) {
  std::string count("\x0a\x03" "CPU\x10", 6);
  for (; cpu_devices >= 0x80; cpu_devices >>= 7) count.push_back(static_cast<char>(cpu_devices | 0x80));
  count.push_back(static_cast<char>(cpu_devices));
  std::string config("\x38\x01\x0a", 3);
  config.push_back(static_cast<char>(count.size()));
  return config + count;
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
      {"start", StartTensorFlow},             {"listDevices", ListDevices},
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

bool Addon::Start(napi_env env, uint32_t cpu_devices) {
  TFE_ContextOptions* options = TFE_NewContextOptions();
  const std::string config = Config(cpu_devices);
  TFE_ContextOptionsSetConfig(options, config.data(), config.size(), status);
  if (TF_GetCode(status) == TF_OK) context = TFE_NewContext(options, status);
  TFE_DeleteContextOptions(options);
  if (!Ok(env, status, "TensorFlow does not start")) return false;
  RegisterHostOp(status);
  if (!Ok(env, status, "TensorFlow does not take the host ops")) return false;
  tensors = new Tensors(context);
  TF_DeviceList* devices = TFE_ContextListDevices(context, status);
  if (!Ok(env, status, "TensorFlow lists no devices")) return false;
  for (int i = 0; i < TF_DeviceListCount(devices) && TF_GetCode(status) == TF_OK; i++) {
    const char* type = TF_DeviceListType(devices, i, status);
    if (type == nullptr || std::strcmp(type, "GPU") != 0 || !gpu.empty()) continue;
    const char* name = TF_DeviceListName(devices, i, status);
    if (name != nullptr) gpu = name;
  }
  TF_DeleteDeviceList(devices);
  if (!Ok(env, status, "TensorFlow lists no devices")) return false;
  ops = std::make_unique<Ops>();
  return true;
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
  napi_status status = napi_set_instance_data(env, addon, end, nullptr);
  if (status == napi_ok) status = distaff::Export(env, exports, addon);
  return distaff::Ok(env, status, "The native addon's exports") ? exports : nullptr;
}
