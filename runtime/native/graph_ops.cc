#include "graph_ops.h"

#include <memory>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "host_ops.h"
#include "host_tensors.h"
#include "kernel_api.h"
#include "tensorflow/c/ops.h"

namespace distaff {
namespace {

constexpr char kName[] = "DistaffHost";

struct Status {
  TF_Status* status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  bool ok() const { return TF_GetCode(status) == TF_OK; }
};

/** One node's host op with its attributes. */
struct Kernel {
  std::string name;
  std::vector<HostAttribute> attributes;
  HostOp run = nullptr;
};

std::string ReadText(TF_OpKernelConstruction* construction, const char* attribute, TF_Status* status) {
  int32_t list_size = 0, size = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, attribute, &list_size, &size, status);
  if (TF_GetCode(status) != TF_OK) return {};
  std::string text(size, '\0');
  TF_OpKernelConstruction_GetAttrString(construction, attribute, text.data(), text.size(), status);
  return text;
}

/** One attribute a line: its name, `text` or `numbers`, and the text or the numbers. */
std::vector<HostAttribute> ParseAttributes(const std::string& lines) {
  std::vector<HostAttribute> attributes;
  std::istringstream all(lines);
  for (std::string line; std::getline(all, line);) {
    std::istringstream words(line);
    HostAttribute attribute;
    std::string kind;
    words >> attribute.name >> kind;
    if (kind == "text") words >> attribute.text;
    for (double number; kind == "numbers" && words >> number;) {
      attribute.floats.push_back(number);
      attribute.ints.push_back(static_cast<int64_t>(number));
    }
    if (!attribute.floats.empty()) {
      attribute.number = attribute.floats[0];
      attribute.integer = attribute.ints[0];
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

void* Create(TF_OpKernelConstruction* construction) {
  Status status;
  auto kernel = std::make_unique<Kernel>();
  kernel->name = ReadText(construction, "op", status.status);
  if (status.ok()) kernel->attributes = ParseAttributes(ReadText(construction, "attributes", status.status));
  kernel->run = FindHostOp(kernel->name);
  if (status.ok() && kernel->run == nullptr) {
    TF_SetStatus(status.status, TF_NOT_FOUND, ("There is no host op " + kernel->name).c_str());
  }
  if (!status.ok()) {
    TF_OpKernelConstruction_Failure(construction, status.status);
    return nullptr;
  }
  return kernel.release();
}

void Compute(void* pointer, TF_OpKernelContext* context) {
  const Kernel& kernel = *static_cast<Kernel*>(pointer);
  Status status;
  HostTensors tensors;
  HostCall call;
  call.op = kernel.name;
  call.attributes = kernel.attributes;
  for (int i = 0; i < TF_NumInputs(context); i++) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context, i, &tensor, status.status);
    if (!status.ok()) return TF_OpKernelContext_Failure(context, status.status);
    call.inputs.push_back(tensors.Add(tensor));
  }
  HostResult result;
  try {
    kernel.run(call, result);
  } catch (const std::bad_alloc&) {
    result.Fail("there is no memory for its outputs.");
  }
  if (!result.error().empty()) {
    TF_SetStatus(status.status, TF_INVALID_ARGUMENT, (kernel.name + ": " + result.error()).c_str());
    return TF_OpKernelContext_Failure(context, status.status);
  }
  HostTensors outputs;
  int index = 0;
  for (TF_Tensor* output : result.Take()) {
    outputs.Add(output);
    if (status.ok()) TF_SetOutput(context, index++, output, status.status);
  }
  if (!status.ok()) TF_OpKernelContext_Failure(context, status.status);
}

void Delete(void* kernel) { delete static_cast<Kernel*>(kernel); }

void RegisterOnce(TF_Status* status) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(kName);
  TF_OpDefinitionBuilderAddAttr(op, "op: string");
  TF_OpDefinitionBuilderAddAttr(op, "attributes: string");
  TF_OpDefinitionBuilderAddAttr(op, "Tin: list(type) >= 1");
  TF_OpDefinitionBuilderAddAttr(op, "Tout: list(type) >= 1");
  TF_OpDefinitionBuilderAddInput(op, "inputs: Tin");
  TF_OpDefinitionBuilderAddOutput(op, "outputs: Tout");
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, TF_ShapeInferenceContextSetUnknownShape);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_RegisterKernelBuilder(kName, TF_NewKernelBuilder(kName, "CPU", Create, Compute, Delete), status);
}

}  // namespace

void RegisterHostOp(TF_Status* status) {
  static std::once_flag once;
  std::call_once(once, RegisterOnce, status);
}

}  // namespace distaff
