// What the functions of one JavaScript environment share; each of them gets it as its callback data.
#ifndef DISTAFF_ADDON_H_
#define DISTAFF_ADDON_H_

#include <node_api.h>

#include <memory>
#include <string>
#include <vector>

#include "errors.h"
#include "ops.h"
#include "tensors.h"

namespace distaff {

struct Addon {
  /** Reused by every call; TF_OK between calls. */
  TF_Status* status = TF_NewStatus();
  TFE_Context* context = nullptr;
  /** The GPU's name, empty if TensorFlow sees none. */
  std::string gpu;
  Tensors* tensors = nullptr;
  /** Gone before the context. */
  std::unique_ptr<Ops> ops;
  /** What a new tensor is (see MetadataField). The memory of the Int32Array that is exported. */
  int32_t* metadata = nullptr;
  napi_ref metadata_array = nullptr;
  /** Scratch of runOp, kept for its memory. */
  std::vector<const Tensor*> inputs;
  std::string dtypes;

  Addon() = default;
  Addon(const Addon&) = delete;
  Addon& operator=(const Addon&) = delete;
  ~Addon();

  /** Starts TensorFlow; false with an exception pending if it cannot. */
  bool Start(napi_env env, uint32_t cpu_devices);
};

/** What stands where in `metadata`. */
enum MetadataField { kNumber, kShared, kDType, kRank, kShape };

/** Room in `metadata`: TensorFlow allows no rank above 254. */
constexpr int kMetadataLength = kShape + 254;

/** A call's first N arguments and its Addon. */
template <size_t N>
struct Call {
  /** Missing ones are undefined. */
  napi_value args[N];
  /** How many arguments came. */
  size_t count = N;
  Addon* addon = nullptr;
  /** Whether it may come before `start`. */
  bool first = false;

  bool Read(napi_env env, napi_callback_info info) {
    void* data = nullptr;
    const napi_status status = napi_get_cb_info(env, info, &count, args, nullptr, &data);
    addon = static_cast<Addon*>(data);
    if (!Ok(env, status, "A call of the native addon")) return false;
    return first || addon->ops != nullptr || Throw(env, "The native addon is not started: start(cpuDevices).");
  }
};

napi_value CreateTensor(napi_env env, napi_callback_info info);
napi_value DeleteTensor(napi_env env, napi_callback_info info);
napi_value TensorDataSync(napi_env env, napi_callback_info info);
napi_value NewOp(napi_env env, napi_callback_info info);
napi_value RunOp(napi_env env, napi_callback_info info);
napi_value DeleteOp(napi_env env, napi_callback_info info);
napi_value AddFunction(napi_env env, napi_callback_info info);
napi_value RemoveFunction(napi_env env, napi_callback_info info);

}  // namespace distaff

#endif  // DISTAFF_ADDON_H_
