// Training a network on prepared images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/learn/recipe.h"
#include "fathom/prepare/prepare.h"
#include "fathom/prepare/train_test_split.h"

namespace fathom {

struct TrainSeeds {
  std::uint64_t split = 0;           ///< which images: TrainTestOptions::seed, here to be written down
  std::uint64_t initialization = 0;  ///< of the weights
  std::uint64_t order = 0;           ///< of the images in every epoch, of augmentation and of dropout
};

struct TrainOptions {
  std::string model;  ///< "resnet18", ...
  Recipe recipe;
  TrainSeeds seeds;
  std::string device = "cpu";  ///< "cpu", "cuda", or "auto": cuda where there is one
  unsigned threads = 1;
  /// Folder of this run: checkpoint.safetensors and log.jsonl. Made where it is not there.
  std::filesystem::path output;
  bool resume = false;  ///< go on with the run that is there
  /// Seconds since some moment, for the times of epochs; none: they are 0.
  std::function<double()> clock;
};

/// One line of log.jsonl, its keys named as the members.
struct EpochRecord {
  std::size_t epoch = 0;        ///< from 1
  double learning_rate = 0.0;   ///< of its last step
  double train_loss = 0.0;      ///< mean over the images, each as the network met it while it learned
  double train_accuracy = 0.0;  ///< share of the images, likewise
  double test_loss = 0.0;       ///< mean over the test images, in evaluation mode after the epoch
  double test_accuracy = 0.0;
  double seconds = 0.0;  ///< training and testing
};

struct TrainResult {
  std::vector<EpochRecord> epochs;  ///< those of the runs before a resumed one too
  std::size_t resumed_after = 0;    ///< epochs that earlier runs have done
  bool stopped_early = false;       ///< the recipe's patience ended it
  std::string device;               ///< "cpu" or "cuda"
  std::size_t parameters = 0;       ///< numbers that are learned
  std::size_t outputs = 0;
  std::vector<double> channel_mean, channel_std;  ///< empty where the recipe does not normalise
  std::string torch_version;
};

/// Throws UsageError for an unknown model, naming those there are.
void check_model(const std::string& model);

/// What is wrong with the options by themselves, before any image is read: see train().
void check_train_options(const TrainOptions& options);

/// Trains a network on split.train and tests it on split.test after every epoch.
///
/// After every epoch, log and checkpoint in `output` are replaced, each whole, and brought to the disk: a run
/// that ends in any way loses the epoch it is in, and one that resumes it gives the bits that it would have
/// given, on the same machine with as many threads. An interrupted one throws an Interrupted that names
/// `output`. docs/train.md has the checkpoint's content.
///
/// LibTorch's global generator, which draws initial weights and the masks of dropout, is seeded for that and
/// afterwards as it was. LibTorch's number of threads is set to `threads`.
///
/// Throws UsageError: an unknown model or device, cuda where there is none, a run in `output` and no
/// `resume`, `resume` where there is none or with anything that the checkpoint has otherwise, naming it.
/// Throws InputError: a loss that is not a finite number, naming the epoch and the learning rate, with the
/// last good checkpoint in place; a disk that is full, likewise; a damaged checkpoint.
TrainResult train(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
                  Progress& progress = no_progress());

}  // namespace fathom
