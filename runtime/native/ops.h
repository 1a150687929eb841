// TensorFlow operations that are ready to run again. TensorFlow spends more on an operation's attributes than on a
// small kernel, and an executed operation keeps its attributes while it drops its inputs: so a repeated call only adds
// inputs. JavaScript recognises the repetition (runtime/src/bindings/dispatch.ts); here an op is a number.
#ifndef DISTAFF_OPS_H_
#define DISTAFF_OPS_H_

#include <node_api.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow/c/eager/c_api.h"

namespace distaff {

/** An op with inputs of certain dtypes: TensorFlow infers attributes from them. */
struct Operation {
  std::string dtypes;
  TFE_Op* tfe = nullptr;
  /** Whether the attributes are set. */
  bool prepared = false;
  /** Only holds the attributes, for operations that lose them. */
  TFE_Op* attributes = nullptr;

  void Delete();
};

/** An op with certain attributes. */
struct Op {
  std::string name;
  /** JavaScript's `{ name, type, value }[]`. Null when this number is not in use. */
  napi_ref attributes = nullptr;
  std::vector<Operation> operations;

  /** The operation for inputs of these dtypes. */
  Operation* For(const std::string& dtypes);
};

class Ops {
 public:
  Ops() = default;
  Ops(const Ops&) = delete;
  Ops& operator=(const Ops&) = delete;
  ~Ops();

  /** A number for an op; false with an exception pending. */
  bool New(napi_env env, std::string name, napi_value attributes, uint32_t* number);

  /** The op with this number, or null. */
  Op* Find(uint32_t number);

  /** Frees the number. */
  void Delete(napi_env env, uint32_t number);

 private:
  std::vector<Op> ops_;
  std::vector<uint32_t> free_;
};

}  // namespace distaff

#endif  // DISTAFF_OPS_H_
