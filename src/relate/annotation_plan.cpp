#include "fathom/relate/annotation_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <utility>

#include "fathom/core/error.h"
#include "relate/laws.h"

namespace fathom {

namespace {

constexpr double kMostSamples = 1e12;
constexpr std::size_t kCurvePoints = 13;

bool is_loss(const PlanQuestion& question) {
  return question.target_loss.has_value();
}

const char* target_option(const PlanQuestion& question) {
  return is_loss(question) ? "--target-loss" : "--target-accuracy";
}

/// In the units of the fit.
double target_of(const PlanQuestion& question) {
  return is_loss(question) ? std::log(*question.target_loss) : *question.target_accuracy;
}

void check_question(const PlanQuestion& question) {
  if (question.target_loss.has_value() == question.target_accuracy.has_value()) {
    throw UsageError("--target-loss", "or --target-accuracy is needed, and not both",
                     "give the one to be reached");
  }
  const auto check = [](const char* option, const std::optional<double>& value, double most,
                        const char* range) {
    if (value && !(*value > 0.0 && *value < most)) {
      throw UsageError(option, fmt::format("{:g} is not {}", *value, range), "give one that is");
    }
  };
  check("--target-loss", question.target_loss, HUGE_VAL, "above 0");
  check("--target-accuracy", question.target_accuracy, 1.0, "between 0 and 1");
  check("--dimension", question.dimension, HUGE_VAL, "above 0");
  check("--label-sharpness", question.label_sharpness, HUGE_VAL, "above 0");
  if (!(question.max_extrapolation >= 1.0)) {
    throw UsageError("--max-extrapolation", fmt::format("{:g} is not 1 or more", question.max_extrapolation),
                     "give the factor beyond the largest training size that is allowed");
  }
}

void refuse(const char* option, const char* reason, const char* remedy) {
  throw UsageError(option, reason, remedy);
}

/// Keeps the cells of the model and the domain in question.
CellList chosen(std::span<const CellResult> cells, const PlanQuestion& question) {
  const auto keep = [](const CellList& all, const char* option, const std::string& wanted,
                       const std::vector<std::string>& there, CellList kept) {
    if (!all.empty() && kept.empty()) {
      throw UsageError(option, "no cell is of " + wanted,
                       fmt::format("choose among {}", fmt::join(there, ", ")));
    }
    return kept;
  };
  CellList list = all_of(cells);
  if (question.model) {
    list = keep(list, "--model", *question.model, models_of(list), of_model(list, *question.model));
  }
  if (question.domain) {
    list = keep(list, "--domain", *question.domain, domains_of(list), of_domain(list, *question.domain));
  }
  if (const std::vector<std::string> models = models_of(list); models.size() > 1) {
    throw UsageError("--model", fmt::format("is needed: the cells are of {}", fmt::join(models, ", ")),
                     "choose one");
  }
  return list;
}

/// The last epoch's accuracy where there is one: the highest of all epochs is chosen by the test images.
Variable accuracy_of(const CellList& cells) {
  const bool last =
      std::ranges::any_of(cells, [](const CellResult* cell) { return cell->test_accuracy.has_value(); });
  if (last) return test_accuracy();
  return {"best_test_accuracy", [](const CellResult& cell) { return cell.best_test_accuracy; }};
}

/// A law whose outcome is a line in log N, for the data set in question.
struct PlanLaw {
  FitLaw law{};
  LawTerms terms;
  /// Row of the design matrix at log N.
  std::function<std::vector<double>(double)> row;
};

PlanLaw study_law(const PlanQuestion& question, const CellList& cells) {
  if (!question.dimension) {
    refuse("--dimension", "is needed", "measure the images there are with fathom measure");
  }
  const double d = *question.dimension;
  if (is_loss(question)) {
    PlanLaw law{
        FitLaw::generalization, generalization_terms(question.label_sharpness.has_value(), false, false), {}};
    const std::optional<double> sharpness = question.label_sharpness;
    law.row = [d, sharpness](double log_n) {
      std::vector<double> row{1.0, -log_n / d};
      if (sharpness) row.push_back(std::log(*sharpness));
      return row;
    };
    return law;
  }
  if (question.label_sharpness) {
    refuse("--label-sharpness", "has no part in the law of accuracy",
           "leave it out, or ask for --target-loss");
  }
  return {FitLaw::accuracy_samples, accuracy_plane_terms(accuracy_of(cells), false), [d](double log_n) {
            return std::vector<double>{1.0, d, log_n};
          }};
}

PlanLaw pilot_law(const PlanQuestion& question, const CellList& cells) {
  if (question.label_sharpness) {
    refuse("--label-sharpness", "has no part in a pilot, which is of one data set", "leave it out");
  }
  PlanLaw law;
  law.law = is_loss(question) ? FitLaw::generalization : FitLaw::accuracy_samples;
  law.terms.response = is_loss(question) ? log_test_loss() : accuracy_of(cells);
  law.terms.name = is_loss(question) ? "log L on log N" : "accuracy on log N";
  law.terms.variables = {log_samples()};
  law.row = [](double log_n) { return std::vector<double>{1.0, log_n}; };
  if (!question.dimension) return law;
  if (!is_loss(question)) {
    refuse("--dimension", "has no part in the accuracy of one data set",
           "leave it out, or ask for --target-loss");
  }
  const double d = *question.dimension;
  law.terms.name = "log L on (log N)/d";
  law.terms.variables = {
      {"negative_log_samples_over_dimension", [d](const CellResult& cell) -> std::optional<double> {
         return -std::log(static_cast<double>(cell.samples)) / d;
       }}};
  law.row = [d](double log_n) { return std::vector<double>{1.0, -log_n / d}; };
  return law;
}

LawFit fitted(const PlanLaw& law, const CellList& cells, const CellSubset& subset, double confidence) {
  Relations relations;
  LawFitter(relations, confidence).add(law.law, law.terms, subset, cells);
  if (relations.fits.empty()) {
    throw InputError("the cells",
                     "do not suffice for " + law.terms.name + ": " + relations.skipped.front().reason,
                     "give cells of more training sizes and data sets");
  }
  return std::move(relations.fits.front());
}

/// The fitted law, and where the target lies on it.
class Inversion {
 public:
  Inversion(const LinearModel& model, const PlanLaw& law, bool new_cluster, double target)
      : model_(model), law_(law), new_cluster_(new_cluster), target_(target) {}

  Prediction at(double log_n) const {
    const std::vector<double> row = law_.row(log_n);
    return new_cluster_ ? predict_new_cluster(model_, row) : predict(model_, row);
  }
  /// Change of the outcome with log N.
  double slope() const { return at(1.0).value - at(0.0).value; }
  double log_samples() const { return std::max(0.0, (target_ - at(0.0).value) / slope()); }

  /// The first log N from `start` towards `end` at which the target has left the prediction interval.
  std::optional<double> leaves(double start, double end) const {
    constexpr int steps = 2000;
    double inside = start;
    for (int i = 1; i <= steps; ++i) {
      const double outside = start + (end - start) * i / steps;
      if (!holds(outside)) return boundary(inside, outside);
      inside = outside;
    }
    return std::nullopt;
  }

 private:
  bool holds(double log_n) const {
    const Interval interval = at(log_n).interval;
    return interval.low <= target_ && target_ <= interval.high;
  }
  double boundary(double inside, double outside) const {
    for (int i = 0; i < 60; ++i) {
      const double middle = 0.5 * (inside + outside);
      (holds(middle) ? inside : outside) = middle;
    }
    return inside;
  }

  const LinearModel& model_;
  const PlanLaw& law_;
  bool new_cluster_;
  double target_;
};

void check_trend(const Inversion& inversion, const PlanQuestion& question) {
  const double slope = inversion.slope();
  if (is_loss(question) ? slope < 0.0 : slope > 0.0) return;
  throw InputError(
      "the cells",
      std::string(is_loss(question) ? "the test loss does not fall" : "the accuracy does not rise") +
          " with the number of training images in them",
      "give cells of more training sizes");
}

/// Values of `variable` over the cells fitted.
void check_range(const char* option, double value, const CellList& cells, const Variable& variable,
                 bool extrapolate) {
  if (extrapolate) return;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const CellResult* cell : cells) {
    low = std::min(low, *variable.value(*cell));
    high = std::max(high, *variable.value(*cell));
  }
  // A measured value that is written to four digits must not fall out of the range that it is the end of.
  constexpr double slack = 1e-3;
  if (value >= low * (1.0 - slack) && value <= high * (1.0 + slack)) return;
  throw UsageError(option, fmt::format("{:g} lies outside the {:g} to {:g} of the cells", value, low, high),
                   "add data sets like it to the study, or accept an extrapolation with --extrapolate");
}

void check_extrapolation(const AnnotationPlan& plan, const PlanQuestion& question) {
  const double largest = static_cast<double>(plan.largest_samples);
  if (question.extrapolate || plan.samples <= question.max_extrapolation * largest) return;
  const double target = is_loss(question) ? *question.target_loss : *question.target_accuracy;
  throw UsageError(
      target_option(question),
      fmt::format("{:g} would take about {:.3g} images, {:.3g} times the largest training size fitted ({})",
                  target, plan.samples, plan.samples / largest, plan.largest_samples),
      "train on more images, or accept an extrapolation with --extrapolate");
}

Prediction in_units(const Prediction& fitted, bool loss) {
  if (!loss) return fitted;
  return {std::exp(fitted.value), {std::exp(fitted.interval.low), std::exp(fitted.interval.high)}};
}

std::vector<PlanPoint> curve_of(const Inversion& inversion, const AnnotationPlan& plan, bool loss) {
  const double low = std::log(static_cast<double>(plan.smallest_samples));
  const double high = std::log(std::max(plan.samples, static_cast<double>(plan.largest_samples)));
  std::vector<PlanPoint> points;
  for (std::size_t i = 0; i < kCurvePoints; ++i) {
    const double log_n = low + (high - low) * static_cast<double>(i) / (kCurvePoints - 1);
    points.push_back({std::exp(log_n), in_units(inversion.at(log_n), loss)});
  }
  return points;
}

AnnotationPlan planned(const CellList& cells, const PlanLaw& law, const PlanQuestion& question, bool pilot) {
  const CellList used = complete(cells, variables_of(law.terms));
  AnnotationPlan plan;
  plan.pilot = pilot;
  plan.fit = fitted(law, used, {question.model, question.domain, std::nullopt}, question.confidence);
  if (!pilot && plan.fit.model.clusters < 2) {
    throw InputError("the cells", "are of one data set, which tells nothing of others",
                     "add data sets, or take it as a pilot of its own with --pilot");
  }
  plan.quantity = is_loss(question) ? "test_loss" : plan.fit.response;
  plan.domains = domains_of(used);
  const std::vector<std::size_t> sizes = samples_of(used);
  plan.smallest_samples = sizes.front();
  plan.largest_samples = sizes.back();
  if (!pilot) {
    check_range("--dimension", *question.dimension, used, dimension(), question.extrapolate);
    if (question.label_sharpness) {
      const Variable sharpness{"label_sharpness",
                               [](const CellResult& cell) { return cell.label_sharpness; }};
      check_range("--label-sharpness", *question.label_sharpness, used, sharpness, question.extrapolate);
    }
  }
  const Inversion inversion(plan.fit.model, law, !pilot, target_of(question));
  check_trend(inversion, question);
  const double log_n = inversion.log_samples();
  plan.samples = std::exp(log_n);
  check_extrapolation(plan, question);
  plan.low = std::exp(inversion.leaves(log_n, 0.0).value_or(0.0));
  if (const std::optional<double> end = inversion.leaves(log_n, std::log(kMostSamples)))
    plan.high = std::exp(*end);
  plan.curve = curve_of(inversion, plan, is_loss(question));
  return plan;
}

}  // namespace

AnnotationPlan plan_from_study(std::span<const CellResult> cells, const PlanQuestion& question) {
  check_question(question);
  const CellList used = chosen(cells, question);
  return planned(used, study_law(question, used), question, false);
}

AnnotationPlan plan_from_pilot(std::span<const CellResult> cells, const PlanQuestion& question) {
  check_question(question);
  const CellList used = chosen(cells, question);
  return planned(used, pilot_law(question, used), question, true);
}

}  // namespace fathom
