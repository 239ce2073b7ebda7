#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "fathom/report/measure_report.h"
#include "made_record.h"

namespace fathom {
namespace {

std::vector<std::string> lines(const std::vector<MeasureRecord>& records) {
  std::istringstream text(measure_table(records));
  std::vector<std::string> all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

TEST(MeasureTable, OneRecord) {
  const std::vector<std::string> all = lines({made_record()});
  ASSERT_GE(all.size(), 5u);
  EXPECT_EQ(all[0],
            "data set  images  distinct  pixels  dimension (MLE, k = 20)"
            "                TwoNN  classes  label sharpness          drawn");
  EXPECT_EQ(all[1],
            "scans       1000      1000   50176      10.00 [9.80, 10.20]"
            "  10.20 [9.60, 10.80]        2             0.25  0.225 +- 0.03");
  EXPECT_EQ(all[2], "");
  EXPECT_EQ(all[3], "nearest pair with different labels: a/1.png (healthy) and b/2.png (ill), distance 4");
  EXPECT_EQ(all[4].substr(0, 44), "protocol iclr2024, 224 x 224 x 1, 0..255; 0.");
}

TEST(MeasureTable, ColumnsStayAlignedWhateverTheLengths) {
  MeasureRecord wide = made_record();
  wide.name = "R\xc3\xb6ntgen-Aufnahmen";  // 17 characters in 18 bytes
  wide.measurement.images = 1'000'000;
  wide.measurement.tasks.clear();
  const std::vector<std::string> all = lines({made_record(), wide});
  EXPECT_EQ(all[0].find("images"), 20u);
  EXPECT_EQ(all[1].substr(0, 26), "scans                 1000");
  EXPECT_EQ(all[2].substr(0, 27), "R\xc3\xb6ntgen-Aufnahmen  1000000");
  // Every line ends in the last column's cell.
  EXPECT_EQ(all[1].size(), all[0].size());
  EXPECT_EQ(all[2].size(), all[0].size() + 1);
  EXPECT_EQ(all[2].back(), '-');
  EXPECT_EQ(all[4], "scans");
  EXPECT_EQ(all[5].substr(0, 14), "  nearest pair");
}

TEST(MeasureTable, SeveralLabelColumnsHaveALineEach) {
  MeasureRecord record = made_record();
  record.measurement.tasks = {made_task("edema", 0.5), made_task("effusion", 0.25)};
  const std::vector<std::string> all = lines({record});
  EXPECT_NE(all[0].find("labels"), std::string::npos);
  EXPECT_NE(all[1].find("edema (2 classes)"), std::string::npos);
  EXPECT_EQ(all[2].find_first_not_of(' '), all[2].find("effusion (2 classes)"));
  EXPECT_NE(all[4].find("different labels by edema: "), std::string::npos);
}

TEST(MeasureTable, WhatDoesNotExistIsADash) {
  MeasureRecord record = made_record();
  record.measurement.dimension.pop_back();
  record.measurement.dimension[0].uncertainty.reset();
  record.measurement.tasks[0].label_sharpness.sampled = {};
  const std::string row = lines({record})[1];
  EXPECT_EQ(row.find('['), std::string::npos);
  EXPECT_NE(row.find("10.00  "), std::string::npos);
  EXPECT_EQ(row.back(), '-');
}

TEST(MeasureTable, NamesCannotSteerTheTerminal) {
  MeasureRecord record = made_record();
  record.name = "a\nb\x1b[2J";
  record.measurement.tasks[0].label_sharpness.pairs[0].a = "x\x1b.png";
  record.notes = {"a note of \x1b."};
  const std::string text = measure_table(std::vector<MeasureRecord>{record});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("a\\nb\\x1b[2J "), std::string::npos);
}

TEST(MeasureTable, NoRecordsNoText) {
  EXPECT_EQ(measure_table({}), "");
}

}  // namespace
}  // namespace fathom
