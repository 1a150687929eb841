#include "attributes.h"

#include "errors.h"
#include "values.h"

namespace distaff {
namespace {

/** Longer than any attribute's name. */
constexpr size_t kLongestName = 64;

struct Attribute {
  char name[kLongestName];
  int32_t type;
  napi_value value;
};

napi_status ReadAttribute(napi_env env, napi_value object, Attribute* result) {
  napi_value name, type;
  size_t length;
  napi_status status = napi_get_named_property(env, object, "name", &name);
  if (status == napi_ok) status = napi_get_value_string_latin1(env, name, result->name, kLongestName, &length);
  if (status == napi_ok) status = napi_get_named_property(env, object, "type", &type);
  if (status == napi_ok) status = napi_get_value_int32(env, type, &result->type);
  if (status == napi_ok) status = napi_get_named_property(env, object, "value", &result->value);
  return status;
}

template <typename T, typename Set, typename SetList>
napi_status SetScalarOrList(napi_env env, TFE_Op* op, const Attribute& attribute, Set set, SetList set_list) {
  if (!IsArray(env, attribute.value)) {
    T value;
    const napi_status status = Read(env, attribute.value, &value);
    if (status == napi_ok) set(op, attribute.name, value);
    return status;
  }
  std::vector<T> values;
  const napi_status status = Read(env, attribute.value, &values);
  if (status == napi_ok) set_list(op, attribute.name, values.data(), static_cast<int>(values.size()));
  return status;
}

void SetString(TFE_Op* op, const char* name, const std::string& text) {
  TFE_OpSetAttrString(op, name, text.data(), text.size());
}

void SetStrings(TFE_Op* op, const char* name, const std::string* texts, int count) {
  std::vector<const void*> pointers;
  std::vector<size_t> lengths;
  for (int i = 0; i < count; i++) {
    pointers.push_back(texts[i].data());
    lengths.push_back(texts[i].size());
  }
  TFE_OpSetAttrStringList(op, name, pointers.data(), lengths.data(), count);
}

/** A shape, or a list of shapes when the elements are arrays themselves. */
napi_status SetShape(napi_env env, TFE_Op* op, TF_Status* tf_status, const Attribute& attribute) {
  napi_value first;
  napi_status status = napi_get_element(env, attribute.value, 0, &first);
  if (status != napi_ok) return status;
  if (!IsArray(env, first)) {
    std::vector<int64_t> shape;
    status = Read(env, attribute.value, &shape);
    if (status != napi_ok) return status;
    TFE_OpSetAttrShape(op, attribute.name, shape.data(), static_cast<int>(shape.size()), tf_status);
    return napi_ok;
  }
  std::vector<std::vector<int64_t>> shapes;
  status = Read(env, attribute.value, &shapes);
  if (status != napi_ok) return status;
  std::vector<const int64_t*> dims;
  std::vector<int> ranks;
  for (const std::vector<int64_t>& shape : shapes) {
    dims.push_back(shape.data());
    ranks.push_back(static_cast<int>(shape.size()));
  }
  TFE_OpSetAttrShapeList(op, attribute.name, dims.data(), ranks.data(), static_cast<int>(shapes.size()), tf_status);
  return napi_ok;
}

napi_status SetAttribute(napi_env env, TFE_Op* op, TF_Status* tf_status, const Attribute& attribute) {
  switch (attribute.type) {
    case TF_ATTR_STRING:
      return SetScalarOrList<std::string>(env, op, attribute, SetString, SetStrings);
    case TF_ATTR_INT:
      return SetScalarOrList<int64_t>(env, op, attribute, TFE_OpSetAttrInt, TFE_OpSetAttrIntList);
    case TF_ATTR_FLOAT:
      return SetScalarOrList<float>(env, op, attribute, TFE_OpSetAttrFloat, TFE_OpSetAttrFloatList);
    case TF_ATTR_BOOL:
      return SetScalarOrList<unsigned char>(env, op, attribute, TFE_OpSetAttrBool, TFE_OpSetAttrBoolList);
    case TF_ATTR_TYPE:
      return SetScalarOrList<TF_DataType>(env, op, attribute, TFE_OpSetAttrType, TFE_OpSetAttrTypeList);
    case TF_ATTR_SHAPE:
      return SetShape(env, op, tf_status, attribute);
    default:
      TF_SetStatus(tf_status, TF_INVALID_ARGUMENT, "Its type is none of the TF_ATTR_ constants.");
      return napi_ok;
  }
}

napi_status ReadHostAttribute(napi_env env, const Attribute& attribute, HostAttribute* result) {
  result->name = attribute.name;
  if (IsArray(env, attribute.value)) {
    const napi_status status = Read(env, attribute.value, &result->ints);
    return status == napi_ok ? Read(env, attribute.value, &result->floats) : status;
  }
  if (attribute.type == TF_ATTR_STRING) return Read(env, attribute.value, &result->text);
  if (attribute.type == TF_ATTR_BOOL) {
    unsigned char flag;
    const napi_status status = Read(env, attribute.value, &flag);
    result->number = result->integer = flag;
    return status;
  }
  const napi_status status = Read(env, attribute.value, &result->integer);
  return status == napi_ok ? Read(env, attribute.value, &result->number) : status;
}

/** Calls `use(attribute)` for each while all is well; `use` returns N-API's status and may set TensorFlow's. */
template <typename Use>
bool ForEachAttribute(napi_env env, const std::string& op_name, TF_Status* tf_status,
                      napi_value attributes, Use use) {
  uint32_t length;
  if (!Ok(env, napi_get_array_length(env, attributes, &length), op_name)) return false;
  for (uint32_t i = 0; i < length; i++) {
    napi_value object;
    Attribute attribute;
    napi_status status = napi_get_element(env, attributes, i, &object);
    if (status == napi_ok) status = ReadAttribute(env, object, &attribute);
    if (status != napi_ok) {
      return ThrowNapi(env, status, op_name + ": attribute " + std::to_string(i));
    }
    status = use(attribute);
    if (status == napi_ok && (tf_status == nullptr || TF_GetCode(tf_status) == TF_OK)) continue;
    const std::string where = op_name + ": the attribute " + attribute.name;
    return status == napi_ok ? ThrowTensorFlow(env, tf_status, where) : ThrowNapi(env, status, where);
  }
  return true;
}

}  // namespace

bool SetAttributes(napi_env env, const std::string& op_name, TFE_Op* op, TF_Status* tf_status,
                   napi_value attributes) {
  return ForEachAttribute(env, op_name, tf_status, attributes, [&](const Attribute& attribute) {
    return SetAttribute(env, op, tf_status, attribute);
  });
}

bool ReadHostAttributes(napi_env env, const std::string& op_name, napi_value attributes,
                        std::vector<HostAttribute>* result) {
  return ForEachAttribute(env, op_name, nullptr, attributes, [&](const Attribute& attribute) {
    result->emplace_back();
    return ReadHostAttribute(env, attribute, &result->back());
  });
}

}  // namespace distaff
