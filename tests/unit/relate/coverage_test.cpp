// How often 95 % intervals hold the truth, over 500 synthetic studies each; printed as docs/relate.md shows
// it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "fathom/relate/linear_model.h"
#include "made_cells.h"

namespace fathom {
namespace {

constexpr int kStudies = 500;

/// Shares of studies whose interval holds the truth.
struct Coverage {
  double classical = 0, robust = 0, cluster = 0;  ///< of c
  double jackknife = 0, sharpness_jackknife = 0;  ///< of c, of b
  double same = 0, unseen = 0;                    ///< prediction, of one more cell and of a data set not seen
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

bool holds(const Interval& interval, double value) {
  return interval.low <= value && value <= interval.high;
}

Coverage covered(const MadeLaw& law, std::uint64_t seed) {
  Coverage out;
  const auto count = [](double& share, bool held) { share += held ? 1.0 / kStudies : 0.0; };
  MadeLaw next = law;
  next.datasets = 1;
  next.samples = {1000};
  for (int study = 0; study < kStudies; ++study) {
    Generator generator = make_generator(seed, static_cast<std::uint64_t>(study));
    const LinearModel model = fit_linear_model(regression(made_study(law, generator)));
    const RegressionData one = regression(made_study(next, generator));
    const std::array<double, 3> row{1.0, one.terms[1].values[0], one.terms[2].values[0]};
    count(out.classical, holds(model.terms[1].classical.interval, law.c));
    count(out.robust, holds(model.terms[1].robust.interval, law.c));
    count(out.cluster, holds(model.terms[1].cluster->interval, law.c));
    count(out.jackknife, holds(model.terms[1].jackknife->interval, law.c));
    count(out.sharpness_jackknife, holds(model.terms[2].jackknife->interval, law.b));
    count(out.same, holds(predict(model, row).interval, one.response[0]));
    count(out.unseen, holds(predict_new_cluster(model, row).interval, one.response[0]));
  }
  return out;
}

void print(std::size_t datasets, const char* errors, const Coverage& c) {
  std::printf("| %zu | %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |\n", datasets, errors,
              100 * c.classical, 100 * c.robust, 100 * c.cluster, 100 * c.jackknife,
              100 * c.sharpness_jackknife, 100 * c.same, 100 * c.unseen);
}

constexpr double kLow = 0.92, kHigh = 0.98;

void expect_nominal(double share) {
  EXPECT_GE(share, kLow);
  EXPECT_LE(share, kHigh);
}

TEST(Coverage, IndependentErrors) {
  MadeLaw law;
  law.noise = 0.3;
  const Coverage found = covered(law, 11);
  print(law.datasets, "independent", found);
  expect_nominal(found.classical);
  expect_nominal(found.robust);
  expect_nominal(found.same);
}

TEST(Coverage, ErrorsSharedByADataSet) {
  MadeLaw law;
  law.noise = 0.15;
  law.dataset_noise = 0.3;
  for (const std::size_t datasets : {4u, 6u, 10u, 20u, 60u, 200u}) {
    law.datasets = datasets;
    const Coverage found = covered(law, 12);
    print(datasets, "shared", found);
    if (datasets < 60) continue;
    if (datasets == 200) expect_nominal(found.cluster);
    expect_nominal(found.jackknife);
    expect_nominal(found.sharpness_jackknife);
    expect_nominal(found.unseen);
    EXPECT_LT(found.classical, kLow);  // it takes cells of one data set as independent
  }
}

}  // namespace
}  // namespace fathom
