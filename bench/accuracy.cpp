// How far the estimators are from the truth: 29 manifolds of known dimension at 2500 points.
//
//   bench_accuracy SEEDS [ESTIMATOR,...]   default: all
//
// Prints a Markdown table of mean absolute percentage errors, then, of the calibrated estimate, every
// manifold.
#include <algorithm>
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

struct Manifold {
  const char* name;
  const char* family;  ///< of synth
  std::size_t dimension;
};

constexpr std::size_t kPoints = 2500;

const Manifold kManifolds[] = {{"M1_Sphere", "M1_Sphere", 10},
                               {"M2_Affine_3to5", "M2_Affine_3to5", 3},
                               {"M3_Nonlinear_4to6", "M3_Nonlinear_4to6", 4},
                               {"M4_Nonlinear", "M4_Nonlinear", 4},
                               {"M5a_Helix1d", "M5a_Helix1d", 1},
                               {"M5b_Helix2d", "M5b_Helix2d", 2},
                               {"M6_Nonlinear", "M6_Nonlinear", 6},
                               {"M7_Roll", "M7_Roll", 2},
                               {"M8_Nonlinear", "M8_Nonlinear", 12},
                               {"M9_Affine", "M9_Affine", 20},
                               {"M10a_Cubic", "M10a_Cubic", 10},
                               {"M10b_Cubic", "M10b_Cubic", 17},
                               {"M10c_Cubic", "M10c_Cubic", 24},
                               {"M10d_Cubic", "M10d_Cubic", 70},
                               {"M11_Moebius", "M11_Moebius", 2},
                               {"M12_Norm", "M12_Norm", 20},
                               {"M13a_Scurve", "M13a_Scurve", 2},
                               {"M13b_Spiral", "M13b_Spiral", 1},
                               {"Mbeta", "Mbeta", 10},
                               {"Mn1_Nonlinear", "Mn1_Nonlinear", 18},
                               {"Mn2_Nonlinear", "Mn2_Nonlinear", 24},
                               {"Mp1_Paraboloid", "Mp1_Paraboloid", 3},
                               {"Mp2_Paraboloid", "Mp2_Paraboloid", 6},
                               {"Mp3_Paraboloid", "Mp3_Paraboloid", 9},
                               {"hyperBall_d5", "ball", 5},
                               {"hyperBall_d10", "ball", 10},
                               {"hyperSphere_d6", "sphere", 6},
                               {"hyperTwinPeaks_d2", "twin_peaks", 2},
                               {"swissRoll", "swiss_roll", 2}};

/// By estimator, variant and rank, and whether it is calibrated.
using Values = std::map<std::string, double>;

std::string key_of(const DimensionEstimate& estimate) {
  std::string key = estimate.estimator + " " + estimate.variant;
  if (estimate.n1) key.append(" ").append(std::to_string(*estimate.n1));
  return key;
}

Values values_of(const Manifold& manifold, std::uint64_t seed, std::span<const std::string> names) {
  PointCloudOptions options;
  options.manifold = manifold.family;
  options.dimension = manifold.dimension;
  options.samples = kPoints;
  options.seed = seed;
  RowMatrix matrix;
  matrix.stored = sample_manifold(options);
  EstimatorSettings settings;
  settings.seed = seed;
  settings.simd = best_simd_level();
  settings.intervals = false;
  Values values;
  for (const DimensionEstimate& estimate : estimate_dimension(matrix, names, settings).estimates) {
    values[key_of(estimate)] = estimate.value;
    if (estimate.calibrated) values[key_of(estimate) + " calibrated"] = estimate.calibrated->value;
  }
  return values;
}

std::vector<std::string> names_of(const char* list) {
  std::vector<std::string> names;
  std::stringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

struct Errors {
  double sum = 0.0;
  std::size_t count = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10;
  const std::vector<std::string> names = names_of(argc > 2 ? argv[2] : "all");
  std::map<std::string, std::map<std::string, Errors>> by_manifold;
  std::map<std::string, std::map<std::string, double>> means;
  for (const Manifold& manifold : kManifolds) {
    const auto truth = static_cast<double>(manifold.dimension);
    for (std::size_t seed = 0; seed < seeds; ++seed) {
      for (const auto& [key, value] : values_of(manifold, seed, names)) {
        Errors& errors = by_manifold[key][manifold.name];
        errors.sum += 100.0 * std::abs(value / truth - 1.0);
        ++errors.count;
        means[key][manifold.name] += value / static_cast<double>(seeds);
      }
    }
    std::fprintf(stderr, "%s\n", manifold.name);
  }
  std::printf("| estimate | error | manifolds | over 10 %% |\n| --- | --- | --- | --- |\n");
  for (const auto& [key, manifolds] : by_manifold) {
    double sum = 0.0;
    std::size_t far = 0;
    for (const auto& [name, errors] : manifolds) {
      const double error = errors.sum / static_cast<double>(errors.count);
      sum += error;
      far += error > 10.0 ? 1 : 0;
    }
    std::printf("| %s | %.1f %% | %zu | %zu |\n", key.c_str(), sum / static_cast<double>(manifolds.size()),
                manifolds.size(), far);
  }
  const char* kShown[] = {"calibrated posterior_mean", "mle pooled", "mle pooled calibrated", "twonn ml",
                          "twonn ml calibrated"};
  std::printf(
      "\n| manifold | d | calibrated | error | MLE | MLE calibrated | TwoNN | TwoNN calibrated |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Manifold& manifold : kManifolds) {
    std::printf("| %s | %zu |", manifold.name, manifold.dimension);
    for (const char* key : kShown) {
      std::printf(" %.2f |", means[key][manifold.name]);
      if (key != kShown[0]) continue;
      const Errors& errors = by_manifold[key][manifold.name];
      std::printf(" %.1f %% |", errors.sum / static_cast<double>(std::max<std::size_t>(errors.count, 1)));
    }
    std::printf("\n");
  }
  return 0;
}
