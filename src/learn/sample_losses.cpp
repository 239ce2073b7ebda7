#include "learn/sample_losses.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::size_t kPublishedBatch = 256;  // adversarial attacks of the published code
constexpr double kTail = 0.025;               // on either side of a 95 % interval

}  // namespace

MeanWithError mean_with_error(std::span<const double> values) {
  FATHOM_CHECK(!values.empty());
  const auto count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  if (values.size() == 1) return {mean, std::numeric_limits<double>::quiet_NaN()};
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count - 1.0) / count)};
}

double mean_of_batch_means(std::span<const float> values, std::size_t batch) {
  double sum = 0.0;
  std::size_t batches = 0;
  for (std::size_t start = 0; start < values.size(); start += batch, ++batches) {
    const std::span<const float> part = values.subspan(start, std::min(batch, values.size() - start));
    sum += mean_with_error(std::vector<double>(part.begin(), part.end())).mean;
  }
  return sum / static_cast<double>(batches);
}

SampleLosses summarised(std::vector<float> losses, std::vector<std::int32_t> predicted,
                        std::span<const std::int32_t> labels) {
  FATHOM_CHECK(losses.size() == labels.size() && predicted.size() == labels.size());
  using Binomial = boost::math::binomial_distribution<double>;
  SampleLosses all;
  const MeanWithError loss = mean_with_error(std::vector<double>(losses.begin(), losses.end()));
  all.loss = loss.mean;
  all.loss_std_error = loss.std_error;
  all.published_loss = mean_of_batch_means(losses, kPublishedBatch);
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += predicted[i] == labels[i] ? 1 : 0;
  const auto images = static_cast<double>(labels.size()), hits = static_cast<double>(right);
  all.accuracy = hits / images;
  all.accuracy_low = Binomial::find_lower_bound_on_p(images, hits, kTail);
  all.accuracy_high = Binomial::find_upper_bound_on_p(images, hits, kTail);
  all.losses = std::move(losses);
  all.predicted = std::move(predicted);
  return all;
}

}  // namespace fathom
