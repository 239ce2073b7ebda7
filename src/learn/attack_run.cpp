#include "learn/attack_run.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fathom/core/error.h"
#include "learn/attack_bounds.h"
#include "learn/fgsm.h"
#include "learn/judge.h"
#include "learn/sample_losses.h"

namespace fathom {

namespace {

/// A step of PGD where none is given crosses the ball in 0.8 of the steps, however far off it started.
constexpr double kReachOfSteps = 2.5;

double step_in_grey_levels(const AttackOptions& options, double epsilon) {
  return options.step_size.value_or(kReachOfSteps * epsilon / static_cast<double>(options.steps));
}

template <class T, class Stored>
void append(const torch::Tensor& values, std::vector<Stored>& into) {
  const torch::Tensor here = values.to(torch::kCPU).contiguous();
  const T* const first = here.data_ptr<T>();
  for (std::int64_t i = 0; i < here.numel(); ++i) into.push_back(static_cast<Stored>(first[i]));
}

}  // namespace

AttackRun::AttackRun(Network& network, const PixelRange& range, AttackOptions options)
    : network_(network),
      frozen_(network),
      range_(range),
      options_(std::move(options)),
      generator_(at::detail::createCPUGenerator(options_.seed)),
      attacked_(options_.methods.size() * options_.epsilons.size()) {
  check_attack_options(options_);
  FATHOM_CHECK(!network.is_training());
}

bool AttackRun::wanted(AttackMethod method) const {
  return std::ranges::find(options_.methods, method) != options_.methods.end();
}

void AttackRun::gather(const Judged& judged, Gathered& into) {
  append<float>(judged.loss, into.losses);
  append<std::int64_t>(judged.predicted, into.predicted);
}

void AttackRun::add(const torch::Tensor& images, const torch::Tensor& labels) {
  FATHOM_CHECK(!network_.is_training());
  append<std::int64_t>(labels, labels_);
  Attacked clean{images, {}};
  torch::Tensor gradient;
  if (wanted(AttackMethod::fgsm)) {
    JudgedWithGradient both = judge_with_gradient(network_, images, labels);
    clean.judged = std::move(both.judged);
    gradient = std::move(both.gradient);
  } else {
    clean.judged = judge(network_, images, labels);
  }
  gather(clean.judged, clean_);
  for (std::size_t m = 0; m < options_.methods.size(); ++m) {
    const std::size_t into = m * options_.epsilons.size();
    if (options_.methods[m] == AttackMethod::fgsm) {
      attack_by_fgsm(clean, gradient, labels, into);
    } else {
      attack_by_pgd(clean, labels, into);
    }
  }
}

void AttackRun::attack_by_fgsm(const Attacked& clean, const torch::Tensor& gradient,
                               const torch::Tensor& labels, std::size_t into) {
  for (const double epsilon : options_.epsilons) {
    const AttackBounds bounds{in_stored_units(epsilon, range_), range_};
    // An image that did not change is not judged again: another pass could round otherwise.
    const Judged judged =
        epsilon == 0.0 ? clean.judged : judge(network_, fgsm(clean.images, gradient, bounds), labels);
    gather(judged, attacked_[into++]);
  }
}

void AttackRun::attack_by_pgd(const Attacked& clean, const torch::Tensor& labels, std::size_t into) {
  const torch::Tensor start = torch::rand(clean.images.sizes(), generator_, torch::kFloat32)
                                  .mul_(2.0)
                                  .sub_(1.0)
                                  .to(clean.images.device());
  Attacked worst = clean;
  for (const double epsilon : options_.epsilons) {
    if (epsilon > 0.0) {
      const PgdOptions pgd_options{{in_stored_units(epsilon, range_), range_},
                                   options_.steps,
                                   in_stored_units(step_in_grey_levels(options_, epsilon), range_)};
      worst = pgd(network_, clean.images, labels, start, worst, pgd_options);
    }
    gather(worst.judged, attacked_[into++]);
  }
}

AttackEvaluation AttackRun::outcome(AttackMethod method, double epsilon, const Gathered& gathered) const {
  AttackEvaluation outcome;
  outcome.method = method;
  outcome.epsilon = epsilon;
  outcome.epsilon_stored = in_stored_units(epsilon, range_);
  if (method == AttackMethod::pgd) outcome.step_size = step_in_grey_levels(options_, epsilon);
  outcome.attacked = summarised(gathered.losses, gathered.predicted, labels_);
  std::vector<double> penalties;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    penalties.push_back(static_cast<double>(gathered.losses[i]) - clean_.losses[i]);
  }
  const MeanWithError penalty = mean_with_error(penalties);
  outcome.loss_penalty = penalty.mean;
  outcome.loss_penalty_std_error = penalty.std_error;
  return outcome;
}

AttackResult AttackRun::finish(const std::string& network) const {
  const auto undefined =
      std::ranges::count_if(clean_.losses, [](float loss) { return !std::isfinite(loss); });
  if (undefined > 0) {
    throw InputError(network,
                     "has no finite loss at " + std::to_string(undefined) + " of " +
                         std::to_string(labels_.size()) + " images, which no attack can raise",
                     "train the network again, or use an earlier checkpoint");
  }
  AttackResult result;
  result.range = range_;
  result.clean = summarised(clean_.losses, clean_.predicted, labels_);
  std::size_t from = 0;
  for (const AttackMethod method : options_.methods) {
    for (const double epsilon : options_.epsilons) {
      result.outcomes.push_back(outcome(method, epsilon, attacked_[from++]));
    }
  }
  return result;
}

}  // namespace fathom
