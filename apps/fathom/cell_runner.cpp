#include "cell_runner.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "fathom/core/version.h"
#include "fathom/estimate/measure.h"
#include "fathom/prepare/rows_of.h"
#include "fathom/report/train_report.h"
#include "layer_measurer.h"
#include "layer_planner.h"
#include "network_data.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

const DimensionEstimate& estimate_of(const Measurement& measurement, const EstimatorChoice& choice) {
  const auto found = std::ranges::find_if(measurement.dimension, [&](const DimensionEstimate& estimate) {
    return estimate.estimator == choice.estimator && estimate.variant == choice.variant;
  });
  if (found == measurement.dimension.end()) {
    throw InputError(choice.estimator + " " + choice.variant,
                     "is infinite: the distances of an image are equal", "use the variant pooled or ml");
  }
  return *found;
}

std::optional<Interval> interval_of(const DimensionEstimate& estimate) {
  return estimate.uncertainty ? std::optional(estimate.uncertainty->interval) : std::nullopt;
}

/// The images alone, in the order of the whole, so that they are measured as `fathom measure` does a folder
/// that holds no others; in as many channels as the whole has.
DataSet data_of(const ChosenImages& images, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> ascending(rows.begin(), rows.end());
  std::ranges::sort(ascending);
  DataSet data = images.data;
  data.records.clear();
  for (const std::uint32_t row : ascending) data.records.push_back(images.prepared.records[row]);
  return data;
}

/// As P1 takes it: of a ResNet the last group of blocks before pooling, of a VGG the second linear layer; of
/// the others what corresponds to it.
std::string last_hidden_layer(const std::string& model) {
  if (model.starts_with("resnet")) return "layer4";
  if (model.starts_with("vgg")) return "classifier.3";
  if (model.starts_with("alexnet")) return "classifier.4";
  if (model.starts_with("densenet")) return "features.denseblock4";
  if (model.starts_with("squeezenet")) return "features.12";
  throw InternalError("no last hidden layer is known of " + model);
}

/// Letters, digits and a few signs; anything else becomes '_'. Of a length that every file system takes.
std::string file_name(const std::string& text) {
  constexpr std::size_t longest = 120;
  std::string name = text.substr(0, longest);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '=' || c == '.';
    if (!plain) c = '_';
  }
  return name;
}

}  // namespace

CellRunner::CellRunner(const LearnLibrary& library, StudyImages& images, StudyStore& store,
                       CellRunOptions options, Progress& progress)
    : library_(library), images_(images), store_(store), options_(std::move(options)), progress_(progress) {}

CellOutcome CellRunner::run(const StudyCell& cell) {
  const CellSettings& settings = cell.settings;
  const ChosenImages& images = images_.images(*cell.data_set, cell.classes, progress_);
  if (images.content != settings.content) {
    throw InputError(images.data.path, "has changed since the study was planned",
                     "run the same command again, which plans anew");
  }
  const TrainTestSplit split = split_train_test(images.prepared, split_options(settings), images.data.path);
  CellOutcome outcome;
  CellResult& result = outcome.result;
  const CellName& name = settings.name;
  result.dataset = name.dataset;
  result.domain = name.domain;
  result.classes = name.classes;
  result.model = name.model;
  result.samples = name.samples;
  result.seed = name.seed;
  const MeasuredImages found = measured(cell, images, split);
  result.dimension = found.dimension;
  result.label_sharpness = found.label_sharpness;
  outcome.dimension_interval = found.dimension_interval;
  const TrainResult trained = train(cell, images, split);
  result.test_loss = trained.epochs.back().test_loss;
  result.test_accuracy = trained.epochs.back().test_accuracy;
  result.best_test_accuracy =
      std::ranges::max_element(trained.epochs, {}, &EpochRecord::test_accuracy)->test_accuracy;
  if (settings.attack || settings.represent) {
    const std::shared_ptr<LoadedNetwork> network = library_.load_network({"", checkpoint_of(cell)});
    if (settings.attack) attack(cell, images, split, *network, outcome);
    if (settings.represent) represent(cell, images, split, *network, outcome);
  }
  outcome.epochs = trained.epochs.size();
  outcome.device = trained.device;
  outcome.threads = options_.threads;
  outcome.fathom_version = version();
  outcome.torch_version = trained.torch_version;
  return outcome;
}

MeasureOptions CellRunner::measure_options(const EstimatorChoice& choice, std::uint64_t seed) const {
  MeasureOptions options;
  options.k = choice.k;
  options.estimators = {choice.estimator};
  options.draws = 0;
  options.seed = seed;
  options.threads = options_.threads;
  options.simd = best_simd_level();
  return options;
}

MeasuredImages CellRunner::measured(const StudyCell& cell, const ChosenImages& images,
                                    const TrainTestSplit& split) {
  const std::string identity = identity_of(measure_settings(cell.settings));
  if (const std::optional<MeasuredImages> known = store_.measured(identity)) return *known;
  const MeasuredImages found = measure_now(cell, images, split);
  store_.keep_measured(identity, found);
  return found;
}

MeasuredImages CellRunner::measure_now(const StudyCell& cell, const ChosenImages& images,
                                       const TrainTestSplit& split) {
  Protocol protocol = images.prepared.protocol;
  protocol.channels = images.prepared.channels == 1 ? Channels::grey : Channels::rgb;
  PrepareOptions options;
  options.threads = options_.threads;
  const PreparedData prepared = prepare(data_of(images, split.train), protocol, options, progress_);
  const EstimatorChoice& choice = cell.settings.measure;
  const Measurement measurement =
      measure(prepared, images.data.path, measure_options(choice, cell.settings.seeds.split), progress_);
  const DimensionEstimate& estimate = estimate_of(measurement, choice);
  // K_F of a cell is per grey level of 0..255, whatever range the protocol has.
  const double unit = prepared.range ? (prepared.range->high - prepared.range->low) / 255.0 : 1.0;
  return {estimate.value, interval_of(estimate), measurement.tasks.front().label_sharpness.value * unit};
}

fs::path CellRunner::folder_of(const StudyCell& cell) const {
  const std::string training = identity_of(train_settings(cell.settings)).substr(0, 12);
  return options_.checkpoints / (file_name(text_of(cell.settings.name)) + "-" + training);
}

fs::path CellRunner::checkpoint_of(const StudyCell& cell) const {
  return folder_of(cell) / "checkpoint.safetensors";
}

TrainResult CellRunner::train(const StudyCell& cell, const ChosenImages& images,
                              const TrainTestSplit& split) {
  TrainOptions options;
  options.model = cell.settings.name.model;
  options.recipe = cell.settings.recipe;
  options.seeds = cell.settings.seeds;
  options.device = options_.device;
  options.threads = options_.threads;
  options.output = folder_of(cell);
  options.resume = fs::exists(checkpoint_of(cell));
  options.clock = options_.clock;
  TrainResult result = library_.train(images.prepared, split, options, progress_);
  write_file(options.output / "split.json", split_json(split, images.prepared.records));
  return result;
}

void CellRunner::attack(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split,
                        LoadedNetwork& network, CellOutcome& outcome) {
  const std::vector<std::int32_t> outputs = outputs_of_classes(
      images.prepared, images.data.path, library_.describe_network(network), checkpoint_of(cell).string());
  NetworkRun run;
  run.device = options_.device;
  run.threads = options_.threads;
  const AttackResult attacked =
      library_.attack(network, images.prepared, split.test, outputs, *cell.settings.attack, run, progress_);
  for (const AttackEvaluation& one : attacked.outcomes) {
    outcome.result.attacks.push_back(
        {std::string(attack_method_name(one.method)), one.epsilon, one.attacked.loss, one.attacked.accuracy});
  }
}

void CellRunner::represent(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split,
                           LoadedNetwork& network, CellOutcome& outcome) {
  const RepresentChoice& choice = *cell.settings.represent;
  const std::string last = last_hidden_layer(cell.settings.name.model);
  RepresentOptions options;
  options.layers = choice.layers == std::vector<std::string>{"last"} ? std::vector{last} : choice.layers;
  options.pooling = choice.pool == "avg" ? Pooling::average : Pooling::none;
  const PreparedData rows = rows_of(images.prepared, split.train);
  const MeasureOptions measure = measure_options(choice.estimator, cell.settings.seeds.split);
  LayerMeasurer measurer(rows, measure, false, progress_);
  LayerPlanner planner(images.data.path, rows.records.size(), measure, "", false);
  NetworkRun run;
  run.device = options_.device;
  run.threads = options_.threads;
  const LayerReceiver receive = [&](const LayerDescription& layer, Matrix<float> matrix) {
    const LayerRecord record = measurer.measure_rows(layer, matrix);
    if (!record.measurement) return;
    const DimensionEstimate& estimate = estimate_of(*record.measurement, choice.estimator);
    outcome.result.layers.push_back({layer.name, layer.relative_depth, estimate.value});
    if (layer.name != last) return;
    outcome.result.representation_dimension = estimate.value;
    outcome.representation_interval = interval_of(estimate);
  };
  library_.represent(network, rows, options, run, std::ref(planner), receive, progress_);
}

void CellRunner::clean_up(const StudyCell& cell) const {
  if (options_.keep_checkpoints) return;
  std::error_code ignored;
  fs::remove(checkpoint_of(cell), ignored);
}

}  // namespace fathom
