#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fathom/report/measure_report.h"
#include "made_record.h"

namespace fathom {
namespace {

nlohmann::json data_set(const MeasureRecord& record) {
  return nlohmann::json::parse(measure_json(std::vector<MeasureRecord>{record}, {}))["datasets"][0];
}

TEST(MeasureJson, Document) {
  const std::vector<std::string> command{"fathom", "measure", "x"};
  const std::string text = measure_json(std::vector<MeasureRecord>{made_record(), made_record()}, command);
  EXPECT_EQ(text.back(), '\n');
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["schema"], "fathom.measure/1");
  EXPECT_EQ(json["command"], command);
  EXPECT_EQ(json["datasets"].size(), 2u);
}

TEST(MeasureJson, WhatIsNoNumberIsNull) {
  MeasureRecord record = made_record();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  record.measurement.by_k = {{3, nan}, {4, 2.5}};
  record.measurement.by_images = {{500, nan, std::numeric_limits<double>::infinity()}};
  record.measurement.dimension[0].uncertainty.reset();
  record.measurement.tasks[0].label_sharpness.sampled = {};
  const auto json = data_set(record);
  EXPECT_TRUE(json["dimension_by_k"][0]["value"].is_null());
  EXPECT_EQ(json["dimension_by_k"][1]["value"], 2.5);
  EXPECT_TRUE(json["dimension_by_images"][0]["mle"].is_null());
  EXPECT_TRUE(json["dimension_by_images"][0]["twonn"].is_null());
  EXPECT_TRUE(json["dimension"][0]["std_error"].is_null());
  EXPECT_TRUE(json["dimension"][0]["interval"].is_null());
  EXPECT_EQ(json["label_sharpness"]["sampled"]["draws"], 0);
  EXPECT_TRUE(json["label_sharpness"]["sampled"]["mean"].is_null());
  EXPECT_TRUE(json["label_sharpness"]["sampled"]["quantiles"]["0.5"].is_null());
}

TEST(MeasureJson, WithoutLabels) {
  MeasureRecord record = made_record();
  record.measurement.tasks.clear();
  record.size.reset();
  record.range.reset();
  const auto json = data_set(record);
  EXPECT_TRUE(json["label_sharpness"].is_null());
  EXPECT_TRUE(json["classes"].is_object());
  EXPECT_TRUE(json["classes"].empty());
  EXPECT_TRUE(json["duplicates"]["conflicts"].is_array());
  EXPECT_TRUE(json["protocol"]["size"].is_null());
  EXPECT_TRUE(json["protocol"]["range"].is_null());
}

TEST(MeasureJson, TheFirstTaskIsShownAboveToo) {
  MeasureRecord record = made_record();
  record.measurement.tasks = {made_task("edema", 0.5), made_task("effusion", 0.25)};
  record.measurement.tasks[0].conflicts = {{"p", "q"}};
  const auto json = data_set(record);
  EXPECT_EQ(json["label_sharpness"]["value"], 0.5);
  EXPECT_EQ(json["label_sharpness"], json["tasks"][0]["label_sharpness"]);
  EXPECT_EQ(json["classes"], json["tasks"][0]["classes"]);
  EXPECT_EQ(json["duplicates"]["conflicts"], nlohmann::json::parse(R"([["p", "q"]])"));
  EXPECT_FALSE(json["label_sharpness"].contains("as_published"));
}

TEST(MeasureJson, NumbersReadBackAsTheyWere) {
  MeasureRecord record = made_record();
  record.measurement.dimension[0].value = 1.0 / 3.0;
  record.seed = std::numeric_limits<std::uint64_t>::max();
  const auto json = data_set(record);
  EXPECT_EQ(json["dimension"][0]["value"].get<double>(), 1.0 / 3.0);
  EXPECT_EQ(json["seed"].get<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
}

TEST(MeasureJson, BytesThatAreNoUtf8AreReplaced) {
  MeasureRecord record = made_record();
  record.name = "caf\xe9";
  record.measurement.tasks[0].classes[0].first = "\xff";
  const auto json = data_set(record);
  EXPECT_EQ(json["name"], "caf\xef\xbf\xbd");
  EXPECT_TRUE(json["classes"].contains("\xef\xbf\xbd"));
}

TEST(MeasureJson, Anchors) {
  MeasureRecord record = made_record();
  EXPECT_TRUE(data_set(record)["search"]["anchors"].is_null());
  record.measurement.anchors = 70;
  EXPECT_EQ(data_set(record)["search"]["anchors"], 70);
}

TEST(MeasureJson, WorkingFolder) {
  MeasureRecord record = made_record();
  EXPECT_TRUE(data_set(record)["workdir"].is_null());
  record.workdir = "some/folder";
  record.images_read = 7;
  EXPECT_EQ(data_set(record)["workdir"], (nlohmann::json{{"path", "some/folder"}, {"images_read", 7}}));
}

}  // namespace
}  // namespace fathom
