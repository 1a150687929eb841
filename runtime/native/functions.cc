// addFunction, removeFunction: graphs as functions, which run as ops of their name.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "addon.h"
#include "tensorflow/c/c_api.h"
#include "values.h"

namespace distaff {
namespace {

template <auto Delete>
struct With {
  template <typename T>
  void operator()(T* object) const {
    Delete(object);
  }
};
using Graph = std::unique_ptr<TF_Graph, With<TF_DeleteGraph>>;
using Function = std::unique_ptr<TF_Function, With<TF_DeleteFunction>>;
using Buffer = std::unique_ptr<TF_Buffer, With<TF_DeleteBuffer>>;
using ImportOptions = std::unique_ptr<TF_ImportGraphDefOptions, With<TF_DeleteImportGraphDefOptions>>;

bool ImportGraph(napi_env env, Addon* addon, napi_value graph_def, const std::string& where, TF_Graph* graph) {
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type;
  napi_status status = napi_get_typedarray_info(env, graph_def, &type, &length, &data, nullptr, nullptr);
  if (!Ok(env, status, where)) return false;
  Buffer buffer(TF_NewBufferFromString(data, length));
  ImportOptions options(TF_NewImportGraphDefOptions());
  TF_GraphImportGraphDef(graph, buffer.get(), options.get(), addon->status);
  return Ok(env, addon->status, where);
}

/** The outputs that `names` (`node` or `node:1`) stand for. */
bool FindOutputs(napi_env env, TF_Graph* graph, napi_value names, const std::string& where,
                 std::vector<TF_Output>* outputs) {
  std::vector<std::string> found;
  if (!Ok(env, Read(env, names, &found), where)) return false;
  for (const std::string& name : found) {
    const size_t colon = name.rfind(':');
    const std::string node = name.substr(0, colon);
    const int index = colon == std::string::npos ? 0 : std::atoi(name.c_str() + colon + 1);
    TF_Operation* operation = TF_GraphOperationByName(graph, node.c_str());
    if (operation == nullptr) return Throw(env, where + ": the graph has no node " + node + ".");
    outputs->push_back({operation, index});
  }
  return true;
}

}  // namespace

/** addFunction(name, graphDef, inputs, outputs) */
napi_value AddFunction(napi_env env, napi_callback_info info) {
  Call<4> call;
  std::string name;
  if (!call.Read(env, info) || !Ok(env, Read(env, call.args[0], &name), "addFunction: the name")) return nullptr;
  Graph graph(TF_NewGraph());
  std::vector<TF_Output> inputs, outputs;
  if (!ImportGraph(env, call.addon, call.args[1], name, graph.get()) ||
      !FindOutputs(env, graph.get(), call.args[2], name, &inputs) ||
      !FindOutputs(env, graph.get(), call.args[3], name, &outputs)) {
    return nullptr;
  }
  TF_Status* status = call.addon->status;
  Function function(TF_GraphToFunction(graph.get(), name.c_str(), /*append_hash_to_fn_name=*/0, /*num_opers=*/-1,
                                       nullptr, static_cast<int>(inputs.size()), inputs.data(),
                                       static_cast<int>(outputs.size()), outputs.data(), nullptr, nullptr,
                                       name.c_str(), status));
  if (!Ok(env, status, name)) return nullptr;
  TFE_ContextAddFunction(call.addon->context, function.get(), status);
  Ok(env, status, name);
  return nullptr;
}

/** removeFunction(name) */
napi_value RemoveFunction(napi_env env, napi_callback_info info) {
  Call<1> call;
  std::string name;
  if (!call.Read(env, info) || !Ok(env, Read(env, call.args[0], &name), "removeFunction: the name")) return nullptr;
  TFE_ContextRemoveFunction(call.addon->context, name.c_str(), call.addon->status);
  Ok(env, call.addon->status, name);
  return nullptr;
}

}  // namespace distaff
