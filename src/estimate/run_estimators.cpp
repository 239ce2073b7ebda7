#include <algorithm>
#include <cmath>
#include <iterator>
#include <variant>

#include "estimate/halved_estimates.h"
#include "estimate/local_means.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/estimate/calibration.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/hidalgo.h"
#include "fathom/estimate/split_halves.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/pair_scan.h"
#include "neighbors/row_values.h"

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
    std::vector<LocalMethod> methods;
    for (const Estimator* estimator : chosen) {
      const bool beside = bool(estimator->from_sample);
      if (estimator->from_neighborhoods && (settings.neighborhoods || !beside) &&
          sample.points() > estimator->neighbors(settings)) {
        methods.push_back(estimator->from_neighborhoods(settings));
      }
      if (!estimator->from_distances) continue;
      for (StatisticEstimates& one : estimator->from_distances(settings, sample.neighbors.k())) {
        planned.push_back(std::move(one));
        owner_.push_back(estimator);
      }
    }
    estimates_ = halved_estimates(planned, sample, settings, progress);
    for (auto& of_method : local_means(methods, sample, settings, progress)) {
      std::ranges::move(of_method, std::back_inserter(local_));
    }
  }

  EstimateResult result(const Estimator& estimator) const {
    const std::size_t needed = estimator.neighbors(settings_);
    if (sample_.points() <= needed) return Refusal{too_few(needed + 1, sample_.points())};
    EstimateResult result = estimator.from_sample ? estimator.from_sample(sample_, settings_, progress_)
                                                  : EstimateResult(from_distances(estimator));
    auto* estimates = std::get_if<std::vector<DimensionEstimate>>(&result);
    if (estimates == nullptr) return result;
    for (const DimensionEstimate& one : local_) {
      if (one.estimator == estimator.name) estimates->push_back(one);
    }
    if (!estimates->empty()) return result;
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
  std::vector<DimensionEstimate> local_;  ///< means over neighbourhoods
};

/// As a scan does. Throws InputError.
void check_values(const RowMatrix& matrix, std::span<const std::uint32_t> rows, unsigned threads,
                  Progress& progress) {
  constexpr std::size_t chunk = 256;
  parallel_for((rows.size() + chunk - 1) / chunk, threads, [&](std::size_t index, unsigned) {
    progress.check();
    const std::size_t first = index * chunk;
    for (const std::uint32_t row : rows.subspan(first, std::min(chunk, rows.size() - first))) {
      std::visit([&](const auto& stored) { check_magnitudes(stored.row(row), row); }, matrix.stored);
    }
  });
}

NeighborTable scanned(const RowMatrix& matrix, std::span<const std::uint32_t> rows, std::size_t listed,
                      const EstimatorSettings& settings, Progress& progress) {
  std::vector<std::uint32_t> order(rows.begin(), rows.end());
  Generator generator = make_generator(settings.seed, kOrderStream << 32);
  shuffle(std::span(order), generator);
  PairScan scan(matrix, order, {settings.threads, settings.simd, settings.search, listed, 0});
  NearestNeighbors nearest(scan, listed);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);
  return nearest.take_table(scan, progress);
}

}  // namespace

void check_mixture_and_noise(const EstimatorSettings& settings) {
  if (settings.components < 1 || settings.components > kMostComponents) {
    throw UsageError("n_components", "is " + std::to_string(settings.components),
                     "give 1 to " + std::to_string(kMostComponents));
  }
  if (settings.noise_std && !(*settings.noise_std > 0.0 && std::isfinite(*settings.noise_std))) {
    throw UsageError("noise_std", "is " + std::to_string(*settings.noise_std), "give a number above 0");
  }
}

std::size_t neighbors_to_list(std::span<const Estimator* const> chosen, const EstimatorSettings& settings) {
  std::size_t most = 0;
  for (const Estimator* estimator : chosen) {
    const std::size_t needed = estimator->neighbors(settings);
    if (needed == 0) continue;
    most = std::max(most, settings.intervals ? neighbors_for_halves(needed) : needed);
  }
  return most;
}

bool need_squared_distances(std::span<const Estimator* const> chosen) {
  return std::ranges::any_of(chosen, [](const Estimator* estimator) {
    return estimator->from_sample || estimator->from_neighborhoods;
  });
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
  check_mixture_and_noise(settings);
  const Duplicates duplicates = find_duplicates(matrix, settings.threads, progress);
  const std::size_t points = duplicates.distinct.size();
  if (points < 4) {
    throw InputError("the data", "have " + std::to_string(points) + " distinct rows", "give 4 or more");
  }
  const std::size_t listed = std::min(points - 1, neighbors_to_list(chosen, settings));
  if (listed == 0) check_values(matrix, duplicates.distinct, settings.threads, progress);
  const NeighborTable table = listed == 0 ? NeighborTable(points, 1)  // of which none is found
                                          : scanned(matrix, duplicates.distinct, listed, settings, progress);
  const LogDistances distances = log_distances(table, settings.threads);
  return run_estimators(chosen, {matrix, duplicates.distinct, table, distances}, settings, progress);
}

}  // namespace fathom
