#include "fathom/report/reference_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fathom {
namespace {

using Json = nlohmann::json;

/// The entries of a data set in a figure.
Json entries(const std::string& source, const std::string& dataset) {
  Json found = Json::array();
  for (const Json& entry : Json::parse(reference_json())) {
    if (entry["source"] == source && entry["dataset"] == dataset) found.push_back(entry);
  }
  return found;
}

TEST(ReferenceJson, JoinsWhatAFigureHasOfOneDataSet) {
  EXPECT_EQ(
      entries("arXiv 2401.08865, Figure 1 bars", "oai"),
      Json::parse(R"([{"source": "arXiv 2401.08865, Figure 1 bars", "dataset": "oai", "domain": "medical",
                             "model": null, "samples": null, "dimension": 8.6, "label_sharpness": 3.44e-4}])"));
}

TEST(ReferenceJson, HasOneEntryATrainingSize) {
  const Json panel = entries("arXiv 2401.08865, Figure 2 ResNet-34 panel", "oai");
  ASSERT_EQ(panel.size(), 6U);
  EXPECT_EQ(panel[2]["samples"], 1000);
  EXPECT_EQ(panel[2]["dimension"], 8.63);
  EXPECT_EQ(panel[2]["test_loss"], 0.59);
}

TEST(ReferenceJson, TakesAMissingDimensionFromTheSamePaper) {
  const Json accuracies = entries("arXiv 2207.02797, Accuracy against dimension", "oai");
  ASSERT_EQ(accuracies.size(), 10U);
  EXPECT_EQ(accuracies[1]["best_test_accuracy"], 0.641);
  EXPECT_EQ(accuracies[1]["dimension"], 13);
}

TEST(ReferenceJson, LeavesOutWhatIsQuotedFromMemory) {
  for (const Json& entry : Json::parse(reference_json())) {
    EXPECT_EQ(entry["source"].get<std::string>().find("Pope"), std::string::npos);
  }
}

}  // namespace
}  // namespace fathom
