#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fathom/report/printable.h"
#include "fathom/report/relate_report.h"
#include "report/relate_warning_kinds.h"
#include "report/relate_words.h"
#include "report/table_parts.h"

namespace fathom {

namespace {

std::string ends(const Interval& interval) {
  if (!std::isfinite(interval.low)) return "-";
  return fmt::format("[{:.3g}, {:.3g}]", interval.low, interval.high);
}

std::string ends(const std::optional<AdjustedUncertainty>& uncertainty) {
  return uncertainty ? ends(uncertainty->interval) : "-";
}

std::string freedom(const std::optional<AdjustedUncertainty>& uncertainty) {
  return uncertainty ? fmt::format("{:.1f}", uncertainty->degrees_of_freedom) : "-";
}

std::string fixed(double value) {
  return std::isfinite(value) ? fmt::format("{:.3f}", value) : "-";
}

std::string over(const std::string& subset) {
  return subset.empty() ? "all" : printable(subset);
}

/// A line through one point a data set, at one training size: one row, not a block.
bool is_line(const LawFit& fit) {
  return fit.law == FitLaw::accuracy;
}

bool is_shown(const LawFit& fit) {
  return !fit.subset.model && !(fit.law == FitLaw::domain_slopes && fit.subset.samples);
}

void add_block(std::vector<Cells>& rows, const LawFit& fit, bool several) {
  const LinearModel& model = fit.model;
  rows.push_back({fit.name, over(words_of(fit.subset)), fmt::format("{}", model.n),
                  fmt::format("{}", fit.datasets), fixed(model.r_squared), fmt::format("{:.1f}", model.aic),
                  "", "", "", ""});
  for (const Coefficient& term : model.terms) {
    // Levels of networks are there so that slopes are within networks; they are no result.
    if (several && term.name.starts_with("model[")) continue;
    rows.push_back({"  " + printable(words_of(term.name)), "", "", "", "", "",
                    fmt::format("{:.4g}", term.estimate), ends(term.cluster), freedom(term.cluster),
                    ends(term.classical.interval)});
  }
}

std::string blocks(const Relations& relations) {
  std::vector<Cells> rows{{"fit and its terms", "over", "n", "data sets", "R^2", "AIC", "estimate",
                           "95 % by data set", "df", "95 % classical"}};
  for (const LawFit& fit : relations.fits) {
    if (is_shown(fit) && !is_line(fit)) add_block(rows, fit, relations.models.size() > 1);
  }
  return rows.size() > 1 ? aligned(rows) + "\n" : "";
}

std::string lines(const Relations& relations) {
  std::vector<Cells> rows{{"accuracy on d", "n", "intercept", "slope", "95 % by data set", "df", "R^2"}};
  for (const LawFit& fit : relations.fits) {
    if (!is_shown(fit) || !is_line(fit)) continue;
    const Coefficient& slope = fit.model.terms[1];
    rows.push_back({over(words_of(fit.subset)), fmt::format("{}", fit.model.n),
                    fmt::format("{:.4f}", fit.model.estimate("intercept")),
                    fmt::format("{:.5f}", slope.estimate), ends(slope.cluster), freedom(slope.cluster),
                    fixed(fit.model.r_squared)});
  }
  return rows.size() > 1 ? aligned(rows) + "\n" : "";
}

std::string comparisons(const Relations& relations) {
  std::vector<Cells> rows{{"nested fits", "over", "n", "likelihood ratio", "p", "AIC", "BIC"}};
  for (const LawComparison& each : relations.comparisons) {
    if (each.subset.model || each.subset.samples) continue;
    rows.push_back({each.name, over(words_of(each.subset)), fmt::format("{}", each.n),
                    fmt::format("{:.2f}", each.test.likelihood_ratio),
                    fmt::format("{:.2g}", each.test.p_value), fmt::format("{:+.1f}", each.test.delta_aic),
                    fmt::format("{:+.1f}", each.test.delta_bic)});
  }
  return rows.size() > 1 ? aligned(rows) + "\n" : "";
}

std::string correlations(const Relations& relations) {
  std::vector<Cells> rows{
      {"correlation", "over", "of", "n", "r", "95 %", "95 % by data set", "p", "rank r", "slope"}};
  for (const LawCorrelation& each : relations.correlations) {
    if (each.subset.model) continue;
    const Correlation& found = each.correlation;
    const std::optional<Interval>& bootstrap = found.pearson.bootstrap_interval;
    rows.push_back({words_of(each.y) + " with " + words_of(each.x), over(words_of(each.subset)),
                    words_of(name_of(each.level)), fmt::format("{}", found.n),
                    fmt::format("{:.3f}", found.pearson.r), ends(found.pearson.interval),
                    bootstrap ? ends(*bootstrap) : "-", fmt::format("{:.2g}", found.pearson.p_value),
                    fmt::format("{:.3f}", found.spearman.r), fmt::format("{:.4g}", found.slope)});
  }
  return rows.size() > 1 ? aligned(rows) + "\n" : "";
}

std::string shares(const Relations& relations) {
  std::string text;
  for (const ShareBelow& share : relations.shares) {
    text += fmt::format("{}{}: {} of {} cells ({:.0f} %, 95 % {:.0f} to {:.0f} %)\n", share.name,
                        share.model ? " (" + printable(*share.model) + ")" : "", share.below, share.n,
                        100 * share.share, 100 * share.interval.low, 100 * share.interval.high);
  }
  return text;
}

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string heading(const RelateRecord& record) {
  const Relations& relations = record.relations;
  if (record.reference)
    return "values published in the papers, each law on the points that its paper draws\n\n";
  return fmt::format("{}: {}, {}, {}\n\n", counted(relations.cells, "cell"),
                     counted(relations.datasets.size(), "data set"),
                     counted(relations.models.size(), "model"), counted(relations.domains.size(), "domain"));
}

}  // namespace

std::string relate_table(const RelateRecord& record) {
  const Relations& relations = record.relations;
  std::string text = heading(record) + blocks(relations) + lines(relations) + comparisons(relations) +
                     correlations(relations) + shares(relations);
  const bool by_model =
      std::ranges::any_of(relations.fits, [](const LawFit& fit) { return fit.subset.model.has_value(); });
  if (by_model) text += "each model on its own: --json, --csv\n";
  return text + warning_lines(relate_warning_kinds(record));
}

}  // namespace fathom
