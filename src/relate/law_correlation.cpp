#include "relate/law_correlation.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace fathom {

namespace {

std::set<std::string> datasets_of(const std::vector<Observation>& observations) {
  std::set<std::string> names;
  for (const Observation& each : observations) names.insert(each.dataset);
  return names;
}

std::optional<Correlation> correlation_of(const std::vector<Observation>& observations,
                                          const BootstrapOptions& options, Progress& progress) {
  const std::set<std::string> names = datasets_of(observations);
  std::vector<double> x, y;
  std::vector<std::size_t> cluster;
  for (const Observation& each : observations) {
    x.push_back(each.x);
    y.push_back(each.y);
    cluster.push_back(static_cast<std::size_t>(std::distance(names.begin(), names.find(each.dataset))));
  }
  return correlate(x, y, cluster, options, progress);
}

}  // namespace

std::vector<Observation> dataset_means(const std::vector<Observation>& observations) {
  struct Sum {
    double n = 0.0, x = 0.0, y = 0.0;
  };
  std::map<std::string, Sum> sums;
  for (const Observation& each : observations) {
    Sum& sum = sums[each.dataset];
    sum.n += 1.0;
    sum.x += each.x;
    sum.y += each.y;
  }
  std::vector<Observation> means;
  for (const auto& entry : sums) {
    means.push_back({entry.first, entry.second.x / entry.second.n, entry.second.y / entry.second.n});
  }
  return means;
}

LawCorrelator::LawCorrelator(Relations& relations, const RelateOptions& options, Progress& progress)
    : relations_(relations),
      options_{options.resamples, options.seed, options.threads, options.confidence},
      progress_(progress) {}

void LawCorrelator::add(CorrelationLaw law, const std::string& x, const std::string& y,
                        const CorrelationSubset& subset, const std::vector<Observation>& observations) {
  LawCorrelation correlation;
  correlation.law = law;
  correlation.x = x;
  correlation.y = y;
  correlation.subset = subset;
  correlation.level = CorrelationLevel::cells;
  add_level(correlation, observations);
  const std::vector<Observation> means = dataset_means(observations);
  if (means.size() == observations.size()) return;
  correlation.level = CorrelationLevel::dataset_means;
  add_level(std::move(correlation), means);
}

void LawCorrelator::add_level(LawCorrelation correlation, const std::vector<Observation>& observations) {
  const std::optional<Correlation> whole = correlation_of(observations, options_, progress_);
  if (!whole) {
    SkippedLaw skipped;
    skipped.law = name_of(correlation.law);
    skipped.name = correlation.y + " with " + correlation.x;
    skipped.subset.model = correlation.subset.model;
    skipped.reason =
        observations.size() < 3 ? "fewer than 3 points" : "a variable is the same in all of them";
    relations_.skipped.push_back(std::move(skipped));
    return;
  }
  correlation.correlation = *whole;
  BootstrapOptions without = options_;
  without.resamples = 0;
  const std::set<std::string> names = datasets_of(observations);
  correlation.datasets = names.size();
  for (const std::string& name : names) {
    std::vector<Observation> rest = observations;
    std::erase_if(rest, [&](const Observation& each) { return each.dataset == name; });
    if (const std::optional<Correlation> left = correlation_of(rest, without, progress_)) {
      correlation.influence.push_back({name, left->pearson.r, left->slope});
    } else {
      correlation.indispensable.push_back(name);
    }
  }
  relations_.correlations.push_back(std::move(correlation));
}

}  // namespace fathom
