// What the nearest-neighbour estimators say of points uniform on balls, spheres, tori and products of them:
// one row a sample, of which tools/make_calibration makes the tables in data/.
//
//   bench_calibration_samples spaces N           at N points, all dimensions and spaces
//   bench_calibration_samples manifold NAME SEED at 2500 points of a manifold of `fathom synth`
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "estimate/calibrated_statistics.h"
#include "estimate/calibration_tables.h"
#include "estimate/neighborhood_profile.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/pair_scan.h"
#include "fathom/synth/manifold.h"
#include "uniform_spaces.h"

namespace {

using namespace fathom;

constexpr std::size_t kDimensions[] = {1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 128};
constexpr std::size_t kSpaces = 24;  // the first three: ball, sphere, torus
constexpr std::size_t kFamilies = 3;
constexpr std::size_t kLineSpaces = 9;  // in dimension 1, where products are balls, spheres and tori
constexpr std::size_t kListed = 100;

/// Samples of each of the first three: fewer points tell less.
std::size_t family_seeds(std::size_t points) {
  return std::max<std::size_t>(4, 8192 / points);
}

void print_row(const std::string& head, Matrix<double> points, std::uint32_t anchors, std::uint64_t seed) {
  RowMatrix matrix;
  matrix.stored = std::move(points);
  const std::vector<std::uint32_t> rows = find_duplicates(matrix, 1, no_progress()).distinct;
  std::vector<std::uint32_t> order = rows;
  Generator generator = make_generator(seed, 99);
  shuffle(std::span(order), generator);
  PairScan scan(matrix, order, {1, best_simd_level(), SearchMode::automatic, kListed, anchors});
  NearestNeighbors nearest(scan, kListed);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, no_progress());
  const NeighborTable table = nearest.take_table(scan);
  const LogDistances distances = log_distances(table, 1);
  EstimatorSettings settings;
  settings.seed = seed;
  settings.simd = best_simd_level();
  const auto profile = neighborhood_profile({matrix, rows, table, distances}, settings, no_progress());
  std::string line = head;
  char number[32];
  for (std::size_t i = 0; i < kProfileSize; ++i) {
    std::snprintf(number, sizeof number, ",%.6g", profile ? (*profile)[i] : 0.0);
    line += number;
  }
  for (const CalibratedStatistic& statistic : calibrated_statistics()) {
    std::snprintf(number, sizeof number, ",%.6g", statistic.value(distances).value_or(0.0));
    line += number;
  }
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void print_header() {
  std::printf("points,dimension,space,seed");
  for (std::size_t i = 0; i < kProfileSize; ++i) std::printf(",profile_%zu", i);
  for (const CalibratedStatistic& statistic : calibrated_statistics()) {
    std::printf(",%s", statistic.column().c_str());
  }
  std::printf("\n");
}

void print_spaces(std::size_t points) {
  for (const std::size_t dimension : kDimensions) {
    struct Job {
      std::size_t space, seed;
    };
    std::vector<Job> jobs;
    for (std::size_t space = 0; space < (dimension == 1 ? kLineSpaces : kSpaces); ++space) {
      for (std::size_t seed = 0; seed < (space < kFamilies ? family_seeds(points) : 1); ++seed) {
        jobs.push_back({space, seed});
      }
    }
    for (const Job& job : jobs) {
      print_row(std::to_string(points) + "," + std::to_string(dimension) + "," + std::to_string(job.space) +
                    "," + std::to_string(job.seed),
                sample_space(job.space, dimension, points, job.seed),
                static_cast<std::uint32_t>(simulated_rows(static_cast<double>(points))), job.seed);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "spaces" && argc == 3) {
    print_header();
    print_spaces(std::strtoull(argv[2], nullptr, 10));
    return 0;
  }
  if (mode == "manifold" && argc == 4) {
    PointCloudOptions options;
    options.manifold = argv[2];
    options.seed = std::strtoull(argv[3], nullptr, 10);
    options.samples = 2500;
    print_row(options.manifold + "," + std::to_string(manifold_card(argv[2]).dimension) + ",-," + argv[3],
              sample_manifold(options), 0, options.seed);
    return 0;
  }
  std::fprintf(stderr, "usage: bench_calibration_samples spaces N | manifold NAME SEED\n");
  return 2;
}
