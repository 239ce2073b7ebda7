#include <algorithm>
#include <nlohmann/json.hpp>

#include "fathom/core/version.h"
#include "fathom/report/train_report.h"

namespace fathom {

namespace {

using Json = nlohmann::ordered_json;

Json size(const ImageSize& size) {
  return Json::array({size.height, size.width});
}

Json counts(const TrainRecord& record, const std::vector<std::size_t>& images) {
  Json json = Json::object();
  for (std::size_t c = 0; c < images.size(); ++c) json[record.classes[c]] = images[c];
  return json;
}

Json data(const TrainRecord& record) {
  Json rejected = Json::array();
  for (const RejectedImage& image : record.rejected) {
    rejected.push_back({{"path", image.path}, {"reason", image.reason}});
  }
  return {{"name", record.name},
          {"path", record.path},
          {"format", record.format},
          {"protocol",
           {{"name", record.protocol.name()},
            {"view", view_name(record.protocol.view)},
            {"size", size(record.size)},
            {"stored_size", size(record.stored_size)},
            {"channels", record.channels},
            {"range", record.range ? Json::array({record.range->low, record.range->high}) : Json()}}},
          {"content_hash", record.content_hash},
          {"rejected", std::move(rejected)},
          {"notes", record.notes}};
}

Json split(const TrainRecord& record) {
  const TrainTestSplit& split = record.split;
  return {{"source", split.published ? "published"
                     : split.own     ? "data"
                                     : "drawn"},
          {"train", {{"images", split.train.size()}, {"classes", counts(record, split.train_classes)}}},
          {"test", {{"images", split.test.size()}, {"classes", counts(record, split.test_classes)}}},
          {"available", split.available},
          {"left_out",
           {{"copies", split.copies_left_out},
            {"groups", split.groups_left_out},
            {"beside_test", split.beside_test}}},
          {"groups_on_both_sides", split.groups_on_both_sides}};
}

Json paths(std::span<const std::uint32_t> rows, std::span<const Record> records) {
  Json json = Json::array();
  for (const std::uint32_t row : rows) json.push_back(records[row].path);
  return json;
}

Json recipe(const Recipe& recipe) {
  Json json{{"name", recipe.base}};
  visit_fields(recipe, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

Json epoch(const EpochRecord& epoch) {
  return {{"epoch", epoch.epoch},           {"learning_rate", epoch.learning_rate},
          {"train_loss", epoch.train_loss}, {"train_accuracy", epoch.train_accuracy},
          {"test_loss", epoch.test_loss},   {"test_accuracy", epoch.test_accuracy},
          {"seconds", epoch.seconds}};
}

}  // namespace

std::string split_json(const TrainTestSplit& split, std::span<const Record> records) {
  const Json json{{"train", paths(split.train, records)}, {"test", paths(split.test, records)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string train_json(const TrainRecord& record, std::span<const std::string> command) {
  const TrainResult& result = record.result;
  const auto best = std::ranges::max_element(result.epochs, {}, &EpochRecord::test_accuracy);
  Json epochs = Json::array();
  for (const EpochRecord& each : result.epochs) epochs.push_back(epoch(each));
  const Json json{
      {"schema", "fathom.train/1"},
      {"version", version()},
      {"command", std::vector<std::string>(command.begin(), command.end())},
      {"data", data(record)},
      {"split", split(record)},
      {"model", record.model},
      {"outputs", result.outputs},
      {"parameters", result.parameters},
      {"normalization",
       record.recipe.normalize ? Json({{"mean", result.channel_mean}, {"std", result.channel_std}}) : Json()},
      {"recipe", recipe(record.recipe)},
      {"seeds",
       {{"split", record.seeds.split},
        {"initialization", record.seeds.initialization},
        {"order", record.seeds.order}}},
      {"output", record.output},
      {"device", result.device},
      {"threads", record.threads},
      {"torch_version", result.torch_version},
      {"resumed_after", result.resumed_after},
      {"stopped_early", result.stopped_early},
      {"last", epoch(result.epochs.back())},
      {"best", epoch(*best)},
      {"epochs", std::move(epochs)},
      {"seconds",
       {{"read", record.seconds_read}, {"train", record.seconds_train}, {"total", record.seconds_total}}},
      {"peak_memory_bytes", record.peak_memory_bytes}};
  // File names are bytes; those that are not UTF-8 are shown with replacement characters, never a failure.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fathom
