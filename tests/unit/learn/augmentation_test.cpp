#include "learn/augmentation.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <vector>

namespace fathom {
namespace {

std::vector<float> augmented(const Augmentation& augmentation, std::vector<float> planes,
                             std::uint64_t seed) {
  Generator generator = make_generator(seed);
  augment(augmentation, 2, {2, 3}, generator, planes);
  return planes;
}

const std::vector<float> kImage = {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};

TEST(Augmentation, NoneChangesNothing) {
  EXPECT_EQ(augmented({}, kImage, 1), kImage);
}

TEST(Augmentation, AFlipTurnsEveryRowOfAboutHalfTheImages) {
  const std::vector<float> flipped = {3, 2, 1, 6, 5, 4, 30, 20, 10, 60, 50, 40};
  int flips = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const std::vector<float> image = augmented({.flip = true, .shift = 0}, kImage, seed);
    flips += image == flipped ? 1 : 0;
    EXPECT_TRUE(image == flipped || image == kImage) << seed;
  }
  EXPECT_NEAR(flips, 200, 50);  // five standard deviations
}

TEST(Augmentation, AShiftRepeatsTheBorder) {
  // One plane of the nine that a shift by one gives, worked out by hand: down 1, right 1.
  const std::vector<float> moved = {5, 6, 6, 5, 6, 6, 50, 60, 60, 50, 60, 60};
  std::map<std::vector<float>, int> seen;
  for (std::uint64_t seed = 0; seed < 900; ++seed)
    ++seen[augmented({.flip = false, .shift = 1}, kImage, seed)];
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_TRUE(seen.contains(moved));
  EXPECT_TRUE(seen.contains(kImage));
  for (const auto& [image, times] : seen) EXPECT_NEAR(times, 100, 50);
}

}  // namespace
}  // namespace fathom
