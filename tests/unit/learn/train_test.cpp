#include "fathom/learn/train.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>
#include <functional>

#include "fathom/read/tensor_file.h"
#include "unit/core/temporary_folder.h"
#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSide = 32;

/// Cats are bright above and dogs below, with a pattern that differs from image to image.
PreparedData cats_and_dogs(std::size_t count) {
  std::vector<std::optional<Image>> images;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::uint8_t> values = made::pattern(kSide, kSide, 1, 11 * i);
    for (std::size_t p = 0; p < values.size(); ++p) {
      const bool above = p < values.size() / 2;
      values[p] = static_cast<std::uint8_t>(values[p] / 4 + (above == (i % 2 == 0) ? 180 : 0));
    }
    images.emplace_back(made::image(kSide, kSide, 1, values));
  }
  PrepareOptions options;
  options.keep_pixels = true;
  Protocol protocol = named_protocol("native");
  set_range(protocol, "0,255");
  return prepare(made::data_set(images), protocol, options);
}

/// Asks to stop after so many steps.
class StopAfter : public Progress {
 public:
  explicit StopAfter(std::uint64_t steps) : left_(steps) {}
  void advance(std::uint64_t steps) override { left_ -= std::min(left_, steps); }
  bool cancelled() const override { return left_ == 0; }

 private:
  std::uint64_t left_;
};

class Train : public testing::Test {
 protected:
  TrainOptions options(const char* folder, const char* model = "squeezenet1_1") const {
    TrainOptions made;
    made.model = model;
    made.recipe.base = "test";
    made.recipe.epochs = 3;
    made.recipe.batch_size = 10;
    made.seeds = {1, 2, 3};
    made.threads = 2;
    made.output = folder_.path() / folder;
    return made;
  }

  TrainResult run(const TrainOptions& made, Progress& progress = no_progress()) {
    return train(data_, split_, made, progress);
  }

  std::string refusal(const TrainOptions& made) {
    try {
      run(made);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string checkpoint(const char* folder) const {
    return contents_of(folder_.path() / folder / "checkpoint.safetensors");
  }

  /// Steps of an epoch: three for a training image, one for a test image.
  static constexpr std::uint64_t kEpoch = 3 * 30 + 10;

  TemporaryFolder folder_;
  PreparedData data_ = cats_and_dogs(40);
  TrainTestSplit split_ = split_train_test(data_, {30, 10, 1}, "set");
};

TEST_F(Train, LearnsWhatCanBeLearned) {
  TrainOptions made = options("run", "resnet18");
  made.recipe.epochs = 4;
  const TrainResult result = run(made);
  ASSERT_EQ(result.epochs.size(), 4u);
  EXPECT_EQ(result.epochs.back().epoch, 4u);
  EXPECT_LT(result.epochs.back().train_loss, 0.5 * result.epochs.front().train_loss);
  EXPECT_GT(result.epochs.back().train_accuracy, 0.9);
  EXPECT_EQ(result.outputs, 2u);
  EXPECT_EQ(result.parameters, 11'171'266u);  // torchvision's ResNet-18 with one input channel, two outputs
  EXPECT_EQ(result.device, "cpu");
  EXPECT_EQ(result.channel_mean.size(), 1u);
  std::size_t lines = 0;
  std::ifstream log(folder_.path() / "run" / "log.jsonl");
  for (std::string line; std::getline(log, line); ++lines) EXPECT_TRUE(line.starts_with("{\"epoch\":"));
  EXPECT_EQ(lines, 4u);
}

TEST_F(Train, GoesOnToTheSameBits) {
  const TrainResult whole = run(options("whole"));
  // Stopped in the second epoch and in the third.
  for (const std::uint64_t stop : {kEpoch + 20, 2 * kEpoch + 60}) {
    const std::string folder = "cut" + std::to_string(stop);
    TrainOptions made = options(folder.c_str());
    StopAfter progress(stop);
    try {
      run(made, progress);
      FAIL() << "not interrupted";
    } catch (const Interrupted& error) {
      EXPECT_EQ(error.what(), "interrupted; progress kept in " + made.output.string() +
                                  "; run the same command with --resume to go on");
    }
    made.resume = true;
    const TrainResult resumed = run(made);
    EXPECT_EQ(resumed.resumed_after, stop / kEpoch);
    ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
    for (std::size_t i = 0; i < whole.epochs.size(); ++i) {
      EXPECT_EQ(resumed.epochs[i].train_loss, whole.epochs[i].train_loss) << i;
      EXPECT_EQ(resumed.epochs[i].test_loss, whole.epochs[i].test_loss) << i;
    }
    EXPECT_EQ(checkpoint(folder.c_str()), checkpoint("whole"));
    EXPECT_EQ(contents_of(made.output / "log.jsonl"), contents_of(folder_.path() / "whole" / "log.jsonl"));
  }
}

TEST_F(Train, GoesOnToTheSameBitsWithBatchStatisticsAndMomentum) {
  TrainOptions made = options("whole", "resnet18");
  made.recipe.epochs = 2;
  made.recipe.optimizer = OptimizerKind::sgd;
  made.recipe.flip = true;
  run(made);
  made.output = folder_.path() / "cut";
  StopAfter progress(kEpoch + 1);
  EXPECT_THROW(run(made, progress), Interrupted);
  made.resume = true;
  run(made);
  EXPECT_EQ(checkpoint("cut"), checkpoint("whole"));
}

TEST_F(Train, ACompleteRunIsLeftAsItIs) {
  TrainOptions made = options("run");
  run(made);
  const std::string before = checkpoint("run");
  fs::remove(made.output / "log.jsonl");
  made.resume = true;
  EXPECT_EQ(run(made).epochs.size(), 3u);
  EXPECT_EQ(checkpoint("run"), before);
  EXPECT_TRUE(fs::exists(made.output / "log.jsonl"));
}

TEST_F(Train, InterruptedInTheFirstEpochLeavesNothing) {
  StopAfter progress(20);
  try {
    run(options("run"), progress);
    FAIL() << "not interrupted";
  } catch (const Interrupted& error) {
    EXPECT_STREQ(error.what(), "interrupted; nothing was written");
  }
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Train, SeedsAreApart) {
  TrainOptions made = options("first");
  made.recipe.epochs = 1;
  const double loss = run(made).epochs[0].train_loss;
  made.output = folder_.path() / "weights";
  made.seeds.initialization = 9;
  EXPECT_NE(run(made).epochs[0].train_loss, loss);
  made.output = folder_.path() / "order";
  made.seeds = {1, 2, 9};
  EXPECT_NE(run(made).epochs[0].train_loss, loss);
  made.output = folder_.path() / "again";
  made.seeds.order = 3;
  EXPECT_EQ(run(made).epochs[0].train_loss, loss);
}

TEST_F(Train, LeavesLibTorchsOwnGeneratorAsItWas) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const torch::Tensor before = generator.get_state();
  TrainOptions made = options("run");
  made.recipe.epochs = 1;
  run(made);
  EXPECT_TRUE(torch::equal(generator.get_state(), before));
}

TEST_F(Train, ACheckpointHasTheNetworkUnderPlainNames) {
  TrainOptions made = options("run");
  made.recipe.epochs = 1;
  run(made);
  const TensorFile file = TensorFile::open(made.output / "checkpoint.safetensors");
  EXPECT_NE(file.find("features.0.weight"), nullptr);
  EXPECT_NE(file.find("training.exp_avg.features.0.weight"), nullptr);
  ASSERT_NE(file.find("normalization.mean"), nullptr);
  EXPECT_EQ(file.find("normalization.mean")->shape, (std::vector<std::int64_t>{1}));
  const auto& metadata = file.metadata();
  EXPECT_EQ(metadata.at("format"), "fathom.checkpoint/1");
  EXPECT_EQ(metadata.at("model"), "squeezenet1_1");
  EXPECT_EQ(metadata.at("channels"), "1");
  EXPECT_EQ(metadata.at("outputs"), "2");
  EXPECT_EQ(metadata.at("classes"), "[\"cat\",\"dog\"]");
  EXPECT_EQ(metadata.at("protocol"), "native+range=0,255");
  EXPECT_EQ(metadata.at("size"), "32x32");
  EXPECT_EQ(metadata.at("seed.initialization"), "2");
  EXPECT_EQ(metadata.at("epoch"), "1");
}

TEST_F(Train, ThePublishedHeadHas1000Outputs) {
  TrainOptions made = options("run");
  made.recipe.epochs = 1;
  made.recipe.head = Head::published;
  made.recipe.normalize = false;
  const TrainResult result = run(made);
  EXPECT_EQ(result.outputs, 1000u);
  EXPECT_TRUE(result.channel_mean.empty());
  EXPECT_NEAR(result.epochs[0].train_loss, std::log(1000), 2);
}

TEST_F(Train, StopsEarlyOnceTheTrainingLossStands) {
  TrainOptions made = options("run");
  made.recipe.epochs = 9;
  made.recipe.learning_rate = 1e-12;
  made.recipe.patience = 2;
  const TrainResult result = run(made);
  EXPECT_TRUE(result.stopped_early);
  // The loss varies a little, with the masks of dropout: the last two are not below 99 % of the lowest
  // before.
  ASSERT_GE(result.epochs.size(), 3u);
  ASSERT_LT(result.epochs.size(), 9u);
  double lowest = result.epochs[0].train_loss;
  for (std::size_t i = 1; i + 2 < result.epochs.size(); ++i) {
    lowest = std::min(lowest, result.epochs[i].train_loss);
  }
  for (std::size_t i = result.epochs.size() - 2; i < result.epochs.size(); ++i) {
    EXPECT_GE(result.epochs[i].train_loss, 0.99 * lowest);
  }
}

TEST_F(Train, ALossThatIsNoNumberEndsTheRun) {
  TrainOptions made = options("run");
  made.recipe.learning_rate = 1e30;
  made.recipe.schedule = Schedule::constant;
  made.recipe.warmup = 0.0;
  EXPECT_EQ(refusal(made),
            "squeezenet1_1: the loss became NaN in epoch 1 at learning rate 1e+30; use a smaller "
            "--learning-rate");
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Train, ARunInTheFolderIsNotOverwritten) {
  TrainOptions made = options("run");
  made.recipe.epochs = 1;
  run(made);
  const std::string before = checkpoint("run");
  const std::string reason =
      "--output: " + made.output.string() + " holds a run; go on with it by --resume, or name another folder";
  EXPECT_EQ(refusal(made), reason);
  EXPECT_THROW(check_train_options(made), UsageError);
  EXPECT_EQ(checkpoint("run"), before);
}

TEST_F(Train, RefusesToGoOnWithAnotherRun) {
  TrainOptions made = options("run");
  made.recipe.epochs = 1;
  run(made);
  made.resume = true;
  const std::string file = (made.output / "checkpoint.safetensors").string();
  const std::string remedy = "; give the options of that run, or another folder with --output";
  TrainOptions other = made;
  other.recipe.batch_size = 20;
  EXPECT_EQ(refusal(other), "--resume: " + file + " has recipe.batch_size 10, and this run has 20" + remedy);
  other = made;
  other.model = "alexnet";
  EXPECT_EQ(refusal(other),
            "--resume: " + file + " has model squeezenet1_1, and this run has alexnet" + remedy);
  other = made;
  other.seeds.order = 4;
  EXPECT_EQ(refusal(other), "--resume: " + file + " has seed.order 3, and this run has 4" + remedy);
  split_ = split_train_test(data_, {20, 10, 1}, "set");
  EXPECT_NE(refusal(made).find(" has split_hash "), std::string::npos);
}

TEST_F(Train, RefusesDamagedCheckpoints) {
  TrainOptions made = options("run");
  made.recipe.epochs = 1;
  run(made);
  made.resume = true;
  const fs::path file = made.output / "checkpoint.safetensors";
  fs::resize_file(file, fs::file_size(file) / 2);
  EXPECT_NE(refusal(made).find(file.string()), std::string::npos);
}

TEST_F(Train, RefusesWhatIsNotThere) {
  TrainOptions made = options("run");
  made.resume = true;
  EXPECT_EQ(refusal(made), "--resume: there is no " + (made.output / "checkpoint.safetensors").string() +
                               "; leave --resume out to begin a run");
  made = options("run", "resnet19");
  EXPECT_THROW(run(made), UsageError);
  EXPECT_THROW(check_train_options(made), UsageError);
  made = options("run");
  made.device = "tpu";
  EXPECT_EQ(refusal(made), "--device: there is no device \"tpu\"; use one of: auto, cpu, cuda");
  if (!torch::cuda::is_available()) {
    made.device = "cuda";
    EXPECT_EQ(refusal(made), "--device: LibTorch finds no CUDA device here; use --device cpu");
  }
  EXPECT_TRUE(folder_.names().empty());
}

}  // namespace
}  // namespace fathom
