#include "fathom/report/measure_record.h"

#include <gtest/gtest.h>

#include <vector>

#include "fathom/report/warnings.h"

namespace fathom {
namespace {

PreparedData three_images(std::vector<Split> splits) {
  PreparedData prepared;
  for (const char* path : {"a", "b", "c"}) {
    Record record;
    record.path = path;
    record.split = splits[prepared.records.size()];
    prepared.records.push_back(record);
  }
  prepared.protocol = named_protocol("native");
  return prepared;
}

MeasureRecord record_of(const PreparedData& prepared) {
  return make_measure_record({}, prepared, {}, {});
}

TEST(MakeMeasureRecord, SplitIsThatOfAllImages) {
  EXPECT_EQ(record_of(three_images({Split::test, Split::test, Split::test})).split, "test");
  EXPECT_EQ(record_of(three_images({Split::validation, Split::validation, Split::validation})).split, "val");
  EXPECT_EQ(record_of(three_images({Split::train, Split::test, Split::test})).split, "all");
  EXPECT_EQ(record_of(three_images({Split::none, Split::none, Split::none})).split, "all");
}

TEST(MakeMeasureRecord, LowContrastIsBelowTheThreshold) {
  PreparedData prepared = three_images({Split::none, Split::none, Split::none});
  const auto threshold = static_cast<float>(thresholds::low_contrast);
  prepared.contrast = {threshold - 1e-4F, threshold + 1e-4F, 0.0F};
  prepared.black = {2};
  const MeasureRecord record = record_of(prepared);
  EXPECT_EQ(record.low_contrast, 2u);
  EXPECT_EQ(record.black, std::vector<std::string>{"c"});
}

TEST(MakeMeasureRecord, NotesHowManyImagesWereMeasured) {
  const PreparedData prepared = three_images({Split::none, Split::none, Split::none});
  EXPECT_TRUE(record_of(prepared).notes.empty());
  Measurement measurement;
  measurement.distinct = 300;
  measurement.anchors = 70;
  EXPECT_EQ(
      make_measure_record({}, prepared, {}, measurement).notes,
      std::vector<std::string>{"measured at 70 of 300 distinct images, drawn with the seed, each against "
                               "all (--anchors)"});
}

TEST(MakeMeasureRecord, WithoutASizeTheyAreVectors) {
  PreparedData prepared = three_images({Split::none, Split::none, Split::none});
  EXPECT_TRUE(record_of(prepared).vectors);
  prepared.size = ImageSize{2, 3};
  EXPECT_FALSE(record_of(prepared).vectors);
}

}  // namespace
}  // namespace fathom
