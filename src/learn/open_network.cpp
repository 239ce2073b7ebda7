#include "learn/open_network.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/read/tensor_file.h"
#include "learn/load_weights.h"
#include "learn/normalized_network.h"
#include "learn/script_network.h"

namespace fathom {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kPublishedOutputs = 1000;
constexpr std::int64_t kPublishedChannels = 3;

/// Where a family of models has its first convolution and its head.
struct Ends {
  std::string_view family, first, head;
};
constexpr std::array<Ends, 5> kEnds = {{{"resnet", "conv1.weight", "fc.bias"},
                                        {"vgg", "features.0.weight", "classifier.6.bias"},
                                        {"squeezenet", "features.0.weight", "classifier.1.bias"},
                                        {"densenet", "features.conv0.weight", "classifier.bias"},
                                        {"alexnet", "features.0.weight", "classifier.6.bias"}}};

/// The extent of an axis of a weight; nothing where the file has no such weight.
std::optional<std::int64_t> extent(const std::vector<NamedWeight>& weights, std::string_view name,
                                   std::size_t axis) {
  for (const NamedWeight& weight : weights) {
    if (weight.name == name && weight.tensor->shape.size() > axis) return weight.tensor->shape[axis];
  }
  return std::nullopt;
}

/// What a state dict tells; where it is of another model, load_weights says what does not fit.
void complete_from(const TensorFile& file, NetworkOptions& options) {
  const auto ends = std::find_if(kEnds.begin(), kEnds.end(),
                                 [&](const Ends& each) { return options.model.starts_with(each.family); });
  if (ends == kEnds.end()) return;
  const std::vector<NamedWeight> weights = named_weights(file);
  if (options.channels == 0) options.channels = extent(weights, ends->first, 1).value_or(kPublishedChannels);
  if (options.classes == 0) options.classes = extent(weights, ends->head, 0).value_or(kPublishedOutputs);
}

std::string model_list() {
  std::string list;
  for (const std::string& name : model_names()) list += (list.empty() ? "" : ", ") + name;
  return list;
}

OpenedNetwork open_state_dict(const OpenNetworkOptions& options, const TensorFile& file) {
  if (options.model.empty()) {
    throw UsageError("--model",
                     "is missing: " + file.name() + " has weights, but does not say of which model",
                     "give one of " + model_list());
  }
  NetworkOptions made{options.model, options.channels, options.classes, options.seed};
  complete_from(file, made);
  OpenedNetwork opened;
  opened.origin = OpenedNetwork::Origin::state_dict;
  opened.model = made.model;
  opened.channels = made.channels;
  opened.outputs = made.classes;
  opened.network = make_network(made);
  load_weights(*opened.network, file);
  return opened;
}

OpenedNetwork open_script(const OpenNetworkOptions& options) {
  if (!options.model.empty()) {
    throw UsageError("--model", "does not go with " + options.weights.string() + ", a TorchScript program",
                     "leave --model out");
  }
  OpenedNetwork opened;
  opened.origin = OpenedNetwork::Origin::torchscript;
  opened.network = ScriptNetwork::open(options.weights);
  return opened;
}

/// The metadata of a checkpoint.
class CheckpointFacts {
 public:
  explicit CheckpointFacts(const TensorFile& file) : file_(file) {}

  /// Empty where there is none.
  std::string text(const std::string& key) const {
    const auto found = file_.metadata().find(key);
    return found == file_.metadata().end() ? "" : found->second;
  }

  std::string required(const std::string& key) const {
    const auto found = file_.metadata().find(key);
    if (found == file_.metadata().end()) damaged("lacks \"" + key + "\"");
    return found->second;
  }

  std::int64_t count(const std::string& key) const {
    const std::string digits = required(key);
    const std::optional<std::int64_t> value = positive(digits);
    if (!value) damaged("has \"" + digits + "\" as \"" + key + "\"");
    return *value;
  }

  std::vector<std::string> classes() const {
    const std::string names = text("classes");
    if (names.empty()) return {};
    try {
      return Json::parse(names).get<std::vector<std::string>>();
    } catch (const Json::exception&) {
      damaged("has classes that are no list of names");
    }
  }

  std::optional<ImageSize> size() const {
    const std::string sides = text("size");
    if (sides.empty()) return std::nullopt;
    const std::size_t cross = sides.find('x');
    const auto height = positive(std::string_view(sides).substr(0, cross));
    const auto width =
        cross == std::string::npos ? std::nullopt : positive(std::string_view(sides).substr(cross + 1));
    if (!height || !width) damaged("has \"" + sides + "\" as \"size\"");
    return ImageSize{static_cast<std::size_t>(*height), static_cast<std::size_t>(*width)};
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    throw InputError(file_.name(), "is a damaged checkpoint: it " + what, "train again, or use another file");
  }

  static std::optional<std::int64_t> positive(std::string_view digits) {
    std::int64_t value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = end.ec == std::errc() && end.ptr == digits.data() + digits.size();
    return whole && value > 0 ? std::optional(value) : std::nullopt;
  }

  const TensorFile& file_;
};

/// The statistics themselves are tensors of the file, which load_weights puts in their place.
std::unique_ptr<Network> with_normalization(std::unique_ptr<Network> network, std::int64_t channels) {
  const std::vector<double> each(static_cast<std::size_t>(channels), 1.0);
  return std::make_unique<NormalizedNetwork>(std::move(network), ChannelStatistics{each, each});
}

OpenedNetwork open_checkpoint(const OpenNetworkOptions& options, const TensorFile& file) {
  const CheckpointFacts facts(file);
  OpenedNetwork opened;
  opened.origin = OpenedNetwork::Origin::checkpoint;
  opened.model = facts.required("model");
  if (!options.model.empty() && options.model != opened.model) {
    throw UsageError("--model", "is " + options.model + ", and " + file.name() + " is of " + opened.model,
                     "leave --model out");
  }
  opened.channels = options.channels != 0 ? options.channels : facts.count("channels");
  opened.outputs = options.classes != 0 ? options.classes : facts.count("outputs");
  opened.classes = facts.classes();
  opened.protocol = facts.text("protocol");
  opened.size = facts.size();
  opened.metadata = file.metadata();
  opened.network = make_network({opened.model, opened.channels, opened.outputs, options.seed});
  if (file.find("normalization.mean") != nullptr) {
    opened.network = with_normalization(std::move(opened.network), opened.channels);
  }
  load_weights(*opened.network, file);
  return opened;
}

OpenedNetwork untrained(const OpenNetworkOptions& options) {
  if (options.model.empty()) {
    throw UsageError("--model", "is missing, and there are no weights that say it",
                     "give one of " + model_list());
  }
  OpenedNetwork opened;
  opened.model = options.model;
  opened.channels = options.channels != 0 ? options.channels : kPublishedChannels;
  opened.outputs = options.classes != 0 ? options.classes : kPublishedOutputs;
  opened.network = make_network({opened.model, opened.channels, opened.outputs, options.seed});
  return opened;
}

/// "" of a file that is no checkpoint of Fathom.
std::string checkpoint_format(const TensorFile& file) {
  const auto found = file.metadata().find("format");
  const bool is_checkpoint =
      found != file.metadata().end() && found->second.starts_with("fathom.checkpoint/");
  return is_checkpoint ? found->second : "";
}

OpenedNetwork open_weights(const OpenNetworkOptions& options) {
  if (is_torchscript_file(options.weights)) return open_script(options);
  const TensorFile file = TensorFile::open(options.weights);
  const std::string format = checkpoint_format(file);
  if (format.empty()) return open_state_dict(options, file);
  if (format != kCheckpointFormat) {
    throw InputError(file.name(), "is a checkpoint of another version of Fathom (" + format + ")",
                     "use the version of Fathom that wrote it");
  }
  return open_checkpoint(options, file);
}

}  // namespace

OpenedNetwork open_network(const OpenNetworkOptions& options) {
  OpenedNetwork opened = options.weights.empty() ? untrained(options) : open_weights(options);
  opened.network->set_training(false);
  return opened;
}

}  // namespace fathom
