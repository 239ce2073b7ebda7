#include "learn/checkpoint.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "fathom/core/error.h"
#include "fathom/core/hash.h"
#include "fathom/core/version.h"
#include "fathom/read/tensor_file.h"

namespace fathom {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "fathom.checkpoint/1";
constexpr std::string_view kTraining = "training.";

Json json_of(const EpochRecord& epoch) {
  return {{"epoch", epoch.epoch},           {"learning_rate", epoch.learning_rate},
          {"train_loss", epoch.train_loss}, {"train_accuracy", epoch.train_accuracy},
          {"test_loss", epoch.test_loss},   {"test_accuracy", epoch.test_accuracy},
          {"seconds", epoch.seconds}};
}

EpochRecord epoch_from(const Json& json) {
  return {json.at("epoch").get<std::size_t>(), json.at("learning_rate").get<double>(),
          json.at("train_loss").get<double>(), json.at("train_accuracy").get<double>(),
          json.at("test_loss").get<double>(),  json.at("test_accuracy").get<double>(),
          json.at("seconds").get<double>()};
}

std::string text_of(double number) {
  return Json(number).dump();
}
std::string text_of(bool yes) {
  return yes ? "true" : "false";
}
std::string text_of(std::size_t count) {
  return std::to_string(count);
}
std::string text_of(std::string_view word) {
  return std::string(word);
}

Hash128 hash_of(const TrainTestSplit& split) {
  std::vector<std::uint32_t> rows = split.train;
  rows.push_back(UINT32_MAX);
  rows.insert(rows.end(), split.test.begin(), split.test.end());
  return hash128(std::as_bytes(std::span<const std::uint32_t>(rows)));
}

void add_recipe(RunIdentity& identity, const Recipe& recipe) {
  identity["recipe"] = recipe.base;
  visit_fields(recipe, [&](const char* name, const auto& value) {
    identity[std::string("recipe.") + name] = text_of(value);
  });
}

/// Contiguous, on the processor; the tensor that a stored one looks into.
torch::Tensor stored_form(const torch::Tensor& tensor) {
  return tensor.detach().cpu().contiguous();
}

StoredTensor stored(const std::string& name, const torch::Tensor& tensor) {
  StoredTensor made;
  made.name = name;
  FATHOM_CHECK(tensor.scalar_type() == torch::kFloat32 || tensor.scalar_type() == torch::kInt64);
  made.type = tensor.scalar_type() == torch::kFloat32 ? TensorType::float32 : TensorType::int64;
  made.shape = tensor.sizes().vec();
  made.bytes = {static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()};
  return made;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw InputError(path.string(), reason, "remove it, or use another folder with --output");
}

void fill(const std::filesystem::path& path, const TensorFile& file, const std::string& name,
          const torch::Tensor& target) {
  const StoredTensor* const found = file.find(name);
  if (found == nullptr) refuse(path, "lacks the tensor " + name);
  const torch::Tensor loaded = torch::empty(target.sizes(), target.options().device(torch::kCPU));
  const StoredTensor wanted = stored(name, loaded);
  if (found->type != wanted.type || found->shape != wanted.shape) {
    refuse(path, "holds the tensor " + name + " as " + std::string(tensor_type_name(found->type)) + " " +
                     shape_text(found->shape) + " and not as " + std::string(tensor_type_name(wanted.type)) +
                     " " + shape_text(wanted.shape));
  }
  if (!found->bytes.empty()) std::memcpy(loaded.data_ptr(), found->bytes.data(), found->bytes.size());
  const torch::NoGradGuard no_gradient;
  torch::Tensor(target).copy_(loaded);
}

void check_identity(const std::filesystem::path& path, const std::map<std::string, std::string>& found,
                    const RunIdentity& wanted) {
  const auto format = found.find("format");
  if (format == found.end() || format->second != kFormat) refuse(path, "is no checkpoint of this Fathom");
  for (const auto& [key, value] : wanted) {
    const auto there = found.find(key);
    const std::string other = there == found.end() ? "nothing" : there->second;
    if (other == value) continue;
    throw UsageError("--resume", path.string() + " has " + key + " " + other + ", and this run has " + value,
                     "give the options of that run, or another folder with --output");
  }
}

}  // namespace

RunIdentity identity_of(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
                        std::int64_t outputs) {
  RunIdentity identity;
  identity["model"] = options.model;
  identity["channels"] = std::to_string(data.channels);
  identity["outputs"] = std::to_string(outputs);
  identity["classes"] =
      Json(data.label_columns.front().classes).dump(-1, ' ', false, Json::error_handler_t::replace);
  identity["protocol"] = data.protocol.name();
  identity["size"] = std::to_string(data.size->height) + "x" + std::to_string(data.size->width);
  identity["range"] =
      data.range ? text_of(data.range->low) + "," + text_of(data.range->high) : std::string("as stored");
  identity["data_hash"] = data.content_hash.text();
  identity["split_hash"] = hash_of(split).text();
  identity["train_images"] = std::to_string(split.train.size());
  identity["test_images"] = std::to_string(split.test.size());
  identity["seed.split"] = std::to_string(options.seeds.split);
  identity["seed.initialization"] = std::to_string(options.seeds.initialization);
  identity["seed.order"] = std::to_string(options.seeds.order);
  add_recipe(identity, options.recipe);
  return identity;
}

void write_checkpoint(const std::filesystem::path& path, const CheckpointState& state) {
  std::vector<torch::Tensor> kept;
  std::vector<StoredTensor> tensors;
  const auto add = [&](const NamedTensors& named, std::string_view prefix) {
    for (const auto& [name, tensor] : named) {
      kept.push_back(stored_form(tensor));
      tensors.push_back(stored(std::string(prefix) + name, kept.back()));
    }
  };
  add(state.network, "");
  add(state.optimizer, kTraining);
  Json history = Json::array();
  for (const EpochRecord& epoch : state.epochs) history.push_back(json_of(epoch));
  std::map<std::string, std::string> metadata = state.identity;
  metadata["format"] = kFormat;
  metadata["fathom_version"] = version();
  metadata["epoch"] = std::to_string(state.epochs.size());
  metadata["training.steps"] = std::to_string(state.steps);
  metadata["training.epochs"] = history.dump();
  write_safetensors(path, tensors, metadata);
}

void read_checkpoint(const std::filesystem::path& path, CheckpointState& state) {
  const TensorFile file = TensorFile::open(path);
  check_identity(path, file.metadata(), state.identity);
  try {
    state.steps = std::stoll(file.metadata().at("training.steps"));
    state.epochs.clear();
    for (const Json& epoch : Json::parse(file.metadata().at("training.epochs"))) {
      state.epochs.push_back(epoch_from(epoch));
    }
  } catch (const std::exception&) {
    refuse(path, "is damaged: it does not say how far training came");
  }
  for (const auto& [name, tensor] : state.network) fill(path, file, name, tensor);
  for (const auto& [name, tensor] : state.optimizer) fill(path, file, std::string(kTraining) + name, tensor);
}

std::string epoch_log(const std::vector<EpochRecord>& epochs) {
  std::string lines;
  for (const EpochRecord& epoch : epochs) lines += json_of(epoch).dump() + "\n";
  return lines;
}

}  // namespace fathom
