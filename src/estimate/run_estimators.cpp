#include <algorithm>
#include <iterator>

#include "estimate/halved_estimates.h"
#include "fathom/core/random.h"
#include "fathom/estimate/calibration.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/split_halves.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

namespace {

constexpr std::uint64_t kOrderStream = 0x65737473;  // apart from every other use of the seed
std::string too_few(std::size_t needed, std::size_t points) {
  return "needs at least " + std::to_string(needed) + " distinct points, and there are " +
         std::to_string(points);
}

/// What halves are taken for, together; and then one estimator after the other.
class Run {
 public:
  Run(std::span<const Estimator* const> chosen, const Sample& sample, const EstimatorSettings& settings,
      Progress& progress)
      : sample_(sample), settings_(settings), progress_(progress) {
    std::vector<StatisticEstimates> planned;
    for (const Estimator* estimator : chosen) {
      if (!estimator->from_distances) continue;
      for (StatisticEstimates& one : estimator->from_distances(settings, sample.neighbors.k())) {
        planned.push_back(std::move(one));
        owner_.push_back(estimator);
      }
    }
    estimates_ = halved_estimates(planned, sample, settings, progress);
  }

  EstimateResult result(const Estimator& estimator) const {
    const std::size_t needed = estimator.neighbors(settings_);
    if (sample_.points() <= needed) return Refusal{too_few(needed + 1, sample_.points())};
    EstimateResult result = estimator.from_sample ? estimator.from_sample(sample_, settings_, progress_)
                                                  : EstimateResult(from_distances(estimator));
    const auto* estimates = std::get_if<std::vector<DimensionEstimate>>(&result);
    if (estimates == nullptr || !estimates->empty()) return result;
    return Refusal{"finds no point with " + std::to_string(needed) + " neighbours at unequal distances"};
  }

 private:
  std::vector<DimensionEstimate> from_distances(const Estimator& estimator) const {
    std::vector<DimensionEstimate> all;
    for (std::size_t p = 0; p < owner_.size(); ++p) {
      if (owner_[p] == &estimator) std::ranges::copy(estimates_[p], std::back_inserter(all));
    }
    return all;
  }

  const Sample& sample_;
  const EstimatorSettings& settings_;
  Progress& progress_;
  std::vector<const Estimator*> owner_;  ///< of every entry of estimates_
  std::vector<std::vector<DimensionEstimate>> estimates_;
};

}  // namespace

std::size_t neighbors_to_list(std::span<const Estimator* const> chosen, const EstimatorSettings& settings) {
  std::size_t most = 2;
  for (const Estimator* estimator : chosen) {
    const std::size_t needed = estimator->neighbors(settings);
    most = std::max(most, settings.intervals ? neighbors_for_halves(needed) : needed);
  }
  return most;
}

DimensionEstimates run_estimators(std::span<const Estimator* const> chosen, const Sample& sample,
                                  const EstimatorSettings& settings, Progress& progress) {
  const Run run(chosen, sample, settings, progress);
  DimensionEstimates all;
  for (const Estimator* estimator : chosen) {
    progress.check();
    EstimateResult result = run.result(*estimator);
    if (const auto* refusal = std::get_if<Refusal>(&result)) {
      all.skipped.push_back({estimator->name, refusal->reason});
    } else {
      auto& estimates = std::get<std::vector<DimensionEstimate>>(result);
      for (DimensionEstimate& one : estimates) calibrate(one, sample.points());
      std::ranges::move(estimates, std::back_inserter(all.estimates));
    }
  }
  return all;
}

DimensionEstimates estimate_dimension(const RowMatrix& matrix, std::span<const std::string> names,
                                      const EstimatorSettings& settings, Progress& progress) {
  const std::vector<const Estimator*> chosen = chosen_estimators(names);
  if (settings.k < 3)
    throw UsageError("k", std::to_string(settings.k) + " is too few neighbours", "give 3 or more");
  const Duplicates duplicates = find_duplicates(matrix, settings.threads, progress);
  const std::size_t points = duplicates.distinct.size();
  if (points < 4) {
    throw InputError("the data", "have " + std::to_string(points) + " distinct rows", "give 4 or more");
  }
  std::vector<std::uint32_t> order = duplicates.distinct;
  Generator generator = make_generator(settings.seed, kOrderStream << 32);
  shuffle(std::span(order), generator);
  const std::size_t listed = std::min(points - 1, neighbors_to_list(chosen, settings));
  PairScan scan(matrix, order, {settings.threads, settings.simd, settings.search, listed, 0});
  NearestNeighbors nearest(scan, listed);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);
  const NeighborTable table = nearest.take_table(scan);
  const LogDistances distances = log_distances(table, settings.threads);
  return run_estimators(chosen, {matrix, duplicates.distinct, table, distances}, settings, progress);
}

}  // namespace fathom
