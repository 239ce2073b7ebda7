// Our samples against those of scikit-dimension: the same law, column by column and in the distances of
// pairs.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "fathom/synth/manifold.h"
#include "unit/synth/temporary_path.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

/// Reads the reference arrays: version 1.0, float64, C order.
Matrix<double> read_reference(const fs::path& path, std::size_t rows, std::size_t cols) {
  const std::string file = testing::read_bytes(path);
  Matrix<double> matrix(rows, cols);
  EXPECT_NE(file.find("'<f8', 'fortran_order': False"), std::string::npos) << path;
  EXPECT_GE(file.size(), rows * cols * 8);
  if (file.size() >= rows * cols * 8)
    std::memcpy(matrix.row(0).data(), file.data() + file.size() - rows * cols * 8, rows * cols * 8);
  return matrix;
}

std::vector<double> column(const Matrix<double>& matrix, std::size_t j) {
  std::vector<double> values(matrix.rows());
  for (std::size_t i = 0; i < matrix.rows(); ++i) values[i] = matrix.row(i)[j];
  return values;
}

/// Distances of 2500 pairs that share no point.
std::vector<double> pair_distances(const Matrix<double>& matrix) {
  std::vector<double> values;
  for (std::size_t i = 0; i + 1 < matrix.rows(); i += 2) {
    double sum = 0;
    for (std::size_t c = 0; c < matrix.cols(); ++c)
      sum += std::pow(matrix.row(i)[c] - matrix.row(i + 1)[c], 2);
    values.push_back(std::sqrt(sum));
  }
  return values;
}

/// Products of two columns, centred: their mean is the covariance.
std::vector<double> products(const Matrix<double>& matrix, std::size_t a, std::size_t b) {
  const std::vector<double> left = column(matrix, a), right = column(matrix, b);
  const double left_mean = boost::math::statistics::mean(left),
               right_mean = boost::math::statistics::mean(right);
  std::vector<double> values;
  for (std::size_t i = 0; i < left.size(); ++i)
    values.push_back((left[i] - left_mean) * (right[i] - right_mean));
  return values;
}

// Means within 5 standard errors of their difference. Where the values are all but equal, rounding decides.
void expect_same_mean(const std::vector<double>& a, const std::vector<double>& b, const std::string& what) {
  using boost::math::statistics::mean_and_sample_variance;
  const auto [mean_a, variance_a] = mean_and_sample_variance(a);
  const auto [mean_b, variance_b] = mean_and_sample_variance(b);
  const double error =
      std::sqrt(variance_a / static_cast<double>(a.size()) + variance_b / static_cast<double>(b.size()));
  EXPECT_NEAR(mean_a, mean_b, 5 * error + 1e-12) << what;
}

// Kolmogorov-Smirnov: exceeded by two samples of one law with probability 2 exp(-2 * 2.9^2) = 1e-7.
void expect_same_law(std::vector<double> a, std::vector<double> b, const std::string& what) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const double n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  double distance = 0;
  for (const std::vector<double>* values : {&a, &b})
    for (const double v : *values) {
      const auto up_to = [v](const std::vector<double>& x) {
        // Angles and products differ in the last place between two programs.
        return static_cast<double>(std::upper_bound(x.begin(), x.end(), v + 1e-9) - x.begin());
      };
      distance = std::max(distance, std::abs(up_to(a) / n - up_to(b) / m));
    }
  EXPECT_LT(distance * std::sqrt(n * m / (n + m)), 2.9) << what;
}

void expect_same_distribution(const Matrix<double>& reference, const Matrix<double>& ours,
                              const std::string& name) {
  ASSERT_EQ(reference.cols(), ours.cols()) << name;
  for (std::size_t j = 0; j < ours.cols(); ++j) {
    const std::string what = name + " column " + std::to_string(j);
    expect_same_mean(column(reference, j), column(ours, j), what + " mean");
    expect_same_mean(products(reference, j, j), products(ours, j, j), what + " variance");
    expect_same_law(column(reference, j), column(ours, j), what + " law");
    for (const std::size_t other : {(j + 1) % ours.cols(), ours.cols() - 1 - j, ours.cols() / 2})
      expect_same_mean(products(reference, j, other), products(ours, j, other),
                       what + " covariance with " + std::to_string(other));
  }
}

class ScikitDimension : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("FATHOM_SHARED");
    folder_ = fs::path(shared == nullptr ? "" : shared) / "golden";
    if (shared == nullptr || !fs::exists(folder_ / "manifolds.json"))
      GTEST_SKIP() << "FATHOM_SHARED names no folder with golden/manifolds.json";
    // Python writes NaN, which is not JSON.
    const std::regex not_a_number("\\bNaN\\b");
    const std::string text =
        std::regex_replace(testing::read_bytes(folder_ / "manifolds.json"), not_a_number, "null");
    golden_ = nlohmann::json::parse(text)["manifolds"];
  }

  Matrix<double> reference(const std::string& name) const {
    const nlohmann::json& entry = golden_.at(name);
    return read_reference(folder_ / "manifolds" / entry["file"].get<std::string>(), entry["n"], entry["D"]);
  }

  static Matrix<double> ours(const std::string& name, std::optional<std::size_t> dimension = {}) {
    PointCloudOptions options;
    options.manifold = name;
    options.dimension = dimension;
    options.samples = 10'000;
    options.seed = 11;
    return sample_manifold(options);
  }

  fs::path folder_;
  nlohmann::json golden_;
};

class EachBenchmark : public ScikitDimension, public ::testing::WithParamInterface<std::string> {};

TEST_P(EachBenchmark, FollowsTheSameLaw) {
  const Matrix<double> theirs = reference(GetParam()), sample = ours(GetParam());
  EXPECT_EQ(manifold_card(GetParam()).dimension, golden_[GetParam()]["true_dimension"]);
  expect_same_distribution(theirs, sample, GetParam());
  // The reference takes the same number of points from every face in turn, so that its neighbours in order
  // are no random pairs.
  if (GetParam().find("Cubic") == std::string::npos)
    expect_same_law(pair_distances(theirs), pair_distances(sample), GetParam() + " distances");
}

std::vector<std::string> benchmark_names() {
  std::vector<std::string> names;
  for (const std::string& name : manifold_names())
    if (name.front() == 'M') names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(ScikitDimension, EachBenchmark, ::testing::ValuesIn(benchmark_names()),
                         [](const auto& test) { return test.param; });

struct Family {
  const char *reference, *ours;
  std::size_t dimension;
};

TEST_F(ScikitDimension, FamiliesFollowTheSameLaw) {
  for (const Family& family :
       {Family{"hyperBall_d5", "ball", 5}, Family{"hyperBall_d10", "ball", 10},
        Family{"hyperSphere_d6", "sphere", 6}, Family{"hyperTwinPeaks_d2", "twin_peaks", 2},
        Family{"lineDiskBall", "line_disk_ball", 0}})
    expect_same_distribution(reference(family.reference), ours(family.ours, family.dimension),
                             family.reference);
}

// The reference sample holds the roll alone (its sphere is drawn apart).
TEST_F(ScikitDimension, SwissRollIsTheRollOfTheMixture) {
  const Matrix<double> theirs = reference("swissRoll_2500"), mixture = ours("swissRoll3Sph");
  Matrix<double> roll(0, 4);
  for (std::size_t i = 0; i < mixture.rows(); ++i) {
    if (mixture.row(i)[3] != 0) continue;
    roll.resize_rows(roll.rows() + 1);
    std::copy(mixture.row(i).begin(), mixture.row(i).end(), roll.row(roll.rows() - 1).begin());
  }
  expect_same_distribution(theirs, roll, "swissRoll_2500");
}

}  // namespace
}  // namespace fathom
