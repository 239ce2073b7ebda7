// Every kernel at every level this machine has, at sizes around vectors, panels and register blocks, against
// plain loops. Byte kernels are exact. Float kernels add products exactly representable in float64; the
// tolerance is the bound of recursive summation, depth * 2^-53 * sum |a||b|. Not covered here: which pairs
// the scan asks for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/core/simd_level.h"
#include "neighbors/kernels/select_kernels.h"
#include "neighbors/margin.h"

namespace fathom {
namespace {

using kernels::KernelSet;
using kernels::ProductKernel;

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

using Bytes = std::vector<std::uint8_t>;

/// Left rows staged one after the other, the last repeated up to kRowsAtOnce.
template <class T>
std::vector<std::byte> stage(const kernels::Layout& layout, const std::vector<std::vector<T>>& rows,
                             std::size_t start, std::size_t depth) {
  const std::size_t stride = round_up(depth, layout.group) * layout.left_bytes;
  std::vector<std::byte> staged(kernels::kRowsAtOnce * stride);
  for (std::size_t r = 0; r < kernels::kRowsAtOnce; ++r) {
    layout.stage_left(rows[std::min(r, rows.size() - 1)].data() + start, depth, staged.data() + r * stride);
  }
  return staged;
}

template <class T>
std::vector<std::byte> pack(const kernels::Layout& layout, const std::vector<std::vector<T>>& rows,
                            std::size_t start, std::size_t depth) {
  std::vector<const void*> pointers;
  for (const auto& row : rows) pointers.push_back(row.data() + start);
  std::vector<std::byte> packed(round_up(rows.size(), layout.panel) * round_up(depth, layout.group) *
                                layout.right_bytes);
  layout.pack_right(pointers.data(), rows.size(), depth, packed.data());
  return packed;
}

template <class T>
std::vector<double> products(const ProductKernel& kernel, const std::vector<std::vector<T>>& left,
                             const std::vector<std::vector<T>>& right, std::size_t depth,
                             std::size_t& stride) {
  const auto staged = stage(kernel.layout, left, 0, depth), packed = pack(kernel.layout, right, 0, depth);
  stride = round_up(right.size(), kernel.layout.panel) + 3;
  std::vector<double> dot(kernels::kRowsAtOnce * stride, 1.0);  // kernels add to what is there
  kernel.multiply(staged.data(), packed.data(), right.size(), depth, dot.data(), stride);
  return dot;
}

/// Extremes often: saturation and sign faults show there.
std::vector<Bytes> random_bytes(std::size_t rows, std::size_t depth, Generator& generator) {
  std::vector<Bytes> result(rows);
  for (Bytes& row : result) {
    for (std::size_t k = 0; k < depth; ++k) {
      const std::uint64_t draw = uniform_below(generator, 4);
      row.push_back(static_cast<std::uint8_t>(draw == 0   ? 255
                                              : draw == 1 ? 0
                                                          : uniform_below(generator, 256)));
    }
  }
  return result;
}

std::uint64_t squared_distance(const Bytes& a, const Bytes& b) {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const int difference = int{a[k]} - int{b[k]};
    sum += static_cast<std::uint64_t>(difference * difference);
  }
  return sum;
}

/// Pairs (left, right) and their squared distances that a byte kernel lets survive, in pieces of `piece`.
std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> surviving(
    const KernelSet& set, const std::vector<Bytes>& left, const std::vector<Bytes>& right,
    const std::vector<std::uint32_t>& left_limit, std::vector<std::uint32_t> right_limit, std::size_t piece) {
  const kernels::Layout& layout = set.bytes.layout;
  const std::size_t depth = left.front().size(), padded = round_up(right.size(), layout.panel);
  std::vector<std::uint32_t> left_norm(kernels::kRowsAtOnce), right_norm(padded), limit(kernels::kRowsAtOnce),
      carried(kernels::kRowsAtOnce * padded);
  const Bytes zero(depth, 0);
  for (std::size_t r = 0; r < left.size(); ++r) {
    const std::uint32_t sum = std::accumulate(left[r].begin(), left[r].end(), 0u);
    left_norm[r] = static_cast<std::uint32_t>(squared_distance(left[r], zero)) - set.bytes.sum_factor * sum;
    limit[r] = left_limit[r];
  }
  for (std::size_t c = 0; c < right.size(); ++c) {
    right_norm[c] = static_cast<std::uint32_t>(squared_distance(right[c], zero));
  }
  right_limit.resize(padded, ~0u);  // padding must not survive whatever its limit
  std::vector<std::uint32_t> pair(kernels::kRowsAtOnce * padded + kernels::kOverrun), squared(pair.size());
  kernels::Survivors<std::uint32_t> survivors{pair.data(), squared.data(), 0};
  for (std::size_t start = 0; start < depth; start += piece) {
    const std::size_t part = std::min(piece, depth - start);
    const auto staged = stage(layout, left, start, part), packed = pack(layout, right, start, part);
    const void* rows[kernels::kRowsAtOnce];
    for (std::size_t r = 0; r < kernels::kRowsAtOnce; ++r)
      rows[r] = staged.data() + r * round_up(part, layout.group) * layout.left_bytes;
    set.bytes.compare({rows, left.size(), 40, left_norm.data(), limit.data(), packed.data(), right.size(),
                       right_norm.data(), right_limit.data(), part, piece < depth ? carried.data() : nullptr,
                       start == 0, start + part == depth},
                      survivors);
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> result;
  for (std::size_t i = 0; i < survivors.count; ++i) {
    const bool isNew = result.emplace(std::pair{(pair[i] >> 16) - 40, pair[i] & 0xffff}, squared[i]).second;
    EXPECT_TRUE(isNew);
  }
  return result;
}

TEST_P(PairKernels, BytesFindExactDistancesWithinEitherLimit) {
  Generator generator = make_generator(1);
  for (const std::size_t m : {std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{8}}) {
    for (const std::size_t n : kSizes) {
      for (const std::size_t depth : kDepths) {
        if (n * depth > 100'000) continue;
        const std::vector<Bytes> left = random_bytes(m, depth, generator);
        const std::vector<Bytes> right = random_bytes(n, depth, generator);
        // Limits at, just below and far from the distance of some pair.
        std::vector<std::uint32_t> left_limit(m), right_limit(n);
        for (std::size_t r = 0; r < m; ++r) {
          const auto of_some = static_cast<std::uint32_t>(squared_distance(left[r], right[r % n]));
          left_limit[r] = r % 3 == 0 ? of_some : r % 3 == 1 && of_some > 0 ? of_some - 1 : 0;
        }
        for (std::size_t c = 0; c < n; ++c) {
          right_limit[c] =
              c % 2 == 0 ? 0 : static_cast<std::uint32_t>(squared_distance(left[c % m], right[c]));
        }
        for (const std::size_t piece : {depth, (depth / 2 + 3) / 4 * 4, std::size_t{4}}) {
          if (piece == 0 || depth > 200 * piece) continue;
          const auto found = surviving(set, left, right, left_limit, right_limit, piece);
          for (std::uint32_t r = 0; r < m; ++r) {
            for (std::uint32_t c = 0; c < n; ++c) {
              const std::uint64_t expected = squared_distance(left[r], right[c]);
              const auto place = found.find({r, c});
              ASSERT_EQ(place != found.end(), expected <= left_limit[r] || expected <= right_limit[c])
                  << m << " x " << n << " x " << depth << " in " << piece;
              if (place != found.end()) {
                ASSERT_EQ(place->second, expected);
              }
            }
          }
        }
      }
    }
  }
}

TEST_P(PairKernels, BytesHoldTheLargestDistance) {
  constexpr std::size_t depth = 66'051;  // 255^2 times as much is the last multiple below 2^32
  const std::vector<Bytes> black(1, Bytes(depth, 0)), white(1, Bytes(depth, 255));
  const auto found = surviving(set, black, white, {~0u}, {0}, depth);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.begin()->second, 4'294'966'275u);
  EXPECT_TRUE(surviving(set, black, white, {4'294'966'274u}, {0}, depth).empty());
}

TEST_P(PairKernels, ByteProductsAreExact) {
  Generator generator = make_generator(5);
  for (const std::size_t depth : kDepths) {
    const auto rows = random_bytes(5, depth, generator);
    std::size_t stride = 0;
    const auto dot = products(set.byte_products, rows, rows, depth, stride);
    const long shift = set.bytes.sum_factor / 2;
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t j = 0; j < 5; ++j) {
        long expected = 0;
        for (std::size_t k = 0; k < depth; ++k) expected += long{rows[i][k]} * (rows[j][k] - shift);
        ASSERT_EQ(dot[i * stride + j], 1.0 + static_cast<double>(expected)) << depth;
        ASSERT_EQ(set.byte_product(rows[i].data(), rows[j].data(), depth),
                  static_cast<std::uint32_t>(expected));
        ASSERT_EQ(set.squared_distance_bytes(rows[i].data(), rows[j].data(), depth),
                  squared_distance(rows[i], rows[j]));
      }
    }
  }
}

TEST_P(PairKernels, ByteSumsAreExact) {
  Generator generator = make_generator(9);
  for (const std::size_t depth : kDepths) {
    const Bytes row = random_bytes(1, depth, generator).front();
    std::uint32_t squares = 0;
    for (const std::uint32_t value : row) squares += value * value;
    const kernels::ByteSums sums = set.byte_sums(row.data(), depth);
    EXPECT_EQ(sums.values, std::accumulate(row.begin(), row.end(), 0u));
    EXPECT_EQ(sums.squares, squares);
  }
}

TEST_P(PairKernels, LongByteDifferencesDoNotOverflow) {
  const Bytes black(150'528, 0), white(150'528, 255);
  EXPECT_EQ(set.squared_distance_bytes(black.data(), white.data(), black.size()), 150'528ull * 255 * 255);
}

TEST_P(PairKernels, WordDifferencesAreExact) {
  Generator generator = make_generator(6);
  for (const std::size_t depth : kDepths) {
    const auto largest = static_cast<std::uint64_t>(std::sqrt(0x1p31 / static_cast<double>(depth))) / 2;
    std::vector<std::int16_t> a, b;
    std::uint32_t expected = 0;
    for (std::size_t k = 0; k < depth; ++k) {
      const std::uint64_t reach = std::min<std::uint64_t>(largest, 16'000);
      a.push_back(static_cast<std::int16_t>(k % 2 == 0 ? reach : uniform_below(generator, reach + 1)));
      b.push_back(static_cast<std::int16_t>(-static_cast<int>(uniform_below(generator, reach + 1))));
      expected += static_cast<std::uint32_t>((a[k] - b[k]) * (a[k] - b[k]));
    }
    EXPECT_EQ(set.squared_distance_words(a.data(), b.data(), depth), expected) << depth;
  }
}

TEST_P(PairKernels, QuantisationLeavesWhatItSays) {
  Generator generator = make_generator(7);
  for (const std::size_t depth : kDepths) {
    std::vector<float> values;
    for (std::size_t k = 0; k < depth; ++k)
      values.push_back(static_cast<float>(3.0 * standard_normal(generator)));
    const double last = depth % 2 == 0 ? 255.0 : 168.0;  // fewer steps, as long rows have
    const kernels::Quantiser quantiser{-4.0, 8.0 / last, last, 1e30};
    std::vector<std::uint8_t> codes(depth);
    kernels::QuantisationLeft left{};
    set.quantise_float(values.data(), depth, quantiser, codes.data(), left);
    double clamped = 0.0, all = 0.0;
    for (std::size_t k = 0; k < depth; ++k) {
      const double value = values[k], coded = quantiser.low + quantiser.scale * codes[k];
      const double inside = std::clamp(value, -4.0, 4.0);
      EXPECT_LE(std::abs(inside - coded), 0.5001 * quantiser.scale);
      clamped += (inside - coded) * (inside - coded);
      all += (value - coded) * (value - coded);
    }
    // Never less: the bound rests on it. A short last round may count its last value again.
    EXPECT_GE(left.clamped, clamped * (1 - 1e-12));
    EXPECT_GE(left.all, all * (1 - 1e-12));
    if (depth % 8 == 0) {
      EXPECT_NEAR(left.clamped, clamped, 1e-12 * clamped);
      EXPECT_NEAR(left.all, all, 1e-12 * all);
    }
  }
}

TEST_P(PairKernels, QuantisationSeesValuesThatAreNone) {
  const kernels::Quantiser quantiser{0.0, 1.0, 255.0, 1e30};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const std::size_t depth : {std::size_t{1}, std::size_t{8}, std::size_t{23}}) {
    for (std::size_t at = 0; at < depth; ++at) {
      for (const double value : {1e30, -1e30, 1.1e30, -1.1e30, infinity, std::nan("")}) {
        std::vector<double> values(depth, 7.0);
        values[at] = value;
        const std::vector<float> floats(values.begin(), values.end());
        std::vector<std::uint8_t> codes(depth);
        kernels::QuantisationLeft left{};
        set.quantise_double(values.data(), depth, quantiser, codes.data(), left);
        EXPECT_EQ(left.within, std::abs(value) == 1e30) << depth << " " << at << " " << value;
        set.quantise_float(floats.data(), depth, quantiser, codes.data(), left);
        EXPECT_EQ(left.within, std::abs(value) == 1e30) << depth << " " << at << " " << value;
      }
    }
  }
}

TEST_P(PairKernels, FloatSumsAreWithinTheirMargin) {
  Generator generator = make_generator(8);
  for (const std::size_t depth : {std::size_t{1}, std::size_t{17}, std::size_t{128}}) {
    std::vector<std::vector<float>> rows(6);
    for (auto& row : rows) {
      for (std::size_t k = 0; k < depth; ++k) row.push_back(static_cast<float>(standard_normal(generator)));
    }
    std::size_t stride = 0;
    const auto dot = products(set.floats, rows, rows, depth, stride);
    for (std::size_t i = 0; i < 6; ++i) {
      for (std::size_t j = 0; j < 6; ++j) {
        double expected = 1.0, magnitude = 0.0;
        for (std::size_t k = 0; k < depth; ++k) {
          expected += double{rows[i][k]} * double{rows[j][k]};
          magnitude += std::abs(double{rows[i][k]} * double{rows[j][k]});
        }
        EXPECT_NEAR(dot[i * stride + j], expected, (static_cast<double>(depth) + 1) * 0x1p-24 * magnitude);
      }
    }
  }
}

using FloatPairs = std::map<std::pair<std::uint32_t, std::uint32_t>, float>;

/// The same of a float kernel, of rows that are one piece.
FloatPairs surviving(const KernelSet& set, const std::vector<std::vector<float>>& left,
                     const std::vector<std::vector<float>>& right, const std::vector<float>& left_limit,
                     std::vector<float> right_limit) {
  const kernels::Layout& layout = set.floats.layout;
  const std::size_t depth = left.front().size(), padded = round_up(right.size(), layout.panel);
  const auto norm = [&](const std::vector<float>& row) {
    return static_cast<float>(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
  };
  std::vector<float> left_norm(kernels::kRowsAtOnce), right_norm(padded), limit(kernels::kRowsAtOnce);
  std::ranges::transform(left, left_norm.begin(), norm);
  std::ranges::transform(right, right_norm.begin(), norm);
  std::ranges::copy(left_limit, limit.begin());
  right_limit.resize(padded,
                     std::numeric_limits<float>::infinity());  // padding must not survive all the same
  const auto staged = stage(layout, left, 0, depth), packed = pack(layout, right, 0, depth);
  const void* rows[kernels::kRowsAtOnce];
  for (std::size_t r = 0; r < kernels::kRowsAtOnce; ++r) {
    rows[r] = staged.data() + r * round_up(depth, layout.group) * layout.left_bytes;
  }
  std::vector<std::uint32_t> pair(kernels::kRowsAtOnce * padded + kernels::kOverrun);
  std::vector<float> squared(pair.size());
  kernels::Survivors<float> survivors{pair.data(), squared.data(), 0};
  set.compare_floats({rows, left.size(), 40, left_norm.data(), limit.data(), packed.data(), right.size(),
                      right_norm.data(), right_limit.data(), depth},
                     survivors);
  FloatPairs result;
  for (std::size_t i = 0; i < survivors.count; ++i) {
    EXPECT_TRUE(result.emplace(std::pair{(pair[i] >> 16) - 40, pair[i] & 0xffff}, squared[i]).second);
  }
  return result;
}

TEST_P(PairKernels, FloatsFindDistancesWithinEitherLimit) {
  Generator generator = make_generator(9);
  constexpr float infinite = std::numeric_limits<float>::infinity();
  for (const std::size_t m : {std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{8}}) {
    for (const std::size_t n : kSizes) {
      for (const std::size_t depth : {std::size_t{1}, std::size_t{2}, std::size_t{17}, std::size_t{50}}) {
        std::vector<std::vector<float>> left(m), right(n);
        for (auto* rows : {&left, &right}) {
          for (auto& row : *rows) {
            for (std::size_t k = 0; k < depth; ++k)
              row.push_back(static_cast<float>(standard_normal(generator)));
          }
        }
        const FloatPairs all =
            surviving(set, left, right, std::vector<float>(m, infinite), std::vector<float>(n, -1.0F));
        ASSERT_EQ(all.size(), m * n);
        for (const auto& [pair, squared] : all) {
          double expected = 0.0, norms = 0.0;
          for (std::size_t k = 0; k < depth; ++k) {
            const double x = double{left[pair.first][k]}, y = double{right[pair.second][k]};
            expected += (x - y) * (x - y);
            norms += x * x + y * y;
          }
          ASSERT_NEAR(squared, expected, (margin::float_sums(depth) + margin::float_comparison()) * norms);
        }
        // Limits at and far from the distance of some pair.
        std::vector<float> left_limit(m), right_limit(n);
        for (std::uint32_t r = 0; r < m; ++r) {
          left_limit[r] = r % 2 == 0 ? all.at({r, r % static_cast<std::uint32_t>(n)}) : -1.0F;
        }
        for (std::uint32_t c = 0; c < n; ++c) {
          right_limit[c] = c % 3 == 0 ? all.at({c % static_cast<std::uint32_t>(m), c}) : -1.0F;
        }
        const FloatPairs found = surviving(set, left, right, left_limit, right_limit);
        for (const auto& [pair, squared] : all) {
          const auto place = found.find(pair);
          ASSERT_EQ(place != found.end(),
                    squared <= left_limit[pair.first] || squared <= right_limit[pair.second])
              << m << " x " << n << " x " << depth;
          if (place != found.end()) {
            ASSERT_EQ(place->second, squared);
          }
        }
      }
    }
  }
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
      const auto dot = products(set.doubles, left, right, depth, stride);
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
    const auto dot = products(set.doubles, rows, rows, depth, stride);
    const auto expected = products(scalar.doubles, rows, rows, depth, scalar_stride);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j)
        EXPECT_EQ(dot[i * stride + j], expected[i * scalar_stride + j]) << depth;
    }
    EXPECT_EQ(set.squared_norm_float(rows[2].data(), depth),
              scalar.squared_norm_float(rows[2].data(), depth));
    EXPECT_EQ(set.squared_norm_double(doubles[2].data(), depth),
              scalar.squared_norm_double(doubles[2].data(), depth));
  }
}

TEST_P(PairKernels, DifferencesPieceByPieceAreTheSameBits) {
  Generator generator = make_generator(10);
  for (const std::size_t depth : {std::size_t{15}, std::size_t{16}, std::size_t{100}, std::size_t{784}}) {
    std::vector<std::vector<float>> rows(8);
    std::vector<std::vector<double>> doubles(8);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t k = 0; k < depth; ++k) {
        doubles[i].push_back(100.0 * standard_normal(generator));
        rows[i].push_back(static_cast<float>(doubles[i].back()));
      }
    }
    const std::size_t whole = depth / kernels::kPartialSums * kernels::kPartialSums;
    for (std::size_t others = 1; others < rows.size(); ++others) {
      std::vector<kernels::PartialSums> sums(others), double_sums(others);
      for (std::size_t start = 0; start < whole; start += 48) {
        std::vector<const float*> at;
        std::vector<const double*> double_at;
        for (std::size_t i = 1; i <= others; ++i) {
          at.push_back(rows[i].data() + start);
          double_at.push_back(doubles[i].data() + start);
        }
        const std::size_t count = std::min<std::size_t>(48, whole - start);
        set.add_squares_float(rows[0].data() + start, at.data(), at.data(), others, count, sums.data());
        set.add_squares_double(doubles[0].data() + start, double_at.data(), double_at.data(), others, count,
                               double_sums.data());
      }
      for (std::size_t i = 1; i <= others; ++i) {
        const float* const b = rows[i].data();
        const double* const c = doubles[i].data();
        double expected = 0.0, double_expected = 0.0;
        set.squared_distances_float(rows[0].data(), &b, 1, depth, &expected);
        set.squared_distances_double(doubles[0].data(), &c, 1, depth, &double_expected);
        EXPECT_EQ(set.last_squares_float(rows[0].data() + whole, b + whole, depth - whole, sums[i - 1]),
                  expected);
        EXPECT_EQ(
            set.last_squares_double(doubles[0].data() + whole, c + whole, depth - whole, double_sums[i - 1]),
            double_expected);
      }
    }
  }
}

/// squared_distances of row 0 with the others.
template <class T>
std::vector<double> distances_from_first(const KernelSet& set, const std::vector<std::vector<T>>& rows) {
  std::vector<const T*> others;
  for (std::size_t i = 1; i < rows.size(); ++i) others.push_back(rows[i].data());
  std::vector<double> squared(others.size());
  if constexpr (std::is_same_v<T, float>) {
    set.squared_distances_float(rows[0].data(), others.data(), others.size(), rows[0].size(), squared.data());
  } else {
    set.squared_distances_double(rows[0].data(), others.data(), others.size(), rows[0].size(),
                                 squared.data());
  }
  return squared;
}

// Several rows at once give the bits that each gives alone, however many there are.
TEST_P(PairKernels, DirectDifferencesAgreeWithLongDoubleAndHaveTheBitsOfScalar) {
  const KernelSet& scalar = select_kernels(SimdLevel::scalar);
  Generator generator = make_generator(4);
  for (const std::size_t depth :
       {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{33}, std::size_t{50176}}) {
    for (std::size_t others = 1; others <= 9; ++others) {
      std::vector<std::vector<float>> floats(1 + others);
      std::vector<std::vector<double>> doubles(1 + others);
      for (std::size_t i = 0; i <= others; ++i) {
        for (std::size_t k = 0; k < depth; ++k) {
          doubles[i].push_back(255.0 * uniform_unit(generator));
          floats[i].push_back(static_cast<float>(doubles[i].back()));
        }
      }
      const std::vector<double> of_floats = distances_from_first(set, floats);
      const std::vector<double> of_doubles = distances_from_first(set, doubles);
      EXPECT_EQ(of_floats, distances_from_first(scalar, floats)) << depth << " " << others;
      EXPECT_EQ(of_doubles, distances_from_first(scalar, doubles)) << depth << " " << others;
      for (std::size_t i = 1; i <= others; ++i) {
        long double expected = 0;
        for (std::size_t k = 0; k < depth; ++k) {
          const long double difference =
              static_cast<long double>(floats[0][k]) - static_cast<long double>(floats[i][k]);
          expected += difference * difference;
        }
        const double value = static_cast<double>(expected);
        EXPECT_NEAR(of_floats[i - 1], value, value * (static_cast<double>(depth) / 16 + 8) * 0x1p-53);
      }
    }
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
