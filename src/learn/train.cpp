#include "fathom/learn/train.h"

#include <torch/version.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <span>
#include <utility>

#include "fathom/core/atomic_file.h"
#include "fathom/core/random.h"
#include "learn/checkpoint.h"
#include "learn/device.h"
#include "learn/evaluation.h"
#include "learn/image_batches.h"
#include "learn/network.h"
#include "learn/normalized_network.h"
#include "learn/optimizer.h"
#include "learn/run_folder.h"
#include "learn/seeded_generator.h"
#include "learn/torch_errors.h"

namespace fathom {

namespace {

/// Streams of the seed of the order, one a purpose; the epoch is added.
constexpr std::uint64_t kOrderStream = std::uint64_t{1} << 32;
constexpr std::uint64_t kAugmentationStream = std::uint64_t{2} << 32;
constexpr std::uint64_t kDropoutStream = std::uint64_t{3} << 32;

constexpr std::int64_t kPublishedOutputs = 1000;

/// Share of the lowest training loss so far that a loss must be below to count as progress.
constexpr double kProgress = 0.99;

/// A pass over a training image counts as so many over a test image: forward, and twice as much back.
constexpr std::size_t kTrainingSteps = 3;

std::int64_t outputs_of(const PreparedData& data, const Recipe& recipe) {
  const auto classes = static_cast<std::int64_t>(data.label_columns.front().classes.size());
  if (recipe.head == Head::labels) return classes;
  if (classes > kPublishedOutputs) {
    throw UsageError("--head published",
                     "has 1000 outputs, fewer than the " + std::to_string(classes) + " classes",
                     "use --head labels");
  }
  return kPublishedOutputs;
}

/// A run to go on with must be there, and otherwise none may be.
void check_run(const TrainOptions& options) {
  const std::filesystem::path path = RunFolder::checkpoint_in(options.output);
  const bool there = std::filesystem::exists(path);
  if (options.resume && !there) {
    throw UsageError("--resume", "there is no " + path.string(), "leave --resume out to begin a run");
  }
  if (!options.resume && there) {
    throw UsageError("--output", options.output.string() + " holds a run",
                     "go on with it by --resume, or name another folder");
  }
}

NamedTensors named_parameters(Network& network) {
  NamedTensors named;
  for (const auto& [name, tensor] : network.state()) {
    if (tensor.requires_grad()) named.emplace_back(name, tensor);
  }
  FATHOM_CHECK(named.size() == network.parameters().size());
  return named;
}

class Training {
 public:
  Training(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
           Progress& progress)
      : data_(data),
        split_(split),
        options_(options),
        recipe_(options.recipe),
        progress_(progress),
        device_(chosen_device(options.device)),
        outputs_(outputs_of(data, options.recipe)),
        network_(made_network()),
        optimizer_(recipe_, named_parameters(*network_), options.threads),
        folder_(options.output) {
    state_.identity = identity_of(data, split, options, outputs_);
    state_.network = network_->state();
    state_.optimizer = optimizer_.state();
    resume();
  }

  TrainResult run() {
    const std::size_t left = is_done() ? 0 : recipe_.epochs - state_.epochs.size();
    progress_.begin("training " + options_.model, left * images_an_epoch());
    try {
      while (!is_done()) {
        state_.epochs.push_back(run_epoch(state_.epochs.size() + 1));
        keep();
      }
    } catch (const Interrupted&) {
      if (state_.epochs.empty()) throw;
      throw Interrupted(folder_.path().string(), "run the same command with --resume to go on");
    }
    progress_.end();
    return result();
  }

 private:
  std::unique_ptr<Network> made_network() {
    std::unique_ptr<Network> network = make_network(
        {options_.model, static_cast<std::int64_t>(data_.channels), outputs_, options_.seeds.initialization});
    if (recipe_.normalize) {
      statistics_ = channel_statistics(data_, split_.train);
      network = std::make_unique<NormalizedNetwork>(std::move(network), statistics_);
    }
    network->to(device_);
    return network;
  }

  void resume() {
    check_run(options_);  // another run may have ended since the options were checked
    if (!options_.resume) return;
    read_checkpoint(folder_.checkpoint(), state_);
    optimizer_.set_steps(state_.steps);
    resumed_after_ = state_.epochs.size();
    write_file(folder_.log(), epoch_log(state_.epochs));
  }

  std::size_t images_an_epoch() const { return kTrainingSteps * split_.train.size() + split_.test.size(); }

  /// No progress for as long as the recipe bears.
  bool is_stuck() const {
    if (recipe_.patience == 0) return false;
    double lowest = HUGE_VAL;
    std::size_t since = 0;
    for (const EpochRecord& epoch : state_.epochs) {
      ++since;
      if (epoch.train_loss < kProgress * lowest) {
        lowest = epoch.train_loss;
        since = 0;
      }
    }
    return since >= recipe_.patience;
  }

  bool is_done() const { return state_.epochs.size() >= recipe_.epochs || is_stuck(); }

  double now() const { return options_.clock ? options_.clock() : 0.0; }

  Generator generator_of(std::uint64_t stream, std::size_t epoch) const {
    return make_generator(options_.seeds.order, stream + epoch);
  }

  ImageBatchOptions batch_options(std::size_t epoch) const {
    ImageBatchOptions made;
    made.batch_size = recipe_.batch_size;
    made.no_single_image = true;
    made.pinned = device_.is_cuda();
    const auto side = static_cast<double>(std::max(data_.size->height, data_.size->width));
    made.augmentation = {recipe_.flip, static_cast<std::size_t>(recipe_.shift * side)};
    Generator generator = generator_of(kAugmentationStream, epoch);
    made.augmentation_seed = generator();
    return made;
  }

  EpochRecord run_epoch(std::size_t epoch) {
    const double start = now();
    EpochRecord record;
    record.epoch = epoch;
    train_epoch(record);
    const Evaluation tested = evaluate(*network_, data_, split_.test, device_, progress_);
    check_finite(tested.loss, record);
    record.test_loss = tested.loss;
    record.test_accuracy = tested.accuracy;
    record.seconds = now() - start;
    return record;
  }

  void train_epoch(EpochRecord& record) {
    std::vector<std::uint32_t> order = split_.train;
    Generator generator = generator_of(kOrderStream, record.epoch);
    shuffle(std::span(order), generator);
    Generator dropout = generator_of(kDropoutStream, record.epoch);
    const SeededGenerator dropout_seeded(dropout());
    ImageBatches batches(data_, std::move(order), batch_options(record.epoch));
    const std::size_t steps = batches.batch_count() * recipe_.epochs;
    std::size_t step = batches.batch_count() * (record.epoch - 1);
    double loss = 0.0;
    std::int64_t correct = 0;
    network_->set_training(true);
    while (const std::optional<ImageBatch> batch = batches.next()) {
      progress_.check();
      record.learning_rate = learning_rate_at(recipe_, step++, steps);
      const torch::Tensor labels = batch->labels.to(device_, true);
      optimizer_.clear_gradients();
      const torch::Tensor outputs = network_->forward(batch->images.to(device_, true));
      const torch::Tensor mean = torch::nn::functional::cross_entropy(outputs, labels);
      const double value = mean.item<double>();
      check_finite(value, record);
      mean.backward();
      optimizer_.step(record.learning_rate);
      loss += value * static_cast<double>(batch->rows.size());
      correct += outputs.detach().argmax(1).eq(labels).sum().item<std::int64_t>();
      progress_.advance(kTrainingSteps * batch->rows.size());
    }
    optimizer_.clear_gradients();
    const auto count = static_cast<double>(split_.train.size());
    record.train_loss = loss / count;
    record.train_accuracy = static_cast<double>(correct) / count;
  }

  void check_finite(double loss, const EpochRecord& epoch) const {
    if (std::isfinite(loss)) return;
    const std::size_t kept = epoch.epoch - 1;
    throw InputError(options_.model,
                     "the loss became " + std::string(std::isnan(loss) ? "NaN" : "infinite") + " in epoch " +
                         std::to_string(epoch.epoch) + " at learning rate " + shown(epoch.learning_rate) +
                         (kept > 0 ? "; the checkpoint of epoch " + std::to_string(kept) + " is kept" : ""),
                     "use a smaller --learning-rate");
  }

  static std::string shown(double number) {
    std::array<char, 32> text;
    const int length = std::snprintf(text.data(), text.size(), "%.3g", number);
    return {text.data(), static_cast<std::size_t>(length)};
  }

  void keep() {
    state_.steps = optimizer_.steps();
    state_.network = network_->state();
    write_checkpoint(folder_.checkpoint(), state_);
    write_file(folder_.log(), epoch_log(state_.epochs));
  }

  TrainResult result() {
    TrainResult made;
    made.epochs = state_.epochs;
    made.resumed_after = resumed_after_;
    made.stopped_early = state_.epochs.size() < recipe_.epochs;
    made.device = device_.is_cuda() ? "cuda" : "cpu";
    for (const torch::Tensor& parameter : network_->parameters()) {
      made.parameters += static_cast<std::size_t>(parameter.numel());
    }
    made.outputs = static_cast<std::size_t>(outputs_);
    made.channel_mean = statistics_.mean;
    made.channel_std = statistics_.standard_deviation;
    made.torch_version = TORCH_VERSION;
    return made;
  }

  const PreparedData& data_;
  const TrainTestSplit& split_;
  const TrainOptions& options_;
  const Recipe& recipe_;
  Progress& progress_;
  const torch::Device device_;
  const std::int64_t outputs_;
  ChannelStatistics statistics_;
  const std::unique_ptr<Network> network_;
  Optimizer optimizer_;
  const RunFolder folder_;
  CheckpointState state_;
  std::size_t resumed_after_ = 0;
};

}  // namespace

void check_model(const std::string& model) {
  const std::vector<std::string> models = model_names();
  if (std::ranges::find(models, model) != models.end()) return;
  std::string known;
  for (const std::string& each : models) known += (known.empty() ? "" : ", ") + each;
  throw UsageError("--model", "there is no model \"" + model + "\"", "use one of: " + known);
}

void check_train_options(const TrainOptions& options) {
  without_torch_errors([&] {
    check_model(options.model);
    chosen_device(options.device);
    check_run(options);
  });
}

TrainResult train(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
                  Progress& progress) {
  FATHOM_CHECK(!split.train.empty() && !split.test.empty());
  return without_torch_errors([&] {
    torch::set_num_threads(static_cast<int>(options.threads));
    return Training(data, split, options, progress).run();
  });
}

}  // namespace fathom
