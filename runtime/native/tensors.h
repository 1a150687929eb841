// The tensors of one JavaScript environment. In JavaScript a tensor is a number and its group, an external value: when
// nothing holds the group, its finalizer, which touches no JavaScript, runs during the garbage collection itself and
// frees its tensors. So a synchronous loop that drops tensors frees them too. Small tensors share a group, since making
// and collecting one costs a good part of a small op; others have one of their own and go when they are dropped.
#ifndef DISTAFF_TENSORS_H_
#define DISTAFF_TENSORS_H_

#include <node_api.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tensorflow/c/eager/c_api.h"

namespace distaff {

struct Tensor {
  /** Null once deleted. */
  TFE_TensorHandle* handle = nullptr;
  TF_DataType dtype = TF_FLOAT;
  /** Of its values; what TensorFlow and we spend around them is not in it. */
  int64_t bytes = 0;
};

/** A tensor as JavaScript gets it. */
struct TensorId {
  uint32_t number;
  /** Its group if that is new; else null, and its group is the one that was last shared. */
  napi_value group;
  /** Whether the next tensors may get the new group, too. */
  bool shared;
};

class Tensors {
 public:
  explicit Tensors(TFE_Context* context) : context_(context) {}
  Tensors(const Tensors&) = delete;
  Tensors& operator=(const Tensors&) = delete;

  /** Ends this object and its context, at once or with the last group: Node fixes no order of finalizers at exit. */
  void Close();

  /** Takes `handle` over, also when it fails; false with an exception pending then. */
  bool Add(napi_env env, TFE_TensorHandle* handle, TF_DataType dtype, int64_t bytes, TensorId* id);

  /** JavaScript did not get the last id: its group is not shared any more. */
  void Unshare() { shared_ = nullptr; }

  /** The tensor with a number; throws (and is null) if there is none or it was deleted. */
  Tensor* Find(napi_env env, napi_value number, std::string_view where);

  /** Frees the values now. */
  void Delete(napi_env env, Tensor* tensor);

  int64_t count() const { return count_; }
  int64_t bytes() const { return bytes_; }

 private:
  /** A tensor that something holds keeps the others in memory: they are few. */
  static constexpr uint32_t kGroupSize = 8;

  struct Group {
    Tensors* tensors;
    uint32_t index;
    uint32_t used;
    Tensor members[kGroupSize];
  };

  ~Tensors() { TFE_DeleteContext(context_); }

  static void Finalize(node_api_basic_env env, void* group, void* hint);

  Group* NewGroup();
  void Recycle(Group* group);
  void Release(Tensor* tensor);
  /** Tells V8 about memory taken or freed since last time, once it is worth the call. V8 may collect during it. */
  void ReportMemory(napi_env env);

  TFE_Context* const context_;
  bool closed_ = false;
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<Group*> free_;
  /** The one that small tensors share now. */
  Group* shared_ = nullptr;
  int64_t count_ = 0;
  int64_t bytes_ = 0;
  int64_t unreported_ = 0;
};

}  // namespace distaff

#endif  // DISTAFF_TENSORS_H_
