// How far the estimators are from the truth: 29 manifolds of known dimension at 2500 points.
//
//   bench_accuracy FILE SEEDS ESTIMATOR,... [MORE]
//
// MORE coordinates than a manifold's own equation has, into which a random isometry carries it; default 0.
// Measures what FILE lacks of these seeds and appends it, a line for every value: seed, manifold, estimator,
// estimate, value. Prints tables of all that FILE has: mean absolute percentage errors, each paired with that
// of the calibrated estimate on the same samples, and values manifold by manifold.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
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
constexpr const char* kSkipped = "skipped";
constexpr const char* kCalibrated = "`calibrated` `posterior_mean`";

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

std::string key_of(const DimensionEstimate& estimate) {
  std::string key = "`" + estimate.estimator + "` `" + estimate.variant + "`";
  if (estimate.n2) key.append(" n2 = ").append(std::to_string(*estimate.n2));
  return key;
}

Matrix<double> sample(const Manifold& manifold, std::uint64_t seed, std::size_t more) {
  PointCloudOptions options;
  options.manifold = manifold.family;
  options.dimension = manifold.dimension;
  options.samples = kPoints;
  options.seed = seed;
  Matrix<double> points = sample_manifold(options);
  if (more == 0) return points;
  options.ambient_dimension = points.cols() + more;
  return sample_manifold(options);
}

void measure(const Manifold& manifold, std::uint64_t seed, std::span<const std::string> names,
             std::size_t more, std::ostream& out) {
  RowMatrix matrix;
  matrix.stored = sample(manifold, seed, more);
  EstimatorSettings settings;
  settings.seed = seed;
  settings.simd = best_simd_level();
  settings.intervals = false;
  const DimensionEstimates found = estimate_dimension(matrix, names, settings);
  const auto line = [&](const std::string& estimator) -> std::ostream& {
    return out << seed << '\t' << manifold.name << '\t' << estimator << '\t';
  };
  for (const DimensionEstimate& one : found.estimates) {
    line(one.estimator) << key_of(one) << '\t' << one.value << '\n';
    if (!one.calibrated) continue;
    line(one.estimator) << key_of(one) << ", calibrated\t" << one.calibrated->value << '\n';
  }
  for (const SkippedEstimator& one : found.skipped) line(one.estimator) << kSkipped << "\t0\n";
  out.flush();
}

std::vector<std::string> names_of(const char* list) {
  std::vector<std::string> asked, names;
  std::stringstream stream(list);
  for (std::string name; std::getline(stream, name, ',');) asked.push_back(name);
  for (const Estimator* estimator : chosen_estimators(asked)) names.push_back(estimator->name);
  return names;
}

/// By seed.
using Values = std::map<std::uint64_t, double>;

struct Measured {
  std::set<std::tuple<std::uint64_t, std::string, std::string>> done;  ///< seed, manifold, estimator
  std::map<std::string, std::map<std::string, Values>> values;         ///< by estimate and manifold
};

Measured read(const char* path) {
  Measured measured;
  std::ifstream in(path);
  for (std::string text; std::getline(in, text);) {
    std::stringstream line(text);
    std::string seed, manifold, estimator, key, value;
    std::getline(line, seed, '\t');
    std::getline(line, manifold, '\t');
    std::getline(line, estimator, '\t');
    std::getline(line, key, '\t');
    std::getline(line, value);
    measured.done.insert({std::stoull(seed), manifold, estimator});
    if (key == kSkipped) continue;
    measured.values[key][manifold][std::stoull(seed)] = std::stod(value);
  }
  return measured;
}

void measure_missing(const char* path, std::uint64_t seeds, std::span<const std::string> names,
                     std::size_t more) {
  const Measured measured = read(path);
  std::ofstream out(path, std::ios::app);
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    for (const Manifold& manifold : kManifolds) {
      std::vector<std::string> missing;
      for (const std::string& name : names) {
        if (!measured.done.contains({seed, manifold.name, name})) missing.push_back(name);
      }
      if (!missing.empty()) measure(manifold, seed, missing, more, out);
    }
  }
}

double error_of(const Manifold& manifold, double value) {
  return 100.0 * std::abs(value / static_cast<double>(manifold.dimension) - 1.0);
}

struct Mean {
  double sum = 0.0, squares = 0.0, count = 0.0;

  void add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  double value() const { return sum / count; }
  double std_error() const {
    return std::sqrt(std::max(0.0, squares / count - value() * value()) / (count - 1.0));
  }
};

Mean mean_error(const Manifold& manifold, const Values& values) {
  Mean mean;
  for (const auto& [seed, value] : values) mean.add(error_of(manifold, value));
  return mean;
}

/// How much farther off than `other`, on the seeds that both have.
Mean mean_difference(const Manifold& manifold, const Values& values, const Values& other) {
  Mean mean;
  for (const auto& [seed, value] : values) {
    const auto same = other.find(seed);
    if (same != other.end()) mean.add(error_of(manifold, value) - error_of(manifold, same->second));
  }
  return mean;
}

/// The least error first.
void print_errors(Measured& measured) {
  std::multimap<double, std::string> lines;
  for (auto& [key, by_manifold] : measured.values) {
    Mean errors, more;
    std::size_t far = 0, samples = 0;
    for (const Manifold& manifold : kManifolds) {
      const Values& values = by_manifold[manifold.name];
      if (values.empty()) continue;
      errors.add(mean_error(manifold, values).value());
      far += mean_error(manifold, values).value() > 10.0 ? 1 : 0;
      samples += values.size();
      const Mean here = mean_difference(manifold, values, measured.values[kCalibrated][manifold.name]);
      if (here.count > 0.0) more.add(here.value());
    }
    char line[200];
    std::snprintf(line, sizeof line, "| %s | %.1f %% | %zu | %+.1f +- %.1f | %zu |", key.c_str(),
                  errors.value(), far, more.value(), more.std_error(), samples);
    lines.insert({errors.value(), line});
  }
  std::printf("| estimate | error | over 10 %% | more than `calibrated` | samples |\n");
  std::printf("| --- | --- | --- | --- | --- |\n");
  for (const auto& [error, line] : lines) std::printf("%s\n", line.c_str());
}

void print_manifolds(Measured& measured) {
  const char* shown[] = {kCalibrated,
                         "`danco` `whole`",
                         "`mind_kl` `whole`",
                         "`mle` `pooled`",
                         "`mle` `pooled`, calibrated",
                         "`twonn` `ml`",
                         "`twonn` `ml`, calibrated"};
  std::printf("\n| manifold | d |");
  for (const char* key : shown) std::printf(" %s | error |", key);
  std::printf("\n| --- | --- |");
  for (std::size_t i = 0; i < std::size(shown); ++i) std::printf(" --- | --- |");
  std::printf("\n");
  for (const Manifold& manifold : kManifolds) {
    std::printf("| %s | %zu |", manifold.name, manifold.dimension);
    for (const char* key : shown) {
      const Values& values = measured.values[key][manifold.name];
      Mean mean;
      for (const auto& [seed, value] : values) mean.add(value);
      std::printf(" %.2f | %.1f %% |", mean.value(), mean_error(manifold, values).value());
    }
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) {
    std::fprintf(stderr, "usage: bench_accuracy FILE SEEDS ESTIMATOR,... [MORE]\n");
    return 2;
  }
  const std::size_t more = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 0;
  measure_missing(argv[1], std::strtoull(argv[2], nullptr, 10), names_of(argv[3]), more);
  Measured measured = read(argv[1]);
  print_errors(measured);
  print_manifolds(measured);
  return 0;
}
