#include "learn/pgd.h"

namespace fathom {

namespace {

torch::Tensor nearest_allowed(const torch::Tensor& tried, const torch::Tensor& images,
                              const AttackBounds& bounds) {
  return tried.clamp(images - bounds.epsilon, images + bounds.epsilon)
      .clamp_(bounds.range.low, bounds.range.high);
}

/// A loss that is not a number is no larger than any.
void keep_worse(Attacked& worst, const torch::Tensor& images, const Judged& judged) {
  const torch::Tensor worse = judged.loss > worst.judged.loss;
  worst.judged.loss = torch::where(worse, judged.loss, worst.judged.loss);
  worst.judged.predicted = torch::where(worse, judged.predicted, worst.judged.predicted);
  worst.images = torch::where(worse.view({-1, 1, 1, 1}), images, worst.images);
}

}  // namespace

Attacked pgd(Network& network, const torch::Tensor& images, const torch::Tensor& labels,
             const torch::Tensor& start, const Attacked& known, const PgdOptions& options) {
  const torch::NoGradGuard no_gradient;
  Attacked worst = known;
  torch::Tensor tried = nearest_allowed(images + options.bounds.epsilon * start, images, options.bounds);
  for (std::size_t step = 0; step < options.steps; ++step) {
    const JudgedWithGradient here = judge_with_gradient(network, tried, labels);
    keep_worse(worst, tried, here.judged);
    tried = nearest_allowed(tried + options.step_size * here.gradient.sign(), images, options.bounds);
  }
  keep_worse(worst, tried, judge(network, tried, labels));
  return worst;
}

}  // namespace fathom
