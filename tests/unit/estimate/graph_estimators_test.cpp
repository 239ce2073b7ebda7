// Estimators that look at graphs, and at lists of distances as a whole: against SciPy and NumPy, by brute
// force, and on data of known dimension.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "estimate/distance_histogram.h"
#include "estimate/graph_distances.h"
#include "estimate/spanning_tree.h"
#include "fathom/core/error.h"
#include "fathom/core/random.h"
#include "fathom/estimate/danco.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/knn_graph.h"
#include "fathom/estimate/mind_kl.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {
namespace {

/// Component c of point i is the fraction of i sqrt(p), p the c-th prime: the same in NumPy to the last bit.
Matrix<double> weyl_points(std::size_t points, std::size_t dimension) {
  constexpr std::array<double, 8> primes{2, 3, 5, 7, 11, 13, 17, 19};
  Matrix<double> matrix(points, dimension);
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t c = 0; c < dimension; ++c) {
      matrix.row(i)[c] = std::fmod(static_cast<double>(i + 1) * std::sqrt(primes[c]), 1.0);
    }
  }
  return matrix;
}

/// The last 100 of 300 points become a small cluster far from the others.
Matrix<double> two_clusters() {
  Matrix<double> points = weyl_points(300, 3);
  for (std::size_t i = 200; i < 300; ++i) {
    for (double& value : points.row(i)) value = value * 0.01 + 5.0;
  }
  return points;
}

/// Uniform in a cube of this dimension, among more components.
Matrix<double> cube(std::size_t points, std::size_t dimension, std::size_t components, std::uint64_t seed) {
  Generator generator = make_generator(seed);
  Matrix<double> matrix(points, components);
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t c = 0; c < dimension; ++c) matrix.row(i)[c] = uniform_unit(generator);
  }
  return matrix;
}

EstimatorSettings settings(unsigned threads = 2) {
  EstimatorSettings chosen;
  chosen.threads = threads;
  chosen.simd = best_simd_level();
  return chosen;
}

/// Points, with as many neighbours listed as asked for.
class Scanned {
 public:
  Scanned(Matrix<double> points, std::size_t listed, std::vector<std::uint32_t> groups = {},
          std::uint32_t anchors = 0)
      : table_(0, 1), logs_(1), groups_(std::move(groups)) {
    rows_.resize(points.rows());
    std::iota(rows_.begin(), rows_.end(), 0u);
    matrix_.stored = std::move(points);
    PairScan scan(matrix_, rows_, {2, best_simd_level(), SearchMode::automatic, listed, anchors});
    NearestNeighbors nearest(scan, listed, groups_);
    Collector* collectors[] = {&nearest};
    const std::uint32_t prefix[] = {scan.size()};
    scan.run(collectors, prefix, no_progress());
    table_ = nearest.take_table(scan);
    logs_ = log_distances(table_);
  }

  Sample sample() const { return {matrix_, rows_, table_, logs_, groups_}; }

 private:
  RowMatrix matrix_;
  std::vector<std::uint32_t> rows_;
  NeighborTable table_;
  LogDistances logs_;
  std::vector<std::uint32_t> groups_;
};

std::vector<std::uint32_t> all_points(const Sample& sample) {
  std::vector<std::uint32_t> points(sample.points());
  std::iota(points.begin(), points.end(), 0u);
  return points;
}

/// Nothing where groups leave points unjoined.
std::optional<double> tree_length(const Scanned& scanned, const std::vector<std::uint32_t>& points) {
  SpanningTree tree(scanned.sample(), points);
  tree.grow_by_lists();
  if (!tree.grow_by_scans(settings(), no_progress())) return std::nullopt;
  return tree.length();
}

/// Prim's algorithm on all pairs; pairs of one group are no edges.
double prim(const Sample& sample, const std::vector<std::uint32_t>& points) {
  const auto& matrix = std::get<Matrix<double>>(sample.matrix.stored);
  const auto distance = [&](std::uint32_t a, std::uint32_t b) {
    if (!sample.groups.empty() && sample.groups[a] == sample.groups[b]) return 1e300;
    double sum = 0.0;
    for (std::size_t c = 0; c < matrix.cols(); ++c) {
      sum += (matrix.row(a)[c] - matrix.row(b)[c]) * (matrix.row(a)[c] - matrix.row(b)[c]);
    }
    return std::sqrt(sum);
  };
  std::vector<double> nearest(points.size(), 1e301);
  std::vector<bool> joined(points.size(), false);
  double total = 0.0;
  std::size_t last = 0;
  for (std::size_t step = 1; step < points.size(); ++step) {
    joined[last] = true;
    std::size_t next = last;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (joined[i]) continue;
      nearest[i] = std::min(nearest[i], distance(points[last], points[i]));
      if (joined[next] || nearest[i] < nearest[next]) next = i;
    }
    total += nearest[next];
    last = next;
  }
  return total;
}

/// SciPy 1.10: minimum_spanning_tree of all distances.
TEST(SpanningTree, HasTheLengthOfSciPys) {
  for (const std::size_t listed : {1, 3, 20, 299}) {
    const Scanned near(weyl_points(300, 3), listed), apart(two_clusters(), listed);
    EXPECT_NEAR(*tree_length(near, all_points(near.sample())), 28.166334871778098, 1e-10) << listed;
    EXPECT_NEAR(*tree_length(apart, all_points(apart.sample())), 31.10801067407707, 1e-10) << listed;
  }
}

TEST(SpanningTree, ListsProveMostEdgesButNotThoseBetweenClusters) {
  const Scanned near(weyl_points(300, 3), 64), apart(two_clusters(), 64);
  SpanningTree of_near(near.sample(), all_points(near.sample()));
  of_near.grow_by_lists();
  EXPECT_EQ(of_near.trees(), 1u);
  SpanningTree of_apart(apart.sample(), all_points(apart.sample()));
  of_apart.grow_by_lists();
  EXPECT_EQ(of_apart.trees(), 2u);
}

TEST(SpanningTree, OfSomePointsIsPrims) {
  const Scanned scanned(two_clusters(), 10);
  std::vector<std::uint32_t> points;
  for (std::uint32_t i = 0; i < 300; i += 3) points.push_back((i * 7) % 300);
  EXPECT_NEAR(*tree_length(scanned, points), prim(scanned.sample(), points), 1e-10);
}

TEST(SpanningTree, EqualDistancesCloseNoCircle) {
  Matrix<double> grid(49, 2);
  for (std::size_t i = 0; i < 49; ++i) {
    grid.row(i)[0] = static_cast<double>(i / 7);
    grid.row(i)[1] = static_cast<double>(i % 7);
  }
  for (const std::size_t listed : {1, 8, 48}) {
    const Scanned scanned(grid, listed);
    EXPECT_EQ(*tree_length(scanned, all_points(scanned.sample())), 48.0);
  }
}

TEST(SpanningTree, PairsOfOneGroupAreNoEdges) {
  std::vector<std::uint32_t> groups(120);
  for (std::uint32_t i = 0; i < 120; ++i) groups[i] = i / 40;
  const Scanned scanned(weyl_points(120, 2), 8, groups);
  const auto points = all_points(scanned.sample());
  EXPECT_NEAR(*tree_length(scanned, points), prim(scanned.sample(), points), 1e-10);
  EXPECT_EQ(tree_length(scanned, {0, 1, 2, 3}), std::nullopt);
}

/// SciPy 1.10: dijkstra on the graph of 5 nearest neighbours, made symmetric.
TEST(NeighborGraph, PathsAreSciPys) {
  const Scanned scanned(weyl_points(300, 3), 8);
  const NeighborGraph graph(scanned.sample().neighbors, 5);
  const std::vector<double> from_first = distances_from(graph, 0), from_eighth = distances_from(graph, 7);
  EXPECT_NEAR(std::accumulate(from_first.begin(), from_first.end(), 0.0), 351.22063339805356, 1e-9);
  EXPECT_NEAR(*std::ranges::max_element(from_first), 2.3211059870104274, 1e-12);
  EXPECT_NEAR(from_first[123], 0.07604819020951155, 1e-12);
  EXPECT_NEAR(std::accumulate(from_eighth.begin(), from_eighth.end(), 0.0), 425.9288155138161, 1e-9);
}

TEST(NeighborGraph, LargestComponentIsTheLargerCluster) {
  const Scanned scanned(two_clusters(), 5);
  const NeighborGraph graph(scanned.sample().neighbors, 5);
  const auto component = largest_component(graph);
  ASSERT_EQ(component.size(), 200u);
  EXPECT_EQ(component.front(), 0u);
  EXPECT_EQ(component.back(), 199u);
  EXPECT_TRUE(std::isinf(distances_from(graph, 0)[250]));
}

TEST(DistanceHistogram, CountsAndMoments) {
  DistanceHistogram histogram(10.0), other(10.0);
  const std::array<double, 5> some{1.0, 2.0, 2.0, 0.0, std::numeric_limits<double>::infinity()};
  const std::array<double, 1> more{10.0};
  histogram.add(some);
  other.add(more);
  histogram.add(other);
  EXPECT_NEAR(histogram.moments().mean, 15.0 / 4.0, 1e-3);
  EXPECT_NEAR(histogram.moments().sd, std::sqrt(109.0 / 4.0 - 225.0 / 16.0), 1e-3);
  const auto bins = histogram.bins(4.0);
  ASSERT_EQ(bins.size(), 3u);
  EXPECT_EQ(bins[0].count, 3.0);
  EXPECT_EQ(bins[2].count, 1.0);
  EXPECT_NEAR(bins[1].middle, 6.0, 1e-3);
}

/// SciPy 1.10: hypergeom.cdf.
TEST(KnnGraph, EdgeSharesAreHypergeometric) {
  const std::vector<double> shares = edge_shares(300, 75, 5, 64);
  EXPECT_NEAR(shares[0], 0.247491639, 1e-9);
  EXPECT_NEAR(shares[9], 0.236955268, 1e-9);
  EXPECT_NEAR(shares[40], 0.00331479984, 1e-10);
  EXPECT_NEAR(shares[63], 9.90354995e-06 + 2.893580112850458e-05, 1e-10);
  EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 5.0, 1e-12);
  const std::vector<double> whole = edge_shares(300, 300, 5, 64);
  for (std::size_t j = 0; j < 64; ++j) EXPECT_NEAR(whole[j], j < 5 ? 1.0 : 0.0, 1e-9);
}

DimensionEstimates run(Matrix<double> points, const std::vector<std::string>& names,
                       const EstimatorSettings& chosen = settings()) {
  RowMatrix matrix;
  matrix.stored = std::move(points);
  return estimate_dimension(matrix, names, chosen);
}

DimensionEstimate headline(const DimensionEstimates& found, const std::string& name) {
  for (const DimensionEstimate& one : found.estimates) {
    if (one.estimator == name) return one;
  }
  throw std::out_of_range(name);
}

/// NumPy programs of the definitions, on the same points.
TEST(GraphEstimators, AgreeWithNumPy) {
  EXPECT_NEAR(headline(run(weyl_points(300, 3), {"knn_graph"}), "knn_graph").value, 2.552146567955499, 1e-9);
  // Bins are made of narrower ones here, so a few distances at their ends count with the next.
  const DimensionEstimate geodesic = headline(run(weyl_points(240, 3), {"geodesic"}), "geodesic");
  EXPECT_NEAR(geodesic.value, 2.466584673001127, 0.02);
  EXPECT_NEAR(*geodesic.largest, 1.0 + 18.492373878344594 / 2.25, 0.1);
  EXPECT_EQ(geodesic.k, 5u);
}

TEST(GraphEstimators, FindTheDimension) {
  EstimatorSettings plain = settings();
  plain.intervals = false;
  const std::vector<std::string> names{"mind_kl", "knn_graph", "minimum_spanning_tree", "geodesic"};
  for (const std::size_t d : {2, 5}) {
    const DimensionEstimates found = run(cube(1500, d, d + 3, 20 + d), names, plain);
    const auto dimension = static_cast<double>(d);
    EXPECT_NEAR(headline(found, "mind_kl").value, dimension, 0.06 * dimension);
    // The boundary pulls these down.
    EXPECT_NEAR(headline(found, "knn_graph").value, 0.93 * dimension, 0.1 * dimension);
    EXPECT_NEAR(headline(found, "minimum_spanning_tree").value, 0.93 * dimension, 0.1 * dimension);
    EXPECT_NEAR(headline(found, "geodesic").value, dimension, 0.2 * dimension);
  }
}

TEST(MindKl, DivergenceIsNumPys) {
  std::vector<double> data, other;
  for (int i = 1; i <= 120; ++i) data.push_back(std::sqrt(std::fmod(i * std::sqrt(2.0), 1.0)));
  for (int i = 1; i <= 150; ++i) other.push_back(std::fmod(i * std::sqrt(3.0), 1.0));
  std::ranges::sort(data);
  std::ranges::sort(other);
  EXPECT_NEAR(*divergence_of_samples(data, other, 1), -0.9711152187765268, 1e-9);
  EXPECT_NEAR(*divergence_of_samples(data, other, 10), 0.12401518781073159, 1e-12);
  EXPECT_EQ(divergence_of_samples(data, data, 120), std::nullopt);
  const std::vector<double> equal(10, 0.5);
  EXPECT_EQ(divergence_of_samples(equal, equal, 2), std::nullopt);
}

/// Of samples of the law that rho has in dimension d: of uniform u, (1 - u^(1/k))^(1/d).
TEST(MindKl, DivergenceIsThatOfTheLaws) {
  const auto ratios = [](double d, std::uint64_t seed) {
    Generator generator = make_generator(seed);
    std::vector<double> values(20000);
    for (double& value : values) {
      value = std::pow(1.0 - std::pow(uniform_unit(generator), 1.0 / 10.0), 1.0 / d);
    }
    std::ranges::sort(values);
    return values;
  };
  EXPECT_NEAR(*divergence_of_samples(ratios(5, 1), ratios(6, 2), 140), ratio_divergence(5, 6, 10), 0.02);
  EXPECT_NEAR(*divergence_of_samples(ratios(5, 1), ratios(5, 3), 140), 0.0, 0.02);
}

TEST(MindKl, HasNoCapButTheComponents) {
  EstimatorSettings plain = settings();
  plain.intervals = false;
  EXPECT_NEAR(headline(run(cube(600, 24, 40, 5), {"mind_kl"}, plain), "mind_kl").value, 24.0, 3.0);
  EXPECT_LE(headline(run(weyl_points(300, 3), {"mind_kl"}, plain), "mind_kl").value, 3.0);
}

TEST(GraphEstimators, LocalValuesOfKnnGraphAreAboutTheWhole) {
  EstimatorSettings local = settings();
  local.local = true;
  local.intervals = false;
  DimensionEstimate found = headline(run(cube(800, 3, 4, 6), {"knn_graph"}, local), "knn_graph");
  ASSERT_EQ(found.local.size(), 800u);
  std::ranges::sort(found.local);
  EXPECT_NEAR(found.local[400], found.value, 0.15 * found.value);
}

TEST(GraphEstimators, TakeAnchorsAsThePointsMeasured) {
  const Scanned whole(cube(900, 3, 5, 9), 200), anchored(cube(900, 3, 5, 9), 200, {}, 300);
  const std::vector<std::string> names{"mind_kl", "knn_graph", "minimum_spanning_tree", "geodesic"};
  const auto chosen = chosen_estimators(names);
  const DimensionEstimates of_all = run_estimators(chosen, whole.sample(), settings()),
                           of_anchors = run_estimators(chosen, anchored.sample(), settings());
  for (const std::string name : {"mind_kl", "knn_graph", "minimum_spanning_tree"}) {
    const DimensionEstimate one = headline(of_anchors, name);
    EXPECT_EQ(one.n, 300u) << name;
    EXPECT_NEAR(one.value, headline(of_all, name).value, 0.15 * one.value) << name;
  }
  ASSERT_EQ(of_anchors.skipped.size(), 1u);
  EXPECT_EQ(of_anchors.skipped[0].reason, "needs the neighbours of all images, not of anchors");
}

std::string reason_of(Matrix<double> points, const std::string& name) {
  const DimensionEstimates found = run(std::move(points), {name});
  return found.skipped.empty() ? "" : found.skipped.front().reason;
}

TEST(GraphEstimators, SayWhyThereIsNoValue) {
  EXPECT_EQ(reason_of(weyl_points(60, 2), "knn_graph"),
            "needs at least 65 distinct points, and there are 60");
  EXPECT_EQ(reason_of(weyl_points(60, 2), "minimum_spanning_tree"),
            "needs at least 80 distinct points, and there are 60");
  EXPECT_EQ(reason_of(weyl_points(60, 2), "geodesic"),
            "needs at least 101 distinct points, and there are 60");
  EXPECT_EQ(reason_of(weyl_points(11, 2), "mind_kl"), "needs at least 12 distinct points, and there are 11");
  Matrix<double> thirds = weyl_points(300, 3);
  for (std::size_t i = 0; i < 300; ++i) thirds.row(i)[0] += 10.0 * static_cast<double>(i / 100);
  EXPECT_EQ(reason_of(thirds, "geodesic"),
            "finds no more than 100 of 300 points joined by their 20 neighbours");
  EXPECT_NE(reason_of(weyl_points(400, 1), "geodesic").find("within two edges"), std::string::npos);
}

/// Spread over seeds against the error that each says.
TEST(GraphEstimators, ErrorsAreTheSpreadOfEstimates) {
  const std::vector<std::string> names{"mind_kl", "knn_graph", "minimum_spanning_tree", "geodesic"};
  constexpr std::size_t seeds = 24;
  std::array<double, 4> sum{}, squares{}, claimed{};
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const DimensionEstimates found = run(cube(300, 3, 5, 500 + seed), names);
    for (std::size_t e = 0; e < names.size(); ++e) {
      const DimensionEstimate one = headline(found, names[e]);
      ASSERT_EQ(one.interval_method, "split_halves") << names[e];
      sum[e] += one.value / seeds;
      squares[e] += one.value * one.value / seeds;
      claimed[e] += one.uncertainty->std_error / seeds;
    }
  }
  for (std::size_t e = 0; e < names.size(); ++e) {
    const double spread = std::sqrt((squares[e] - sum[e] * sum[e]) * seeds / (seeds - 1.0));
    EXPECT_GT(claimed[e], 0.6 * spread) << names[e];
    EXPECT_LT(claimed[e], 1.8 * spread) << names[e];
  }
}

/// Stops at the n-th question.
class StopLater : public Progress {
 public:
  explicit StopLater(int questions) : left_(questions) {}
  bool cancelled() const override { return --left_ < 0; }

 private:
  mutable std::atomic<int> left_;
};

TEST(GraphEstimators, Stop) {
  for (const std::string name : {"mind_kl", "knn_graph", "minimum_spanning_tree", "geodesic"}) {
    const Scanned scanned(weyl_points(400, 3), 200);
    const std::vector<std::string> names{name};
    StopLater stop(3);
    EXPECT_THROW(run_estimators(chosen_estimators(names), scanned.sample(), settings(), stop), Interrupted)
        << name;
  }
}

}  // namespace
}  // namespace fathom
