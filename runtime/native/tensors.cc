#include "tensors.h"

#include <cstdlib>

#include "errors.h"

namespace distaff {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;

/** What a tensor costs beside its values: TensorFlow's handle and buffer, our struct. */
constexpr int64_t kOverheadBytes = 512;

/** Smaller changes wait for more. */
constexpr int64_t kReportedBytes = 64 * 1024;

const void* BlockOf(const void* pointer) {
  return reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(pointer) & ~(kBlockBytes - 1));
}

}  // namespace

void Tensors::Close() {
  closed_ = true;
  if (externals_ == 0) delete this;
}

Tensors::~Tensors() {
  TFE_DeleteContext(context_);
  for (const void* block : blocks_) std::free(const_cast<void*>(block));
}

napi_value Tensors::Wrap(napi_env env, TFE_TensorHandle* handle, TF_DataType dtype, int64_t bytes) {
  Tensor* tensor = Allocate();
  *tensor = {handle, dtype, bytes};
  count_++;
  bytes_ += bytes;
  unreported_ += bytes + kOverheadBytes;
  napi_value external;
  const napi_status status = napi_create_external(env, tensor, Finalize, this, &external);
  if (status != napi_ok) {
    Release(tensor);
    Recycle(tensor);
    ThrowNapi(env, status, "A new tensor");
    return nullptr;
  }
  ReportMemory(env);
  return external;
}

Tensor* Tensors::Unwrap(napi_env env, napi_value value, std::string_view where) {
  void* pointer = nullptr;
  if (napi_get_value_external(env, value, &pointer) != napi_ok || !IsOurs(pointer)) {
    ThrowType(env, std::string(where) + ": expected a tensor of the native binding, got something else.");
    return nullptr;
  }
  Tensor* tensor = static_cast<Tensor*>(pointer);
  if (tensor->handle == nullptr) {
    Throw(env, std::string(where) + ": a tensor was used after it was deleted.");
    return nullptr;
  }
  return tensor;
}

void Tensors::Delete(napi_env env, Tensor* tensor) {
  Release(tensor);
  ReportMemory(env);
}

void Tensors::Finalize(node_api_basic_env, void* data, void* hint) {
  Tensor* tensor = static_cast<Tensor*>(data);
  Tensors* tensors = static_cast<Tensors*>(hint);
  if (tensor->handle != nullptr) tensors->Release(tensor);
  tensors->Recycle(tensor);
  if (tensors->closed_ && tensors->externals_ == 0) delete tensors;
}

Tensor* Tensors::Allocate() {
  if (free_.empty()) {
    void* block = std::aligned_alloc(kBlockBytes, kBlockBytes);
    if (block == nullptr) std::abort();
    blocks_.insert(block);
    Tensor* first = static_cast<Tensor*>(block);
    for (size_t i = kBlockBytes / sizeof(Tensor); i-- > 0;) free_.push_back(first + i);
  }
  Tensor* tensor = free_.back();
  free_.pop_back();
  externals_++;
  return tensor;
}

void Tensors::Recycle(Tensor* tensor) {
  free_.push_back(tensor);
  externals_--;
}

bool Tensors::IsOurs(const void* pointer) {
  const void* block = BlockOf(pointer);
  if (block != last_block_ && blocks_.count(block) != 0) last_block_ = block;
  return block == last_block_ && block != nullptr;
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
