#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "fathom/report/relate_report.h"
#include "report/csv_parts.h"

namespace fathom {

namespace {

constexpr std::array<const char*, 33> kColumns{"kind",
                                               "law",
                                               "name",
                                               "response",
                                               "model",
                                               "domain",
                                               "samples",
                                               "method",
                                               "epsilon",
                                               "level",
                                               "term",
                                               "n",
                                               "datasets",
                                               "estimate",
                                               "std_error",
                                               "low",
                                               "high",
                                               "robust_std_error",
                                               "robust_low",
                                               "robust_high",
                                               "robust_degrees_of_freedom",
                                               "cluster_std_error",
                                               "cluster_low",
                                               "cluster_high",
                                               "cluster_degrees_of_freedom",
                                               "jackknife_std_error",
                                               "jackknife_low",
                                               "jackknife_high",
                                               "bootstrap_low",
                                               "bootstrap_high",
                                               "r_squared",
                                               "aic",
                                               "p_value"};

/// One line, by the names of its columns; those not named are empty.
class Line {
 public:
  void put(const std::string& column, const std::string& value) { fields_[place(column)] = quoted(value); }
  void put(const std::string& column, double value) {
    if (std::isfinite(value)) fields_[place(column)] = fmt::format("{}", value);
  }
  void put(const std::string& column, std::size_t value) {
    fields_[place(column)] = fmt::format("{}", value);
  }
  template <class Value>
  void put(const std::string& column, const std::optional<Value>& value) {
    if (value) put(column, *value);
  }
  void put_ends(const std::string& prefix, const Interval& interval) {
    put(prefix + "low", interval.low);
    put(prefix + "high", interval.high);
  }
  void put_errors(const std::string& prefix, const std::optional<Uncertainty>& uncertainty) {
    if (!uncertainty) return;
    put(prefix + "std_error", uncertainty->std_error);
    put_ends(prefix, uncertainty->interval);
  }
  void put_errors(const std::string& prefix, const std::optional<AdjustedUncertainty>& uncertainty) {
    if (!uncertainty) return;
    put(prefix + "std_error", uncertainty->std_error);
    put_ends(prefix, uncertainty->interval);
    put(prefix + "degrees_of_freedom", uncertainty->degrees_of_freedom);
  }
  std::string text() const { return fmt::format("{}\n", fmt::join(fields_, ",")); }

 private:
  static std::size_t place(const std::string& column) {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      if (kColumns[i] == column) return i;
    }
    throw InternalError("no column " + column);
  }
  std::array<std::string, kColumns.size()> fields_;
};

void put_subset(Line& line, const CellSubset& subset) {
  line.put("model", subset.model);
  line.put("domain", subset.domain);
  line.put("samples", subset.samples);
}

std::string lines_of(const LawFit& fit) {
  std::string text;
  for (const Coefficient& term : fit.model.terms) {
    Line line;
    line.put("kind", std::string("fit"));
    line.put("law", std::string(name_of(fit.law)));
    line.put("name", fit.name);
    line.put("response", fit.response);
    put_subset(line, fit.subset);
    line.put("term", term.name);
    line.put("n", fit.model.n);
    line.put("datasets", fit.datasets);
    line.put("estimate", term.estimate);
    line.put_errors("", std::optional(term.classical));
    line.put_errors("robust_", term.robust);
    line.put_errors("cluster_", term.cluster);
    line.put_errors("jackknife_", term.jackknife);
    line.put("r_squared", fit.model.r_squared);
    line.put("aic", fit.model.aic);
    text += line.text();
  }
  return text;
}

/// The estimate is the likelihood ratio, and the AIC the full fit's less the reduced one's.
std::string line_of(const LawComparison& comparison) {
  Line line;
  line.put("kind", std::string("comparison"));
  line.put("law", std::string(name_of(comparison.law)));
  line.put("name", comparison.name);
  put_subset(line, comparison.subset);
  line.put("term", std::string("likelihood_ratio"));
  line.put("n", comparison.n);
  line.put("estimate", comparison.test.likelihood_ratio);
  line.put("aic", comparison.test.delta_aic);
  line.put("p_value", comparison.test.p_value);
  return line.text();
}

Line correlation_line(const LawCorrelation& law, const std::string& term, double estimate) {
  Line line;
  line.put("kind", std::string("correlation"));
  line.put("law", std::string(name_of(law.law)));
  line.put("name", law.y + " with " + law.x);
  line.put("response", law.y);
  line.put("model", law.subset.model);
  line.put("method", law.subset.method);
  line.put("epsilon", law.subset.epsilon);
  line.put("level", std::string(name_of(law.level)));
  line.put("n", law.correlation.n);
  line.put("datasets", law.datasets);
  line.put("term", term);
  line.put("estimate", estimate);
  return line;
}

std::string line_of(const LawCorrelation& law, const std::string& term,
                    const CorrelationCoefficient& coefficient) {
  Line line = correlation_line(law, term, coefficient.r);
  line.put_ends("", coefficient.interval);
  if (coefficient.bootstrap_interval) line.put_ends("bootstrap_", *coefficient.bootstrap_interval);
  line.put("p_value", coefficient.p_value);
  return line.text();
}

std::string lines_of(const LawCorrelation& law) {
  return line_of(law, "pearson", law.correlation.pearson) +
         line_of(law, "spearman", law.correlation.spearman) +
         correlation_line(law, "slope", law.correlation.slope).text() +
         correlation_line(law, "intercept", law.correlation.intercept).text();
}

std::string line_of(const ShareBelow& share) {
  Line line;
  line.put("kind", std::string("share"));
  line.put("name", share.name);
  line.put("model", share.model);
  line.put("n", share.n);
  line.put("estimate", share.share);
  line.put_ends("", share.interval);
  return line.text();
}

}  // namespace

std::string relate_csv(const RelateRecord& record) {
  std::string text = fmt::format("{}\n", fmt::join(kColumns, ","));
  for (const LawFit& fit : record.relations.fits) text += lines_of(fit);
  for (const LawComparison& comparison : record.relations.comparisons) text += line_of(comparison);
  for (const LawCorrelation& correlation : record.relations.correlations) text += lines_of(correlation);
  for (const ShareBelow& share : record.relations.shares) text += line_of(share);
  return text;
}

}  // namespace fathom
