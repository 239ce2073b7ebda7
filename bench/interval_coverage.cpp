// Coverage of the 95 % intervals as estimate_dimension gives them, on three spaces of known dimension.
//
//   bench_interval_coverage SEEDS FURTHER ESTIMATOR,...
//
// Prints a Markdown table for every space: over SEEDS samples of 1000 points, how often the interval holds
// the expectation of the estimate (the mean over FURTHER samples more) and how often the true dimension.
// Shares of the first kind outside 90 to 99 % are bold.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "fathom/estimate/estimators.h"
#include "fathom/synth/manifold.h"

namespace {

using namespace fathom;

constexpr std::size_t kPoints = 1000;
/// More than any of the spaces needs, so that no estimate ends at the number of coordinates.
constexpr std::size_t kCoordinates = 20;
/// Of a mean of equal values.
constexpr double kRounding = 1e-9;
constexpr std::uint64_t kFirstFurther = 1'000'000;

struct Space {
  const char* description;
  const char* family;  ///< of synth
  std::size_t dimension;
};

const Space kSpaces[] = {
    {"Ball, d = 5", "ball", 5}, {"Sphere, d = 10", "sphere", 10}, {"Swiss roll, d = 2", "swiss_roll", 2}};

/// A value, and of its interval what was told.
struct Told {
  double value;
  std::optional<Uncertainty> uncertainty;
  std::string method;
};

using ByEstimate = std::map<std::string, std::vector<Told>>;

std::string key_of(const DimensionEstimate& estimate) {
  std::string key = "`" + estimate.estimator + "` `" + estimate.variant + "`";
  if (estimate.n2) key.append(" n2 = ").append(std::to_string(*estimate.n2));
  return key;
}

DimensionEstimates estimates_of(const Space& space, std::uint64_t seed, std::span<const std::string> names,
                                bool intervals) {
  PointCloudOptions options;
  options.manifold = space.family;
  options.dimension = space.dimension;
  options.ambient_dimension = kCoordinates;
  options.samples = kPoints;
  options.seed = seed;
  RowMatrix matrix;
  matrix.stored = sample_manifold(options);
  EstimatorSettings settings;
  settings.seed = seed;
  settings.simd = best_simd_level();
  settings.intervals = intervals;
  return estimate_dimension(matrix, names, settings);
}

ByEstimate measure(const Space& space, std::uint64_t first, std::size_t seeds,
                   std::span<const std::string> names, bool intervals) {
  ByEstimate all;
  for (std::size_t s = 0; s < seeds; ++s) {
    for (const DimensionEstimate& one : estimates_of(space, first + s, names, intervals).estimates) {
      all[key_of(one)].push_back({one.value, one.uncertainty, one.interval_method});
      if (!one.calibrated) continue;
      const CalibratedValue& same = *one.calibrated;
      all[key_of(one) + ", calibrated"].push_back(
          {same.value, Uncertainty{same.std_error, same.interval}, "simulation"});
    }
  }
  return all;
}

double mean_value(const std::vector<Told>& all) {
  double sum = 0.0;
  for (const Told& one : all) sum += one.value;
  return sum / static_cast<double>(all.size());
}

/// In per cent.
double share_that_hold(const std::vector<Told>& all, double truth) {
  std::size_t held = 0;
  for (const Told& one : all) {
    const Interval& interval = one.uncertainty->interval;
    held += interval.low <= truth + kRounding && truth <= interval.high + kRounding ? 1 : 0;
  }
  return 100.0 * static_cast<double>(held) / static_cast<double>(all.size());
}

void print(const std::string& key, const std::vector<Told>& told, double expectation, double dimension) {
  const double mean = mean_value(told);
  double squares = 0.0, error = 0.0;
  for (const Told& one : told) {
    squares += (one.value - mean) * (one.value - mean);
    error += one.uncertainty->std_error / static_cast<double>(told.size());
  }
  const double held = share_that_hold(told, expectation);
  const char* mark = held < 90.0 || held > 99.0 ? "**" : "";
  std::printf("| %s | %s | %zu | %.3f | %.3f | %.3f | %s%.1f %%%s | %.1f %% |\n", key.c_str(),
              told.front().method.c_str(), told.size(), expectation,
              std::sqrt(squares / static_cast<double>(told.size() - 1)), error, mark, held, mark,
              share_that_hold(told, dimension));
}

std::vector<Told> with_intervals(const std::vector<Told>& told) {
  std::vector<Told> with;
  for (const Told& one : told) {
    if (one.uncertainty) with.push_back(one);
  }
  return with;
}

std::vector<std::string> names_of(const char* list) {
  std::vector<std::string> names;
  std::stringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_interval_coverage SEEDS FURTHER ESTIMATOR,...\n");
    return 2;
  }
  const std::size_t seeds = std::strtoull(argv[1], nullptr, 10);
  const std::size_t further = std::strtoull(argv[2], nullptr, 10);
  const std::vector<std::string> names = names_of(argv[3]);
  for (const Space& space : kSpaces) {
    std::printf(
        "\n%s:\n\n| estimate | interval | seeds | expectation | sd over seeds | mean standard error "
        "| holds the expectation | holds d |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
        space.description);
    const ByEstimate values = measure(space, kFirstFurther, further, names, false);
    for (const auto& [key, all] : measure(space, 0, seeds, names, true)) {
      const std::vector<Told> told = with_intervals(all);
      if (told.size() < 2 || !values.contains(key)) continue;
      print(key, told, mean_value(values.at(key)), static_cast<double>(space.dimension));
    }
    std::fflush(stdout);
  }
  return 0;
}
