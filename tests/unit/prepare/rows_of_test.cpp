#include "fathom/prepare/rows_of.h"

#include <gtest/gtest.h>

namespace fathom {
namespace {

PreparedData four_images() {
  PreparedData data;
  Matrix<std::uint8_t> rows(4, 2);
  for (std::uint8_t i = 0; i < 4; ++i) {
    rows.row(i)[0] = i;
    rows.row(i)[1] = static_cast<std::uint8_t>(10 * i);
    Record record;
    record.path = "image" + std::to_string(i);
    record.labels = {i % 2};
    data.records.push_back(record);
    data.contrast.push_back(0.25f * static_cast<float>(i));
  }
  data.matrix.stored = std::move(rows);
  data.matrix.unit = 0.5;
  data.black = {0, 2};
  data.label_columns = {{"label", {"cat", "dog"}}};
  data.protocol = named_protocol("pope2021");
  data.channels = 1;
  data.size = data.row_size = ImageSize{1, 2};
  data.range = PixelRange{0, 1};
  data.ambient_dimension = 2;
  data.content_hash = {1, 2};
  return data;
}

TEST(RowsOf, TakesImagesWithAllThatIsKnownOfThem) {
  const PreparedData data = four_images();
  const std::vector<std::uint32_t> wanted{2, 1};
  const PreparedData made = rows_of(data, wanted);
  const auto& rows = std::get<Matrix<std::uint8_t>>(made.matrix.stored);
  ASSERT_EQ(rows.rows(), 2u);
  EXPECT_EQ(rows.row(0)[1], 20);
  EXPECT_EQ(rows.row(1)[1], 10);
  EXPECT_EQ(made.matrix.unit, 0.5);
  EXPECT_EQ(made.records[0].path, "image2");
  EXPECT_EQ(made.records[1].labels, std::vector<std::int32_t>{1});
  EXPECT_EQ(made.contrast, (std::vector<float>{0.5f, 0.25f}));
  EXPECT_EQ(made.black, std::vector<std::uint32_t>{0});
  EXPECT_EQ(made.label_columns[0].classes.size(), 2u);
  EXPECT_EQ(made.protocol.name(), "pope2021");
  EXPECT_EQ(made.channels, 1u);
  EXPECT_EQ(made.size, (ImageSize{1, 2}));
  EXPECT_EQ(made.row_size, made.size);
  EXPECT_EQ(made.range, (PixelRange{0, 1}));
  EXPECT_EQ(made.ambient_dimension, 2u);
  EXPECT_EQ(made.content_hash, data.content_hash);
}

TEST(RowsOf, NoRows) {
  EXPECT_EQ(rows_of(four_images(), {}).records.size(), 0u);
}

}  // namespace
}  // namespace fathom
