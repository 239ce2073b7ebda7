#include <gtest/gtest.h>

#include "fathom/report/represent_report.h"

namespace fathom {
namespace {

LayerRecord layer(const std::string& name, double mle, double twonn) {
  LayerRecord record;
  record.layer.name = name;
  Measurement& measurement = record.measurement.emplace();
  measurement.dimension.push_back({"mle", "as_published", 20, {}, {}, 2 * mle, {}, {}, "none", 100});
  measurement.dimension.push_back({"mle", "pooled", 20, {}, {}, mle, {}, {}, "none", 100});
  measurement.dimension.push_back({"twonn", "ml", {}, {}, {}, twonn, {}, {}, "none", 100});
  return record;
}

LayerRecord dead(const std::string& name) {
  LayerRecord record;
  record.layer.name = name;
  record.problem = "has 9 images, which are all identical";
  return record;
}

TEST(PeakLayer, IsTheFirstOfTheLargestEstimatesOfThatEstimator) {
  const RepresentationRecord representation{
      "none", {dead("input"), layer("a", 3, 9), layer("b", 7, 5), layer("c", 7, 4), layer("d", 1, 8)}};
  EXPECT_EQ(peak_layer(representation, "mle")->layer.name, "b");
  EXPECT_EQ(peak_layer(representation, "twonn")->layer.name, "a");
}

TEST(PeakLayer, IsNoneWhereNoLayerHasAnEstimate) {
  EXPECT_EQ(peak_layer({"none", {dead("input")}}, "mle"), nullptr);
  EXPECT_EQ(peak_layer({"none", {layer("a", 3, 9)}}, "gride"), nullptr);
}

TEST(RepresentTable, HasALineForALayerWithoutEstimates) {
  RepresentRecord record;
  record.images.name = "data";
  record.representations.push_back({"none", {layer("a", 3, 9), dead("b")}});
  const std::string table = represent_table(record);
  EXPECT_NE(table.find("b: has 9 images, which are all identical\n"), std::string::npos) << table;
  EXPECT_NE(table.find("peak of MLE: a, 3.00"), std::string::npos) << table;
  EXPECT_NE(table.find(kEstimatesOnly), std::string::npos) << table;
}

}  // namespace
}  // namespace fathom
