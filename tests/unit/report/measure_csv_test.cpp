#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fathom/report/measure_report.h"
#include "made_record.h"

namespace fathom {
namespace {

const std::string kHeader =
    "name,path,images,distinct,duplicates,ambient_dimension,protocol,k,mle,mle_std_error,mle_low,mle_high,"
    "mle_as_published,mle_as_published_std_error,mle_as_published_low,mle_as_published_high,"
    "twonn,twonn_std_error,twonn_low,twonn_high,label_column,classes,label_sharpness,smallest_distance,"
    "label_sharpness_sampled_mean,label_sharpness_sampled_sd,conflicting_pairs,anchors\r\n";

std::string rows(const MeasureRecord& record) {
  const std::string text = measure_csv(std::vector<MeasureRecord>{record});
  EXPECT_EQ(text.substr(0, kHeader.size()), kHeader);
  return text.substr(kHeader.size());
}

TEST(MeasureCsv, OneRecord) {
  MeasureRecord record = made_record();
  record.measurement.dimension = {made_estimate("mle", "pooled", 10.0, 0.125),
                                  made_estimate("twonn", "ml", 10.5, 0.25)};
  record.measurement.tasks[0].label_sharpness.sampled = {800, 25, 0.125, 0.0625, {}};
  EXPECT_EQ(rows(record),
            "scans,/data/scans,1000,1000,0,50176,iclr2024,20,10,0.125,9.75,10.25,,,,,10.5,0.25,10,11,"
            "label,2,0.25,4,0.125,0.0625,0,\r\n");
}

TEST(MeasureCsv, QuotesWhatNeedsIt) {
  MeasureRecord record = made_record();
  record.name = "a,b";
  record.path = "say \"x\"";
  record.measurement.tasks[0].label_column = "two\nlines";
  const std::string text = rows(record);
  EXPECT_EQ(text.substr(0, 20), "\"a,b\",\"say \"\"x\"\"\",10");
  EXPECT_NE(text.find(",\"two\nlines\",2,"), std::string::npos);
}

TEST(MeasureCsv, WhatDoesNotExistIsEmpty) {
  MeasureRecord record = made_record();
  record.measurement.dimension.clear();
  record.measurement.tasks[0].label_sharpness.sampled = {};
  EXPECT_EQ(rows(record),
            "scans,/data/scans,1000,1000,0,50176,iclr2024,20,,,,,,,,,,,,,label,2,0.25,4,,,0,\r\n");
  record.measurement.tasks.clear();
  EXPECT_EQ(rows(record), "scans,/data/scans,1000,1000,0,50176,iclr2024,20,,,,,,,,,,,,,,,,,,,,\r\n");
  EXPECT_EQ(std::ranges::count(rows(record), ','), std::ranges::count(kHeader, ','));
}

TEST(MeasureCsv, SaysHowManyImagesWereMeasured) {
  MeasureRecord record = made_record();
  record.measurement.anchors = 70;
  EXPECT_TRUE(rows(record).ends_with(",0,70\r\n"));
  record.measurement.tasks.clear();
  EXPECT_TRUE(rows(record).ends_with(",,70\r\n"));
  EXPECT_EQ(std::ranges::count(rows(record), ','), std::ranges::count(kHeader, ','));
}

TEST(MeasureCsv, ALineForEachLabelColumn) {
  MeasureRecord record = made_record();
  record.measurement.tasks = {made_task("edema", 0.5), made_task("effusion", 0.25)};
  const std::string text = rows(record);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_LT(text.find(",edema,"), text.find(",effusion,"));
}

TEST(MeasureCsv, NumbersReadBackAsTheyWere) {
  MeasureRecord record = made_record();
  record.measurement.tasks = {made_task("label", 0.1)};
  record.measurement.dimension = {made_estimate("mle", "pooled", 1.0 / 3.0, 0.0)};
  EXPECT_NE(rows(record).find(",0.3333333333333333,"), std::string::npos);
}

}  // namespace
}  // namespace fathom
