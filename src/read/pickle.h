// Python's pickles, as far as PyTorch uses them for tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fathom/read/tensor_file.h"

namespace fathom {

/// Values of one type that tensors look at, under a key of the file.
struct PickledStorage {
  TensorType type = TensorType::float32;
  std::string key;
  std::int64_t values = 0;
};

/// A view of a storage. Nothing of it has been checked against the storage.
struct PickledTensor {
  const PickledStorage* storage = nullptr;
  std::int64_t offset = 0;  ///< of the first value, in values
  std::vector<std::int64_t> shape, strides;
};

struct PickledValue;

struct PickledGlobal {
  std::string module, name;
};
struct PickledSequence {
  std::vector<const PickledValue*> items;
};
struct PickledDict {
  std::vector<std::pair<const PickledValue*, const PickledValue*>> items;  ///< as set: a later one wins
};
/// What weights have no use for: None, truth values, fractions, bytes, sets, integers beyond 64 bits.
struct PickledOther {};

struct PickledValue {
  std::variant<PickledOther, std::int64_t, std::string, PickledGlobal, PickledSequence, PickledDict,
               PickledStorage, PickledTensor>
      value;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
};

/// A pickle's value, which may contain itself, and all that it is made of.
struct Pickle {
  std::deque<PickledValue> values;
  const PickledValue* root = nullptr;
  std::size_t bytes = 0;  ///< of the pickle, its end included
};

/// Reads the pickle at the beginning of `bytes`; `name` is the file's in errors.
///
/// An interpreter for the instructions that protocols 2 to 4 have for containers, numbers and text. It calls
/// nothing: of all names that a pickle may refer to it knows collections.OrderedDict, torch's types of
/// storages, torch.Size, torch._utils._rebuild_tensor, _rebuild_tensor_v2 and _rebuild_parameter, and builds
/// what they stand for itself. Time and memory are linear in the bytes. Throws InputError: any other name
/// (which the error gives), cut short, damaged.
Pickle read_pickle(std::span<const std::byte> bytes, const std::string& name);

}  // namespace fathom
