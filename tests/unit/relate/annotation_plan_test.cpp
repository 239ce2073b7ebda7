#include "fathom/relate/annotation_plan.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fathom/core/error.h"
#include "made_cells.h"

namespace fathom {
namespace {

std::vector<CellResult> study(double noise = 1e-9) {
  MadeLaw law;
  law.noise = noise;
  Generator generator = make_generator(4);
  return made_study(law, generator);
}

PlanQuestion for_loss(double target) {
  PlanQuestion question;
  question.target_loss = target;
  question.dimension = 12.0;
  question.label_sharpness = 1e-4;
  return question;
}

template <class Call>
std::string message(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::vector<CellResult> curve() {
  const std::vector<std::pair<std::size_t, double>> points{
      {250, 1.2}, {500, 0.95}, {1000, 0.66}, {2000, 0.52}, {4000, 0.36}};
  std::vector<CellResult> cells;
  for (const auto& point : points) {
    CellResult cell;
    cell.samples = point.first;
    cell.test_loss = point.second;
    cell.test_accuracy = 0.9 - 0.3 * point.second;
    cells.push_back(cell);
  }
  return cells;
}

/// log N = d (a + b log K_F - log L) / c.
TEST(AnnotationPlan, SolvesTheLawForN) {
  const double samples = 1500.0;
  const double loss = std::exp(5.0 - 3.0 * std::log(samples) / 12.0 + 0.5 * std::log(1e-4));
  const AnnotationPlan plan = plan_from_study(study(), for_loss(loss));
  EXPECT_FALSE(plan.pilot);
  EXPECT_EQ(plan.quantity, "test_loss");
  EXPECT_NEAR(plan.samples, samples, 1e-3);
  EXPECT_NEAR(plan.low, samples, 1e-2);
  ASSERT_TRUE(plan.high.has_value());
  EXPECT_NEAR(*plan.high, samples, 1e-2);
  EXPECT_LT(plan.low, plan.samples);
  EXPECT_GT(*plan.high, plan.samples);
  EXPECT_EQ(plan.smallest_samples, 250u);
  EXPECT_EQ(plan.largest_samples, 2000u);
  EXPECT_EQ(plan.fit.name, "log L on (log N)/d and log K_F");
  EXPECT_NEAR(plan.curve.front().samples, 250.0, 1e-9);
  EXPECT_NEAR(plan.curve.back().samples, 2000.0, 1e-9);
}

TEST(AnnotationPlan, AccuracyOfAStudy) {
  std::vector<CellResult> cells = study();
  Generator generator = make_generator(5);
  for (CellResult& cell : cells) {
    cell.test_accuracy = 0.5 - 0.01 * *cell.dimension + 0.06 * std::log(static_cast<double>(cell.samples)) +
                         1e-9 * standard_normal(generator);
  }
  PlanQuestion question;
  question.target_accuracy = 0.5 - 0.12 + 0.06 * std::log(3000.0);
  question.dimension = 12.0;
  const AnnotationPlan plan = plan_from_study(cells, question);
  EXPECT_EQ(plan.quantity, "test_accuracy");
  EXPECT_NEAR(plan.samples, 3000.0, 1e-2);
}

/// Roots of the quadratic in log N that the prediction interval of simple regression gives, in NumPy.
TEST(AnnotationPlan, IntervalOfAPilotIsThatOfInverseRegression) {
  PlanQuestion question;
  question.target_loss = 0.3;
  const AnnotationPlan plan = plan_from_pilot(curve(), question);
  EXPECT_TRUE(plan.pilot);
  EXPECT_NEAR(plan.samples, 6484.621401594444, 1e-6);
  EXPECT_NEAR(plan.low, 4382.20928259, 1e-5);
  ASSERT_TRUE(plan.high.has_value());
  EXPECT_NEAR(*plan.high, 10329.18605989, 1e-5);
}

TEST(AnnotationPlan, DimensionOfAPilotChangesTheCoefficientAlone) {
  PlanQuestion question;
  question.target_loss = 0.3;
  const AnnotationPlan without = plan_from_pilot(curve(), question);
  question.dimension = 10.0;
  const AnnotationPlan with = plan_from_pilot(curve(), question);
  EXPECT_NEAR(with.samples, without.samples, 1e-6);
  EXPECT_NEAR(with.fit.model.estimate("negative_log_samples_over_dimension"),
              -10.0 * without.fit.model.estimate("log_samples"), 1e-10);
}

TEST(AnnotationPlan, AnIntervalMayHaveNoUpperEnd) {
  std::vector<CellResult> cells = curve();
  cells[1].test_loss = 0.4;
  cells[2].test_loss = 1.1;
  PlanQuestion question;
  question.target_loss = 0.4;
  const AnnotationPlan plan = plan_from_pilot(cells, question);
  EXPECT_FALSE(plan.high.has_value());
  EXPECT_EQ(plan.low, 1.0);
}

/// The images that another data set of the same law truly needs lie within the interval.
TEST(AnnotationPlan, CoversTheNeedOfDataSetsNotSeen) {
  MadeLaw law;
  law.noise = 0.1;
  law.dataset_noise = 0.2;
  int covered = 0;
  constexpr int studies = 200;
  for (int i = 0; i < studies; ++i) {
    Generator generator = make_generator(9, static_cast<std::uint64_t>(i));
    const std::vector<CellResult> cells = made_study(law, generator);
    PlanQuestion question = for_loss(std::exp(5.0 - 3.0 * std::log(1000.0) / 12.0 + 0.5 * std::log(1e-4)));
    question.extrapolate = true;
    const double effect = law.dataset_noise * standard_normal(generator);
    const double truly = std::exp(std::log(1000.0) + effect * 12.0 / 3.0);
    const AnnotationPlan plan = plan_from_study(cells, question);
    covered += plan.low <= truly && (!plan.high || truly <= *plan.high) ? 1 : 0;
  }
  EXPECT_GE(covered, studies * 92 / 100);
}

TEST(AnnotationPlan, RefusesToExtrapolate) {
  const double far = std::exp(5.0 - 3.0 * std::log(9000.0) / 12.0 + 0.5 * std::log(1e-4));
  PlanQuestion question = for_loss(far);
  const std::string refused = message([&] { plan_from_study(study(), question); });
  for (const char* text : {"--target-loss", "9e+03", "4.5 times", "(2000)", "--extrapolate"}) {
    EXPECT_NE(refused.find(text), std::string::npos) << refused;
  }
  question.max_extrapolation = 5.0;
  EXPECT_NEAR(plan_from_study(study(), question).samples, 9000.0, 1.0);
  question = for_loss(1.0);
  question.dimension = 80.0;
  EXPECT_NE(message([&] { plan_from_study(study(), question); }).find("--dimension: 80 lies outside"),
            std::string::npos);
  question.dimension = 12.0;
  question.label_sharpness = 0.5;
  EXPECT_NE(message([&] { plan_from_study(study(), question); }).find("--label-sharpness: 0.5 lies outside"),
            std::string::npos);
  question.extrapolate = true;
  EXPECT_GT(plan_from_study(study(), question).samples, 0.0);
}

TEST(AnnotationPlan, RefusesQuestionsThatItCannotAnswer) {
  const std::vector<CellResult> cells = study();
  const auto asked = [&](auto change) {
    PlanQuestion question = for_loss(0.1);
    change(question);
    return message([&] { plan_from_study(cells, question); });
  };
  EXPECT_NE(asked([](PlanQuestion& q) { q.dimension.reset(); }).find("--dimension: is needed"),
            std::string::npos);
  EXPECT_NE(asked([](PlanQuestion& q) { q.target_accuracy = 0.9; }).find("not both"), std::string::npos);
  EXPECT_NE(asked([](PlanQuestion& q) { q.target_loss = 0.0; }).find("0 is not above 0"), std::string::npos);
  EXPECT_NE(asked([](PlanQuestion& q) { q.model = "vgg99"; }).find("choose among resnet18"),
            std::string::npos);
  EXPECT_NE(asked([](PlanQuestion& q) { q.domain = "natural"; }).find("choose among medical"),
            std::string::npos);
  EXPECT_NE(asked([](PlanQuestion& q) { q.max_extrapolation = 0.5; }).find("--max-extrapolation"),
            std::string::npos);
  EXPECT_NE(asked([](PlanQuestion& q) {
              q.target_loss.reset();
              q.target_accuracy = 0.9;
            }).find("--label-sharpness: has no part"),
            std::string::npos);
}

TEST(AnnotationPlan, RefusesCellsThatDoNotSuffice) {
  std::vector<CellResult> cells = study();
  for (std::size_t i = 0; i < 4; ++i) cells[i].model = "vgg13";
  EXPECT_NE(message([&] { plan_from_study(cells, for_loss(0.1)); }).find("--model: is needed"),
            std::string::npos);
  cells = study();
  cells.resize(4);
  PlanQuestion question = for_loss(0.1);
  question.label_sharpness.reset();
  question.dimension = cells[0].dimension;
  EXPECT_NE(message([&] { plan_from_study(cells, question); }).find("--pilot"), std::string::npos);
  cells = curve();
  cells.resize(2);
  question.dimension.reset();
  EXPECT_NE(message([&] { plan_from_pilot(cells, question); }).find("too few"), std::string::npos);
  cells = curve();
  for (CellResult& cell : cells) cell.test_loss = 1.0 / *cell.test_loss;
  EXPECT_NE(message([&] { plan_from_pilot(cells, question); }).find("does not fall"), std::string::npos);
}

}  // namespace
}  // namespace fathom
