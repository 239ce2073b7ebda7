#include "learn/fgsm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fathom/core/error.h"
#include "learn/judge.h"
#include "unit/learn/small_networks.h"

namespace fathom {
namespace {

using testing::alternating_labels;
using testing::LinearNetwork;
using testing::random_images;

// Of two outputs the loss is log(1 + exp(-m)) with the margin m = (w_y - w_other) x, and its gradient with
// respect to x is a positive number times w_other - w_y.
TEST(Fgsm, OfALinearNetworkIsTheClosedForm) {
  const torch::Tensor weight = torch::tensor({{0.02F, -0.01F, 0.0F, 0.03F}, {-0.01F, 0.02F, 0.0F, -0.02F}});
  LinearNetwork network(weight.clone());
  const torch::Tensor images =
      torch::tensor({10.0F, 250.0F, 128.0F, 3.0F, 0.0F, 255.0F, 7.5F, 99.0F}).view({2, 1, 2, 2});
  const torch::Tensor labels = torch::tensor({0, 1}, torch::kInt64);
  const JudgedWithGradient judged = judge_with_gradient(network, images, labels);
  const AttackBounds bounds{8.0, {0.0, 255.0}};
  const torch::Tensor attacked = fgsm(images, judged.gradient, bounds);

  // The signs of w_1 - w_0 are -, +, 0, -: of the first image they are added, of the second subtracted.
  const torch::Tensor expected =
      torch::tensor({2.0F, 255.0F, 128.0F, 0.0F, 8.0F, 247.0F, 7.5F, 107.0F}).view({2, 1, 2, 2});
  EXPECT_TRUE(torch::equal(attacked, expected)) << attacked;

  const Judged after = judge(network, attacked, labels);
  const torch::Tensor difference = (weight[1] - weight[0]).to(torch::kFloat64);
  for (int i = 0; i < 2; ++i) {
    const double toward_1 = difference.dot(expected[i].flatten().to(torch::kFloat64)).item<double>();
    const double margin = i == 0 ? -toward_1 : toward_1;
    EXPECT_NEAR(after.loss[i].item<double>(), std::log1p(std::exp(-margin)), 1e-5);
    EXPECT_EQ(after.predicted[i].item<std::int64_t>(), toward_1 > 0 ? 1 : 0);
  }
}

TEST(Fgsm, WithoutAnyEpsilonIsTheImageToTheBit) {
  const torch::Tensor images = random_images(3, 4, 0, 1);
  const torch::Tensor gradient = torch::randn_like(images);
  EXPECT_TRUE(torch::equal(fgsm(images, gradient, {0.0, {0.0, 1.0}}), images));
}

// Images and epsilon in grey levels are added without rounding. In 0..1 the sum is rounded once, by half a
// unit in the last place of a number up to 1, which is 2^-25.
TEST(Fgsm, NeverMovesAPixelByMoreThanEpsilonNorOutOfTheRange) {
  for (const double high : {255.0, 1.0}) {
    torch::Tensor images = random_images(40, 16, 0, 255).floor();
    if (high == 1.0) images = images / 255;
    const double epsilon = high == 1.0 ? 3.0 / 255 : 3.0;
    const torch::Tensor attacked = fgsm(images, torch::randn_like(images), {epsilon, {0.0, high}});
    const double moved =
        (attacked.to(torch::kFloat64) - images.to(torch::kFloat64)).abs().max().item<double>();
    const double rounding = high == 1.0 ? std::ldexp(1.0, -25) : 0.0;
    EXPECT_LE(moved, static_cast<double>(static_cast<float>(epsilon)) + rounding);
    EXPECT_GT(moved, 0.99 * epsilon);
    EXPECT_GE(attacked.min().item<double>(), 0.0);
    EXPECT_LE(attacked.max().item<double>(), high);
  }
}

TEST(JudgeWithGradient, GivesEachImageItsOwnGradientWhateverElseIsInTheBatch) {
  LinearNetwork network(torch::tensor({{0.3F, -0.2F, 0.1F, 0.0F}, {-0.1F, 0.4F, 0.2F, 0.1F}}));
  const torch::Tensor images = random_images(5, 2, -1, 1), labels = alternating_labels(5);
  const JudgedWithGradient together = judge_with_gradient(network, images, labels);
  for (std::int64_t i = 0; i < 5; ++i) {
    const JudgedWithGradient alone =
        judge_with_gradient(network, images.slice(0, i, i + 1), labels.slice(0, i, i + 1));
    EXPECT_TRUE(torch::allclose(alone.gradient[0], together.gradient[i], 1e-6, 1e-8));
  }
}

TEST(Judge, SaysWhichClassesANetworkLacks) {
  LinearNetwork network(torch::zeros({2, 4}));
  try {
    judge(network, random_images(3, 2, 0, 1), torch::tensor({0, 3, 1}, torch::kInt64));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.reason(), "has 2 outputs, and the data have 4 classes");
  }
}

}  // namespace
}  // namespace fathom
