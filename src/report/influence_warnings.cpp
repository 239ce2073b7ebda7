#include "report/influence_warnings.h"

#include <fmt/format.h>

#include "fathom/report/warnings.h"
#include "report/relate_words.h"

namespace fathom {

namespace {

bool is_distinct_from_zero(const Coefficient& term) {
  return term.classical.interval.low > 0.0 || term.classical.interval.high < 0.0;
}

/// What leaving one data set out does to a fit, in words; empty where it does little.
std::string change_without(const LawFit& fit, const LeftOutFit& left) {
  std::vector<std::string> changes;
  if (fit.model.r_squared >= thresholds::r_squared_worth_remarking &&
      left.r_squared < thresholds::halved * fit.model.r_squared) {
    changes.push_back(fmt::format("R^2 falls from {:.2f} to {:.2f}", fit.model.r_squared, left.r_squared));
  }
  for (const Coefficient& term : fit.model.terms) {
    if (!is_slope(term.name) || !is_distinct_from_zero(term)) continue;
    for (const TermEstimate& other : left.terms) {
      if (other.name != term.name || other.estimate * term.estimate >= 0.0) continue;
      changes.push_back(fmt::format("the coefficient of {} changes its sign ({:.3g} to {:.3g})",
                                    words_of(term.name), term.estimate, other.estimate));
    }
  }
  return fmt::format("{}", fmt::join(changes, ", and "));
}

std::string named(const LawFit& fit) {
  const std::string over = words_of(fit.subset);
  return words_of(name_of(fit.law)) + " law, " + fit.name + (over.empty() ? "" : " (" + over + ")");
}

}  // namespace

bool is_slope(const std::string& term) {
  return term != "intercept" && term.find('[') == std::string::npos;
}

std::vector<std::string> influence_warnings(const LawFit& fit) {
  std::vector<std::string> out;
  for (const LeftOutFit& left : fit.influence) {
    const std::string change = change_without(fit, left);
    if (change.empty()) continue;
    out.push_back(
        fmt::format("{}: the trend rests on one data set: without {} {}", named(fit), left.left_out, change));
  }
  return out;
}

std::vector<std::string> indispensable_warnings(const LawFit& fit) {
  if (fit.indispensable.empty() || fit.datasets < 2) return {};
  return {fmt::format("{}: cannot be fitted without {}: add data sets", named(fit),
                      fmt::join(fit.indispensable, ", or without "))};
}

}  // namespace fathom
