#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "fathom/report/relate_report.h"
#include "fathom/report/warnings.h"
#include "report/influence_warnings.h"
#include "report/relate_warning_kinds.h"
#include "report/relate_words.h"

namespace fathom {

namespace {

/// Fits of one network among several, or at one training size, are in the JSON: here they would be too many.
std::vector<const LawFit*> fits_to_warn_of(const Relations& relations) {
  std::vector<const LawFit*> fits;
  for (const LawFit& fit : relations.fits) {
    if (!fit.subset.model && !fit.subset.samples) fits.push_back(&fit);
  }
  return fits;
}

WarningKind of_fits(const Relations& relations, std::vector<std::string> (*warnings)(const LawFit&)) {
  WarningKind out;
  for (const LawFit* fit : fits_to_warn_of(relations)) {
    for (std::string& sentence : warnings(*fit)) out.push_back(std::move(sentence));
  }
  return out;
}

std::string change_without(const LawCorrelation& law, const LeftOutCorrelation& left) {
  const double r = law.correlation.pearson.r;
  if (std::abs(r) < std::sqrt(thresholds::r_squared_worth_remarking)) return "";
  if (left.pearson * r < 0.0) return fmt::format("r changes its sign ({:.2f} to {:.2f})", r, left.pearson);
  if (std::abs(left.pearson) < thresholds::halved * std::abs(r)) {
    return fmt::format("r falls from {:.2f} to {:.2f}", r, left.pearson);
  }
  return "";
}

/// One sentence for each outcome and data set, with the first attack that shows it.
WarningKind of_correlations(const Relations& relations) {
  struct Found {
    std::string first;
    std::size_t more = 0;
  };
  std::map<std::pair<std::string, std::string>, Found> found;
  for (const LawCorrelation& law : relations.correlations) {
    if (law.subset.model) continue;
    for (const LeftOutCorrelation& left : law.influence) {
      const std::string change = change_without(law, left);
      if (change.empty()) continue;
      const std::string over = words_of(law.subset);
      const auto entry = found.try_emplace({law.y, left.left_out});
      if (!entry.second) {
        ++entry.first->second.more;
        continue;
      }
      entry.first->second.first =
          fmt::format("{} with {}{}, {}: the trend rests on one data set: without {} {}", words_of(law.y),
                      words_of(law.x), over.empty() ? "" : " (" + over + ")", words_of(name_of(law.level)),
                      left.left_out, change);
    }
  }
  WarningKind out;
  for (const auto& entry : found) {
    const Found& each = entry.second;
    out.push_back(each.first +
                  (each.more > 0 ? fmt::format(" (and in {} more correlations)", each.more) : ""));
  }
  return out;
}

WarningKind of_few_degrees_of_freedom(const Relations& relations) {
  std::size_t slopes = 0, few = 0;
  double least = thresholds::few_degrees_of_freedom;
  std::string which;
  for (const LawFit* fit : fits_to_warn_of(relations)) {
    for (const Coefficient& term : fit->model.terms) {
      if (!is_slope(term.name) || !term.cluster) continue;
      ++slopes;
      const double freedom = term.cluster->degrees_of_freedom;
      if (freedom < thresholds::few_degrees_of_freedom) ++few;
      if (freedom >= least) continue;
      least = freedom;
      which = words_of(term.name) + " in " + fit->name;
    }
  }
  if (few == 0) return {};
  return {
      fmt::format("the errors by data set of {} of {} slopes have fewer than {:g} degrees of freedom (least: "
                  "{:.1f}, {}): too "
                  "few data sets decide them, and their intervals are wide and uncertain; add data sets",
                  few, slopes, thresholds::few_degrees_of_freedom, least, which)};
}

WarningKind of_one_dataset(const Relations& relations) {
  if (relations.datasets.size() >= 2) return {};
  return {"one data set shows no trend across data sets: add others"};
}

/// One sentence for each law and reason.
WarningKind of_skipped(const Relations& relations) {
  struct Found {
    std::string first;
    std::size_t count = 0;
  };
  std::map<std::pair<std::string, std::string>, Found> found;
  for (const SkippedLaw& skipped : relations.skipped) {
    Found& each = found[{skipped.law, skipped.reason}];
    const std::string over = words_of(skipped.subset);
    if (each.count++ == 0) each.first = words_of(skipped.name) + (over.empty() ? "" : " (" + over + ")");
  }
  WarningKind out;
  for (const auto& entry : found) {
    const Found& each = entry.second;
    out.push_back(fmt::format("{} law: {}{} not fitted: {}", words_of(entry.first.first), each.first,
                              each.count > 1 ? fmt::format(" and {} more", each.count - 1) : "",
                              entry.first.second));
  }
  return out;
}

WarningKind of_input(const RelateRecord& record) {
  WarningKind out;
  if (const std::size_t zero = record.relations.zero_losses; zero > 0) {
    out.push_back(
        fmt::format("a test loss of 0 has no logarithm: {} left out of the laws of loss, which biases them; "
                    "test on more images",
                    zero == 1 ? "1 cell is" : fmt::format("{} cells are", zero)));
  }
  if (!record.unused_columns.empty()) {
    out.push_back(fmt::format("columns that no law uses: {}; fathom relate --help names those that it reads",
                              fmt::join(record.unused_columns, ", ")));
  }
  if (record.repeated > 0) {
    out.push_back(
        fmt::format("{} equal to an earlier one in data set, classes, model, samples and seed: leave copies "
                    "out, or give them seeds of their own",
                    record.repeated == 1 ? "1 cell is" : fmt::format("{} cells are", record.repeated)));
  }
  return out;
}

}  // namespace

std::vector<WarningKind> relate_warning_kinds(const RelateRecord& record) {
  const Relations& relations = record.relations;
  return {of_fits(relations, influence_warnings),
          of_fits(relations, indispensable_warnings),
          of_correlations(relations),
          of_one_dataset(relations),
          of_few_degrees_of_freedom(relations),
          of_skipped(relations),
          of_input(record)};
}

std::vector<std::string> relate_warnings(const RelateRecord& record) {
  return all_of(relate_warning_kinds(record));
}

}  // namespace fathom
