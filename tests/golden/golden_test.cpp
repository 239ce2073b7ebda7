// Against golden.json: numbers on real data by an independent NumPy program in float64. Distances of 8-bit
// data are equal; dimensions differ by the order of summation alone (1e-12). Under protocols that resize, the
// golden program resizes in float32 (1e-6). The published code's loader truncates after floating-point
// luminance: 2e-3.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "fathom/estimate/measure.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/nearest_neighbors.h"
#include "fathom/prepare/prepare.h"
#include "fathom/prepare/select.h"
#include "shared_folder.h"

namespace fathom {
namespace {

struct Case {
  const char* key;
  const char* data;
  const char* protocol;
  bool published_code;
  std::vector<std::string> classes;
  std::optional<Split> split;
  double tolerance;
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.key;
}

class Golden : public testing::TestWithParam<Case> {};

double estimate(const Measurement& measurement, std::string_view estimator, std::string_view variant,
                std::optional<std::size_t> n1 = {}) {
  for (const DimensionEstimate& one : measurement.dimension) {
    if (one.estimator == estimator && one.variant == variant && one.n1 == n1) return one.value;
  }
  return std::nan("");
}

/// Golden names count within a split: "17" for our "train/17".
std::string golden_name(const std::string& path, const std::optional<Split>& split) {
  return split ? path.substr(path.find('/') + 1) : path;
}

TEST_P(Golden, AgreesWithTheIndependentProgram) {
  FATHOM_SKIP_WITHOUT_SHARED();
  const Case& test = GetParam();
  std::ifstream file(*shared_folder() / "golden" / "golden.json");
  const nlohmann::json golden = nlohmann::json::parse(file).at(test.key);

  DataSet data = open_data_set(*shared_folder() / "data" / test.data);
  Selection selection;
  selection.classes = test.classes;
  selection.split = test.split;
  select_records(data, selection);
  Protocol protocol = named_protocol(test.protocol);
  protocol.published_code = test.published_code;
  const PreparedData prepared = prepare(data, protocol, {2, false});
  EXPECT_EQ(prepared.records.size(), golden["shape"][0].get<std::size_t>());
  EXPECT_EQ(prepared.ambient_dimension, golden["shape"][1].get<std::size_t>());

  const auto relative = [&](double value) { return test.tolerance * std::abs(value); };

  const Duplicates duplicates = find_duplicates(prepared.matrix, 2);
  EXPECT_EQ(duplicates.distinct.size(), golden["distinct"].get<std::size_t>());
  PairScan scan(prepared.matrix, duplicates.distinct, {2, best_simd_level()});
  NearestNeighbors nearest(scan, 20);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefix[] = {scan.size()};
  scan.run(collectors, prefix, no_progress());
  const NeighborTable table = nearest.take_table(scan);
  double sum = 0.0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (const SquaredDistance squared : table.squared(i)) sum += squared.value;
  }
  const double expected_sum = golden["sum_of_squared_distances_k20"].get<double>();
  EXPECT_NEAR(sum, expected_sum, prepared.matrix.exact_integers() ? 0.0 : relative(expected_sum));
  const auto first_row = golden["first_row_squared_distances"].get<std::vector<double>>();
  for (std::size_t j = 0; j < first_row.size() && !test.published_code; ++j) {
    EXPECT_NEAR(table.squared(0)[j].value, first_row[j],
                prepared.matrix.exact_integers() ? 0.0 : relative(first_row[j]));
  }

  MeasureOptions options;
  options.threads = 2;
  options.simd = best_simd_level();
  const nlohmann::json& dimension = golden["dimension_of_distinct"];
  for (const std::size_t k : {5, 10, 20}) {
    options.k = k;
    const Measurement measured = measure(prepared, "data", options);
    const nlohmann::json& expected = dimension["mle_k" + std::to_string(k)];
    const auto expect = [&](const char* variant, const char* key) {
      const double value = expected[key].get<double>();
      EXPECT_NEAR(estimate(measured, "mle", variant), value, relative(value)) << k << " " << variant;
    };
    expect("pooled", "pooled_k_minus_1");
    expect("as_published", "pooled_k_minus_2");
    expect("mean", "mean_k_minus_1");
    expect("mean_unbiased", "mean_k_minus_2");
    EXPECT_NEAR(measured.by_k.at(k - 3).value, expected["pooled_k_minus_1"].get<double>(),
                relative(expected["pooled_k_minus_1"].get<double>()));
    if (k != 20) continue;

    const auto expect_twonn = [&](const char* variant, const char* key) {
      const double value = dimension[key].get<double>();
      EXPECT_NEAR(estimate(measured, "twonn", variant), value, relative(value)) << variant;
    };
    expect_twonn("ml", "twonn_ml_unbiased");
    expect_twonn("linear", "twonn_drop_10_percent");
    expect_twonn("as_published", "twonn_drop_last");
    for (const std::size_t n1 : {1, 2, 4, 8}) {
      const double value =
          dimension["gride_" + std::to_string(n1) + "_" + std::to_string(2 * n1)].get<double>();
      EXPECT_NEAR(estimate(measured, "gride", "ml", n1), value, relative(value)) << n1;
    }

    const nlohmann::json& sharpness = golden["sharpness"];
    ASSERT_EQ(measured.tasks.size(), 1u);
    const LabelSharpness& ours = measured.tasks.front().label_sharpness;
    const double value = sharpness["all_pairs"].get<double>();
    EXPECT_NEAR(ours.value, value, relative(value));
    std::set<std::string> pair{golden_name(ours.pairs[0].a, test.split),
                               golden_name(ours.pairs[0].b, test.split)};
    EXPECT_EQ(pair, sharpness["pair"].get<std::set<std::string>>());
    const auto distances = sharpness["ten_smallest_distances"].get<std::vector<double>>();
    ASSERT_EQ(ours.pairs.size(), distances.size());
    for (std::size_t p = 0; p < distances.size(); ++p) {
      EXPECT_NEAR(ours.pairs[p].distance.value, distances[p], relative(distances[p])) << p;
    }
    EXPECT_EQ(measured.tasks.front().conflicting_pairs, sharpness["conflicting_pairs_at_distance_zero"]);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Data, Golden,
    testing::Values(
        Case{"mnist_t10k/native", "mnist", "native", false, {}, {}, 1e-12},
        Case{"mnist_t10k_0v1/native", "mnist", "native", false, {"0", "1"}, {}, 1e-12},
        Case{"mnist_t10k_1v7/native", "mnist", "native", false, {"1", "7"}, {}, 1e-12},
        Case{"mnist_t10k_3v8/native", "mnist", "native", false, {"3", "8"}, {}, 1e-12},
        Case{"pneumoniamnist_train/native", "pneumoniamnist.npz", "native", false, {}, Split::train, 1e-12},
        Case{"pneumoniamnist_test/native", "pneumoniamnist.npz", "native", false, {}, Split::test, 1e-12},
        Case{"cifar10_test/native", "cifar10-test", "native", false, {}, {}, 1e-12},
        Case{"cifar10_test_airplane_automobile/native",
             "cifar10-test",
             "native",
             false,
             {"airplane", "automobile"},
             {},
             1e-12},
        Case{"cifar10_test_airplane_automobile/iclr2024",
             "cifar10-test",
             "iclr2024",
             false,
             {"airplane", "automobile"},
             {},
             1e-6},
        Case{"brainmri/miccai2022", "brainmri", "miccai2022", false, {}, {}, 1e-6},
        Case{"brainmri/miccai2022-code", "brainmri", "miccai2022", true, {}, {}, 1e-6}),
    [](const auto& test) {
      std::string name = test.param.key;
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

}  // namespace
}  // namespace fathom
