#include "fathom/prepare/prepare.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "fathom/prepare/resize.h"
#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

using made::data_set;
using made::distance;
using made::image;
using made::pattern;
using made::pattern_image;
using made::row;

using Images = std::vector<std::optional<Image>>;

Protocol protocol(const char* name, const char* size = nullptr, const char* channels = nullptr,
                  const char* range = nullptr) {
  Protocol made = named_protocol(name);
  if (size) set_size(made, size);
  if (channels) set_channels(made, channels);
  if (range) set_range(made, range);
  return made;
}

PrepareOptions threads(unsigned count, bool skip_bad = false) {
  PrepareOptions options;
  options.threads = count;
  options.skip_bad = skip_bad;
  return options;
}

/// An image whose maximum is 255, so that scaling by it changes nothing.
Image full_range(std::size_t height, std::size_t width, std::size_t channels, std::size_t seed) {
  auto values = pattern(height, width, channels, seed);
  values[seed % values.size()] = 255;
  return image(height, width, channels, values);
}

void expect_equal(const PreparedData& a, const PreparedData& b) {
  ASSERT_EQ(a.matrix.rows(), b.matrix.rows());
  EXPECT_EQ(a.matrix.stored.index(), b.matrix.stored.index());
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.content_hash, b.content_hash);
  EXPECT_EQ(a.black, b.black);
  EXPECT_EQ(a.contrast, b.contrast);
  for (std::size_t i = 0; i < a.matrix.rows(); ++i) {
    EXPECT_EQ(row(a.matrix, i), row(b.matrix, i)) << i;
    EXPECT_EQ(a.records[i].path, b.records[i].path);
  }
}

TEST(Prepare, FollowsTheProtocol) {
  Images images;
  for (std::size_t i = 0; i < 4; ++i) images.push_back(full_range(6, 5, 1, i));
  const PreparedData data = prepare(data_set(images), protocol("iclr2024", "8x9"), threads(2));
  EXPECT_EQ(data.matrix.rows(), 4u);
  EXPECT_EQ(data.channels, 1u);
  EXPECT_EQ(data.size, (ImageSize{8, 9}));
  EXPECT_EQ(data.range, (PixelRange{0, 255}));
  EXPECT_EQ(data.ambient_dimension, 72u);
  EXPECT_EQ(data.matrix.unit, 1.0);
  EXPECT_EQ(data.protocol.name(), "iclr2024+size=8x9");
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(data.records[3].path, "3.png");
  EXPECT_EQ(data.records[3].labels, (std::vector<std::int32_t>{1}));
}

TEST(Prepare, ColourCountsThreeChannels) {
  const PreparedData data = prepare(data_set({full_range(6, 5, 3, 1), full_range(6, 5, 1, 2)}),
                                    protocol("iclr2024", "8x9"), threads(1));
  EXPECT_EQ(data.channels, 3u);
  EXPECT_EQ(data.ambient_dimension, 216u);
}

TEST(Prepare, ScalesByTheMaximumBeforeResizing) {
  // floor(255 v / 100).
  const PreparedData data = prepare(data_set({image<std::uint8_t>(1, 3, 1, {0, 50, 100})}),
                                    protocol("iclr2024", "1x3"), threads(1));
  EXPECT_EQ(row(data.matrix, 0), (std::vector<double>{0, 127, 255}));
}

TEST(Prepare, OneColourImageAnywhereMakesTheSetRgb) {
  constexpr std::size_t count = 300;  // more than one batch
  for (const char* size : {"6x5", "9x9", "3x4"}) {
    for (const std::size_t colour :
         {std::size_t{0}, std::size_t{1}, std::size_t{17}, std::size_t{256}, count - 1}) {
      Images images;
      for (std::size_t i = 0; i < count; ++i) images.push_back(full_range(6, 5, i == colour ? 3 : 1, i));
      const PreparedData automatic = prepare(data_set(images), protocol("iclr2024", size), threads(3));
      const PreparedData rgb = prepare(data_set(images), protocol("iclr2024", size, "rgb"), threads(1));
      EXPECT_EQ(automatic.channels, 3u);
      ASSERT_EQ(automatic.matrix.rows(), count);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(row(automatic.matrix, i), row(rgb.matrix, i))
            << size << ", colour " << colour << ", row " << i;
      }
      EXPECT_EQ(distance(automatic.matrix, 0, count - 1), distance(rgb.matrix, 0, count - 1));
    }
  }
}

TEST(Prepare, ReplicatedGreyHasDistancesTimesRootThree) {
  const Images images = {full_range(6, 5, 1, 0), full_range(6, 5, 1, 1)};
  for (const char* size : {"6x5", "9x9", "3x4"}) {
    const double grey =
        distance(prepare(data_set(images), protocol("iclr2024", size), threads(1)).matrix, 0, 1);
    const double rgb =
        distance(prepare(data_set(images), protocol("iclr2024", size, "rgb"), threads(1)).matrix, 0, 1);
    EXPECT_NEAR(rgb, std::sqrt(3.0) * grey, 1e-12 * rgb);
  }
}

TEST(Prepare, AnotherSizeAnywhereGivesDirectlyResizedRows) {
  constexpr std::size_t count = 300;
  for (const std::size_t other :
       {std::size_t{0}, std::size_t{2}, std::size_t{200}, std::size_t{256}, count - 1}) {
    Images images;
    for (std::size_t i = 0; i < count; ++i) images.push_back(full_range(i == other ? 20 : 6, 5, 1, i));
    const PreparedData data = prepare(data_set(images), protocol("iclr2024", "9"), threads(4));
    EXPECT_EQ(data.matrix.stored_cols(), 81u);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<float> expected(81);
      resize_bilinear<std::uint8_t>(images[i]->pixels<std::uint8_t>(), {images[i]->height(), 5}, 1, {9, 9},
                                    expected);
      ASSERT_EQ(row(data.matrix, i), std::vector<double>(expected.begin(), expected.end()))
          << other << ", row " << i;
    }
  }
}

PrepareOptions keeping_pixels() {
  PrepareOptions options = threads(2);
  options.keep_pixels = true;
  return options;
}

TEST(Prepare, KeptPixelsResizedLaterAreTheBitsOfPreparingAtOnce) {
  for (const char* size : {"9", "4x7", "6x5"}) {  // larger, smaller in one direction, the same
    Images images;
    for (std::size_t i = 0; i < 5; ++i) images.push_back(full_range(6, 5, 3, i));
    const PreparedData kept = prepare(data_set(images), protocol("iclr2024", size), keeping_pixels());
    ASSERT_TRUE(std::holds_alternative<Matrix<std::uint8_t>>(kept.matrix.stored)) << size;
    EXPECT_EQ(kept.row_size, (ImageSize{6, 5}));
    images.push_back(full_range(11, 13, 3, 9));  // of another size: all are resized while they are read
    const PreparedData resized = prepare(data_set(images), protocol("iclr2024", size), keeping_pixels());
    EXPECT_EQ(resized.row_size, resized.size);
    EXPECT_EQ(kept.size, resized.size);
    for (std::size_t i = 0; i < 5; ++i) {
      const auto values = std::get<Matrix<std::uint8_t>>(kept.matrix.stored).row(i);
      std::vector<float> later(resized.ambient_dimension);
      resize_bilinear<std::uint8_t>(values, *kept.row_size, 3, *kept.size, later);
      EXPECT_EQ(row(resized.matrix, i), std::vector<double>(later.begin(), later.end())) << size << ", " << i;
    }
  }
}

TEST(Prepare, KeptPixelsAreNotKeptLargerThanResizedOnes) {
  const PreparedData data = prepare(data_set({full_range(9, 9, 1, 0), full_range(9, 9, 1, 1)}),
                                    protocol("iclr2024", "4"), keeping_pixels());
  EXPECT_TRUE(std::holds_alternative<Matrix<float>>(data.matrix.stored));
  EXPECT_EQ(data.row_size, (ImageSize{4, 4}));
}

TEST(Prepare, RowsThatAreNoPixelsHaveNoSize) {
  const Images images = {full_range(6, 5, 1, 0), full_range(6, 5, 1, 1)};
  EXPECT_EQ(prepare(data_set(images), protocol("iclr2024", "9"), threads(1)).row_size, std::nullopt);
  EXPECT_EQ(prepare(data_set(images), protocol("iclr2024", "3"), threads(1)).row_size, (ImageSize{3, 3}));
  EXPECT_EQ(
      prepare(data_set({image<float>(1, 3, 1, {0, 1, 2})}, true), protocol("native"), threads(1)).row_size,
      std::nullopt);
}

TEST(Prepare, TheSameForAnyNumberOfThreads) {
  for (const bool uniform : {true, false}) {
    Images images;
    for (std::size_t i = 0; i < 700; ++i) {
      if (i % 50 == 7) {
        images.push_back(std::nullopt);
      } else if (i % 60 == 8) {
        images.push_back(Image(6, 5, 1, PixelType::uint8));
      } else {
        images.push_back(full_range(uniform ? 6 : 6 + i / 280, 5, !uniform && i % 97 == 90 ? 3 : 1, i));
      }
    }
    const PreparedData one = prepare(data_set(images), protocol("iclr2024", "12"), threads(1, true));
    EXPECT_EQ(one.rejected.size(), 14u);
    EXPECT_EQ(one.black.size(), 12u);
    for (const unsigned count : {0u, 2u, 7u, 2000u}) {
      expect_equal(one, prepare(data_set(images), protocol("iclr2024", "12"), threads(count, true)));
    }
  }
}

TEST(Prepare, NativeKeepsEightBitsAndTheirSize) {
  const PreparedData data = prepare(data_set({pattern_image(4, 6, 3, 0), pattern_image(4, 6, 3, 1)}),
                                    protocol("native"), threads(2));
  EXPECT_TRUE(data.matrix.exact_integers());
  EXPECT_EQ(data.size, (ImageSize{4, 6}));
  EXPECT_EQ(data.range, std::nullopt);
  const auto expected = pattern(4, 6, 3, 1);
  EXPECT_EQ(row(data.matrix, 1), std::vector<double>(expected.begin(), expected.end()));
}

std::string input_error(const DataSet& data, const Protocol& used, unsigned count = 2) {
  try {
    prepare(data, used, threads(count));
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(Prepare, NativeRefusesTwoSizesNamingBothFiles) {
  Images images;
  for (std::size_t i = 0; i < 30; ++i) images.push_back(pattern_image(i < 20 ? 4 : 5, 6, 1, i));
  for (const unsigned count : {1u, 7u}) {
    EXPECT_EQ(input_error(data_set(images), protocol("native"), count),
              "20.png: is 5x6, but 0.png is 4x6, and protocol native compares pixels as they are; "
              "use --size, or a protocol that resizes, such as --protocol iclr2024");
  }
}

TEST(Prepare, TenAndTwelveBitsGoTogetherWhereNoRangeBeginsFromThem) {
  Images images = {image<std::uint16_t>(1, 2, 1, {1023, 0}), image<std::uint16_t>(1, 2, 1, {4095, 1})};
  images[0]->full_scale = 1023.0;
  images[1]->full_scale = 4095.0;
  EXPECT_EQ(row(prepare(data_set(images), protocol("native"), threads(1)).matrix, 1),
            (std::vector<double>{4095, 1}));
  EXPECT_NE(input_error(data_set(images), protocol("native", nullptr, nullptr, "0,1"))
                .find("1.png: holds 12-bit pixels, but 0.png holds 10-bit"),
            std::string::npos);
  images[0] = images[1];
  EXPECT_DOUBLE_EQ(
      prepare(data_set(images), protocol("native", nullptr, nullptr, "0,1"), threads(1)).matrix.unit,
      1.0 / 4095.0);
}

TEST(Prepare, DepthsMayMixOnlyWhereAllBecomeEightBits) {
  const Images images = {image<std::uint8_t>(1, 2, 1, {0, 255}),
                         image<std::uint16_t>(1, 2, 1, {65535, 32768})};
  EXPECT_EQ(input_error(data_set(images), protocol("native")),
            "1.png: holds 16-bit pixels, but 0.png holds 8-bit; "
            "use a protocol that brings all images to 8 bits, such as --protocol iclr2024");
  EXPECT_NE(input_error(data_set(images), protocol("pope2021")).find("16-bit"), std::string::npos);
  EXPECT_NE(input_error(data_set(images), protocol("native", nullptr, "grey")).find("16-bit"),
            std::string::npos);
  const PreparedData data = prepare(data_set(images), protocol("iclr2024", "native"), threads(2));
  EXPECT_TRUE(data.matrix.exact_integers());
  EXPECT_EQ(row(data.matrix, 1), (std::vector<double>{255, 127}));
}

TEST(Prepare, UnitMapsTheFullScaleToTheRange) {
  const Images eight = {image<std::uint8_t>(32, 32, 1, std::vector<std::uint8_t>(1024, 255)),
                        Image(32, 32, 1, PixelType::uint8)};
  const PreparedData pope = prepare(data_set(eight), protocol("pope2021"), threads(1));
  EXPECT_TRUE(pope.matrix.exact_integers());
  EXPECT_EQ(pope.range, (PixelRange{0, 1}));
  EXPECT_DOUBLE_EQ(pope.matrix.unit, 1.0 / 255);
  EXPECT_DOUBLE_EQ(distance(pope.matrix, 0, 1), 32.0);

  const Images sixteen = {image<std::uint16_t>(1, 4, 1, {65535, 65535, 65535, 65535}),
                          Image(1, 4, 1, PixelType::uint16)};
  const PreparedData native =
      prepare(data_set(sixteen), protocol("native", nullptr, nullptr, "-1,1"), threads(1));
  EXPECT_DOUBLE_EQ(distance(native.matrix, 0, 1), 4.0);
  EXPECT_EQ(native.range, (PixelRange{-1, 1}));

  const PreparedData p1 = prepare(data_set(eight), protocol("iclr2024", nullptr, nullptr, "0,1"), threads(1));
  EXPECT_NEAR(distance(p1.matrix, 0, 1), 224.0, 224.0 * 0x1p-24);  // float32 rows

  const PreparedData as_is = prepare(data_set(sixteen), protocol("native"), threads(1));
  EXPECT_EQ(as_is.matrix.unit, 1.0);
}

TEST(Prepare, PopeTakesTheNearestPixelOfEachImage) {
  const PreparedData data = prepare(data_set({pattern_image(5, 7, 1), pattern_image(9, 9, 1)}),
                                    protocol("pope2021", "4x3"), threads(1));
  EXPECT_EQ(row(data.matrix, 0), (std::vector<double>{114, 60, 6, 210, 18, 82, 112, 156, 200, 174, 80, 242}));
}

TEST(Prepare, ARangeNeedsAFullScale) {
  const Images images = {image<float>(1, 2, 1, {0.0f, 0.5f})};
  EXPECT_NE(input_error(data_set(images), protocol("native", nullptr, nullptr, "0,1")).find("no full scale"),
            std::string::npos);
  EXPECT_EQ(prepare(data_set(images), protocol("native"), threads(1)).matrix.unit, 1.0);
}

TEST(Prepare, VectorsAreOnlyNative) {
  const Images images = {image<float>(1, 3, 1, {1, 2, -3}), image<float>(1, 3, 1, {4, 5, 6})};
  const PreparedData data = prepare(data_set(images, true), protocol("native"), threads(2));
  EXPECT_EQ(data.size, std::nullopt);
  EXPECT_EQ(data.channels, 1u);
  EXPECT_EQ(data.ambient_dimension, 3u);
  EXPECT_EQ(row(data.matrix, 0), (std::vector<double>{1, 2, -3}));
  for (const Protocol& used :
       {protocol("iclr2024"), protocol("pope2021"), protocol("native", "3"),
        protocol("native", nullptr, "grey"), protocol("native", nullptr, nullptr, "0,1")}) {
    EXPECT_THROW(prepare(data_set(images, true), used, threads(1)), UsageError) << used.name();
  }
}

TEST(Prepare, NegativePixelsAreRefusedByName) {
  const std::string text =
      input_error(data_set({image<float>(1, 1, 1, {1}), image<float>(1, 1, 1, {-1})}), protocol("iclr2024"));
  EXPECT_EQ(text.find("1.png: holds negative pixels"), 0u) << text;
}

// The first error in the order of the records is the one that is told, whatever a faster thread met.
TEST(Prepare, TheFirstErrorIsTold) {
  Images images;
  for (std::size_t i = 0; i < 40; ++i) images.push_back(image<float>(1, 1, 1, {i >= 11 ? -1.0f : 1.0f}));
  for (int repeat = 0; repeat < 20; ++repeat) {
    EXPECT_EQ(input_error(data_set(images), protocol("iclr2024"), 7).find("11.png: "), 0u);
  }
}

TEST(Prepare, AllRejectedImagesAreListedInOrder) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  Images images;
  for (std::size_t i = 0; i < 600; ++i) {
    if (i == 0 || i == 5 || i == 599) {
      images.push_back(std::nullopt);
    } else {
      images.push_back(image<float>(1, 2, 1, {static_cast<float>(i), i == 300 ? nan : 1.0f}));
    }
  }
  try {
    prepare(data_set(images), protocol("native"), threads(3));
    FAIL() << "no error";
  } catch (const RejectedImages& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "some/set: 4 of 600 images cannot be used; mend or remove them, or measure the rest with --skip-bad");
    ASSERT_EQ(error.rejected().size(), 4u);
    EXPECT_EQ(error.rejected()[0].path, "0.png");
    EXPECT_EQ(error.rejected()[1].path, "5.png");
    EXPECT_EQ(error.rejected()[1].reason, "truncated");
    EXPECT_EQ(error.rejected()[2].path, "300.png");
    EXPECT_EQ(error.rejected()[2].reason, "holds NaN at row 0, column 1");
    EXPECT_EQ(error.rejected()[3].path, "599.png");
  }
}

TEST(Prepare, SkippingKeepsRowsAndRecordsTogether) {
  Images images;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < 600; ++i) {
    const bool bad = i < 3 || i % 7 == 0 || (i > 250 && i < 290);
    if (!bad) kept.push_back(i);
    // The value tells which image a row came from.
    images.push_back(bad ? std::nullopt
                         : std::optional(image<std::uint16_t>(1, 2, 1, {static_cast<std::uint16_t>(i), 0})));
  }
  for (const unsigned count : {1u, 2u, 7u}) {
    const PreparedData data = prepare(data_set(images), protocol("native"), threads(count, true));
    ASSERT_EQ(data.records.size(), kept.size());
    ASSERT_EQ(data.matrix.rows(), kept.size());
    ASSERT_EQ(data.contrast.size(), kept.size());
    EXPECT_EQ(data.rejected.size(), 600 - kept.size());
    for (std::size_t r = 0; r < kept.size(); ++r) {
      EXPECT_EQ(data.records[r].path, std::to_string(kept[r]) + ".png");
      EXPECT_EQ(data.records[r].source, kept[r]);
      EXPECT_EQ(row(data.matrix, r)[0], static_cast<double>(kept[r]));
      EXPECT_FLOAT_EQ(data.contrast[r], static_cast<float>(kept[r]) / 65535.0f);
    }
  }
}

TEST(Prepare, NothingUsableIsAnError) {
  const Images images = {std::nullopt, std::nullopt};
  EXPECT_THROW(prepare(data_set(images), protocol("native"), threads(2)), RejectedImages);
  try {
    prepare(data_set(images), protocol("native"), threads(2, true));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              "some/set: none of its 2 images can be used; the first: 0.png: truncated");
  }
  EXPECT_EQ(input_error(data_set({}), protocol("native")),
            "some/set: holds no images; give at least one image");
}

TEST(Prepare, BlackAndAlphaAreCounted) {
  Image with_alpha = full_range(2, 2, 1, 0);
  with_alpha.alpha_dropped = true;
  const PreparedData data = prepare(data_set({std::nullopt, with_alpha, Image(2, 2, 1, PixelType::uint8),
                                              with_alpha, full_range(2, 2, 1, 1)}),
                                    protocol("iclr2024", "2"), threads(2, true));
  EXPECT_EQ(data.alpha_dropped, 2u);
  EXPECT_EQ(data.black, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(data.contrast[1], 0.0f);
  EXPECT_EQ(row(data.matrix, 1), (std::vector<double>{0, 0, 0, 0}));
}

TEST(Prepare, TheContentHashTellsPixelsLabelsAndProtocolsApart) {
  const auto hash = [](const DataSet& data, const Protocol& used) {
    return prepare(data, used, threads(2)).content_hash;
  };
  const Images images = {full_range(3, 3, 1, 0), full_range(3, 3, 1, 1), full_range(3, 3, 1, 2)};
  const Protocol used = protocol("iclr2024", "3");
  const Hash128 own = hash(data_set(images), used);
  EXPECT_EQ(own, hash(data_set(images), used));

  Images changed = images;
  auto values = pattern(3, 3, 1, 2);
  values[2] = 255;
  values[8] ^= 1;
  changed[2] = image(3, 3, 1, values);
  EXPECT_NE(own, hash(data_set(changed), used));

  Images swapped = images;
  std::swap(swapped[0], swapped[2]);
  EXPECT_NE(own, hash(data_set(swapped), used));

  DataSet other_label = data_set(images);
  other_label.records[1].labels = {0};
  EXPECT_NE(own, hash(other_label, used));

  DataSet other_name = data_set(images);
  other_name.label_columns[0].classes[1] = "wolf";
  EXPECT_NE(own, hash(other_name, used));

  DataSet one_class = data_set(images);  // names that would read the same when run together
  one_class.label_columns[0].classes = {"cat\ndog"};
  EXPECT_NE(own, hash(one_class, used));

  EXPECT_NE(own, hash(data_set(images), protocol("iclr2024", "3", nullptr, "0,1")));

  DataSet renamed = data_set(images);  // the same images elsewhere
  renamed.records[0].path = "elsewhere.png";
  EXPECT_EQ(own, hash(renamed, used));
}

TEST(Prepare, ThePublishedCodeOfASetWithColourIsThatOfAnRgbSet) {
  constexpr std::size_t count = 300;
  Images images;
  for (std::size_t i = 0; i < count; ++i) {
    Image grey = image<std::uint8_t>(1, 3, 1, {0, 33, 187});  // loses a level in floating point
    grey.stored_as_rgb = true;
    images.push_back(i == count - 3 ? image<std::uint8_t>(1, 3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 255}) : grey);
  }
  Protocol automatic = protocol("iclr2024", "1x3"), rgb = protocol("iclr2024", "1x3", "rgb");
  automatic.published_code = rgb.published_code = true;
  const PreparedData late = prepare(data_set(images), automatic, threads(2));
  const PreparedData direct = prepare(data_set(images), rgb, threads(1));
  EXPECT_EQ(late.channels, 3u);
  EXPECT_EQ(late.protocol.name(), "iclr2024-code+size=1x3");
  ASSERT_EQ(late.records.size(), count);
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(row(late.matrix, i), row(direct.matrix, i)) << i;
  EXPECT_EQ(row(late.matrix, 0), (std::vector<double>{0, 0, 0, 45, 45, 45, 255, 255, 255}));

  images.erase(images.end() - 3);
  const PreparedData grey = prepare(data_set(images), automatic, threads(2));
  EXPECT_EQ(row(grey.matrix, 0), (std::vector<double>{0, 44, 255}));
}

/// Counts how many images are alive at once.
class CountedImages : public PixelSource {
 public:
  Image read(std::size_t source) const override {
    const int now = ++alive_;
    int most = most_.load();
    while (now > most && !most_.compare_exchange_weak(most, now)) {
    }
    auto guard = std::shared_ptr<std::vector<std::uint8_t>>(
        new std::vector<std::uint8_t>(pattern(8, 8, 1, source)), [this](std::vector<std::uint8_t>* values) {
          delete values;
          --alive_;
        });
    const auto* pixels = reinterpret_cast<const std::byte*>(guard->data());
    return Image(8, 8, 1, PixelType::uint8, pixels, guard);
  }
  Hash128 identity(std::size_t source) const override { return {0, source}; }
  int most() const { return most_; }

 private:
  mutable std::atomic<int> alive_{0}, most_{0};
};

TEST(Prepare, FewImagesWaitInMemory) {
  DataSet data = data_set(Images(2000, std::nullopt));
  const auto counted = std::make_shared<CountedImages>();
  data.pixels = counted;
  prepare(data, protocol("native"), threads(4));
  EXPECT_LE(counted->most(), 8);
}

class StopAfter : public Progress {
 public:
  void advance(std::uint64_t steps) override { done += steps; }
  void begin(std::string_view, std::uint64_t steps) override { total = steps; }
  bool cancelled() const override { return done >= limit; }
  std::atomic<std::uint64_t> done{0};
  std::uint64_t total = 0, limit = std::numeric_limits<std::uint64_t>::max();
};

TEST(Prepare, ReportsEveryImageOnceAndCanBeStopped) {
  Images images;
  for (std::size_t i = 0; i < 700; ++i) images.push_back(full_range(3 + i / 400, 3, i > 500 ? 3 : 1, i));
  StopAfter progress;
  prepare(data_set(images), protocol("iclr2024", "9"), threads(3), progress);
  EXPECT_EQ(progress.total, 700u);
  EXPECT_EQ(progress.done, 700u);

  StopAfter stopped;
  stopped.limit = 300;
  EXPECT_THROW(prepare(data_set(images), protocol("iclr2024", "9"), threads(3), stopped), Interrupted);
}

// golden/make_golden.py, exact_gray and published_gray (with OpenBLAS, see grey_levels_test.cpp), of three
// files of the brain-MRI data; with torch 1.13 and torchvision 0.14.
struct GoldenRow {
  const char* path;
  double exact_sum, exact_squares, published_sum, published_squares;
  std::vector<std::pair<std::size_t, double>> exact, published;
};

const std::vector<GoldenRow>& golden_rows() {
  static const std::vector<GoldenRow> rows = {
      {"Testing/glioma_tumor/image(1).jpg",
       3942509.2948219487,
       503453574.8384655,
       3937325.7654239843,
       502419860.7517908,
       {{0, 0.0},
        {10000, 137.7850799560547},
        {25000, 102.56907653808594},
        {25100, 181.73219299316406},
        {31234, 0.0}},
       {{0, 0.0},
        {10000, 137.7850799560547},
        {25000, 102.56907653808594},
        {25100, 181.73219299316406},
        {31234, 0.0}}},
      {"Testing/glioma_tumor/image(100).jpg",
       2508791.669087054,
       238688967.71671286,
       2508791.669087054,
       238688967.71671286,
       {{0, 7.0}, {10000, 20.200889587402344}, {25000, 60.42411422729492}, {31234, 66.34386444091797}},
       {{0, 7.0}, {10000, 20.200889587402344}, {25000, 60.42411422729492}, {31234, 66.34386444091797}}},
      {"Testing/glioma_tumor/image(11).jpg",
       3262881.697881777,
       324391122.003164,
       3256504.7888241597,
       323438205.56602484,
       {{0, 0.0}, {10000, 66.4856185913086}, {25000, 67.40623474121094}, {31234, 132.64187622070312}},
       {{0, 0.0}, {10000, 65.97123718261719}, {25000, 67.2743911743164}, {31234, 132.58787536621094}}}};
  return rows;
}

void expect_golden(const std::vector<double>& found,
                   const std::vector<std::pair<std::size_t, double>>& pixels, double expected_sum,
                   double expected_squares) {
  ASSERT_EQ(found.size(), 224u * 224u);
  for (const auto& [index, value] : pixels) EXPECT_NEAR(found[index], value, 1e-4) << index;
  double sum = 0, squares = 0;
  for (const double value : found) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum, expected_sum, 0.05);  // one lost level in one pixel would be 1
  EXPECT_NEAR(squares, expected_squares, 10.0);
}

TEST(Prepare, BrainMriEqualsThePublishedLoader) {
  const char* shared = std::getenv("FATHOM_SHARED");
  if (!shared || !std::filesystem::exists(std::filesystem::path(shared) / "data/brainmri")) {
    GTEST_SKIP() << "needs FATHOM_SHARED, the folder of real data";
  }
  DataSet data = open_data_set(std::filesystem::path(shared) / "data/brainmri");
  std::erase_if(data.records, [](const Record& record) {
    return std::ranges::none_of(golden_rows(), [&](const GoldenRow& one) { return record.path == one.path; });
  });
  ASSERT_EQ(data.records.size(), golden_rows().size());
  Protocol exact = protocol("miccai2022"), published = protocol("miccai2022");
  published.published_code = true;
  const PreparedData exact_data = prepare(data, exact, threads(2)),
                     published_data = prepare(data, published, threads(2));
  for (const GoldenRow& golden : golden_rows()) {
    SCOPED_TRACE(golden.path);
    const auto found = std::ranges::find(data.records, golden.path, &Record::path);
    const auto index = static_cast<std::size_t>(found - data.records.begin());
    expect_golden(row(exact_data.matrix, index), golden.exact, golden.exact_sum, golden.exact_squares);
    expect_golden(row(published_data.matrix, index), golden.published, golden.published_sum,
                  golden.published_squares);
  }
}

}  // namespace
}  // namespace fathom
