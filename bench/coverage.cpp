// Coverage of the 95 % intervals: on flat tori of d = 5 and 10, 200 seeds, how often the interval holds the
// expectation of the estimate. The expectation is the mean over 2000 further seeds. Every point of 1000 is
// measured, or 200 anchors among 2000 points.
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <cstdio>

#include "fathom/core/parallel.h"
#include "fathom/estimate/mle.h"
#include "fathom/estimate/split_halves.h"
#include "fathom/estimate/twonn.h"
#include "unit/estimate/point_clouds.h"

namespace {

using namespace fathom;

constexpr std::size_t kNeighbors = 20, kSeeds = 200, kReference = 2000;
constexpr unsigned kSplits = 100;

struct Method {
  const char* name;
  PointStatistic statistic;
  std::size_t value;  ///< of the statistic
  std::optional<DimensionEstimate> (*make)(const LogDistances&);
};

struct Sampling {
  std::size_t dimension, points, anchors;  ///< 0 anchors: all points
};

constexpr Sampling kSamplings[] = {{5, 1000, 0}, {10, 1000, 0}, {5, 2000, 200}, {10, 2000, 200}};

const Method kMethods[] = {
    {"MLE pooled, k = 20", mle_statistic(kNeighbors), 0,
     [](const LogDistances& logs) { return mle(logs, kNeighbors, MleVariant::pooled); }},
    {"TwoNN ml", twonn_statistic(), 0,
     [](const LogDistances& logs) { return twonn(logs, TwonnVariant::ml); }},
    {"TwoNN linear", twonn_statistic(), 1,
     [](const LogDistances& logs) { return twonn(logs, TwonnVariant::linear); }},
};

}  // namespace

int main() {
  const unsigned threads = available_threads();
  const boost::math::students_t_distribution<double> student(kSplits);
  const double t = boost::math::quantile(student, 0.975);
  std::printf(
      "| d | points | anchors | estimate | expectation | sd over seeds | mean split-halves error | covered, "
      "split halves | covered, analytic |\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Sampling& sampling : kSamplings) {
    const auto sample = [&](std::size_t k, std::uint64_t seed) {
      return flat_torus(sampling.points, sampling.dimension, k, seed, sampling.anchors);
    };
    constexpr std::size_t methods = std::size(kMethods);
    std::vector<std::array<double, methods>> reference(kReference);
    parallel_for(kReference, threads, [&](std::size_t s, unsigned) {
      const LogDistances logs = log_distances(sample(kNeighbors, 1'000'000 + s));
      for (std::size_t m = 0; m < methods; ++m) reference[s][m] = kMethods[m].make(logs)->value;
    });
    std::vector<std::array<double, methods>> value(kSeeds), error(kSeeds), analytic(kSeeds);
    parallel_for(kSeeds, threads, [&](std::size_t s, unsigned) {
      const NeighborTable table = sample(neighbors_for_halves(kNeighbors), s);
      const LogDistances logs = log_distances(table);
      std::vector<PointStatistic> halves;
      for (const Method& method : kMethods) halves.push_back(method.statistic);
      const auto errors = split_half_errors(table, logs, halves, {kSplits, s, 1});
      for (std::size_t m = 0; m < methods; ++m) {
        const DimensionEstimate estimate = *kMethods[m].make(logs);
        value[s][m] = estimate.value;
        error[s][m] = *errors[m][kMethods[m].value];
        analytic[s][m] = estimate.analytic ? estimate.analytic->std_error : 0.0;
      }
    });
    for (std::size_t m = 0; m < methods; ++m) {
      double expectation = 0.0, mean = 0.0, squares = 0.0, claimed = 0.0;
      for (const auto& one : reference) expectation += one[m] / kReference;
      for (const auto& one : value) mean += one[m] / kSeeds;
      std::size_t covered = 0, covered_analytic = 0;
      for (std::size_t s = 0; s < kSeeds; ++s) {
        squares += (value[s][m] - mean) * (value[s][m] - mean) / (kSeeds - 1);
        claimed += value[s][m] * error[s][m] / kSeeds;
        covered += std::abs(std::log(value[s][m] / expectation)) <= t * error[s][m] ? 1 : 0;
        covered_analytic += std::abs(value[s][m] - expectation) <= 1.96 * analytic[s][m] ? 1 : 0;
      }
      std::printf("| %zu | %zu | %zu | %s | %.3f | %.3f | %.3f | %.1f %% | ", sampling.dimension,
                  sampling.points, sampling.anchors == 0 ? sampling.points : sampling.anchors,
                  kMethods[m].name, expectation, std::sqrt(squares), claimed,
                  100.0 * static_cast<double>(covered) / kSeeds);
      if (analytic[0][m] > 0.0) {
        std::printf("%.1f %% |\n", 100.0 * static_cast<double>(covered_analytic) / kSeeds);
      } else {
        std::printf("- |\n");
      }
    }
  }
  return 0;
}
