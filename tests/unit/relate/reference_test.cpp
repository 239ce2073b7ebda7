// The published values, and the published fits from them.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "fathom/relate/reference_values.h"

namespace fathom {
namespace {

const Relations& fitted() {
  static const Relations relations = relate_reference();
  return relations;
}

const LawFit& fit(FitLaw law, const std::string& domain, std::optional<std::size_t> samples) {
  for (const LawFit& each : fitted().fits) {
    if (each.law == law && each.subset.domain == domain && each.subset.samples == samples) return each;
  }
  throw std::runtime_error("no such fit");
}

const LawCorrelation& correlation(CorrelationLaw law) {
  for (const LawCorrelation& each : fitted().correlations) {
    if (each.law == law) return each;
  }
  throw std::runtime_error("no such correlation");
}

double term(const std::vector<TermEstimate>& terms, const std::string& name) {
  for (const TermEstimate& each : terms) {
    if (each.name == name) return each.estimate;
  }
  return std::nan("");
}

const LeftOutFit& without(const LawFit& fit, const std::string& dataset) {
  for (const LeftOutFit& each : fit.influence) {
    if (each.left_out == dataset) return each;
  }
  throw std::runtime_error("never left out");
}

TEST(ReferenceValues, Complete) {
  std::map<std::string, std::size_t> counts;
  for (const ReferenceValue& value : reference_values()) {
    ++counts[value.location + "/" + value.quantity];
    EXPECT_GT(value.tolerance, 0.0) << value.location << value.dataset;
    EXPECT_TRUE(value.reading == "printed" || value.reading == "digitised" ||
                value.reading == "vector paths" || value.reading == "unconfirmed");
    if (value.bar) {
      EXPECT_LT(value.bar->low, value.value);
      EXPECT_GT(value.bar->high, value.value);
    }
  }
  const std::map<std::string, std::size_t> expected{
      {"Figure 1 bars/dimension", 11},
      {"Figure 1 bars/label_sharpness", 11},
      {"Figure 2 ResNet-34 panel/dimension", 23},
      {"Figure 2 ResNet-34 panel/test_loss", 23},
      {"Figure 1 adversarial panel/label_sharpness", 11},
      {"Figure 1 adversarial panel/loss_penalty", 11},
      {"Figure 1 adversarial panel/loss_penalty_correlation", 1},
      {"Dimension bars/dimension", 14},
      {"Accuracy against dimension/best_test_accuracy", 98},
      {"Accuracy against dimension/accuracy_r_squared", 14},
      {"Accuracy against dimension/accuracy_slope", 14},
      {"Accuracy against dimension and log N/accuracy_plane_r_squared", 2},
      {"Peak dimension figure of the poster/dimension", 11},
      {"Peak dimension figure of the poster/peak_dimension", 11},
      {"Peak dimension figure of the poster/peak_dimension_correlation", 1},
      {"Peak dimension figure of the poster/peak_dimension_slope", 1},
      {"Peak dimension figure of the poster/peak_dimension_intercept", 1},
      {"Text/peak_relative_depth", 2},
      {"Table of dimensions/dimension", 28}};
  EXPECT_EQ(counts, expected);
}

/// Every printed R^2 and slope of P2 comes out of the accuracies and dimensions of its figures: radiology's
/// from its seven data sets, the natural ones' from MNIST, SVHN, CIFAR-10 and ImageNet.
TEST(ReferenceFits, AccuracyAtEachTrainingSize) {
  std::size_t checked = 0;
  for (const ReferenceValue& printed : reference_values()) {
    const bool slope = printed.quantity == "accuracy_slope";
    if (!slope && printed.quantity != "accuracy_r_squared") continue;
    const LawFit& found = fit(FitLaw::accuracy, printed.domain, printed.samples);
    EXPECT_EQ(found.model.n, printed.domain == "medical" ? 7u : 4u);
    const double value = slope ? found.model.estimate("dimension") : found.model.r_squared;
    EXPECT_NEAR(value, printed.value, 2.0 * printed.tolerance)
        << printed.domain << *printed.samples << printed.quantity;
    ++checked;
  }
  EXPECT_EQ(checked, 28u);
}

/// P2's dimensions and accuracies of one domain and training size, with half a unit of the accuracies' last
/// digit.
struct RoundedPoints {
  std::vector<double> dimensions, accuracies, tolerances;
};

RoundedPoints points_of(const ReferenceValue& line) {
  std::map<std::string, double> dimensions;
  for (const ReferenceValue& each : reference_values()) {
    if (each.paper == line.paper && each.quantity == "dimension") dimensions[each.dataset] = each.value;
  }
  RoundedPoints points;
  for (const ReferenceValue& each : reference_values()) {
    if (each.quantity != "best_test_accuracy" || each.domain != line.domain || each.samples != line.samples)
      continue;
    points.dimensions.push_back(dimensions.at(each.dataset));
    points.accuracies.push_back(each.value);
    points.tolerances.push_back(each.tolerance);
  }
  return points;
}

/// A slope, and how far accuracies that are rounded to the same digits could take it: it is the sum of
/// weights (d - mean) / sum (d - mean)^2 times accuracies.
struct SlopeRange {
  double slope = 0.0, half = 0.0;
};

SlopeRange slope_range(const RoundedPoints& points) {
  double mean = 0.0, squares = 0.0;
  for (const double d : points.dimensions) mean += d / static_cast<double>(points.dimensions.size());
  for (const double d : points.dimensions) squares += (d - mean) * (d - mean);
  SlopeRange range;
  for (std::size_t i = 0; i < points.dimensions.size(); ++i) {
    const double weight = (points.dimensions[i] - mean) / squares;
    range.slope += weight * points.accuracies[i];
    range.half += std::abs(weight) * points.tolerances[i];
  }
  return range;
}

/// 12 of 14 slopes come out to the digit; the other two are within what the rounding of accuracies leaves
/// open.
TEST(ReferenceFits, RoundedAccuraciesAllowThePrintedSlopes) {
  std::size_t checked = 0, to_the_digit = 0;
  for (const ReferenceValue& printed : reference_values()) {
    if (printed.quantity != "accuracy_slope") continue;
    const SlopeRange range = slope_range(points_of(printed));
    const double error = std::abs(range.slope - printed.value);
    EXPECT_NEAR(fit(FitLaw::accuracy, printed.domain, printed.samples).model.estimate("dimension"),
                range.slope, 1e-15);
    EXPECT_LE(error, range.half + printed.tolerance) << printed.domain << *printed.samples;
    // Natural accuracies are printed to two digits, radiology's to three or four.
    EXPECT_LT(range.half, (printed.domain == "medical" ? 0.001 : 0.055) * std::abs(range.slope));
    to_the_digit += error <= printed.tolerance ? 1 : 0;
    ++checked;
  }
  EXPECT_EQ(checked, 14u);
  EXPECT_EQ(to_the_digit, 12u);
}

TEST(ReferenceFits, AccuracyPlanes) {
  const LinearModel& medical = fit(FitLaw::accuracy_samples, "medical", std::nullopt).model;
  EXPECT_EQ(medical.n, 49u);
  EXPECT_NEAR(medical.r_squared, 0.7659, 5e-5);
  EXPECT_NEAR(medical.estimate("intercept"), 0.5687, 5e-5);
  EXPECT_NEAR(medical.estimate("dimension"), -0.01994, 5e-6);
  EXPECT_NEAR(medical.estimate("log_samples"), 0.0577, 5e-5);
  const LinearModel& natural = fit(FitLaw::accuracy_samples, "natural", std::nullopt).model;
  EXPECT_EQ(natural.n, 28u);
  EXPECT_NEAR(natural.r_squared, 0.9023, 5e-5);
  EXPECT_NEAR(natural.estimate("intercept"), 0.6663, 5e-5);
  EXPECT_NEAR(natural.estimate("dimension"), -0.00772, 5e-6);
  EXPECT_NEAR(natural.estimate("log_samples"), 0.0565, 5e-5);
}

/// P2's claim that radiology loses more accuracy a dimension than natural images.
TEST(ReferenceFits, SlopesOfDomains) {
  const LawFit* all = nullptr;
  for (const LawFit& each : fitted().fits) {
    if (each.law == FitLaw::domain_slopes && !each.subset.samples) all = &each;
  }
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->model.n, 77u);
  EXPECT_NEAR(all->model.estimate("dimension"), -0.01994, 2e-4);
  EXPECT_NEAR(all->model.estimate("dimension:domain[natural]"), 0.01994 - 0.00772, 2e-4);
}

TEST(ReferenceFits, LossPenaltyOfElevenMeans) {
  const LawCorrelation& found = correlation(CorrelationLaw::robustness);
  EXPECT_EQ(found.correlation.n, 11u);
  EXPECT_NEAR(found.correlation.pearson.r, 0.84, 0.005);
  EXPECT_NEAR(found.correlation.slope * 1e-4, 9.5, 0.05);
  EXPECT_EQ(found.influence.size(), 11u);
  ASSERT_TRUE(found.correlation.pearson.bootstrap_interval.has_value());
  EXPECT_GT(found.correlation.pearson.bootstrap_interval->low, 0.3);
}

TEST(ReferenceFits, PeakDimensionOfElevenDataSets) {
  const LawCorrelation& found = correlation(CorrelationLaw::peak_dimension);
  EXPECT_EQ(found.correlation.n, 11u);
  EXPECT_NEAR(found.correlation.pearson.r, 0.888, 0.0005);
  EXPECT_NEAR(found.correlation.slope, 2.06, 0.005);
  // Printed -2.56; points read to 0.3 move an intercept by more than its last digit.
  EXPECT_NEAR(found.correlation.intercept, -2.56, 0.02);
}

/// The published trend of loss with dimension rests on the prostate set (docs/relate.md).
TEST(ReferenceFits, GeneralizationRestsOnOneDataSet) {
  const LawFit& found = fitted().fits.front();
  EXPECT_EQ(found.law, FitLaw::generalization);
  EXPECT_EQ(found.model.n, 23u);
  // NumPy: correlation of log L with -(log N)/d 0.8914392803576787, without prostate 0.23679738251864157.
  EXPECT_NEAR(found.model.r_squared, std::pow(0.8914392803576787, 2), 1e-12);
  EXPECT_NEAR(without(found, "prostate").r_squared, std::pow(0.23679738251864157, 2), 1e-12);
  EXPECT_EQ(without(found, "prostate").n, 17u);
  EXPECT_GT(without(found, "oai").r_squared, 0.7);
  EXPECT_GT(term(without(found, "oai").terms, "negative_log_samples_over_dimension"), 0.0);
}

}  // namespace
}  // namespace fathom
