#include "fathom/report/warnings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "made_record.h"
#include "report/warning_lines.h"

namespace fathom {
namespace {

/// The only warning; fails when there is another number of them.
std::string only(const MeasureRecord& record) {
  const std::vector<std::string> all = warnings(record);
  EXPECT_EQ(all.size(), 1u) << testing::PrintToString(all);
  return all.empty() ? "" : all.front();
}

TEST(WarningLines, ManyOfAKindAreFolded) {
  const std::vector<WarningKind> few{{"a", "b", "c", "d", "e", "f", "g"}, {}, {"h"}};
  EXPECT_EQ(warning_lines(few),
            "warning: a\nwarning: b\nwarning: c\nwarning: d\nwarning: e\nwarning: f\n"
            "warning: g\nwarning: h\n");
  EXPECT_EQ(all_of(few), (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h"}));
  const std::vector<WarningKind> many{WarningKind(37, "alike"), {"other"}};
  std::string expected;
  for (int i = 0; i < 6; ++i) expected += "warning: alike\n";
  EXPECT_EQ(warning_lines(many),
            expected + "warning: and 31 more of this kind: --json has all\nwarning: other\n");
}

TEST(Warnings, NoneWhenAllIsWell) {
  EXPECT_TRUE(warnings(made_record()).empty());
}

TEST(Warnings, RejectedImages) {
  MeasureRecord record = made_record();
  record.rejected = {{"x.png", "empty"}};
  EXPECT_EQ(only(record), "1 image could not be used and was left out; the JSON lists it with the reason");
  record.rejected.push_back({"y.png", "empty"});
  EXPECT_EQ(only(record),
            "2 images could not be used and were left out; the JSON lists them with the reason");
}

TEST(Warnings, BlackImages) {
  MeasureRecord record = made_record();
  record.black = {"x.png", "y.png"};
  record.low_contrast = 2;  // which they are too, and that goes without saying
  EXPECT_EQ(only(record), "2 images are black (every pixel 0), the first: x.png; check the export");
}

TEST(Warnings, LowContrast) {
  MeasureRecord record = made_record();
  record.low_contrast = 1;
  EXPECT_EQ(only(record), "1 image is nearly constant (contrast below 2 % of full scale); check the export");
  record.vectors = true;  // vectors have no full scale
  EXPECT_TRUE(warnings(record).empty());
}

TEST(Warnings, EstimatorsWithoutAValue) {
  MeasureRecord record = made_record();
  record.measurement.skipped = {{"mom", "needs at least 101 distinct points, and there are 60"}};
  EXPECT_EQ(only(record), "no estimate by mom: it needs at least 101 distinct points, and there are 60");
}

TEST(Warnings, BeyondWhatAnEstimatorCanTell) {
  MeasureRecord record = made_record();
  DimensionEstimate& estimate = record.measurement.dimension.emplace_back();
  estimate.estimator = "corrint";
  estimate.value = 8.9;
  estimate.n = 2500;
  estimate.largest = 9.0;
  EXPECT_TRUE(warnings(record).empty());
  estimate.largest = 6.8;
  EXPECT_EQ(only(record),
            "corrint gives 8.9, and 2500 images tell dimensions up to about 6.8 by it: take it as a lower "
            "bound, or add images");
}

TEST(Warnings, AlphaDropped) {
  MeasureRecord record = made_record();
  record.alpha_dropped = 3;
  EXPECT_EQ(only(record),
            "the alpha channel of 3 images was dropped; flatten them if transparency carries content");
}

TEST(Warnings, Copies) {
  MeasureRecord record = made_record();
  record.measurement.distinct = 999;
  record.measurement.duplicates.images = 1;
  EXPECT_EQ(only(record),
            "1 image is an exact copy of another image; the dimension is that of the 999 distinct ones");
  record.measurement.duplicates.across_splits = 1;
  ASSERT_EQ(warnings(record).size(), 2u);
  EXPECT_NE(warnings(record)[1].find("in more than one split"), std::string::npos);
}

TEST(Warnings, LabelConflicts) {
  MeasureRecord record = made_record();
  record.measurement.tasks[0].conflicting_pairs = 2;
  record.measurement.tasks[0].conflicts = {{"p.png", "q.png"}};
  EXPECT_EQ(
      only(record),
      "2 pairs of images are identical but for the label \"label\" (label conflicts), the first: p.png and "
      "q.png; correct the labels");
}

TEST(Warnings, FewImagesForK) {
  MeasureRecord record = made_record();
  record.k = 100;  // a tenth of 1000
  EXPECT_TRUE(warnings(record).empty());
  record.k = 101;
  EXPECT_NE(only(record).find("1000 distinct images are few for k = 101"), std::string::npos);
}

TEST(Warnings, DimensionNotStableInImages) {
  MeasureRecord record = made_record();
  std::vector<DimensionByImages>& curve = record.measurement.by_images;
  curve[0].mle = 9.01;  // 9.9 %
  EXPECT_TRUE(warnings(record).empty());
  curve[0].mle = 8.9;  // 11 %, eleven standard errors
  EXPECT_EQ(
      only(record),
      "the dimension still rises with the number of images (8.9 at 500, 10.0 at 1000): compare data sets at "
      "equal numbers (--samples)");
  curve[0].mle = 11.1;
  EXPECT_NE(only(record).find("still falls"), std::string::npos);
  record.measurement.dimension[0].uncertainty->std_error = 0.37;  // 1.1 is less than three of them
  EXPECT_TRUE(warnings(record).empty());
  record.measurement.dimension[0].uncertainty->std_error = 0.36;
  EXPECT_EQ(warnings(record).size(), 1u);
  curve.erase(curve.begin());  // nothing to compare with
  EXPECT_TRUE(warnings(record).empty());
}

TEST(Warnings, SharpnessOfAnchorsIsALowerBound) {
  MeasureRecord record = made_record();
  record.measurement.anchors = 70;
  EXPECT_EQ(only(record),
            "label sharpness is a lower bound, since only pairs with one of 70 images were compared; leave "
            "--anchors out to have the maximum");
  record.measurement.tasks.clear();
  EXPECT_TRUE(warnings(record).empty());
}

TEST(Warnings, EstimatorsThatDisagree) {
  MeasureRecord record = made_record();
  DimensionEstimate& twonn = record.measurement.dimension[1];
  twonn.value = 7.6;  // 24 % of the larger
  EXPECT_TRUE(warnings(record).empty());
  twonn.value = 7.4;  // 26 %; sqrt(0.1^2 + 0.3^2) = 0.316, so eight standard errors
  EXPECT_NE(only(record).find("MLE (k = 20) gives 10.0 and TwoNN 7.4"), std::string::npos);
  EXPECT_NE(only(record).find("near-duplicates"), std::string::npos);
  twonn.uncertainty->std_error = 0.87;  // 3 sqrt(0.1^2 + 0.87^2) = 2.63
  EXPECT_TRUE(warnings(record).empty());
  twonn.uncertainty->std_error = 0.3;
  twonn.value = 13.5;  // 26 % of the larger, the other way: near-duplicates do not do that
  EXPECT_EQ(only(record).find("near-duplicates"), std::string::npos);
  record.measurement.dimension.pop_back();
  EXPECT_TRUE(warnings(record).empty());
}

}  // namespace
}  // namespace fathom
