// How often 95 % intervals hold the truth, over synthetic studies; printed as docs/relate.md shows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "fathom/relate/linear_model.h"
#include "made_cells.h"

namespace fathom {
namespace {

/// Few data sets cost little, and their coverage is what is in question: sampling error 0.5 %, otherwise 1 %.
int studies_of(std::size_t datasets) {
  return datasets <= 20 ? 2000 : 500;
}

constexpr double kAccuracySlope = -0.01, kAccuracyGain = 0.06;  // of d, which data sets share, and of log N

/// Shares of studies whose interval holds the truth.
struct Coverage {
  double classical = 0, robust = 0, jackknife = 0;  ///< of c
  double c = 0, b = 0, slope = 0, gain = 0;         ///< by data set (CR2)
  double same = 0, unseen = 0;  ///< prediction, of one more cell and of a data set not seen
  std::vector<double> freedom;  ///< degrees of freedom of c by data set
};

RegressionData regression(const std::vector<CellResult>& cells) {
  RegressionData data;
  data.what = "made";
  data.terms = {intercept(cells.size()), {"x", {}}, {"k", {}}};
  for (const CellResult& cell : cells) {
    data.response.push_back(std::log(*cell.test_loss));
    data.terms[1].values.push_back(-std::log(static_cast<double>(cell.samples)) / *cell.dimension);
    data.terms[2].values.push_back(std::log(*cell.label_sharpness));
    data.cluster.push_back(std::stoul(cell.dataset.substr(3)));
  }
  return data;
}

/// Accuracy on d and log N (P2), with the errors that the cells have in log L.
RegressionData accuracy_regression(const MadeLaw& law, const std::vector<CellResult>& cells) {
  RegressionData data = regression(cells);
  const std::vector<Regressor> loss_terms = data.terms;
  data.terms[1] = {"d", {}};
  data.terms[2] = {"n", {}};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double d = *cells[i].dimension, log_samples = std::log(static_cast<double>(cells[i].samples));
    data.terms[1].values.push_back(d);
    data.terms[2].values.push_back(log_samples);
    const double lawful = law.a + law.c * loss_terms[1].values[i] + law.b * loss_terms[2].values[i];
    data.response[i] += kAccuracySlope * d + kAccuracyGain * log_samples - lawful;
  }
  return data;
}

bool holds(const Interval& interval, double value) {
  return interval.low <= value && value <= interval.high;
}

Coverage covered(const MadeLaw& law, std::uint64_t seed) {
  Coverage out;
  const int studies = studies_of(law.datasets);
  const auto count = [&](double& share, bool held) { share += held ? 1.0 / studies : 0.0; };
  MadeLaw next = law;
  next.datasets = 1;
  next.samples = {1000};
  for (int study = 0; study < studies; ++study) {
    Generator generator = make_generator(seed, static_cast<std::uint64_t>(study));
    const std::vector<CellResult> cells = made_study(law, generator);
    const LinearModel model = fit_linear_model(regression(cells));
    const LinearModel accuracy = fit_linear_model(accuracy_regression(law, cells));
    const RegressionData one = regression(made_study(next, generator));
    const std::array<double, 3> row{1.0, one.terms[1].values[0], one.terms[2].values[0]};
    count(out.classical, holds(model.terms[1].classical.interval, law.c));
    count(out.robust, holds(model.terms[1].robust->interval, law.c));
    count(out.jackknife, holds(model.terms[1].jackknife->interval, law.c));
    count(out.c, holds(model.terms[1].cluster->interval, law.c));
    count(out.b, holds(model.terms[2].cluster->interval, law.b));
    count(out.slope, holds(accuracy.terms[1].cluster->interval, kAccuracySlope));
    count(out.gain, holds(accuracy.terms[2].cluster->interval, kAccuracyGain));
    count(out.same, holds(predict(model, row).interval, one.response[0]));
    count(out.unseen, holds(predict_new_cluster(model, row).interval, one.response[0]));
    out.freedom.push_back(model.terms[1].cluster->degrees_of_freedom);
  }
  return out;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void print(std::size_t datasets, const char* errors, const Coverage& found) {
  std::printf("| %zu | %s |", datasets, errors);
  for (const double share : {found.classical, found.robust, found.jackknife, found.c, found.b, found.slope,
                             found.gain, found.same, found.unseen}) {
    std::printf(" %.1f |", 100 * share);
  }
  std::printf(" %.1f |\n", median(found.freedom));
}

constexpr double kLow = 0.92, kHigh = 0.98;

void expect_nominal(double share) {
  EXPECT_GE(share, kLow);
  EXPECT_LE(share, kHigh);
}

/// The intervals that are quoted, of regressors that data sets share, that vary within them, and that do
/// both.
void expect_nominal_by_dataset(const Coverage& found) {
  expect_nominal(found.c);
  expect_nominal(found.b);
  expect_nominal(found.slope);
  expect_nominal(found.gain);
}

TEST(Coverage, IndependentErrors) {
  MadeLaw law;
  law.noise = 0.3;
  for (const std::size_t datasets : {4u, 11u}) {
    law.datasets = datasets;
    const Coverage found = covered(law, 11);
    print(datasets, "independent", found);
    expect_nominal(found.classical);
    expect_nominal(found.robust);
    expect_nominal_by_dataset(found);
  }
}

TEST(Coverage, ErrorsSharedByADataSet) {
  MadeLaw law;
  law.noise = 0.15;
  law.dataset_noise = 0.3;
  for (const std::size_t datasets : {4u, 6u, 11u, 20u, 50u, 200u}) {
    law.datasets = datasets;
    const Coverage found = covered(law, 12);
    print(datasets, "shared", found);
    expect_nominal_by_dataset(found);
    if (datasets >= 50) expect_nominal(found.unseen);
    EXPECT_LT(found.classical, kLow);  // it takes cells of one data set as independent
  }
}

}  // namespace
}  // namespace fathom
