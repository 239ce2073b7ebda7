#include "learn/attack_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fathom/core/error.h"
#include "unit/learn/small_networks.h"

namespace fathom {
namespace {

using testing::alternating_labels;
using testing::ConvolutionNetwork;
using testing::LinearNetwork;
using testing::random_images;

AttackOptions both_methods() {
  AttackOptions options;
  options.methods = {AttackMethod::fgsm, AttackMethod::pgd};
  options.epsilons = {0, 0.5, 1, 2, 8, 40};
  options.steps = 5;
  options.seed = 3;
  return options;
}

AttackResult attack(Network& network, const torch::Tensor& images, const AttackOptions& options,
                    std::int64_t batch, PixelRange range = {0.0, 255.0}) {
  AttackRun run(network, range, options);
  const torch::Tensor labels = alternating_labels(images.size(0));
  for (std::int64_t start = 0; start < images.size(0); start += batch) {
    const std::int64_t end = std::min(start + batch, images.size(0));
    run.add(images.slice(0, start, end), labels.slice(0, start, end));
  }
  return run.finish("network");
}

TEST(AttackRun, AtEpsilonZeroIsTheCleanRunToTheBit) {
  ConvolutionNetwork network(1);
  const AttackResult result = attack(network, random_images(30, 8, 0, 255), both_methods(), 7);
  ASSERT_EQ(result.outcomes.size(), 12u);
  for (const std::size_t zero : {0u, 6u}) {
    const AttackEvaluation& outcome = result.outcomes[zero];
    EXPECT_EQ(outcome.epsilon, 0.0);
    EXPECT_EQ(outcome.attacked.losses, result.clean.losses);
    EXPECT_EQ(outcome.attacked.predicted, result.clean.predicted);
    EXPECT_EQ(outcome.attacked.loss, result.clean.loss);
    EXPECT_EQ(outcome.loss_penalty, 0.0);
  }
}

TEST(AttackRun, ALargerEpsilonNeverLowersTheBestLossOfPgd) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    ConvolutionNetwork network(seed);
    AttackOptions options = both_methods();
    options.step_size = 100.0;  // far too long: without what the smaller ones found, losses would fall
    const AttackResult result = attack(network, random_images(30, 8, 0, 255), options, 30);
    for (std::size_t e = 7; e < 12; ++e) {
      for (std::size_t i = 0; i < 30; ++i) {
        EXPECT_GE(result.outcomes[e].attacked.losses[i], result.outcomes[e - 1].attacked.losses[i]);
      }
      EXPECT_GE(result.outcomes[e].attacked.loss, result.outcomes[e - 1].attacked.loss);
    }
    EXPECT_GT(result.outcomes[11].loss_penalty, 0.0);
  }
}

TEST(AttackRun, SumsUpWhatItFoundImageByImage) {
  LinearNetwork network(torch::tensor({{0.01F, 0.0F, 0.0F, -0.01F}, {0.0F, 0.01F, 0.0F, 0.0F}}));
  const torch::Tensor images = random_images(9, 2, 0, 255);
  AttackOptions options;
  options.epsilons = {4};
  const AttackResult result = attack(network, images, options, 4);
  double loss = 0.0, attacked = 0.0;
  int right = 0;
  for (int i = 0; i < 9; ++i) {
    const torch::Tensor x = images[i].flatten().to(torch::kFloat64);
    const double toward_1 =
        (torch::tensor({-0.01, 0.01, 0.0, 0.01}, torch::kFloat64) * x).sum().item<double>();
    const double margin = i % 2 == 1 ? toward_1 : -toward_1;
    EXPECT_NEAR(result.clean.losses[static_cast<std::size_t>(i)], std::log1p(std::exp(-margin)), 1e-5);
    loss += result.clean.losses[static_cast<std::size_t>(i)];
    attacked += result.outcomes[0].attacked.losses[static_cast<std::size_t>(i)];
    right += margin > 0 ? 1 : 0;
  }
  EXPECT_DOUBLE_EQ(result.clean.loss, loss / 9);
  EXPECT_DOUBLE_EQ(result.outcomes[0].attacked.loss, attacked / 9);
  EXPECT_NEAR(result.outcomes[0].loss_penalty, (attacked - loss) / 9, 1e-12);
  EXPECT_DOUBLE_EQ(result.clean.accuracy, right / 9.0);
}

TEST(AttackRun, DoesNotDependOnHowManyImagesComeAtATime) {
  ConvolutionNetwork network(4);
  const torch::Tensor images = random_images(23, 8, 0, 255);
  const AttackResult one = attack(network, images, both_methods(), 23);
  const AttackResult other = attack(network, images, both_methods(), 5);
  for (std::size_t e = 0; e < one.outcomes.size(); ++e) {
    for (std::size_t i = 0; i < 23; ++i) {
      EXPECT_NEAR(one.outcomes[e].attacked.losses[i], other.outcomes[e].attacked.losses[i], 1e-5);
    }
  }
}

TEST(AttackRun, TheSeedIsThatOfTheRandomStartAlone) {
  ConvolutionNetwork network(4);
  const torch::Tensor images = random_images(8, 8, 0, 255);
  AttackOptions options = both_methods();
  options.step_size = 0.01;  // the start is not walked away from
  const AttackResult one = attack(network, images, options, 8), same = attack(network, images, options, 8);
  options.seed = 4;
  const AttackResult other = attack(network, images, options, 8);
  for (std::size_t e = 0; e < 12; ++e)
    EXPECT_EQ(one.outcomes[e].attacked.losses, same.outcomes[e].attacked.losses);
  EXPECT_EQ(one.outcomes[5].attacked.losses, other.outcomes[5].attacked.losses);    // FGSM
  EXPECT_NE(one.outcomes[11].attacked.losses, other.outcomes[11].attacked.losses);  // PGD
}

TEST(AttackRun, AnEpsilonIsInGreyLevelsWhateverTheRange) {
  ConvolutionNetwork network(4);
  AttackOptions options;
  options.epsilons = {51};
  const AttackResult result = attack(network, random_images(8, 8, -1, 1), options, 8, {-1.0, 1.0});
  EXPECT_DOUBLE_EQ(result.outcomes[0].epsilon_stored, 0.4);
  EXPECT_EQ(result.outcomes[0].epsilon, 51.0);
}

TEST(AttackRun, LeavesTheNetworkAsItWas) {
  ConvolutionNetwork network(4);
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& parameter : network.parameters()) before.push_back(parameter.detach().clone());
  attack(network, random_images(8, 8, 0, 255), both_methods(), 8);
  const std::vector<torch::Tensor> after = network.parameters();
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_TRUE(torch::equal(before[i], after[i].detach()));
    EXPECT_TRUE(after[i].requires_grad());
    EXPECT_FALSE(after[i].grad().defined());
  }
}

TEST(AttackRun, AsksForNoGradientOfTheParameters) {
  ConvolutionNetwork network(4);
  const AttackRun run(network, {0.0, 255.0}, both_methods());
  for (const torch::Tensor& parameter : network.parameters()) EXPECT_FALSE(parameter.requires_grad());
}

TEST(AttackRun, RefusesANetworkThatIsBeingTrained) {
  ConvolutionNetwork network(4);
  network.set_training(true);
  EXPECT_THROW(AttackRun(network, {0.0, 255.0}, both_methods()), InternalError);
}

TEST(AttackRun, ALossThatIsNotFiniteIsAnErrorThatNamesTheNetwork) {
  LinearNetwork network(torch::full({2, 4}, std::numeric_limits<float>::infinity()));
  try {
    attack(network, random_images(3, 2, 1, 255), {}, 3);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), "network");
    EXPECT_NE(error.reason().find("3 of 3"), std::string::npos);
  }
}

TEST(CheckAttackOptions, NamesTheOptionThatIsWrong) {
  const auto refused = [](auto change) {
    AttackOptions options;
    change(options);
    try {
      check_attack_options(options);
    } catch (const UsageError& error) {
      return error.where();
    }
    return std::string();
  };
  EXPECT_EQ(refused([](AttackOptions&) {}), "");
  EXPECT_EQ(refused([](AttackOptions& o) { o.methods.clear(); }), "--method");
  EXPECT_EQ(refused([](AttackOptions& o) { o.methods.assign(2, AttackMethod::pgd); }), "--method");
  EXPECT_EQ(refused([](AttackOptions& o) { o.epsilons.clear(); }), "--epsilon");
  EXPECT_EQ(refused([](AttackOptions& o) { o.epsilons = {-1}; }), "--epsilon");
  EXPECT_EQ(refused([](AttackOptions& o) { o.epsilons = {1, 256}; }), "--epsilon");
  EXPECT_EQ(refused([](AttackOptions& o) { o.epsilons = {std::nan("")}; }), "--epsilon");
  EXPECT_EQ(refused([](AttackOptions& o) { o.epsilons = {2, 2}; }), "--epsilon");
  EXPECT_EQ(refused([](AttackOptions& o) { o.steps = 0; }), "--steps");
  EXPECT_EQ(refused([](AttackOptions& o) { o.step_size = 0.0; }), "--step-size");
}

}  // namespace
}  // namespace fathom
