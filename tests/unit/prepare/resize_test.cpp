#include "fathom/prepare/resize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

using made::pattern;

// Constants below, unless said otherwise: torch 1.13, torchvision 0.14,
//   transforms.Resize((H, W))(torch.from_numpy(pattern as float32)), pattern being made::pattern.
struct Resized {
  ImageSize from;
  std::size_t channels;
  ImageSize to;
  std::vector<double> expected;
};

const std::vector<Resized>& resized_by_torchvision() {
  static const std::vector<Resized> all = {
      {{5, 7},
       1,
       {4, 3},
       {89.875, 54.75001525878906, 51.62498092651367, 149.04165649414062, 30.00000762939453,
        166.95831298828125, 116.54166412353516, 116.25, 211.9583282470703, 141.7083282470703,
        89.50001525878906, 186.62503051757812}},
      {{3, 3}, 1, {8, 8}, {13.0,         19.3125,      57.1875,      95.0625,      132.9375,     170.8125,
                           208.6875,     215.0,        15.3125,      21.85546875,  61.11328125,  100.37109375,
                           136.62890625, 169.88671875, 203.14453125, 208.6875,     29.1875,      37.11328125,
                           84.66796875,  132.22265625, 158.77734375, 164.33203125, 169.88671875, 170.8125,
                           43.0625,      52.37109375,  108.22265625, 164.07421875, 180.92578125, 158.77734375,
                           136.62890625, 132.9375,     70.8125,      78.50390625,  124.65234375, 170.80078125,
                           177.94921875, 146.09765625, 114.24609375, 108.9375,     112.4375,     115.51171875,
                           133.95703125, 152.40234375, 149.84765625, 126.29296875, 102.73828125, 98.8125,
                           154.0625,     152.51953125, 143.26171875, 134.00390625, 121.74609375, 106.48828125,
                           91.23046875,  88.6875,      161.0,        158.6875,     144.8125,     130.9375,
                           117.0625,     103.1875,     89.3125,      87.0}},
      {{12, 10},
       1,
       {7, 7},
       {52.37245178222656,  167.9846954345703,  53.719398498535156, 100.10712432861328, 146.4949188232422,
        138.02548217773438, 147.84185791015625, 148.90306091308594, 102.06632232666016, 55.229591369628906,
        127.25003051757812, 199.27040100097656, 145.90306091308594, 87.31121826171875,  107.0051040649414,
        204.65817260742188, 101.16836547851562, 198.82144165039062, 109.69895935058594, 173.3928680419922,
        77.7397689819336,   98.96427917480469,  139.96429443359375, 116.96429443359375, 112.24998474121094,
        226.39288330078125, 121.10713195800781, 98.10714721679688,  46.352046966552734, 67.27041625976562,
        33.331634521484375, 54.250003814697266, 75.16838073730469,  76.49490356445312,  62.14796829223633,
        159.51531982421875, 138.14796447753906, 47.55613708496094,  94.10712432861328,  140.65817260742188,
        61.821434020996094, 215.4745330810547,  126.41326141357422, 129.37245178222656, 106.20917510986328,
        50.392852783203125, 79.4744873046875,   88.96430969238281,  210.78062438964844}},
      {{4, 6},
       3,
       {3, 4},
       {46.875,
        119.20833587646484,
        148.875,
        181.125,
        93.45833587646484,
        91.125,
        80.70833587646484,
        153.0416717529297,
        182.7083282470703,
        54.95833206176758,
        127.29166412353516,
        156.9583282470703,
        120.875,
        171.87501525878906,
        126.87499237060547,
        117.125,
        168.125,
        123.12501525878906,
        49.375,
        100.375,
        183.375,
        141.625,
        96.625,
        179.625,
        104.87499237060547,
        187.87498474121094,
        14.874994277954102,
        123.125,
        206.125,
        65.12498474121094,
        141.375,
        171.0416717529297,
        94.0416488647461,
        191.62501525878906,
        29.29166030883789,
        112.29166412353516}},
      {{2, 3},
       3,
       {4, 5},
       {13.0,
        96.0,
        179.0,
        53.400001525878906,
        136.40000915527344,
        116.99999237060547,
        114.00000762939453,
        196.99998474121094,
        24.0000057220459,
        174.60000610351562,
        103.99998474121094,
        84.60000610351562,
        215.0,
        42.0,
        125.0,
        22.25,
        105.25,
        188.25,
        68.55000305175781,
        125.95000457763672,
        132.14999389648438,
        138.0,
        156.99998474121094,
        48.000003814697266,
        169.0500030517578,
        111.24999237060547,
        79.05000305175781,
        189.75,
        80.75,
        99.75,
        40.75,
        123.75,
        206.75,
        98.85000610351562,
        105.05000305175781,
        162.4499969482422,
        186.0,
        77.0,
        95.99999237060547,
        157.9499969482422,
        125.75001525878906,
        67.94999694824219,
        139.25,
        158.25,
        49.25,
        50.0,
        133.0,
        216.0,
        114.00000762939453,
        94.5999984741211,
        177.59999084472656,
        210.0,
        37.00000762939453,
        119.99999237060547,
        152.39999389648438,
        133.00001525878906,
        62.39999008178711,
        114.0,
        197.0,
        24.0}},
      {{1, 5}, 1, {3, 2}, {88.75, 85.25, 88.75, 85.25, 88.75, 85.25}},
  };
  return all;
}

std::string text(const Resized& one) {
  return std::to_string(one.from.height) + "x" + std::to_string(one.from.width) + "x" +
         std::to_string(one.channels) + " -> " + std::to_string(one.to.height) + "x" +
         std::to_string(one.to.width);
}

template <class T>
std::vector<float> bilinear(const std::vector<T>& image, ImageSize from, std::size_t channels, ImageSize to) {
  std::vector<float> out(to.height * to.width * channels);
  resize_bilinear<T>(std::span<const T>(image), from, channels, to, out);
  return out;
}

constexpr double kTolerance = 1e-4;  // of a grey level

template <class T>
void expect_torchvision() {
  for (const Resized& one : resized_by_torchvision()) {
    const auto image = pattern<T>(one.from.height, one.from.width, one.channels);
    const std::vector<float> out = bilinear(image, one.from, one.channels, one.to);
    ASSERT_EQ(out.size(), one.expected.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      EXPECT_NEAR(out[i], one.expected[i], kTolerance) << text(one) << " value " << i;
    }
  }
}

TEST(ResizeBilinear, EqualsTorchvision8Bit) {
  expect_torchvision<std::uint8_t>();
}
TEST(ResizeBilinear, EqualsTorchvision16Bit) {
  expect_torchvision<std::uint16_t>();
}
TEST(ResizeBilinear, EqualsTorchvisionFloat) {
  expect_torchvision<float>();
}
TEST(ResizeBilinear, EqualsTorchvisionDouble) {
  expect_torchvision<double>();
}

TEST(ResizeBilinear, EqualsTorchvisionOnARampOf512) {
  std::vector<float> ramp;
  for (int row = 0; row < 2; ++row) {
    for (int x = 0; x < 512; ++x) ramp.push_back(static_cast<float>(x));
  }
  const std::vector<float> out = bilinear(ramp, {2, 512}, 1, {2, 224});
  const std::vector<std::pair<std::size_t, double>> expected = {
      {0, 0.6428571939468384},  {1, 2.9285717010498047},   {2, 5.214285850524902},
      {55, 126.35714721679688}, {111, 254.35714721679688}, {112, 256.64288330078125},
      {150, 343.5000305175781}, {222, 508.0714416503906},  {223, 510.357177734375}};
  for (const auto& [index, value] : expected) EXPECT_NEAR(out[index], value, kTolerance) << index;
  double sum = 0;
  for (std::size_t i = 0; i < 224; ++i) sum += static_cast<double>(out[i]);
  EXPECT_NEAR(sum, 57232.00258934498, 224 * kTolerance);
}

struct LargeImage {
  ImageSize from;
  double sum, sum_of_squares;
  std::vector<std::array<double, 3>> pixels;  // row, column, value
};

TEST(ResizeBilinear, EqualsTorchvisionOnLargeImages) {
  const std::vector<LargeImage> images = {{{237, 211},
                                           6389480.8018221855,
                                           934346522.1433895,
                                           {{0, 0, 14.073660850524902},
                                            {0, 223, 227.6049041748047},
                                            {223, 0, 220.44873046875},
                                            {223, 223, 187.4893035888672},
                                            {100, 57, 152.00772094726562},
                                            {17, 199, 165.12283325195312}}},
                                          {{512, 512},
                                           6438698.981852531,
                                           946947391.7806542,
                                           {{0, 0, 126.0969467163086},
                                            {0, 223, 170.3412628173828},
                                            {223, 0, 123.97282409667969},
                                            {223, 223, 173.44088745117188},
                                            {100, 57, 208.2388458251953},
                                            {17, 199, 115.75277709960938}}}};
  for (const LargeImage& one : images) {
    const auto out = bilinear(pattern(one.from.height, one.from.width, 1), one.from, 1, {224, 224});
    for (const auto& [row, column, value] : one.pixels) {
      EXPECT_NEAR(out[static_cast<std::size_t>(row * 224 + column)], value, kTolerance)
          << row << " " << column;
    }
    double sum = 0, squares = 0;
    for (const float value : out) {
      sum += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    EXPECT_NEAR(sum, one.sum, 0.1);
    EXPECT_NEAR(squares, one.sum_of_squares, 10);
  }
}

TEST(ResizeBilinear, AnEqualSizeIsACopy) {
  const auto image = pattern<float>(9, 6, 3);
  EXPECT_EQ(bilinear(image, {9, 6}, 3, {9, 6}), image);
}

TEST(ResizeBilinear, AConstantStaysConstant) {
  for (const auto& [from, to] :
       {std::pair<ImageSize, ImageSize>{{7, 9}, {224, 224}}, {{500, 300}, {31, 64}}}) {
    const std::vector<std::uint8_t> image(from.height * from.width, 255);
    for (const float value : bilinear(image, from, 1, to)) EXPECT_NEAR(value, 255.0f, 3e-5);
  }
}

TEST(ResizeBilinear, OnePixelFillsTheImage) {
  EXPECT_EQ(bilinear(std::vector<std::uint8_t>{10, 20, 30}, {1, 1}, 3, {2, 2}),
            (std::vector<float>{10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30}));
}

TEST(ResizeBilinear, WrongBufferSizesAreRefused) {
  const std::vector<std::uint8_t> image(12);
  std::vector<float> out(4);
  EXPECT_THROW(resize_bilinear<std::uint8_t>(image, {3, 3}, 1, {2, 2}, out), InternalError);
  EXPECT_THROW(resize_bilinear<std::uint8_t>(image, {3, 4}, 1, {2, 3}, out), InternalError);
}

// torch.nn.functional.interpolate(eye(n), size=(n, m), mode="bilinear"): row i of the result is what pixel i
// adds to every output pixel. Where the right neighbour is the pixel itself (at the edge) its weight cannot
// be seen: 0 here.
struct Axis {
  std::size_t input, output;
  std::vector<std::uint32_t> first;
  std::vector<float> weight;
};

float weight_seen(const BilinearAxis& axis, std::size_t d) {
  return axis.first[d] == axis.second[d] ? 0.0f : axis.weight[d];
}

TEST(BilinearAxis, WeightsAreThoseOfTorchToTheBit) {
  const std::vector<Axis> axes = {
      {3,
       8,
       {0, 0, 0, 0, 1, 1, 1, 2},
       {0.0f, 0x1p-4f, 0x1.cp-2f, 0x1.ap-1f, 0x1.8p-3f, 0x1.2p-1f, 0x1.ep-1f, 0.0f}},
      {7, 3, {0, 2, 5}, {0x1.555554p-1f, 0x1.fffffcp-1f, 0x1.555548p-2f}},
      {10,
       7,
       {0, 1, 3, 4, 5, 7, 8},
       {0x1.b6db7p-3f, 0x1.492494p-1f, 0x1.24926p-4f, 0x1.000004p-1f, 0x1.db6dbcp-1f, 0x1.6db6e8p-2f,
        0x1.92492cp-1f}}};
  for (const Axis& one : axes) {
    const BilinearAxis axis(one.input, one.output);
    EXPECT_EQ(axis.first, one.first);
    for (std::size_t d = 0; d < one.output; ++d) {
      EXPECT_EQ(weight_seen(axis, d), one.weight[d]) << one.input << " -> " << one.output << ", " << d;
      EXPECT_EQ(axis.second[d], std::min<std::size_t>(axis.first[d] + 1, one.input - 1));
    }
  }
}

TEST(BilinearAxis, WeightsAreThoseOfTorchToTheBitForManySizes) {
  // hash = hash * 1099511628211 + first * 2^32 + bits of the weight, over all output pixels, modulo 2^64.
  struct Hashed {
    std::size_t input, output;
    std::uint64_t hash;
  };
  const std::vector<Hashed> all = {{28, 224, 990346089590685696U},    {32, 224, 660751854988186431U},
                                   {225, 224, 3490332976197549552U},  {236, 224, 18330810718515297184U},
                                   {512, 224, 13510929704378628992U}, {630, 224, 10723027262094966784U},
                                   {1375, 224, 4073293410137139392U}, {3000, 224, 14831191713386823424U},
                                   {5, 31, 13582350396584875641U},    {9, 17, 17717316855692612332U}};
  for (const Hashed& one : all) {
    const BilinearAxis axis(one.input, one.output);
    std::uint64_t hash = 0;
    for (std::size_t d = 0; d < one.output; ++d) {
      hash = hash * 1099511628211U + (std::uint64_t{axis.first[d]} << 32) +
             std::bit_cast<std::uint32_t>(weight_seen(axis, d));
    }
    EXPECT_EQ(hash, one.hash) << one.input << " -> " << one.output;
  }
}

// Pillow 9.4, Image.resize((W, H), Image.NEAREST) of made::pattern.
TEST(ResizeNearest, EqualsPillow) {
  struct Case {
    ImageSize from;
    std::size_t channels;
    ImageSize to;
    std::vector<std::uint8_t> expected;
  };
  const std::vector<Case> cases = {
      {{5, 7}, 1, {4, 3}, {114, 60, 6, 210, 18, 82, 112, 156, 200, 174, 80, 242}},
      {{3, 3}, 1, {8, 8}, {13,  13,  13,  114, 114, 215, 215, 215, 13,  13,  13,  114, 114, 215, 215, 215,
                           13,  13,  13,  114, 114, 215, 215, 215, 50,  50,  50,  210, 210, 114, 114, 114,
                           50,  50,  50,  210, 210, 114, 114, 114, 161, 161, 161, 124, 124, 87,  87,  87,
                           161, 161, 161, 124, 124, 87,  87,  87,  161, 161, 161, 124, 124, 87,  87,  87}},
      {{6, 4}, 3, {3, 5}, {50,  133, 216, 210, 37,  120, 114, 197, 24,  114, 197, 24,  18,  101, 184,
                           90,  173, 0,   112, 195, 22,  134, 217, 44,  134, 217, 44,  156, 239, 66,
                           170, 253, 80,  54,  137, 220, 194, 21,  104, 194, 21,  104, 78,  161, 244}}};
  for (const Case& one : cases) {
    const auto image = pattern(one.from.height, one.from.width, one.channels);
    std::vector<std::uint8_t> out(one.expected.size());
    resize_nearest<std::uint8_t>(image, one.from, one.channels, one.to, out);
    EXPECT_EQ(out, one.expected);
  }
}

// Where (d + 1/2) in / out is a whole number, Pillow's accumulated rounding decides.
TEST(ResizeNearest, EqualsPillowOnWholeNumbers) {
  const std::vector<std::vector<std::uint16_t>> expected = {
      {0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 7, 8, 8, 9, 9, 10, 11, 11, 12, 12, 13, 13, 14, 15, 15},
      {9, 27, 45, 63, 82, 100, 118},
      {8,   24,  40,  56,  72,  88,  104, 120, 136, 152, 168, 184, 200, 216, 232, 248,
       264, 280, 296, 312, 328, 344, 360, 376, 392, 408, 424, 440, 456, 472, 488, 504},
      {0,  1,  2,  4,  5,  6,  7,  8,  9,  10, 12, 13, 14, 15, 16, 17,
       19, 20, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36}};
  const std::vector<std::size_t> inputs = {16, 128, 512, 37};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::vector<std::uint16_t> indices(inputs[i]), out(expected[i].size());
    for (std::size_t k = 0; k < indices.size(); ++k) indices[k] = static_cast<std::uint16_t>(k);
    resize_nearest<std::uint16_t>(indices, {1, inputs[i]}, 1, {1, out.size()}, out);
    EXPECT_EQ(out, expected[i]) << "across, from " << inputs[i];
    resize_nearest<std::uint16_t>(indices, {inputs[i], 1}, 1, {out.size(), 1}, out);
    EXPECT_EQ(out, expected[i]) << "down, from " << inputs[i];
  }
}

}  // namespace
}  // namespace fathom
