#include "tensors.h"

#include <cstdlib>
#include <string>

#include "errors.h"

namespace distaff {
namespace {

/** A tensor of at most this size shares a group. */
constexpr int64_t kSmallBytes = 256;

/** What a tensor costs beside its values: TensorFlow's handle and buffer, our struct. */
constexpr int64_t kOverheadBytes = 512;

/** Smaller changes wait for more. */
constexpr int64_t kReportedBytes = 64 * 1024;

}  // namespace

void Tensors::Close() {
  closed_ = true;
  if (free_.size() == groups_.size()) delete this;
}

bool Tensors::Add(napi_env env, TFE_TensorHandle* handle, TF_DataType dtype, int64_t bytes, TensorId* id) {
  const bool small = bytes <= kSmallBytes;
  Group* group = shared_;
  id->group = nullptr;
  id->shared = small;
  if (!small || group == nullptr || group->used == kGroupSize) {
    group = NewGroup();
    const napi_status status = napi_create_external(env, group, Finalize, nullptr, &id->group);
    if (status != napi_ok) {
      TFE_DeleteTensorHandle(handle);
      Recycle(group);
      return ThrowNapi(env, status, "A new tensor");
    }
    if (small) shared_ = group;
  }
  id->number = group->index * kGroupSize + group->used;
  group->members[group->used++] = {handle, dtype, bytes};
  count_++;
  bytes_ += bytes;
  unreported_ += bytes + kOverheadBytes;
  ReportMemory(env);
  return true;
}

Tensor* Tensors::Find(napi_env env, napi_value value, std::string_view where) {
  uint32_t number;
  if (!Ok(env, napi_get_value_uint32(env, value, &number), where)) return nullptr;
  const uint32_t group = number / kGroupSize;
  Tensor* tensor = group < groups_.size() ? &groups_[group]->members[number % kGroupSize] : nullptr;
  if (tensor == nullptr || tensor->handle == nullptr) {
    Throw(env, std::string(where) + ": a tensor was used after it was deleted.");
    return nullptr;
  }
  return tensor;
}

void Tensors::Delete(napi_env env, Tensor* tensor) {
  Release(tensor);
  ReportMemory(env);
}

void Tensors::Finalize(node_api_basic_env, void* data, void*) {
  Group* group = static_cast<Group*>(data);
  Tensors* tensors = group->tensors;
  for (Tensor& member : group->members) {
    if (member.handle != nullptr) tensors->Release(&member);
  }
  tensors->Recycle(group);
  if (tensors->closed_) tensors->Close();
}

Tensors::Group* Tensors::NewGroup() {
  if (free_.empty()) {
    const uint32_t index = static_cast<uint32_t>(groups_.size());
    groups_.push_back(std::make_unique<Group>(Group{this, index, 0, {}}));
    free_.push_back(groups_.back().get());
  }
  Group* group = free_.back();
  free_.pop_back();
  return group;
}

void Tensors::Recycle(Group* group) {
  group->used = 0;
  if (shared_ == group) shared_ = nullptr;
  free_.push_back(group);
}

void Tensors::Release(Tensor* tensor) {
  TFE_DeleteTensorHandle(tensor->handle);
  tensor->handle = nullptr;
  count_--;
  bytes_ -= tensor->bytes;
  unreported_ -= tensor->bytes + kOverheadBytes;
}

void Tensors::ReportMemory(napi_env env) {
  if (std::llabs(unreported_) < kReportedBytes) return;
  const int64_t change = unreported_;
  unreported_ = 0;
  int64_t total;
  napi_adjust_external_memory(env, change, &total);
}

}  // namespace distaff
