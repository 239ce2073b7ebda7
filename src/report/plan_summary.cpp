#include <fmt/format.h>

#include <cmath>

#include "fathom/report/plan_report.h"
#include "fathom/report/printable.h"
#include "fathom/report/warnings.h"
#include "report/influence_warnings.h"
#include "report/relate_words.h"
#include "report/table_parts.h"
#include "report/warning_lines.h"

namespace fathom {

namespace {

/// Annotations are counted up: one image fewer may miss the target.
std::string images(double samples) {
  return fmt::format("{:.0f}", std::ceil(samples - 1e-6));
}

std::string answer(const PlanRecord& record) {
  const AnnotationPlan& plan = record.plan;
  const double target =
      record.question.target_loss ? *record.question.target_loss : *record.question.target_accuracy;
  return fmt::format("training images for a {} of {:g}: {} ({:.0f} % prediction interval: {} to {})\n",
                     words_of(plan.quantity), target, images(plan.samples), 100 * record.question.confidence,
                     images(plan.low), plan.high ? images(*plan.high) : "no end");
}

std::string fit_line(const AnnotationPlan& plan) {
  const LawFit& fit = plan.fit;
  const std::string datasets = plan.pilot ? "" : fmt::format(" of {} data sets", fit.datasets);
  std::string terms;
  for (const Coefficient& term : fit.model.terms) {
    terms += fmt::format("{}{} {:.4g}", terms.empty() ? "" : ", ", words_of(term.name), term.estimate);
  }
  return fmt::format("fit: {}, {} cells{}, N = {} to {}, R^2 = {:.3f}: {}\n", fit.name, fit.model.n, datasets,
                     plan.smallest_samples, plan.largest_samples, fit.model.r_squared, terms);
}

std::string curve(const AnnotationPlan& plan) {
  std::vector<Cells> rows{{"training images", words_of(plan.quantity), "95 %"}};
  for (const PlanPoint& point : plan.curve) {
    rows.push_back(
        {images(point.samples), fmt::format("{:.4g}", point.outcome.value),
         fmt::format("[{:.3g}, {:.3g}]", point.outcome.interval.low, point.outcome.interval.high)});
  }
  return aligned(rows);
}

WarningKind of_the_answer(const PlanRecord& record) {
  const AnnotationPlan& plan = record.plan;
  WarningKind out;
  const double beyond = plan.samples / static_cast<double>(plan.largest_samples);
  if (beyond > 1.0 + 1e-9) {
    out.push_back(
        fmt::format("{} is {:.3g} times the largest training size fitted: the law has no floor, and so "
                    "errs towards too few images",
                    images(plan.samples), beyond));
  }
  if (plan.samples < static_cast<double>(plan.smallest_samples) * (1.0 - 1e-9)) {
    out.push_back(
        fmt::format("{} is below the smallest training size fitted ({}): train on fewer images to see it",
                    images(plan.samples), plan.smallest_samples));
  }
  if (!plan.high)
    out.push_back("the interval has no upper end: these cells cannot promise the target at any number");
  if (!plan.pilot && plan.fit.datasets < thresholds::few_datasets_to_predict) {
    out.push_back(fmt::format("{} data sets tell little of another; a pilot of its own (--pilot) tells more",
                              plan.fit.datasets));
  }
  if (!plan.pilot && plan.domains.size() > 1) {
    out.push_back(fmt::format("one law for the domains {}: choose the one in question with --domain",
                              fmt::join(plan.domains, ", ")));
  }
  if (plan.quantity == "best_test_accuracy") {
    out.push_back("best_test_accuracy is the highest of all epochs, chosen by the test images: too good");
  }
  return out;
}

std::vector<WarningKind> plan_warning_kinds(const PlanRecord& record) {
  return {influence_warnings(record.plan.fit), indispensable_warnings(record.plan.fit),
          of_the_answer(record)};
}

}  // namespace

std::string plan_summary(const PlanRecord& record) {
  std::string text = answer(record) + fit_line(record.plan) + "\n" + curve(record.plan);
  const std::string warnings = warning_lines(plan_warning_kinds(record));
  return text + (warnings.empty() ? "" : "\n") + warnings;
}

std::vector<std::string> plan_warnings(const PlanRecord& record) {
  return all_of(plan_warning_kinds(record));
}

}  // namespace fathom
