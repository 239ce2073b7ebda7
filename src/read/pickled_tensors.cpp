#include "read/pickled_tensors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/copy_again.h"

namespace fathom {

namespace {

constexpr const char* save_again = "save the weights with torch.save(model.state_dict(), FILE)";

/// As checkpoints of others call their weights, in the order in which they are looked for.
constexpr std::array<std::string_view, 4> kKeysOfWeights = {"state_dict", "model_state_dict", "model", "net"};
/// Of one storage: no network looks at its weights in more ways, and each takes memory.
constexpr int kMostCopies = 16;

using Weights = std::vector<std::pair<std::string, const PickledTensor*>>;

/// The tensors that lie in a dict under text; of several under the same, the last.
Weights weights_in(const PickledDict& dict) {
  Weights weights;
  std::map<std::string_view, std::size_t> places;
  for (const auto& item : dict.items) {
    const auto* const key = item.first->as<std::string>();
    if (key == nullptr) continue;
    const auto* const tensor = item.second->as<PickledTensor>();
    const auto found = places.find(*key);
    if (found != places.end()) {
      weights[found->second].second = tensor;
    } else {
      places.emplace(*key, weights.size());
      weights.emplace_back(*key, tensor);
    }
  }
  weights.erase(
      std::remove_if(weights.begin(), weights.end(), [](const auto& each) { return each.second == nullptr; }),
      weights.end());
  return weights;
}

const PickledDict* dict_under(const PickledDict& dict, std::string_view wanted) {
  const PickledDict* found = nullptr;
  for (const auto& item : dict.items) {
    const auto* const key = item.first->as<std::string>();
    if (key != nullptr && *key == wanted) found = item.second->as<PickledDict>();
  }
  return found;
}

Weights weights_of(const Pickle& pickle, const std::string& name) {
  const auto* const dict = pickle.root->as<PickledDict>();
  if (dict == nullptr) throw InputError(name, "holds something else than a dict of tensors", save_again);
  for (const std::string_view key : kKeysOfWeights) {
    const PickledDict* const inner = dict_under(*dict, key);
    if (inner == nullptr) continue;
    Weights weights = weights_in(*inner);
    if (!weights.empty()) return weights;
  }
  Weights weights = weights_in(*dict);
  if (weights.empty()) throw InputError(name, "holds a dict without tensors", save_again);
  return weights;
}

bool is_contiguous(const PickledTensor& tensor) {
  std::int64_t stride = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    if (tensor.shape[axis] != 1 && tensor.strides[axis] != stride) return false;
    stride *= tensor.shape[axis];
  }
  return true;
}

/// Whether the storage has all values that a tensor looks at, of which there is one at least.
bool lies_in_storage(const PickledTensor& tensor) {
  const auto limit = static_cast<std::uint64_t>(tensor.storage->values);
  std::uint64_t last = static_cast<std::uint64_t>(tensor.offset);
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    const auto steps = static_cast<std::uint64_t>(tensor.shape[axis] - 1);
    const auto stride = static_cast<std::uint64_t>(tensor.strides[axis]);
    if (steps == 0 || stride == 0) continue;
    if (last >= limit || steps > (limit - 1 - last) / stride) return false;
    last += steps * stride;
  }
  return last < limit;
}

/// Walks over the values of a view in row-major order.
class ViewWalk {
 public:
  explicit ViewWalk(const PickledTensor& tensor)
      : tensor_(tensor), index_(tensor.shape.size(), 0), at_(static_cast<std::size_t>(tensor.offset)) {}

  /// In values from the beginning of the storage.
  std::size_t at() const { return at_; }

  void next() {
    for (std::size_t axis = index_.size(); axis-- > 0;) {
      at_ += static_cast<std::size_t>(tensor_.strides[axis]);
      if (++index_[axis] < tensor_.shape[axis]) return;
      at_ -= static_cast<std::size_t>(tensor_.strides[axis]) * static_cast<std::size_t>(tensor_.shape[axis]);
      index_[axis] = 0;
    }
  }

 private:
  const PickledTensor& tensor_;
  std::vector<std::int64_t> index_;
  std::size_t at_;
};

void gather(const PickledTensor& tensor, std::size_t value_bytes, std::span<const std::byte> storage,
            std::span<std::byte> out) {
  ViewWalk walk(tensor);
  for (std::size_t done = 0; done < out.size(); done += value_bytes, walk.next()) {
    std::memcpy(out.data() + done, storage.data() + walk.at() * value_bytes, value_bytes);
  }
}

class Taker {
 public:
  Taker(const StorageBytes& bytes_of, const std::string& name, TensorContents& contents)
      : bytes_of_(bytes_of), name_(name), contents_(contents) {}

  void take(const std::string& key, const PickledTensor& tensor) {
    StoredTensor stored{key, tensor.storage->type, tensor.shape, {}};
    const std::optional<std::uint64_t> bytes = bytes_of_shape(tensor.shape, stored.type);
    if (!bytes) refuse(key, "has an impossible shape", copy_again);
    if (*bytes > 0) stored.bytes = values_of(key, tensor, static_cast<std::size_t>(*bytes));
    contents_.tensors.push_back(std::move(stored));
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const char* reason, const char* remedy) const {
    throw InputError(name_, "holds \"" + key + "\", which " + reason, remedy);
  }

  std::span<const std::byte> values_of(const std::string& key, const PickledTensor& tensor,
                                       std::size_t bytes) {
    const std::size_t value_bytes = tensor_type_bytes(tensor.storage->type);
    if (!lies_in_storage(tensor)) refuse(key, "reaches beyond its storage", copy_again);
    if (bytes / value_bytes > static_cast<std::size_t>(tensor.storage->values)) {
      refuse(key, "repeats the values of a smaller tensor", "save it again after tensor.clone()");
    }
    const std::span<const std::byte> storage = bytes_of_(*tensor.storage);
    if (is_contiguous(tensor)) {
      return storage.subspan(static_cast<std::size_t>(tensor.offset) * value_bytes, bytes);
    }
    if (++copies_[tensor.storage->key] > kMostCopies) {
      refuse(key, "is one of many views of the same values", "save it again after tensor.contiguous()");
    }
    const std::shared_ptr<std::byte[]> copy(new std::byte[bytes]);
    gather(tensor, value_bytes, storage, {copy.get(), bytes});
    contents_.keep.push_back(copy);
    return {copy.get(), bytes};
  }

  const StorageBytes& bytes_of_;
  const std::string& name_;
  TensorContents& contents_;
  std::map<std::string, int> copies_;
};

}  // namespace

void take_tensors(const Pickle& pickle, const StorageBytes& bytes_of, const std::string& name,
                  TensorContents& contents) {
  Taker taker(bytes_of, name, contents);
  for (const auto& weight : weights_of(pickle, name)) taker.take(weight.first, *weight.second);
}

}  // namespace fathom
