#include "learn/sample_losses.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fathom {
namespace {

TEST(SampleLosses, MeanAndItsError) {
  const std::vector<double> values{1, 2, 3, 6};
  const MeanWithError found = mean_with_error(values);
  EXPECT_DOUBLE_EQ(found.mean, 3.0);
  EXPECT_DOUBLE_EQ(found.std_error, std::sqrt((4.0 + 1.0 + 0.0 + 9.0) / 3.0 / 4.0));
  EXPECT_TRUE(std::isnan(mean_with_error(std::vector<double>{1}).std_error));
}

TEST(SampleLosses, TheMeanOfBatchMeansCountsAShortLastBatchLikeAnyOther) {
  const std::vector<float> losses{1, 2, 3, 4, 10};
  EXPECT_DOUBLE_EQ(mean_of_batch_means(losses, 2), (1.5 + 3.5 + 10.0) / 3.0);
  EXPECT_DOUBLE_EQ(mean_of_batch_means(losses, 5), 4.0);
  EXPECT_DOUBLE_EQ(mean_of_batch_means(losses, 256), 4.0);
}

TEST(SampleLosses, ThePublishedMeanIsOfBatchesOf256) {
  std::vector<float> losses(257, 1.0F);
  losses.back() = 3.0F;
  const std::vector<std::int32_t> outputs(257, 0);
  const SampleLosses all = summarised(losses, outputs, outputs);
  EXPECT_DOUBLE_EQ(all.published_loss, 2.0);
  EXPECT_DOUBLE_EQ(all.loss, 259.0 / 257.0);
}

// scipy.stats.binomtest(5, 10).proportion_ci(): 0.18708602844739855, 0.8129139715526015;
// of 0 in 10 the upper bound is 1 - 0.025^(1/10).
TEST(SampleLosses, TheIntervalOfTheAccuracyIsExact) {
  const std::vector<float> losses(10, 0.0F);
  const std::vector<std::int32_t> labels(10, 1);
  std::vector<std::int32_t> predicted(10, 1);
  std::fill_n(predicted.begin(), 5, 0);
  const SampleLosses half = summarised(losses, predicted, labels);
  EXPECT_DOUBLE_EQ(half.accuracy, 0.5);
  EXPECT_NEAR(half.accuracy_low, 0.18708602844739855, 1e-9);
  EXPECT_NEAR(half.accuracy_high, 0.8129139715526015, 1e-9);
  const SampleLosses none = summarised(losses, std::vector<std::int32_t>(10, 0), labels);
  EXPECT_DOUBLE_EQ(none.accuracy_low, 0.0);
  EXPECT_NEAR(none.accuracy_high, 1.0 - std::pow(0.025, 0.1), 1e-9);
  const SampleLosses every = summarised(losses, labels, labels);
  EXPECT_DOUBLE_EQ(every.accuracy_high, 1.0);
}

}  // namespace
}  // namespace fathom
