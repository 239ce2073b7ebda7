// Every law on cells that follow it, with what is left out, compared and skipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fathom/core/error.h"
#include "fathom/relate/relations.h"
#include "made_cells.h"

namespace fathom {
namespace {

std::vector<CellResult> exact_study() {
  Generator generator = make_generator(1);
  return made_study({}, generator);
}

Relations related(const std::vector<CellResult>& cells) {
  RelateOptions options;
  options.resamples = 50;
  return relate_cells(cells, options);
}

const LawFit& fit(const Relations& relations, FitLaw law, const std::string& name,
                  const std::optional<std::string>& model = std::nullopt) {
  for (const LawFit& each : relations.fits) {
    if (each.law == law && each.name == name && each.subset.model == model) return each;
  }
  throw std::runtime_error("no fit " + name);
}

TEST(GeneralizationLaw, RecoversItsCoefficients) {
  const Relations relations = related(exact_study());
  const LawFit& found = fit(relations, FitLaw::generalization, "log L on (log N)/d and log K_F");
  EXPECT_EQ(found.response, "log_test_loss");
  EXPECT_EQ(found.datasets, 12u);
  EXPECT_EQ(found.model.n, 48u);
  EXPECT_NEAR(found.model.estimate("intercept"), 5.0, 1e-10);
  EXPECT_NEAR(found.model.estimate("negative_log_samples_over_dimension"), 3.0, 1e-10);
  EXPECT_NEAR(found.model.estimate("log_label_sharpness"), 0.5, 1e-10);
  EXPECT_NEAR(found.model.r_squared, 1.0, 1e-12);
  ASSERT_EQ(found.influence.size(), 12u);
  for (const LeftOutFit& each : found.influence) {
    EXPECT_EQ(each.n, 44u);
    EXPECT_NEAR(each.terms[1].estimate, 3.0, 1e-10);
  }
  EXPECT_EQ(relations.cells, 48u);
  EXPECT_EQ(relations.datasets.size(), 12u);
}

TEST(GeneralizationLaw, ComparesWithAndWithoutLabelSharpness) {
  std::vector<CellResult> cells = exact_study();
  Generator generator = make_generator(2);
  for (CellResult& cell : cells)
    cell.test_loss = *cell.test_loss * std::exp(0.1 * standard_normal(generator));
  const Relations relations = related(cells);
  ASSERT_EQ(relations.comparisons.size(), 1u);
  const LawComparison& comparison = relations.comparisons.front();
  EXPECT_EQ(comparison.full, "log L on (log N)/d and log K_F");
  EXPECT_EQ(comparison.reduced, "log L on (log N)/d");
  EXPECT_EQ(comparison.n, 48u);
  EXPECT_LT(comparison.test.p_value, 1e-6);
  EXPECT_LT(comparison.test.delta_aic, -10.0);
}

/// Cells without K_F enter the fit without it, and not the comparison.
TEST(GeneralizationLaw, CellsWithoutLabelSharpness) {
  std::vector<CellResult> cells = exact_study();
  for (std::size_t i = 0; i < 8; ++i) cells[i].label_sharpness.reset();
  const Relations relations = related(cells);
  EXPECT_EQ(fit(relations, FitLaw::generalization, "log L on (log N)/d").model.n, 48u);
  EXPECT_EQ(fit(relations, FitLaw::generalization, "log L on (log N)/d and log K_F").model.n, 40u);
  EXPECT_EQ(relations.comparisons.front().n, 40u);
}

TEST(GeneralizationLaw, DomainsAndModelsHaveLevelsOfTheirOwn) {
  std::vector<CellResult> cells = exact_study();
  for (CellResult& cell : cells) {
    if (cell.dataset < "set4") continue;
    cell.domain = "natural";
    *cell.test_loss *= std::exp(-1.5);
  }
  std::vector<CellResult> both = cells;
  for (CellResult cell : cells) {
    cell.model = "vgg13";
    *cell.test_loss *= std::exp(0.7);
    both.push_back(cell);
  }
  const Relations relations = related(both);
  const std::string name = "log L on (log N)/d, log K_F and domain";
  const LawFit& all = fit(relations, FitLaw::generalization, name);
  EXPECT_NEAR(all.model.estimate("domain[natural]"), -1.5, 1e-9);
  EXPECT_NEAR(all.model.estimate("model[vgg13]"), 0.7, 1e-9);
  EXPECT_NEAR(all.model.estimate("negative_log_samples_over_dimension"), 3.0, 1e-9);
  EXPECT_EQ(all.model.clusters, 12u);
  const LawFit& one = fit(relations, FitLaw::generalization, name, "vgg13");
  EXPECT_EQ(one.model.n, 48u);
  EXPECT_NEAR(one.model.estimate("intercept"), 5.7, 1e-9);
  EXPECT_EQ(relations.models, (std::vector<std::string>{"resnet18", "vgg13"}));
}

TEST(GeneralizationLaw, OneDataSetIsIndispensable) {
  std::vector<CellResult> cells = exact_study();
  std::erase_if(cells,
                [](const CellResult& cell) { return cell.dataset != "set0" && cell.dataset != "set1"; });
  const Relations relations = related(cells);
  const LawFit& found = fit(relations, FitLaw::generalization, "log L on (log N)/d");
  EXPECT_EQ(found.influence.size(), 2u);
  // With two values of K_F, one left out leaves one, which cannot be told from the intercept.
  const LawFit& sharp = fit(relations, FitLaw::generalization, "log L on (log N)/d and log K_F");
  EXPECT_TRUE(sharp.influence.empty());
  EXPECT_EQ(sharp.indispensable, (std::vector<std::string>{"set0", "set1"}));
}

TEST(GeneralizationLaw, WhatCannotBeFittedIsSkippedWithItsReason) {
  std::vector<CellResult> cells = exact_study();
  for (CellResult& cell : cells) cell.label_sharpness = 1e-4;
  const Relations relations = related(cells);
  EXPECT_EQ(relations.fits.size(), 1u);
  ASSERT_EQ(relations.skipped.size(), 1u);
  EXPECT_EQ(relations.skipped[0].law, "generalization");
  EXPECT_NE(relations.skipped[0].reason.find("log_label_sharpness"), std::string::npos);
  EXPECT_TRUE(relations.comparisons.empty());
}

TEST(RepresentationLaw, RecoversItsCoefficientsAndCountsTheShareBelow) {
  std::vector<CellResult> cells = exact_study();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    CellResult& cell = cells[i];
    cell.representation_dimension = *cell.dimension * (i < 6 ? 1.2 : 0.7);
    cell.test_loss =
        std::exp(1.0 - 4.0 * std::log(static_cast<double>(cell.samples)) / *cell.representation_dimension);
  }
  const Relations relations = related(cells);
  const LawFit& found = fit(relations, FitLaw::representation, "log L on (log N)/d_repr");
  EXPECT_NEAR(found.model.estimate("negative_log_samples_over_representation_dimension"), 4.0, 1e-10);
  EXPECT_GT(
      fit(relations, FitLaw::representation, "log L on d_repr").model.estimate("representation_dimension"),
      0.0);
  ASSERT_EQ(relations.shares.size(), 1u);
  EXPECT_EQ(relations.shares[0].below, 42u);
  EXPECT_EQ(relations.shares[0].n, 48u);
  EXPECT_EQ(relations.shares[0].share, 42.0 / 48.0);
}

std::vector<CellResult> accuracy_study() {
  std::vector<CellResult> cells = exact_study();
  for (CellResult& cell : cells) {
    cell.test_loss.reset();
    const bool natural = cell.dataset >= "set4";
    cell.domain = natural ? "natural" : "medical";
    cell.best_test_accuracy = 0.5 + (natural ? 0.1 : 0.0) - (natural ? 0.004 : 0.010) * *cell.dimension +
                              0.06 * std::log(static_cast<double>(cell.samples));
  }
  return cells;
}

TEST(AccuracyLaw, LinesPlanesAndSlopesOfDomains) {
  const Relations relations = related(accuracy_study());
  std::size_t lines = 0, planes = 0;
  for (const LawFit& each : relations.fits) {
    if (each.law != FitLaw::accuracy && each.law != FitLaw::accuracy_samples) continue;
    EXPECT_EQ(each.response, "best_test_accuracy");
    EXPECT_NEAR(each.model.estimate("dimension"), each.subset.domain == "natural" ? -0.004 : -0.010, 1e-12);
    if (each.law == FitLaw::accuracy) {
      EXPECT_TRUE(each.subset.samples.has_value());
      ++lines;
    } else {
      EXPECT_NEAR(each.model.estimate("log_samples"), 0.06, 1e-12);
      ++planes;
    }
  }
  EXPECT_EQ(lines, 8u);
  EXPECT_EQ(planes, 2u);
  const LawFit& slopes = fit(relations, FitLaw::domain_slopes, "accuracy on d, a slope for each domain");
  EXPECT_NEAR(slopes.model.estimate("dimension:domain[natural]"), 0.006, 1e-12);
  EXPECT_NEAR(slopes.model.estimate("domain[natural]"), 0.1, 1e-12);
}

TEST(AccuracyLaw, TakesTheLastEpochWhereNoBestIsKnown) {
  std::vector<CellResult> cells = accuracy_study();
  for (CellResult& cell : cells) {
    cell.test_accuracy = cell.best_test_accuracy;
    cell.best_test_accuracy.reset();
  }
  EXPECT_EQ(related(cells).fits.front().response, "test_accuracy");
}

TEST(RobustnessLaw, PenaltiesAgainstLabelSharpness) {
  std::vector<CellResult> cells = exact_study();
  for (CellResult& cell : cells) {
    cell.test_accuracy = 0.9;
    const double k = *cell.label_sharpness;
    cell.attacks = {{"fgsm", 1.0, *cell.test_loss + 1e4 * k, 0.9 - 500.0 * k},
                    {"fgsm", 2.0, *cell.test_loss + 3e4 * k + 1.0, 0.9 - 900.0 * k}};
  }
  const Relations relations = related(cells);
  ASSERT_EQ(relations.correlations.size(), 8u);  // 2 epsilons x 2 penalties x 2 levels
  for (const LawCorrelation& each : relations.correlations) {
    EXPECT_EQ(each.law, CorrelationLaw::robustness);
    EXPECT_EQ(each.x, "label_sharpness");
    EXPECT_EQ(each.subset.method, "fgsm");
    EXPECT_NEAR(each.correlation.pearson.r, 1.0, 1e-9);
    EXPECT_EQ(each.correlation.n, each.level == CorrelationLevel::cells ? 48u : 12u);
    EXPECT_EQ(each.influence.size(), 12u);
    const bool loss = each.y == "loss_penalty", small = each.subset.epsilon == 1.0;
    EXPECT_NEAR(each.correlation.slope, loss ? (small ? 1e4 : 3e4) : (small ? 500.0 : 900.0), 1e-3);
    EXPECT_NEAR(each.correlation.intercept, loss && !small ? 1.0 : 0.0, 1e-6);
  }
}

TEST(PeakLaws, DepthByDomainAndDimension) {
  std::vector<CellResult> cells = exact_study();
  for (CellResult& cell : cells) {
    const bool natural = cell.dataset >= "set4";
    cell.domain = natural ? "natural" : "medical";
    const double peak = 2.0 * *cell.dimension + 1.0;
    cell.layers = {{"input", 0.0, 3.0}, {"layer2", natural ? 0.6 : 0.35, peak}, {"fc", 1.0, 2.0}};
  }
  const Relations relations = related(cells);
  const LawFit& depth = fit(relations, FitLaw::peak_depth, "relative depth of the peak by domain");
  EXPECT_NEAR(depth.model.estimate("intercept"), 0.35, 1e-12);
  EXPECT_NEAR(depth.model.estimate("domain[natural]"), 0.25, 1e-12);
  const auto peak = std::ranges::find_if(relations.correlations, [](const LawCorrelation& each) {
    return each.law == CorrelationLaw::peak_dimension && each.level == CorrelationLevel::dataset_means;
  });
  ASSERT_NE(peak, relations.correlations.end());
  EXPECT_EQ(peak->correlation.n, 12u);
  EXPECT_NEAR(peak->correlation.slope, 2.0, 1e-12);
  EXPECT_NEAR(peak->correlation.intercept, 1.0, 1e-10);
}

TEST(PeakLaws, OneLayerAloneIsNoPeak) {
  std::vector<CellResult> cells = exact_study();
  for (CellResult& cell : cells) cell.layers = {{"layer4", 0.9, *cell.dimension}};
  EXPECT_TRUE(related(cells).correlations.empty());
}

TEST(RelateCells, LossesOfZeroAreLeftOutAndCounted) {
  std::vector<CellResult> cells = exact_study();
  cells[3].test_loss = 0.0;
  const Relations relations = related(cells);
  EXPECT_EQ(relations.zero_losses, 1u);
  EXPECT_EQ(relations.fits.front().model.n, 47u);
}

TEST(RelateCells, NothingToAskIsAnError) {
  std::vector<CellResult> cells(3);
  EXPECT_THROW(relate_cells(cells), InputError);
  EXPECT_THROW(relate_cells({}), InputError);
}

}  // namespace
}  // namespace fathom
