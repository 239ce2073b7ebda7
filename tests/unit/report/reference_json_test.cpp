#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fathom/report/relate_report.h"

namespace fathom {
namespace {

using Json = nlohmann::json;

Json row(const Json& rows, const std::string& location, const std::string& dataset, const Json& samples) {
  for (const Json& each : rows) {
    if (each["source"].get<std::string>().ends_with(location) && each["dataset"] == dataset &&
        each["samples"] == samples) {
      return each;
    }
  }
  return {};
}

/// Values of the papers, as data/reference_values.csv has them.
TEST(ReferenceJson, OneRowForWhatIsPublishedTogether) {
  const Json rows = Json::parse(reference_json());
  const Json bars = row(rows, "Figure 1 bars", "oai", nullptr);
  EXPECT_EQ(bars["dimension"], 8.6);
  EXPECT_EQ(bars["label_sharpness"], 3.44e-4);
  EXPECT_EQ(bars["domain"], "medical");
  EXPECT_EQ(bars["source"], "arXiv 2401.08865, Figure 1 bars");
  const Json loss = row(rows, "ResNet-34 panel", "prostate", 1750);
  EXPECT_EQ(loss["dimension"], 4.6);
  EXPECT_EQ(loss["test_loss"], 0.0029);
  EXPECT_EQ(loss["model"], "resnet34");
  const Json accuracy = row(rows, "Accuracy against dimension", "mnist", 500);
  EXPECT_EQ(accuracy["best_test_accuracy"], 0.95);
  EXPECT_EQ(accuracy["dimension"], 13);
  const Json attack = row(rows, "adversarial panel", "dbc", nullptr);
  EXPECT_EQ(attack["label_sharpness"], 3.14e-4);
  EXPECT_EQ(attack["loss_penalty"], 31.5);
  EXPECT_EQ(row(rows, "of the poster", "cifar10", 1750)["peak_dimension"], 39.4);
}

TEST(ReferenceJson, WhatIsNotConfirmedIsLeftOut) {
  for (const Json& each : Json::parse(reference_json())) {
    EXPECT_NE(each["reading"], "unconfirmed");
    EXPECT_FALSE(each["dataset"].get<std::string>().empty());
  }
}

}  // namespace
}  // namespace fathom
