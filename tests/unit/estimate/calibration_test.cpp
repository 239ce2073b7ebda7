#include "fathom/estimate/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "estimate/calibrated_statistics.h"
#include "estimate/calibration_tables.h"
#include "estimate/calibration_text.h"
#include "estimate/monotone_curve.h"
#include "fathom/core/error.h"
#include "fathom/core/random.h"
#include "fathom/estimate/estimators.h"

namespace fathom {
namespace {

// Written apart from synth, which made the table.
Matrix<double> uniform_ball(std::size_t points, std::size_t d, std::uint64_t seed, std::size_t columns) {
  Generator generator = make_generator(seed, 4242);
  Matrix<double> matrix(points, columns);
  for (std::size_t i = 0; i < points; ++i) {
    double norm = 0.0;
    for (std::size_t c = 0; c < d; ++c) {
      const double value = standard_normal(generator);
      matrix.row(i)[c] = value;
      norm += value * value;
    }
    const double radius = std::pow(1.0 - uniform_unit(generator), 1.0 / static_cast<double>(d));
    for (std::size_t c = 0; c < d; ++c) matrix.row(i)[c] *= radius / std::sqrt(norm);
  }
  return matrix;
}

Matrix<double> circles(std::size_t points, std::size_t d, std::uint64_t seed) {
  Generator generator = make_generator(seed, 4243);
  Matrix<double> matrix(points, 2 * d);
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t c = 0; c < d; ++c) {
      const double angle = 2.0 * M_PI * uniform_unit(generator);
      matrix.row(i)[2 * c] = std::cos(angle);
      matrix.row(i)[2 * c + 1] = std::sin(angle);
    }
  }
  return matrix;
}

DimensionEstimates measured(Matrix<double> matrix, std::vector<std::string> names, std::size_t k = 20) {
  RowMatrix rows;
  rows.stored = std::move(matrix);
  EstimatorSettings settings;
  settings.k = k;
  settings.simd = best_simd_level();
  return estimate_dimension(rows, names, settings);
}

const DimensionEstimate& headline(const DimensionEstimates& estimates, const std::string& name) {
  for (const DimensionEstimate& one : estimates.estimates) {
    if (one.estimator == name) return one;
  }
  throw std::out_of_range(name);
}

TEST(MonotoneCurve, IsExactAtItsPointsRisesBetweenThemAndInverts) {
  const std::vector<double> x{0.0, 1.0, 3.0, 4.0}, y{0.0, 0.1, 5.0, 5.5};
  const MonotoneCurve curve(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_DOUBLE_EQ(curve(x[i]), y[i]);
    EXPECT_NEAR(curve.bend(x[i]), 0.0, 1e-15);
  }
  double last = -1.0;
  for (double place = 0.0; place <= 4.0; place += 0.01) {
    EXPECT_GT(curve(place), last);
    last = curve(place);
    EXPECT_NEAR(curve.inverse(last), place, 1e-9);
    EXPECT_NEAR(curve.slope(place), (curve(place + 1e-6) - curve(place - 1e-6)) / 2e-6, 1e-4);
  }
  EXPECT_DOUBLE_EQ(curve(5.0), 6.0);  // straight on
  EXPECT_DOUBLE_EQ(curve(-1.0), -0.1);
}

TEST(CalibrationTable, IsMetExactlyAtItsNodes) {
  // calibration_families.csv is read here by itself: the row of 2048 points, dimension 12, ball.
  const std::string text(calibration_families_text());
  const std::size_t begin = text.find("\n2048,12,ball,") + 1;
  ASSERT_NE(begin, std::string::npos + 1);
  const std::string line = text.substr(begin, text.find('\n', begin) - begin);
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  ASSERT_EQ(cells.size(), 3 + calibrated_statistics().size());
  for (std::size_t s = 0; s < calibrated_statistics().size(); ++s) {
    const CalibratedStatistic& statistic = calibrated_statistics()[s];
    const FamilyCurve curve = family_table().curve(statistic.estimator, statistic.k, 0, 2048.0);
    const double expected = std::stod(cells[3 + s]);
    EXPECT_NEAR(std::exp(curve.value(std::log(12.0))), expected, 1e-9 * expected) << statistic.column();
    EXPECT_NEAR(curve.interpolation(std::log(12.0)), 0.0, 1e-9) << statistic.column();
    // Relative, of four samples or more.
    EXPECT_GT(curve.error(std::log(12.0)), 0.0);
    EXPECT_LT(curve.error(std::log(12.0)), 0.05);
  }
}

TEST(CalibrationTable, EveryCurveRisesWithTheDimension) {
  for (const double points : {128.0, 300.0, 2500.0, 30000.0}) {
    for (const CalibratedStatistic& statistic : calibrated_statistics()) {
      for (std::size_t family = 0; family < 3; ++family) {
        const FamilyCurve curve = family_table().curve(statistic.estimator, statistic.k, family, points);
        for (double d = 1.0; d < 127.0; d *= 1.1) {
          EXPECT_LT(curve.value(std::log(d)), curve.value(std::log(1.1 * d))) << statistic.column();
        }
      }
    }
  }
}

TEST(CalibrationTable, BrokenTextSaysWhere) {
  std::string text(calibration_families_text());
  const std::size_t place = text.find("\n128,1,ball,") + 12;
  std::string broken = text;
  broken.replace(place, 1, "x");
  try {
    FamilyTable table{broken};
    FAIL();
  } catch (const InternalError& error) {
    EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
  }
  broken = text;
  broken.erase(text.find("\n128,1,ball,"), text.find('\n', place) - text.find("\n128,1,ball,"));
  EXPECT_THROW(FamilyTable{broken}, InternalError);
  broken = text;
  broken.replace(text.find("mle_20"), 6, "mle_21");
  EXPECT_THROW(FamilyTable{broken}, InternalError);
  EXPECT_THROW(SpaceTable{"points,dimension\n128,1\n"}, InternalError);
  EXPECT_THROW(SpaceTable{""}, InternalError);
}

TEST(Calibration, RecoversBallAndTorusBetweenTheNodes) {
  // 1000 points, dimensions 7 and 15, k = 15: none is a node.
  const auto ball =
      measured(uniform_ball(1000, 15, 1, 15), {"mle", "twonn", "gride", "mada", "mind_ml", "mom"}, 15);
  for (const DimensionEstimate& one : ball.estimates) {
    if (!one.calibrated) continue;
    EXPECT_LT(one.value, one.calibrated->ball) << one.estimator;  // raw is low
    EXPECT_LT(one.calibrated->interval.low, 15.0) << one.estimator << " " << one.variant;
    EXPECT_GT(one.calibrated->interval.high, 15.0) << one.estimator << " " << one.variant;
  }
  EXPECT_NEAR(headline(ball, "mle").calibrated->ball, 15.0, 0.6);
  const auto torus = measured(circles(1000, 7, 2), {"mle", "mom"}, 15);
  EXPECT_NEAR(headline(torus, "mle").calibrated->torus, 7.0, 0.3);
  EXPECT_LT(headline(torus, "mle").calibrated->interval.low, 7.0);
  EXPECT_GT(headline(torus, "mle").calibrated->interval.high, 7.0);
}

TEST(Calibration, SaysWhyThereIsNone) {
  DimensionEstimate estimate;
  estimate.estimator = "mle";
  estimate.variant = "pooled";
  estimate.k = 20;
  estimate.value = 8.0;
  calibrate(estimate, 127);
  EXPECT_FALSE(estimate.calibrated);
  EXPECT_EQ(estimate.calibration_note, "calibration begins at 128 points, and there are 127");
  estimate.k = 81;
  calibrate(estimate, 1000);
  EXPECT_EQ(estimate.calibration_note, "calibration is for 3 to 80 neighbours, not 81");
  estimate.k = 20;
  estimate.value = 500.0;
  calibrate(estimate, 1000);
  EXPECT_NE(estimate.calibration_note.find("500 is above"), std::string::npos) << estimate.calibration_note;
  EXPECT_FALSE(estimate.calibrated);
  estimate.value = 8.0;
  estimate.calibration_note.clear();
  calibrate(estimate, 10'000'000);
  EXPECT_TRUE(estimate.calibrated);
  EXPECT_NE(estimate.calibration_note.find("there are 10000000"), std::string::npos);
  estimate.estimator = "tle";
  estimate.calibrated.reset();
  calibrate(estimate, 1000);
  EXPECT_FALSE(estimate.calibrated);
}

TEST(Calibrated, RecoversBallsAndToriWithinItsInterval) {
  for (const std::size_t d : {2u, 7u, 20u}) {
    const auto ball = measured(uniform_ball(1000, d, 10 + d, d + 3), {"calibrated"});
    const DimensionEstimate& of_ball = headline(ball, "calibrated");
    EXPECT_EQ(of_ball.interval_method, "simulation");
    EXPECT_LT(of_ball.uncertainty->interval.low, d);
    EXPECT_GT(of_ball.uncertainty->interval.high, d);
    EXPECT_NEAR(of_ball.value, d, 0.15 * static_cast<double>(d));
    ASSERT_EQ(ball.estimates.size(), 2u);
    const DimensionEstimate& whole = ball.estimates[1];
    EXPECT_EQ(whole.variant, "whole");
    EXPECT_EQ(whole.value, std::round(of_ball.value));
    EXPECT_EQ(whole.uncertainty->interval.high, std::round(of_ball.uncertainty->interval.high));
    const auto torus = measured(circles(1000, d, 20 + d), {"calibrated"});
    const DimensionEstimate& of_torus = headline(torus, "calibrated");
    EXPECT_LT(of_torus.uncertainty->interval.low, d);
    EXPECT_GT(of_torus.uncertainty->interval.high, d);
    // As curved as any space that was simulated: high, and the interval says by how much.
    EXPECT_NEAR(of_torus.value, d, 0.3 * static_cast<double>(d));
  }
}

TEST(Calibrated, CopiesChangeNothingAndFewPointsAreRefused) {
  const Matrix<double> once = uniform_ball(200, 4, 3, 4);
  Matrix<double> twice(400, 4);
  for (std::size_t i = 0; i < 400; ++i) std::ranges::copy(once.row(i % 200), twice.row(i).begin());
  EXPECT_EQ(headline(measured(once, {"calibrated"}), "calibrated").value,
            headline(measured(twice, {"calibrated"}), "calibrated").value);
  const auto few = measured(uniform_ball(100, 4, 3, 4), {"calibrated"});
  ASSERT_EQ(few.skipped.size(), 1u);
  EXPECT_EQ(few.skipped[0].reason, "is simulated for 128 distinct points or more, and there are 100");
  const auto high = measured(uniform_ball(300, 400, 3, 400), {"calibrated"});
  ASSERT_EQ(high.skipped.size(), 1u);
  EXPECT_NE(high.skipped[0].reason.find("128"), std::string::npos);
}

}  // namespace
}  // namespace fathom
