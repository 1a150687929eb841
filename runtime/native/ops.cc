#include "ops.h"

#include <utility>

#include "errors.h"

namespace distaff {
namespace {

void DeleteOperations(Op* op) {
  for (Operation& operation : op->operations) operation.Delete();
  op->operations.clear();
}

}  // namespace

void Operation::Delete() {
  if (tfe != nullptr) TFE_DeleteOp(tfe);
  if (attributes != nullptr) TFE_DeleteOp(attributes);
  tfe = attributes = nullptr;
  prepared = false;
}

Operation* Op::For(const std::string& dtypes) {
  for (Operation& operation : operations) {
    if (operation.dtypes == dtypes) return &operation;
  }
  operations.push_back({dtypes});
  return &operations.back();
}

Ops::~Ops() {
  for (Op& op : ops_) DeleteOperations(&op);
}

bool Ops::New(napi_env env, std::string name, napi_value attributes, uint32_t* number) {
  napi_ref reference;
  if (!Ok(env, napi_create_reference(env, attributes, 1, &reference), name)) return false;
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(ops_.size()));
    ops_.emplace_back();
  }
  *number = free_.back();
  free_.pop_back();
  ops_[*number] = {std::move(name), reference, {}};
  return true;
}

Op* Ops::Find(uint32_t number) {
  return number < ops_.size() && ops_[number].attributes != nullptr ? &ops_[number] : nullptr;
}

void Ops::Delete(napi_env env, uint32_t number) {
  Op* op = Find(number);
  if (op == nullptr) return;
  DeleteOperations(op);
  napi_delete_reference(env, op->attributes);
  op->attributes = nullptr;
  free_.push_back(number);
}

}  // namespace distaff
