// The whole measurement on small data whose answers are known.
#include "fathom/estimate/measure.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fathom/core/random.h"

namespace fathom {
namespace {

PreparedData vectors(Matrix<double> matrix, std::vector<std::int32_t> labels = {}, std::size_t classes = 0) {
  PreparedData data;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    Record record;
    record.path = std::to_string(i);
    if (!labels.empty()) record.labels = {labels[i]};
    data.records.push_back(record);
  }
  if (!labels.empty()) {
    LabelColumn column{"label", {}};
    for (std::size_t c = 0; c < classes; ++c) column.classes.push_back("class " + std::to_string(c));
    data.label_columns.push_back(column);
  }
  data.protocol = named_protocol("native");
  data.ambient_dimension = matrix.cols();
  data.matrix.stored = std::move(matrix);
  return data;
}

Matrix<double> ball(std::size_t points, std::size_t dimension, std::uint64_t seed) {
  Generator generator = make_generator(seed);
  Matrix<double> matrix(points, dimension);
  for (std::size_t i = 0; i < points; ++i) {
    double norm = 0.0;
    for (double& value : matrix.row(i)) {
      value = standard_normal(generator);
      norm += value * value;
    }
    const double radius =
        std::pow(uniform_unit(generator), 1.0 / static_cast<double>(dimension)) / std::sqrt(norm);
    for (double& value : matrix.row(i)) value *= radius;
  }
  return matrix;
}

MeasureOptions options(std::size_t k) {
  MeasureOptions chosen;
  chosen.k = k;
  chosen.threads = 2;
  chosen.simd = best_simd_level();
  return chosen;
}

std::string message(const std::function<void()>& run) {
  try {
    run();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(Measure, BallOfDimensionThree) {
  const Measurement measured = measure(vectors(ball(2000, 3, 1)), "ball", options(20));
  const DimensionEstimate& mle = measured.dimension.front();
  EXPECT_EQ(mle.estimator, "mle");
  EXPECT_EQ(mle.variant, "pooled");
  EXPECT_EQ(mle.interval_method, "split_halves");
  // A ball has a boundary, which lowers the estimate by about 6 % at k/n = 1/100 (k/n)^(1/3) of the radius.
  EXPECT_NEAR(mle.value, 3.0, 0.25);
  EXPECT_LT(mle.uncertainty->interval.low, mle.value);
  EXPECT_GT(mle.uncertainty->interval.high, mle.value);
  EXPECT_TRUE(measured.tasks.empty());
  EXPECT_EQ(measured.by_images.back().images, 2000u);
  EXPECT_EQ(measured.by_images.back().mle, mle.value);
  ASSERT_GE(measured.by_images.size(), 3u);
  EXPECT_EQ(measured.by_images[measured.by_images.size() - 2].images, 1000u);
  EXPECT_EQ(measured.by_k[17].k, 20u);
  EXPECT_NEAR(measured.by_k[17].value, mle.value, 1e-12 * mle.value);
}

TEST(Measure, CopiesChangeNothingButTheReport) {
  Matrix<double> once = ball(200, 3, 2);
  Matrix<double> twice(230, 3);
  for (std::size_t i = 0; i < 200; ++i) std::ranges::copy(once.row(i), twice.row(i).begin());
  for (std::size_t i = 0; i < 30; ++i) std::ranges::copy(once.row(i), twice.row(200 + i).begin());
  std::vector<std::int32_t> labels(200), more(230);
  for (std::size_t i = 0; i < 230; ++i) more[i] = static_cast<std::int32_t>(i % 200 % 2);
  std::copy_n(more.begin(), 200, labels.begin());
  more[229] = 1 - more[229];
  PreparedData data = vectors(twice, more, 2);
  data.records[200].split = Split::test;
  const Measurement a = measure(vectors(once, labels, 2), "once", options(10));
  const Measurement b = measure(data, "twice", options(10));
  EXPECT_EQ(b.images, 230u);
  EXPECT_EQ(b.distinct, 200u);
  EXPECT_EQ(b.duplicates.images, 30u);
  EXPECT_EQ(b.duplicates.groups.size(), 30u);
  EXPECT_EQ(b.duplicates.across_splits, 1u);
  EXPECT_EQ(b.duplicates.groups[0].paths, (std::vector<std::string>{"0", "200"}));
  EXPECT_TRUE(b.duplicates.groups[0].across_splits);
  for (std::size_t e = 0; e < a.dimension.size(); ++e) EXPECT_EQ(a.dimension[e].value, b.dimension[e].value);
  EXPECT_EQ(b.tasks[0].conflicting_pairs, 1u);
  EXPECT_EQ(b.tasks[0].conflicts[0], (std::pair<std::string, std::string>("29", "229")));
  EXPECT_EQ(b.tasks[0].classes[0].second + b.tasks[0].classes[1].second, 230u);
}

TEST(Measure, SeveralLabelColumnsAreRanked) {
  PreparedData data = vectors(ball(100, 2, 3), std::vector<std::int32_t>(100, 0), 2);
  data.label_columns = {{"far", {"no", "yes"}}, {"near", {"no", "yes"}}};
  // By the first coordinate with a gap, and at random.
  auto& matrix = std::get<Matrix<double>>(data.matrix.stored);
  for (std::size_t i = 0; i < 100; ++i) {
    const bool right = matrix.row(i)[0] > 0;
    matrix.row(i)[0] += right ? 1.0 : -1.0;
    data.records[i].labels = {right ? 1 : 0, static_cast<std::int32_t>(i % 2)};
  }
  const Measurement measured = measure(data, "data", options(5));
  ASSERT_EQ(measured.tasks.size(), 2u);
  EXPECT_EQ(measured.tasks[0].label_column, "near");
  EXPECT_GT(measured.tasks[0].label_sharpness.value, measured.tasks[1].label_sharpness.value);
  EXPECT_LT(measured.tasks[1].label_sharpness.value, 0.5);
}

TEST(Measure, GroupsAreLeftOutOnRequest) {
  // Pairs of near-identical points, as slices of one volume are.
  Matrix<double> matrix = ball(400, 4, 5);
  Generator generator = make_generator(6);
  for (std::size_t i = 0; i < 400; i += 2) {
    for (std::size_t c = 0; c < 4; ++c)
      matrix.row(i + 1)[c] = matrix.row(i)[c] + 1e-6 * uniform_unit(generator);
  }
  PreparedData data = vectors(matrix);
  for (std::uint32_t i = 0; i < 400; ++i) data.records[i].group = i / 2;
  MeasureOptions chosen = options(3);
  const auto twonn_of = [](const Measurement& measured) {
    for (const DimensionEstimate& one : measured.dimension) {
      if (one.estimator == "twonn" && one.variant == "ml") return one.value;
    }
    return 0.0;
  };
  EXPECT_LT(twonn_of(measure(data, "slices", chosen)), 0.2);
  chosen.across_groups = true;
  EXPECT_GT(twonn_of(measure(data, "slices", chosen)), 1.0);
}

TEST(Measure, SameForAnyThreadsAndLevel) {
  std::vector<std::int32_t> labels(300);
  for (std::size_t i = 0; i < 300; ++i) labels[i] = static_cast<std::int32_t>(i % 3);
  const PreparedData data = vectors(ball(300, 5, 7), labels, 3);
  MeasureOptions chosen = options(12);
  chosen.threads = 1;
  chosen.simd = SimdLevel::scalar;
  const Measurement first = measure(data, "data", chosen);
  for (const SimdLevel level : supported_simd_levels()) {
    for (const unsigned threads : {1u, 2u, 7u}) {
      chosen.threads = threads;
      chosen.simd = level;
      const Measurement other = measure(data, "data", chosen);
      for (std::size_t e = 0; e < first.dimension.size(); ++e) {
        EXPECT_EQ(first.dimension[e].value, other.dimension[e].value);
        EXPECT_EQ(first.dimension[e].uncertainty->std_error, other.dimension[e].uncertainty->std_error);
      }
      EXPECT_EQ(first.tasks[0].label_sharpness.value, other.tasks[0].label_sharpness.value);
      EXPECT_EQ(first.tasks[0].label_sharpness.sampled.mean, other.tasks[0].label_sharpness.sampled.mean);
      EXPECT_EQ(first.tasks[0].label_sharpness.quantiles, other.tasks[0].label_sharpness.quantiles);
    }
  }
}

std::vector<std::int32_t> alternating(std::size_t count) {
  std::vector<std::int32_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::int32_t>(i % 2);
  return labels;
}

TEST(Measure, AnchorsAreMeasuredAmongAll) {
  const PreparedData data = vectors(ball(3000, 3, 11), alternating(3000), 2);
  MeasureOptions chosen = options(20);
  const Measurement all = measure(data, "data", chosen);
  EXPECT_FALSE(all.anchors);
  chosen.anchors = 300;
  const Measurement anchors = measure(data, "data", chosen);
  EXPECT_EQ(anchors.anchors, 300u);
  EXPECT_EQ(anchors.neighbors, all.neighbors);
  const DimensionEstimate &few = anchors.dimension.front(), &whole = all.dimension.front();
  EXPECT_EQ(few.n, 300u);
  EXPECT_EQ(few.interval_method, "split_halves");
  // At the scale of 3000 images, by a tenth of the points: not that of 300 images, which a ball's boundary
  // makes lower by 0.2.
  EXPECT_NEAR(few.value, whole.value, 3 * few.uncertainty->std_error);
  EXPECT_GT(few.uncertainty->std_error, 2 * whole.uncertainty->std_error);
  // Parts as large as those of all; those that are no larger than the anchors are the same.
  ASSERT_EQ(anchors.by_images.size(), all.by_images.size());
  for (std::size_t p = 0; p < all.by_images.size(); ++p) {
    EXPECT_EQ(anchors.by_images[p].images, all.by_images[p].images);
    EXPECT_EQ(anchors.by_images[p].mle == all.by_images[p].mle, all.by_images[p].images <= 300) << p;
  }
  // Fewer pairs, so no sharper; draws and quantiles are those of all.
  const LabelSharpness &least = anchors.tasks[0].label_sharpness, &most = all.tasks[0].label_sharpness;
  EXPECT_LT(least.value, most.value);
  EXPECT_EQ(most.pair_count, 1500u * 1500);
  EXPECT_GT(least.pair_count, 300u * 1300);
  EXPECT_LT(least.pair_count, 300u * 1700);
  EXPECT_EQ(least.quantiles, most.quantiles);
  EXPECT_EQ(least.sampled.m, 1000u);
  EXPECT_EQ(least.sampled.mean, most.sampled.mean);
  EXPECT_EQ(least.sampled.quantiles, most.sampled.quantiles);
}

TEST(Measure, AnchorsWithCopiesAndGroups) {
  Matrix<double> twice(330, 3);
  const Matrix<double> once = ball(300, 3, 12);
  for (std::size_t i = 0; i < 330; ++i) std::ranges::copy(once.row(i % 300), twice.row(i).begin());
  PreparedData data = vectors(twice, alternating(330), 2);
  for (std::uint32_t i = 0; i < 330; ++i) data.records[i].group = i / 5;
  MeasureOptions chosen = options(10);
  chosen.across_groups = true;
  const Measurement all = measure(data, "data", chosen);
  chosen.anchors = 100;
  const Measurement anchors = measure(data, "data", chosen);
  EXPECT_EQ(anchors.distinct, 300u);
  EXPECT_EQ(anchors.duplicates.groups.size(), 30u);
  EXPECT_EQ(anchors.dimension.front().n, 100u);
  EXPECT_EQ(anchors.tasks[0].label_sharpness.sampled.mean, all.tasks[0].label_sharpness.sampled.mean);
  EXPECT_LE(anchors.tasks[0].label_sharpness.value, all.tasks[0].label_sharpness.value);
}

TEST(Measure, AsManyAnchorsAsImagesAreAll) {
  const PreparedData data = vectors(ball(200, 3, 13));
  MeasureOptions chosen = options(10);
  const Measurement all = measure(data, "data", chosen);
  for (const std::uint32_t count : {200u, 201u}) {
    chosen.anchors = count;
    const Measurement anchors = measure(data, "data", chosen);
    EXPECT_FALSE(anchors.anchors);
    EXPECT_EQ(anchors.dimension.front().uncertainty->std_error, all.dimension.front().uncertainty->std_error);
  }
}

TEST(Measure, AnchorsAreTheSeedsAndTheSameForAnyThreads) {
  const PreparedData data = vectors(ball(400, 4, 14), alternating(400), 2);
  MeasureOptions chosen = options(10);
  chosen.anchors = 60;
  const auto numbers = [&] {
    const Measurement measured = measure(data, "data", chosen);
    const DimensionEstimate& mle = measured.dimension.front();
    return std::vector<double>{mle.value, mle.uncertainty->std_error, measured.tasks[0].label_sharpness.value,
                               measured.tasks[0].label_sharpness.sampled.mean};
  };
  const std::vector<double> first = numbers();
  for (const SearchMode mode : {SearchMode::tiles, SearchMode::rows, SearchMode::filter}) {
    for (const unsigned threads : {1u, 7u}) {
      chosen.search = mode;
      chosen.threads = threads;
      EXPECT_EQ(numbers(), first);
    }
  }
  chosen.seed = 1;
  EXPECT_NE(numbers()[0], first[0]);
}

TEST(Measure, RefusesFewAnchors) {
  MeasureOptions few = options(20);
  few.anchors = 49;
  EXPECT_THROW(check_measure_options(few), UsageError);
  few.anchors = 50;
  EXPECT_NO_THROW(check_measure_options(few));
  few.k = 49;
  EXPECT_THROW(check_measure_options(few), UsageError);
  few.anchors = 51;
  EXPECT_NO_THROW(check_measure_options(few));
}

TEST(Measure, Refusals) {
  EXPECT_THROW(measure(vectors(ball(100, 2, 1)), "data", options(2)), UsageError);
  MeasureOptions unknown = options(5);
  unknown.estimators = {"nonsense"};
  EXPECT_THROW(measure(vectors(ball(100, 2, 1)), "data", unknown), UsageError);
  EXPECT_NE(message([] {
              measure(vectors(ball(21, 2, 1)), "data", options(20));
            }).find("needs at least 22 distinct"),
            std::string::npos);
  EXPECT_NO_THROW(measure(vectors(ball(22, 2, 1)), "data", options(20)));
  EXPECT_NE(
      message([] { measure(vectors(Matrix<double>(50, 2)), "data", options(5)); }).find("all identical"),
      std::string::npos);
  EXPECT_NE(message([] {
              measure(vectors(ball(50, 2, 1), std::vector<std::int32_t>(50, 0), 1), "data", options(5));
            }).find("has one class"),
            std::string::npos);
  Matrix<double> one_hot(40, 40);
  for (std::size_t i = 0; i < 40; ++i) one_hot.row(i)[i] = 1.0;
  EXPECT_NE(message([&] { measure(vectors(one_hot), "data", options(5)); }).find("equal distances"),
            std::string::npos);
}

}  // namespace
}  // namespace fathom
