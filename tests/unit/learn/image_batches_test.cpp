#include "learn/image_batches.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "fathom/prepare/resize.h"
#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

using made::pattern_image;

PreparedData prepared(const std::vector<std::optional<Image>>& images, const char* size,
                      const char* range = nullptr) {
  Protocol protocol = named_protocol("native");
  protocol.resize = Protocol::Resize::bilinear;
  set_size(protocol, size);
  if (range != nullptr) set_range(protocol, range);
  PrepareOptions options;
  options.keep_pixels = true;
  return prepare(made::data_set(images), protocol, options);
}

std::vector<std::optional<Image>> patterns(std::size_t count, std::size_t channels = 3) {
  std::vector<std::optional<Image>> images;
  for (std::size_t i = 0; i < count; ++i) images.emplace_back(pattern_image(4, 5, channels, i));
  return images;
}

std::vector<ImageBatch> all(ImageBatches& batches) {
  std::vector<ImageBatch> made;
  while (std::optional<ImageBatch> batch = batches.next()) made.push_back(*std::move(batch));
  return made;
}

/// Value by value, from the interleaved image.
void expect_image(const torch::Tensor& found, const Image& image, double low, double unit) {
  const auto pixels = image.pixels<std::uint8_t>();
  const auto values = found.accessor<float, 3>();
  for (std::size_t y = 0; y < image.height(); ++y) {
    for (std::size_t x = 0; x < image.width(); ++x) {
      for (std::size_t c = 0; c < image.channels(); ++c) {
        const double pixel = pixels[(y * image.width() + x) * image.channels() + c];
        EXPECT_FLOAT_EQ(values[static_cast<long>(c)][static_cast<long>(y)][static_cast<long>(x)],
                        static_cast<float>(low + unit * pixel));
      }
    }
  }
}

TEST(ImageBatches, HandOutPlanesLabelsAndRowsInTheOrderGiven) {
  const auto images = patterns(5);
  const PreparedData data = prepared(images, "4x5");
  ImageBatches batches(data, {4, 0, 3, 3, 1}, {.batch_size = 2});
  EXPECT_EQ(batches.batch_count(), 3u);
  const std::vector<ImageBatch> made = all(batches);
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].rows, (std::vector<std::uint32_t>{4, 0}));
  EXPECT_EQ(made[1].rows, (std::vector<std::uint32_t>{3, 3}));
  EXPECT_EQ(made[2].rows, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(made[0].images.sizes(), (std::vector<std::int64_t>{2, 3, 4, 5}));
  EXPECT_EQ(made[0].images.scalar_type(), torch::kFloat32);
  EXPECT_EQ(made[2].labels.scalar_type(), torch::kInt64);
  EXPECT_EQ(made[2].labels.item<std::int64_t>(), 1);
  for (const ImageBatch& batch : made) {
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
      expect_image(batch.images[static_cast<long>(i)], *images[batch.rows[i]], 0, 1);
    }
  }
}

TEST(ImageBatches, AreInTheRangeOfTheProtocol) {
  const auto images = patterns(1);
  const PreparedData data = prepared(images, "4x5", "-1,1");
  ImageBatches batches(data, {0}, {});
  expect_image(batches.next()->images[0], *images[0], -1, 2.0 / 255);
}

TEST(ImageBatches, ResizeRowsThatAreKeptAsStored) {
  const auto images = patterns(2, 1);
  const PreparedData data = prepared(images, "9x7");
  ASSERT_NE(data.row_size, data.size);
  ImageBatches batches(data, {1}, {});
  std::vector<float> expected(63);
  resize_bilinear<std::uint8_t>(images[1]->pixels<std::uint8_t>(), {4, 5}, 1, {9, 7}, expected);
  EXPECT_TRUE(torch::equal(batches.next()->images, torch::from_blob(expected.data(), {1, 1, 9, 7})));
}

TEST(ImageBatches, JoinALastSingleImageWhereAsked) {
  const PreparedData data = prepared(patterns(5), "4x5");
  ImageBatches batches(data, {0, 1, 2, 3, 4}, {.batch_size = 2, .no_single_image = true});
  const std::vector<ImageBatch> made = all(batches);
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(made[1].rows, (std::vector<std::uint32_t>{2, 3, 4}));
  ImageBatches one(data, {3}, {.batch_size = 2, .no_single_image = true});
  EXPECT_EQ(all(one).size(), 1u);
}

TEST(ImageBatches, AugmentTheSameWayWheneverTheyAreMade) {
  const PreparedData data = prepared(patterns(6), "4x5");
  const std::vector<std::uint32_t> rows = {5, 4, 3, 2, 1, 0};
  const auto images = [&](std::size_t batch_size, std::uint64_t seed) {
    ImageBatches batches(
        data, rows,
        {.batch_size = batch_size, .augmentation = {.flip = true, .shift = 2}, .augmentation_seed = seed});
    std::vector<torch::Tensor> parts;
    for (const ImageBatch& batch : all(batches)) parts.push_back(batch.images);
    return torch::cat(parts);
  };
  EXPECT_TRUE(torch::equal(images(6, 1), images(4, 1)));
  EXPECT_FALSE(torch::equal(images(6, 1), images(6, 2)));
}

TEST(ImageBatches, MayBeLeftBeforeTheEnd) {
  const PreparedData data = prepared(patterns(6), "4x5");
  for (int taken = 0; taken < 4; ++taken) {
    ImageBatches batches(data, {0, 1, 2, 3, 4, 5}, {.batch_size = 1});
    for (int i = 0; i < taken; ++i) EXPECT_TRUE(batches.next());
  }
}

TEST(ImageBatches, HandTheirThreadsFailureToTheCaller) {
  PreparedData data = prepared(patterns(4), "4x5");
  data.row_size = ImageSize{40, 50};  // more than the rows hold
  ImageBatches batches(data, {0, 1}, {.batch_size = 1});
  EXPECT_THROW(batches.next(), InternalError);
  EXPECT_THROW(batches.next(), InternalError);
}

TEST(ImageBatches, RefuseVectors) {
  const PreparedData data =
      prepare(made::data_set({made::image<float>(1, 3, 1, {0, 1, 2})}, true), named_protocol("native"), {});
  EXPECT_THROW(ImageBatches(data, {0}, {}), UsageError);
}

}  // namespace
}  // namespace fathom
