#include "learn/pgd.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learn/fgsm.h"
#include "unit/learn/small_networks.h"

namespace fathom {
namespace {

using testing::alternating_labels;
using testing::ConvolutionNetwork;
using testing::LinearNetwork;
using testing::random_images;

torch::Tensor random_start(const torch::Tensor& images) {
  return random_images(images.size(0), images.size(2), -1, 1, 11);
}

Attacked as_they_are(Network& network, const torch::Tensor& images, const torch::Tensor& labels) {
  return {images, judge(network, images, labels)};
}

// The loss of a linear network with two outputs falls with the margin, and the margin is linear, so that the
// worst point of the ball is the corner which FGSM names. Steps of 2.5 eps / 10 reach it from anywhere.
TEST(Pgd, OfALinearNetworkFindsTheWorstCorner) {
  torch::Generator generator = at::detail::createCPUGenerator(3);
  LinearNetwork network(torch::randn({2, 36}, generator, torch::kFloat32) / 100);
  const torch::Tensor images = random_images(7, 6, 0, 255), labels = alternating_labels(7);
  const AttackBounds bounds{4.0, {0.0, 255.0}};
  const Attacked found = pgd(network, images, labels, random_start(images),
                             as_they_are(network, images, labels), {bounds, 10, 1.0});
  const torch::Tensor corner = fgsm(images, judge_with_gradient(network, images, labels).gradient, bounds);
  EXPECT_TRUE(torch::allclose(found.images, corner, 0, 1e-4));
  EXPECT_TRUE(torch::allclose(found.judged.loss, judge(network, corner, labels).loss, 1e-5, 1e-6));
}

TEST(Pgd, StaysWithinEpsilonAndTheRange) {
  ConvolutionNetwork network(1);
  const torch::Tensor images = random_images(20, 8, 0, 1), labels = alternating_labels(20);
  const double epsilon = 5.0 / 255;
  const Attacked found = pgd(network, images, labels, random_start(images),
                             as_they_are(network, images, labels), {{epsilon, {0.0, 1.0}}, 7, epsilon});
  const double moved =
      (found.images.to(torch::kFloat64) - images.to(torch::kFloat64)).abs().max().item<double>();
  EXPECT_LE(moved, static_cast<double>(static_cast<float>(epsilon)) + std::ldexp(1.0, -25));  // see fgsm_test
  EXPECT_GT(moved, 0.99 * epsilon);
  EXPECT_GE(found.images.min().item<double>(), 0.0);
  EXPECT_LE(found.images.max().item<double>(), 1.0);
}

TEST(Pgd, KeepsTheWorstImageSeenAndItsLoss) {
  ConvolutionNetwork network(2);
  const torch::Tensor images = random_images(20, 8, 0, 255), labels = alternating_labels(20);
  // One step much too long throws the images from one side of the ball to the other, and losses fall again.
  const Attacked clean = as_they_are(network, images, labels);
  const AttackBounds bounds{30.0, {0.0, 255.0}};
  const Attacked found = pgd(network, images, labels, random_start(images), clean, {bounds, 3, 500.0});
  EXPECT_TRUE((found.judged.loss >= clean.judged.loss).all().item<bool>());
  const torch::Tensor start = (images + 30.0 * random_start(images)).clamp(0, 255);
  EXPECT_TRUE((found.judged.loss >= judge(network, start, labels).loss).all().item<bool>());
  const Judged again = judge(network, found.images, labels);
  EXPECT_TRUE(torch::allclose(again.loss, found.judged.loss, 1e-5, 1e-6));
  EXPECT_TRUE(torch::equal(again.predicted, found.judged.predicted));
}

TEST(Pgd, NeverGivesUpWhatIsKnown) {
  ConvolutionNetwork network(2);
  const torch::Tensor images = random_images(6, 8, 0, 255), labels = alternating_labels(6);
  Attacked known = as_they_are(network, images, labels);
  known.judged.loss = known.judged.loss + 1000;
  known.judged.predicted = torch::full({6}, 7, torch::kInt64);
  const Attacked found =
      pgd(network, images, labels, random_start(images), known, {{8.0, {0.0, 255.0}}, 5, 2.0});
  EXPECT_TRUE(torch::equal(found.judged.loss, known.judged.loss));
  EXPECT_TRUE(torch::equal(found.judged.predicted, known.judged.predicted));
  EXPECT_TRUE(torch::equal(found.images, images));
}

}  // namespace
}  // namespace fathom
