#include "fathom/estimate/layer_passes.h"

#include <gtest/gtest.h>

namespace fathom {
namespace {

using Passes = std::vector<std::vector<std::size_t>>;

TEST(LayerPasses, HoldAsManyLayersAsFitInTheirOrder) {
  const std::vector<LayerNeed> layers{{40, 10}, {30, 20}, {30, 5}, {60, 40}, {10, 1}};
  EXPECT_EQ(layer_passes(layers, 171 + 39), (Passes{{0, 1, 2, 3, 4}}));  // 170 + 40
  EXPECT_EQ(layer_passes(layers, 120), (Passes{{0, 1, 2}, {3, 4}}));     // 100 + 20, 70 + 40
  EXPECT_EQ(layer_passes(layers, 119), (Passes{{0, 1}, {2}, {3, 4}}));
  EXPECT_EQ(layer_passes(layers, 100), (Passes{{0, 1}, {2}, {3}, {4}}));
}

TEST(LayerPasses, ALayerThatDoesNotFitAloneIsToldApart) {
  const std::vector<LayerNeed> layers{{40, 10}, {60, 40}, {70, 1}};
  EXPECT_FALSE(layer_passes(layers, 99).has_value());
  EXPECT_EQ(largest_need(layers), 1u);
  EXPECT_TRUE(layer_passes(layers, 100).has_value());
}

}  // namespace
}  // namespace fathom
