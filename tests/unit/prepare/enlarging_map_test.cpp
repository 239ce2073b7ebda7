#include "prepare/enlarging_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "fathom/prepare/resize.h"

namespace fathom {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// |A d| in extended precision, A being made of the float32 weights of both axes.
double resized_distance(const std::vector<double>& difference, ImageSize from, std::size_t channels,
                        ImageSize to) {
  const BilinearAxis down(from.height, to.height), across(from.width, to.width);
  long double sum = 0;
  for (std::size_t y = 0; y < to.height; ++y) {
    const long double v = down.weight[y], v_rest = 1.0f - down.weight[y];
    for (std::size_t x = 0; x < to.width; ++x) {
      const long double h = across.weight[x], h_rest = 1.0f - across.weight[x];
      for (std::size_t c = 0; c < channels; ++c) {
        const auto at = [&](std::size_t row, std::size_t column) -> long double {
          return difference[(row * from.width + column) * channels + c];
        };
        const long double value =
            v_rest * (h_rest * at(down.first[y], across.first[x]) + h * at(down.first[y], across.second[x])) +
            v * (h_rest * at(down.second[y], across.first[x]) + h * at(down.second[y], across.second[x]));
        sum += value * value;
      }
    }
  }
  return static_cast<double>(std::sqrt(sum));
}

std::vector<double> difference_of(const Bytes& a, const Bytes& b) {
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    difference[i] = static_cast<double>(a[i]) - static_cast<double>(b[i]);
  return difference;
}

double norm(const std::vector<float>& values) {
  long double sum = 0;
  for (const float value : values) sum += static_cast<long double>(value) * static_cast<long double>(value);
  return static_cast<double>(std::sqrt(sum));
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const long double difference = static_cast<long double>(a[i]) - static_cast<long double>(b[i]);
    sum += difference * difference;
  }
  return static_cast<double>(std::sqrt(sum));
}

struct Enlargement {
  ImageSize from;
  std::size_t channels;
  ImageSize to;
};

std::vector<float> mapped(const Enlargement& used, const Bytes& image) {
  const auto map = EnlargingMap::between(used.from, used.channels, used.to);
  EXPECT_TRUE(map.has_value());
  EXPECT_EQ(map->size(), image.size());
  std::vector<float> row(image.size());
  map->apply(image, row);
  return row;
}

/// Rounding to float32 moves a row by at most 2^-24 of its norm; the rest is float64.
void expect_enlarged_distance(const Enlargement& used, const Bytes& a, const Bytes& b) {
  const double expected = resized_distance(difference_of(a, b), used.from, used.channels, used.to);
  const std::vector<float> row_a = mapped(used, a), row_b = mapped(used, b);
  EXPECT_NEAR(distance(row_a, row_b), expected, 0x1p-24 * (norm(row_a) + norm(row_b)) + 1e-12 * expected);
}

class EnlargingMapTest : public testing::TestWithParam<Enlargement> {
 protected:
  std::size_t values() const { return GetParam().from.height * GetParam().from.width * GetParam().channels; }
};

TEST_P(EnlargingMapTest, KeepsTheDistancesOfEnlargedImages) {
  std::mt19937 generator(1);
  for (int pair = 0; pair < 5; ++pair) {
    Bytes a(values()), b(values());
    for (std::uint8_t& value : a) value = static_cast<std::uint8_t>(generator() % 256);
    for (std::uint8_t& value : b) value = static_cast<std::uint8_t>(generator() % 256);
    expect_enlarged_distance(GetParam(), a, b);
  }
}

// Beside black the row of a pixel is rounded to 2^-24 of itself, so that every factor shows.
TEST_P(EnlargingMapTest, KeepsTheDistanceOfEveryPixelFromBlack) {
  const Bytes black(values(), 0);
  EXPECT_EQ(norm(mapped(GetParam(), black)), 0.0);
  for (std::size_t pixel = 0; pixel < values(); pixel += 1 + values() / 50) {
    Bytes one = black;
    one[pixel] = 1;
    expect_enlarged_distance(GetParam(), one, black);
  }
}

TEST_P(EnlargingMapTest, OneGreyLevelIsNeverRoundedAway) {
  const Bytes white(values(), 255);
  for (const std::size_t pixel : {std::size_t{0}, values() / 2, values() - 1}) {
    Bytes other = white;
    other[pixel] = 254;
    const double expected =
        resized_distance(difference_of(white, other), GetParam().from, GetParam().channels, GetParam().to);
    const double found = distance(mapped(GetParam(), white), mapped(GetParam(), other));
    // The few components that the pixel is in are below 256 times what it adds to them, in units of 2^-24.
    EXPECT_NEAR(found, expected, 1e-4 * expected) << pixel;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, EnlargingMapTest,
                         testing::Values(Enlargement{{28, 28}, 1, {224, 224}},
                                         Enlargement{{32, 32}, 3, {224, 224}},
                                         Enlargement{{5, 9}, 1, {31, 17}}, Enlargement{{5, 9}, 3, {5, 9}},
                                         Enlargement{{1, 1}, 1, {8, 8}}, Enlargement{{1, 7}, 3, {4, 7}},
                                         Enlargement{{6, 6}, 1, {6, 40}}));

TEST(EnlargingMap, AnEqualSizeIsTheIdentity) {
  EXPECT_EQ(mapped({{3, 2}, 1, {3, 2}}, {1, 2, 3, 40, 5, 255}), (std::vector<float>{1, 2, 3, 40, 5, 255}));
}

TEST(EnlargingMap, ThereIsNoneWhereAnAxisShrinks) {
  EXPECT_FALSE(EnlargingMap::between({28, 28}, 1, {27, 224}));
  EXPECT_FALSE(EnlargingMap::between({28, 28}, 1, {224, 27}));
  EXPECT_FALSE(EnlargingMap::between({225, 225}, 3, {224, 224}));
}

// Enlarging by little leaves pixels that hardly count. Either there is no map, or it is right.
TEST(EnlargingMap, IsRightOrAbsentWhenHardlyEnlarging) {
  std::size_t present = 0;
  for (std::size_t n = 1; n <= 64; ++n) {
    for (std::size_t m = n; m <= n + 5; ++m) {
      const Enlargement used{{1, n}, 1, {1, m}};
      if (!EnlargingMap::between(used.from, 1, used.to)) continue;
      ++present;
      Bytes a(n), b(n, 3);
      for (std::size_t i = 0; i < n; ++i)
        a[i] = static_cast<std::uint8_t>(i % 2 == 0 ? 4 + i % 3 : 2 - i % 3);
      expect_enlarged_distance(used, a, b);
    }
  }
  EXPECT_GT(present, 64u * 5);
}

}  // namespace
}  // namespace fathom
