// The tensors of one JavaScript environment. JavaScript holds each as an external value whose finalizer, which touches
// no JavaScript, runs during the garbage collection itself: a synchronous loop that drops tensors frees them too.
#ifndef DISTAFF_TENSORS_H_
#define DISTAFF_TENSORS_H_

#include <node_api.h>

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tensorflow/c/eager/c_api.h"

namespace distaff {

/** What an external points to. */
struct Tensor {
  /** Null once deleted. */
  TFE_TensorHandle* handle;
  TF_DataType dtype;
  /** Of its values; what TensorFlow and we spend around them is not in it. */
  int64_t bytes;
};

class Tensors {
 public:
  explicit Tensors(TFE_Context* context) : context_(context) {}
  Tensors(const Tensors&) = delete;
  Tensors& operator=(const Tensors&) = delete;

  /** Ends this object and its context, at once or with the last external: Node fixes no order of finalizers at exit. */
  void Close();

  TFE_Context* context() const { return context_; }

  /** Takes `handle` over, also when it fails; null with an exception pending then. */
  napi_value Wrap(napi_env env, TFE_TensorHandle* handle, TF_DataType dtype, int64_t bytes);

  /** The tensor that `value` stands for; throws (and is null) if it is not one of ours or was deleted. */
  Tensor* Unwrap(napi_env env, napi_value value, std::string_view where);

  /** Frees the values now; the external stays until it is collected. */
  void Delete(napi_env env, Tensor* tensor);

  int64_t count() const { return count_; }
  int64_t bytes() const { return bytes_; }

 private:
  ~Tensors();

  static void Finalize(node_api_basic_env env, void* tensor, void* tensors);

  Tensor* Allocate();
  bool IsOurs(const void* pointer);
  void Release(Tensor* tensor);
  void Recycle(Tensor* tensor);
  /** Tells V8 about memory taken or freed since last time, once it is worth the call. V8 may collect during it. */
  void ReportMemory(napi_env env);

  TFE_Context* const context_;
  bool closed_ = false;
  int64_t externals_ = 0;
  // Tensors live in aligned blocks: an external of another addon is recognised without following its pointer.
  std::unordered_set<const void*> blocks_;
  /** Where the last tensor was found, and the next one probably is. */
  const void* last_block_ = nullptr;
  std::vector<Tensor*> free_;
  int64_t count_ = 0;
  int64_t bytes_ = 0;
  int64_t unreported_ = 0;
};

}  // namespace distaff

#endif  // DISTAFF_TENSORS_H_
