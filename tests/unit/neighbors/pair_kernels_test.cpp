// Every kernel at every level this machine has, at sizes around vectors, panels and register blocks, against
// plain loops. Byte kernels are exact. Float kernels add products exactly representable in float64; the
// tolerance is the bound of recursive summation, depth * 2^-53 * sum |a||b|. Not covered here: which pairs
// the scan asks for.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/core/simd_level.h"
#include "neighbors/kernels/select_kernels.h"

namespace fathom {
namespace {

using kernels::KernelSet;
using kernels::TileKernel;

constexpr std::size_t kSizes[] = {1,  2,  3,  7,  8,  9,  15, 16, 17, 23,  24, 25,
                                  31, 32, 33, 47, 48, 49, 63, 64, 65, 240, 784};
constexpr std::size_t kDepths[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 18, 31, 32, 33, 63, 64, 65, 784, 3072};

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

class PairKernels : public testing::TestWithParam<SimdLevel> {
 protected:
  const KernelSet& set = select_kernels(GetParam());
};

template <class T>
std::vector<double> products(const TileKernel& kernel, const std::vector<std::vector<T>>& left,
                             const std::vector<std::vector<T>>& right, std::size_t depth,
                             std::size_t& stride) {
  const std::size_t m = round_up(left.size(), kernel.block), n = round_up(right.size(), kernel.panel);
  const std::size_t padded = round_up(depth, kernel.group);
  std::vector<std::byte> packed_left(m * padded * kernel.left_bytes),
      packed_right(n * padded * kernel.right_bytes);
  std::vector<const void*> rows;
  for (const auto& row : left) rows.push_back(row.data());
  kernel.pack_left(rows.data(), left.size(), m, depth, packed_left.data());
  rows.clear();
  for (const auto& row : right) rows.push_back(row.data());
  kernel.pack_right(rows.data(), right.size(), n, depth, packed_right.data());
  stride = n + 3;
  std::vector<double> dot(m * stride, 1.0);  // kernels add to what is there
  kernel.multiply(packed_left.data(), m, packed_right.data(), n, depth, dot.data(), stride);
  return dot;
}

TEST_P(PairKernels, BytesAreExactAtAwkwardSizes) {
  Generator generator = make_generator(1);
  for (const std::size_t m : {std::size_t{1}, std::size_t{7}, std::size_t{9}}) {
    for (const std::size_t n : kSizes) {
      for (const std::size_t depth : kDepths) {
        if (n * depth > 200'000) continue;
        std::vector<std::vector<std::uint8_t>> left(m), right(n);
        for (auto* rows : {&left, &right}) {
          for (auto& row : *rows) {
            for (std::size_t k = 0; k < depth; ++k) {
              // Extremes often: saturation and sign faults show there.
              const std::uint64_t draw = uniform_below(generator, 4);
              row.push_back(static_cast<std::uint8_t>(draw == 0   ? 255
                                                      : draw == 1 ? 0
                                                                  : uniform_below(generator, 256)));
            }
          }
        }
        std::size_t stride = 0;
        const auto dot = products(set.bytes, left, right, depth, stride);
        for (std::size_t i = 0; i < m; ++i) {
          for (std::size_t j = 0; j < n; ++j) {
            long expected = 1;
            for (std::size_t k = 0; k < depth; ++k) expected += long{left[i][k]} * right[j][k];
            ASSERT_EQ(dot[i * stride + j], static_cast<double>(expected))
                << m << " x " << n << " x " << depth;
          }
        }
      }
    }
  }
}

TEST_P(PairKernels, BytesDoNotOverflowAtTheLargestDepth) {
  const std::vector<std::vector<std::uint8_t>> white(2, std::vector<std::uint8_t>(8192, 255));
  std::size_t stride = 0;
  const auto dot = products(set.bytes, white, white, 8192, stride);
  EXPECT_EQ(dot[stride + 1], 1.0 + 8192.0 * 255 * 255);
}

TEST_P(PairKernels, FloatsAgreeWithPlainLoops) {
  Generator generator = make_generator(2);
  for (const std::size_t n : kSizes) {
    for (const std::size_t depth : {std::size_t{1}, std::size_t{17}, std::size_t{784}}) {
      std::vector<std::vector<float>> left(5), right(n);
      for (auto* rows : {&left, &right}) {
        for (auto& row : *rows) {
          for (std::size_t k = 0; k < depth; ++k)
            row.push_back(static_cast<float>(standard_normal(generator)));
        }
      }
      std::size_t stride = 0;
      const auto dot = products(set.floats, left, right, depth, stride);
      for (std::size_t i = 0; i < left.size(); ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          long double expected = 1, magnitude = 1;
          for (std::size_t k = 0; k < depth; ++k) {
            const long double product = static_cast<long double>(left[i][k]) * right[j][k];
            expected += product;
            magnitude += std::abs(product);
          }
          ASSERT_NEAR(dot[i * stride + j], static_cast<double>(expected),
                      static_cast<double>(magnitude) * static_cast<double>(depth + 2) * 0x1p-53);
        }
      }
    }
  }
}

TEST_P(PairKernels, SameBitsAsScalar) {
  const KernelSet& scalar = select_kernels(SimdLevel::scalar);
  Generator generator = make_generator(3);
  for (const std::size_t depth : kDepths) {
    std::vector<std::vector<float>> rows(3);
    std::vector<std::vector<double>> doubles(3);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t k = 0; k < depth; ++k) {
        doubles[i].push_back(100.0 * standard_normal(generator));
        rows[i].push_back(static_cast<float>(doubles[i].back()));
      }
    }
    std::size_t stride = 0, scalar_stride = 0;
    const auto dot = products(set.floats, rows, rows, depth, stride);
    const auto expected = products(scalar.floats, rows, rows, depth, scalar_stride);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j)
        EXPECT_EQ(dot[i * stride + j], expected[i * scalar_stride + j]) << depth;
    }
    EXPECT_EQ(set.squared_distance_float(rows[0].data(), rows[1].data(), depth),
              scalar.squared_distance_float(rows[0].data(), rows[1].data(), depth));
    EXPECT_EQ(set.squared_distance_double(doubles[0].data(), doubles[1].data(), depth),
              scalar.squared_distance_double(doubles[0].data(), doubles[1].data(), depth));
    EXPECT_EQ(set.squared_norm_float(rows[2].data(), depth),
              scalar.squared_norm_float(rows[2].data(), depth));
    EXPECT_EQ(set.squared_norm_double(doubles[2].data(), depth),
              scalar.squared_norm_double(doubles[2].data(), depth));
  }
}

TEST_P(PairKernels, DirectDifferencesAgreeWithLongDouble) {
  Generator generator = make_generator(4);
  for (const std::size_t depth :
       {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{33}, std::size_t{50176}}) {
    std::vector<float> a(depth), b(depth);
    for (std::size_t k = 0; k < depth; ++k) {
      a[k] = static_cast<float>(255.0 * uniform_unit(generator));
      b[k] = static_cast<float>(255.0 * uniform_unit(generator));
    }
    long double expected = 0;
    for (std::size_t k = 0; k < depth; ++k) {
      const long double difference = static_cast<long double>(a[k]) - static_cast<long double>(b[k]);
      expected += difference * difference;
    }
    const double value = static_cast<double>(expected);
    EXPECT_NEAR(set.squared_distance_float(a.data(), b.data(), depth), value,
                value * (static_cast<double>(depth) / 16 + 8) * 0x1p-53);
  }
}

TEST_P(PairKernels, FindsValuesAtOrBelowEitherThreshold) {
  for (std::size_t count = 1; count <= 40; ++count) {
    const std::size_t padded = round_up(count, 8);
    std::vector<double> values(padded, 0.0), thresholds(padded, -1.0);
    for (std::size_t c = 0; c < count; ++c) {
      values[c] = static_cast<double>(c % 5);
      thresholds[c] = c % 3 == 0 ? 4.0 : 0.5;
    }
    std::vector<std::uint8_t> mask(padded / 8);
    set.find_below(values.data(), count, 2.0, thresholds.data(), mask.data());
    for (std::size_t c = 0; c < count; ++c) {
      EXPECT_EQ((mask[c / 8] >> (c % 8)) & 1, values[c] <= 2.0 || values[c] <= thresholds[c])
          << count << " " << c;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, PairKernels, testing::ValuesIn(supported_simd_levels()),
                         [](const auto& test) {
                           std::string name(simd_name(test.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace fathom
