// newOp, runOp, deleteOp: ops on TensorFlow, or of our own on the host.
#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "addon.h"
#include "attributes.h"
#include "handles.h"
#include "host_execute.h"
#include "tensorflow/c/eager/c_api_experimental.h"
#include "values.h"

namespace distaff {
namespace {

/** runOp(op, numOutputs, ...inputs) */
constexpr size_t kBeforeInputs = 2;

/** A call with more arguments or outputs allocates. */
constexpr size_t kUsualArguments = 16;
constexpr int kUsualOutputs = 8;

bool IsHostOp(const Op& op) { return op.name.compare(0, 7, "Distaff") == 0; }

/** The tensors with `count` numbers and their dtypes, into the addon's scratch. */
bool ReadInputs(napi_env env, Addon* addon, const Op& op, const napi_value* numbers, size_t count) {
  addon->inputs.resize(count);
  addon->dtypes.resize(count);
  for (size_t i = 0; i < count; i++) {
    const Tensor* input = addon->tensors->Find(env, numbers[i], op.name);
    if (input == nullptr) return false;
    addon->inputs[i] = input;
    addon->dtypes[i] = static_cast<char>(input->dtype);
  }
  return true;
}

/** TensorFlow lets no two threads (here: workers) set attributes at the same time. */
std::mutex attributes_mutex;

/** Inputs first: TensorFlow infers attributes from them, and the first value of an attribute holds. */
bool SetUp(napi_env env, const Addon& addon, const Op& op, Operation* operation) {
  std::unique_lock<std::mutex> lock(attributes_mutex, std::defer_lock);
  if (!operation->prepared) lock.lock();
  if (operation->tfe == nullptr) {
    TFE_Op* tfe = TFE_NewOp(addon.context, op.name.c_str(), addon.status);
    if (!Ok(env, addon.status, op.name)) return false;
    operation->tfe = tfe;
  }
  for (const Tensor* input : addon.inputs) {
    TFE_OpAddInput(operation->tfe, input->handle, addon.status);
    if (!Ok(env, addon.status, op.name)) return false;
  }
  if (operation->prepared) return true;
  if (operation->attributes != nullptr) {
    TFE_OpAddAttrs(operation->tfe, TFE_OpGetAttrs(operation->attributes));
    return true;
  }
  napi_value attributes;
  return Ok(env, napi_get_reference_value(env, op.attributes, &attributes), op.name) &&
         SetAttributes(env, op.name, operation->tfe, addon.status, attributes);
}

napi_value Execute(napi_env env, const Addon& addon, const Op& op, const Operation& operation, int count) {
  TFE_TensorHandle* usual[kUsualOutputs] = {};
  std::vector<TFE_TensorHandle*> many(count > kUsualOutputs ? count : 0);
  TFE_TensorHandle** outputs = many.empty() ? usual : many.data();
  TFE_Execute(operation.tfe, outputs, &count, addon.status);
  if (!Ok(env, addon.status, op.name)) return nullptr;
  return count == 1 ? ToJs(env, addon, outputs[0], op.name) : ToJs(env, addon, outputs, count, op.name);
}

/** Makes `operation` ready to run again, with or without its attributes. */
void Reuse(const Addon& addon, const Op& op, Operation* operation) {
  operation->prepared = TFE_OpGetFlatInputCount(operation->tfe, addon.status) == 0;
  if (operation->prepared) return;
  // oneDNN ran another operation in this one's place, which still holds its inputs.
  if (operation->attributes == nullptr) {
    operation->attributes = TFE_NewOp(addon.context, op.name.c_str(), addon.status);
    TFE_OpAddAttrs(operation->attributes, TFE_OpGetAttrs(operation->tfe));
  }
  TFE_OpReset(operation->tfe, op.name.c_str(), nullptr, addon.status);
}

napi_value RunTensorFlowOp(napi_env env, const Addon& addon, Op* op, int count) {
  Operation* operation = op->For(addon.dtypes);
  napi_value result = nullptr;
  if (SetUp(env, addon, *op, operation)) result = Execute(env, addon, *op, *operation, count);
  if (result != nullptr) Reuse(addon, *op, operation);
  // After an error TensorFlow may have left the operation in any state.
  if (result == nullptr || TF_GetCode(addon.status) != TF_OK) {
    operation->Delete();
    TF_SetStatus(addon.status, TF_OK, "");
  }
  return result;
}

napi_value Run(napi_env env, Addon* addon, const napi_value* args, size_t count) {
  uint32_t number;
  int32_t outputs;
  if (!Ok(env, napi_get_value_uint32(env, args[0], &number), "runOp: the op")) return nullptr;
  if (!Ok(env, napi_get_value_int32(env, args[1], &outputs), "runOp: the number of outputs")) return nullptr;
  Op* op = addon->ops->Find(number);
  if (op == nullptr) {
    Throw(env, "runOp: no op has the number " + std::to_string(number) + ".");
    return nullptr;
  }
  const size_t inputs = std::max(count, kBeforeInputs) - kBeforeInputs;
  if (!ReadInputs(env, addon, *op, args + kBeforeInputs, inputs)) return nullptr;
  return IsHostOp(*op) ? RunHostOp(env, *addon, *op) : RunTensorFlowOp(env, *addon, op, std::max(outputs, 0));
}

}  // namespace

napi_value NewOp(napi_env env, napi_callback_info info) {
  Call<2> call;
  std::string name;
  uint32_t number;
  napi_value result;
  if (!call.Read(env, info) || !Ok(env, Read(env, call.args[0], &name), "newOp: the op's name") ||
      !call.addon->ops->New(env, name, call.args[1], &number) ||
      !Ok(env, napi_create_uint32(env, number, &result), name)) {
    return nullptr;
  }
  return result;
}

napi_value RunOp(napi_env env, napi_callback_info info) {
  Call<kUsualArguments> call;
  if (!call.Read(env, info)) return nullptr;
  if (call.count <= kUsualArguments) return Run(env, call.addon, call.args, call.count);
  std::vector<napi_value> args(call.count);
  const napi_status status = napi_get_cb_info(env, info, &call.count, args.data(), nullptr, nullptr);
  return Ok(env, status, "runOp") ? Run(env, call.addon, args.data(), args.size()) : nullptr;
}

napi_value DeleteOp(napi_env env, napi_callback_info info) {
  Call<1> call;
  uint32_t number;
  if (!call.Read(env, info) || !Ok(env, napi_get_value_uint32(env, call.args[0], &number), "deleteOp")) return nullptr;
  call.addon->ops->Delete(env, number);
  return nullptr;
}

}  // namespace distaff
