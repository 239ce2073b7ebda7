#include "learn/load_weights.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::string_view kTraining = "training.";
constexpr std::array<std::string_view, 2> kWrappers = {"module.", "_orig_mod."};
constexpr std::size_t kMostNamed = 3;

struct TypePair {
  TensorType stored;
  torch::ScalarType torch;
};
constexpr std::array<TypePair, 10> kTypes = {{{TensorType::float16, torch::kHalf},
                                              {TensorType::bfloat16, torch::kBFloat16},
                                              {TensorType::float32, torch::kFloat},
                                              {TensorType::float64, torch::kDouble},
                                              {TensorType::int8, torch::kChar},
                                              {TensorType::uint8, torch::kByte},
                                              {TensorType::int16, torch::kShort},
                                              {TensorType::int32, torch::kInt},
                                              {TensorType::int64, torch::kLong},
                                              {TensorType::boolean, torch::kBool}}};

torch::ScalarType torch_type(TensorType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.stored == type) return pair.torch;
  }
  FATHOM_CHECK(false);
}

TensorType stored_type(torch::ScalarType type) {
  for (const TypePair& pair : kTypes) {
    if (pair.torch == type) return pair.stored;
  }
  FATHOM_CHECK(false);
}

void take_off_wrappers(std::vector<NamedWeight>& weights) {
  for (bool found = !weights.empty(); found;) {
    found = false;
    for (const std::string_view wrapper : kWrappers) {
      const bool all = std::all_of(weights.begin(), weights.end(),
                                   [&](const NamedWeight& each) { return each.name.starts_with(wrapper); });
      if (!all) continue;
      for (NamedWeight& weight : weights) weight.name.erase(0, wrapper.size());
      found = true;
    }
  }
}

/// torchvision renamed these in 2017, and its published files have kept the old names.
std::string without_old_name(std::string name) {
  if (name.find(".denselayer") == std::string::npos) return name;
  for (const char* layer : {"norm", "conv"}) {
    for (const char* number : {"1", "2"}) {
      const std::string old = std::string(".") + layer + "." + number + ".";
      const std::size_t at = name.find(old);
      if (at == std::string::npos) continue;
      return name.replace(at, old.size(), std::string(".") + layer + number + ".");
    }
  }
  return name;
}

/// "a, b, c and 7 more".
std::string listed(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostNamed, parts.size()); ++i)
    text += (i == 0 ? "" : ", ") + parts[i];
  if (parts.size() > kMostNamed) text += " and " + std::to_string(parts.size() - kMostNamed) + " more";
  return text;
}

std::string shape_of(const torch::Tensor& tensor) {
  return shape_text({tensor.sizes().data(), tensor.sizes().size()});
}

bool is_floating(TensorType type) {
  return torch::isFloatingType(torch_type(type));
}

/// The stored values where they are, if LibTorch can use them there: the largest tensor of a VGG has 400 MB.
torch::Tensor view_of(const StoredTensor& stored) {
  const bool is_aligned =
      reinterpret_cast<std::uintptr_t>(stored.bytes.data()) % tensor_type_bytes(stored.type) == 0;
  if (!is_aligned || stored.bytes.empty() || stored.type == TensorType::boolean) return tensor_of(stored);
  // Only read from.
  return torch::from_blob(const_cast<std::byte*>(stored.bytes.data()), stored.shape,
                          torch::dtype(torch_type(stored.type)));
}

/// What in a file does not fit a network.
struct Misfits {
  std::vector<std::string> missing, misshaped, unexpected;
  bool only_head = true;      ///< of the misshaped
  bool only_channels = true;  ///< as only_head

  bool none() const { return missing.empty() && misshaped.empty() && unexpected.empty(); }
};

/// The last parameters of a network are those of its head, which have its number of classes.
bool is_head(const std::string& name, const std::vector<std::pair<std::string, torch::Tensor>>& state) {
  const auto last = std::find_if(state.rbegin(), state.rend(), [](const auto& each) {
    return each.first.ends_with(".bias") && each.second.dim() == 1;
  });
  if (last == state.rend()) return false;
  const std::string layer = last->first.substr(0, last->first.rfind('.') + 1);
  return name.starts_with(layer);
}

/// Of a convolution, outputs x channels x height x width.
bool differs_in_channels(const torch::Tensor& own, const StoredTensor& stored) {
  std::vector<std::int64_t> shape = stored.shape;
  if (shape.size() != 4 || own.dim() != 4) return false;
  shape[1] = own.size(1);
  return own.sizes().equals(shape);
}

class Loader {
 public:
  Loader(Network& network, const TensorFile& file) : state_(network.state()), file_(file) {
    for (const NamedWeight& weight : named_weights(file)) weights_.emplace(weight.name, weight.tensor);
  }

  void load() {
    for (const auto& own : state_) compare(own.first, own.second);
    for (const auto& weight : weights_) {
      misfits_.unexpected.push_back(weight.first + " (" + shape_text(weight.second->shape) + ")");
    }
    if (!misfits_.none()) refuse();
    const torch::NoGradGuard no_gradient;
    for (auto& pair : pairs_) pair.first.copy_(view_of(*pair.second));
  }

 private:
  void compare(const std::string& name, const torch::Tensor& own) {
    const auto found = weights_.find(name);
    if (found == weights_.end()) {
      if (!name.ends_with("num_batches_tracked"))
        misfits_.missing.push_back(name + " (" + shape_of(own) + ")");
      return;
    }
    const StoredTensor& stored = *found->second;
    weights_.erase(found);
    if (!own.sizes().equals(stored.shape)) {
      misfits_.misshaped.push_back(name + " is " + shape_text(stored.shape) + " there and " + shape_of(own) +
                                   " here");
      misfits_.only_head = misfits_.only_head && is_head(name, state_);
      misfits_.only_channels =
          misfits_.only_channels && name == state_.front().first && differs_in_channels(own, stored);
    } else if (own.is_floating_point() != is_floating(stored.type)) {
      misfits_.misshaped.push_back(name + " has values of type " +
                                   std::string(tensor_type_name(stored.type)));
      misfits_.only_head = misfits_.only_channels = false;
    } else {
      pairs_.emplace_back(own, &stored);
    }
  }

  [[noreturn]] void refuse() const {
    const bool complete = misfits_.missing.empty() && misfits_.unexpected.empty();
    if (complete && misfits_.only_channels) {
      throw InputError(file_.name(),
                       "is for images of another number of channels: " + listed(misfits_.misshaped),
                       "prepare the images with the other number of channels, with --channels");
    }
    if (complete && misfits_.only_head) {
      throw InputError(file_.name(), "is for another number of classes: " + listed(misfits_.misshaped),
                       "use its number with --classes, or --head published for the 1000 of ImageNet");
    }
    std::string reason = "does not fit the model: ";
    const char* next = "";
    const auto add = [&](const char* what, const std::vector<std::string>& parts) {
      if (parts.empty()) return;
      reason += next + (what + listed(parts));
      next = ", ";
    };
    add("", misfits_.misshaped);
    add("it lacks ", misfits_.missing);
    add("nothing here takes its ", misfits_.unexpected);
    throw InputError(file_.name(), reason, "name the model that these weights are of with --model");
  }

  const std::vector<std::pair<std::string, torch::Tensor>> state_;
  const TensorFile& file_;
  std::map<std::string, const StoredTensor*> weights_;
  std::vector<std::pair<torch::Tensor, const StoredTensor*>> pairs_;
  Misfits misfits_;
};

}  // namespace

torch::Tensor tensor_of(const StoredTensor& stored) {
  torch::Tensor tensor = torch::empty(stored.shape, torch::dtype(torch_type(stored.type)));
  if (stored.type == TensorType::boolean) {
    // Only 0 and 1 are truth values in memory, and a file may have others.
    auto* const values = tensor.data_ptr<bool>();
    for (std::size_t i = 0; i < stored.bytes.size(); ++i) values[i] = stored.bytes[i] != std::byte{0};
  } else if (!stored.bytes.empty()) {
    std::memcpy(tensor.data_ptr(), stored.bytes.data(), stored.bytes.size());
  }
  return tensor;
}

StoredTensor stored_tensor(std::string name, const torch::Tensor& tensor, std::vector<torch::Tensor>& kept) {
  kept.push_back(tensor.detach().to(torch::kCPU).contiguous());
  const torch::Tensor& own = kept.back();
  return {std::move(name),
          stored_type(own.scalar_type()),
          own.sizes().vec(),
          {static_cast<const std::byte*>(own.data_ptr()), own.nbytes()}};
}

bool belongs_to_training(std::string_view name) {
  return name.starts_with(kTraining);
}

std::vector<NamedWeight> named_weights(const TensorFile& file) {
  std::vector<NamedWeight> weights;
  for (const StoredTensor& tensor : file.tensors()) {
    if (!belongs_to_training(tensor.name)) weights.push_back({tensor.name, &tensor});
  }
  take_off_wrappers(weights);
  for (NamedWeight& weight : weights) weight.name = without_old_name(std::move(weight.name));
  return weights;
}

void load_weights(Network& network, const TensorFile& file) {
  Loader(network, file).load();
}

}  // namespace fathom
