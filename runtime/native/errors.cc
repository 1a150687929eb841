#include "errors.h"

namespace distaff {

bool Throw(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return false;
}

bool ThrowType(napi_env env, const std::string& message) {
  napi_throw_type_error(env, nullptr, message.c_str());
  return false;
}

bool ThrowNapi(napi_env env, napi_status status, std::string_view where) {
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  const bool known = info != nullptr && info->error_message != nullptr;
  const std::string reason = known ? info->error_message : "N-API status " + std::to_string(status);
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  return pending ? false : ThrowType(env, std::string(where) + ": " + reason);
}

bool ThrowTensorFlow(napi_env env, TF_Status* status, std::string_view where) {
  const std::string message = std::string(where) + ": " + TF_Message(status);
  TF_SetStatus(status, TF_OK, "");
  return Throw(env, message);
}

}  // namespace distaff
