#include "learn/normalized_network.h"

#include <gtest/gtest.h>

#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

/// Hands its input on.
class Identity : public Network {
 public:
  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap) override {
    return tapped(tap, "identity", images * weight_);
  }
  void set_training(bool training) override { training_ = training; }
  bool is_training() const override { return training_; }
  void to(const torch::Device& device) override { weight_ = weight_.to(device); }
  std::vector<std::pair<std::string, torch::Tensor>> state() override { return {{"weight", weight_}}; }
  std::vector<torch::Tensor> parameters() override { return {weight_}; }
  std::vector<LayerDepth> layer_depths() override { return {{"identity", 1}}; }
  std::vector<LayerDepth> published_layers() override { return {{"input", 0}, {"identity", 1}}; }

 private:
  torch::Tensor weight_ = torch::ones({1});
  bool training_ = true;
};

class Seen : public LayerTap {
 public:
  void see(std::string_view layer, const torch::Tensor&) override { layers.emplace_back(layer); }
  std::vector<std::string> layers;
};

PreparedData data_of(const std::vector<Image>& images, const char* range = "0,255") {
  Protocol protocol = named_protocol("native");
  set_range(protocol, range);
  PrepareOptions options;
  options.keep_pixels = true;
  return prepare(made::data_set({images.begin(), images.end()}), protocol, options);
}

TEST(ChannelStatistics, AreThoseOfAllPixelsOfTheRows) {
  // Red 10 and 30, green always 7, blue 0 0 0 100 over two images of two pixels; the third row is not asked
  // for.
  const PreparedData data = data_of({made::image<std::uint8_t>(1, 2, 3, {10, 7, 0, 30, 7, 0}),
                                     made::image<std::uint8_t>(1, 2, 3, {10, 7, 0, 30, 7, 100}),
                                     made::image<std::uint8_t>(1, 2, 3, {255, 255, 255, 0, 0, 0})});
  const std::vector<std::uint32_t> rows = {1, 0};
  const ChannelStatistics found = channel_statistics(data, rows);
  ASSERT_EQ(found.mean.size(), 3u);
  EXPECT_DOUBLE_EQ(found.mean[0], 20);
  EXPECT_DOUBLE_EQ(found.standard_deviation[0], 10);
  EXPECT_DOUBLE_EQ(found.mean[1], 7);
  EXPECT_DOUBLE_EQ(found.standard_deviation[1], 1);  // it never changes
  EXPECT_DOUBLE_EQ(found.mean[2], 25);
  EXPECT_DOUBLE_EQ(found.standard_deviation[2], std::sqrt(1875.0));
}

TEST(ChannelStatistics, AreInTheRangeOfTheProtocol) {
  const PreparedData data = data_of(
      {made::image<std::uint8_t>(1, 2, 1, {0, 255}), made::image<std::uint8_t>(1, 2, 1, {0, 255})}, "-1,1");
  const std::vector<std::uint32_t> rows = {0, 1};
  const ChannelStatistics found = channel_statistics(data, rows);
  EXPECT_NEAR(found.mean[0], 0, 1e-7);
  EXPECT_NEAR(found.standard_deviation[0], 1, 1e-7);
}

TEST(NormalizedNetwork, GivesEveryChannelMeanZeroAndDeviationOne) {
  NormalizedNetwork network(std::make_unique<Identity>(), {{1, 2, 3}, {2, 4, 8}});
  const torch::Tensor images = torch::arange(24, torch::kFloat32).view({2, 3, 2, 2});
  Seen seen;
  const torch::Tensor out = network.forward(images, &seen);
  for (std::int64_t c = 0; c < 3; ++c) {
    const torch::Tensor expected = (images.select(1, c) - (c + 1.0)) / std::pow(2.0, c + 1.0);
    EXPECT_TRUE(torch::equal(out.select(1, c), expected)) << c;
  }
  EXPECT_EQ(seen.layers, (std::vector<std::string>{"identity"}));
}

TEST(NormalizedNetwork, KeepsItsNumbersBesideTheOthersState) {
  NormalizedNetwork network(std::make_unique<Identity>(), {{1, 2}, {2, 4}});
  const auto state = network.state();
  ASSERT_EQ(state.size(), 3u);
  EXPECT_EQ(state[0].first, "weight");
  EXPECT_EQ(state[1].first, "normalization.mean");
  EXPECT_EQ(state[2].first, "normalization.std");
  EXPECT_EQ(network.parameters().size(), 1u);
  state[1].second.fill_(5);  // the tensors are the network's own
  EXPECT_EQ(network.forward(torch::full({1, 2, 1, 1}, 5.0))[0][1].item<float>(), 0.0f);
}

TEST(NormalizedNetwork, HasTheLayersOfTheOther) {
  NormalizedNetwork network(std::make_unique<Identity>(), {{0}, {1}});
  ASSERT_EQ(network.layer_depths().size(), 1u);
  EXPECT_EQ(network.layer_depths()[0].layer, "identity");
  EXPECT_EQ(network.published_layers().size(), 2u);
}

TEST(NormalizedNetwork, PassesItsModeOn) {
  NormalizedNetwork network(std::make_unique<Identity>(), {{0}, {1}});
  EXPECT_TRUE(network.is_training());
  network.set_training(false);
  EXPECT_FALSE(network.is_training());
}

}  // namespace
}  // namespace fathom
