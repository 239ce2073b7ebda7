#include "learn/represent_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "unit/learn/small_networks.h"

namespace fathom {
namespace {

using testing::ConvolutionNetwork;
using testing::random_images;

using Passes = std::vector<std::vector<std::size_t>>;

struct Received {
  std::vector<LayerDescription> layers;  ///< in the order in which they came
  std::map<std::string, Matrix<float>> rows;
};

/// `together`: layers a pass.
Received represent(Network& network, const torch::Tensor& images, const RepresentOptions& options,
                   std::size_t together = 100, std::int64_t batch = 4) {
  const ImageFeed feed = [&](const TakeBatch& take) {
    for (std::int64_t start = 0; start < images.size(0); start += batch) {
      take(images.slice(0, start, std::min(start + batch, images.size(0))), static_cast<std::size_t>(start));
    }
  };
  const PassPlanner plan = [&](const std::vector<LayerDescription>& layers) {
    Passes passes;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (i % together == 0) passes.emplace_back();
      passes.back().push_back(i);
    }
    return passes;
  };
  Received received;
  represent_layers(network, static_cast<std::size_t>(images.size(0)), images.slice(0, 0, batch), feed,
                   options, plan, [&](const LayerDescription& layer, Matrix<float> rows) {
                     received.layers.push_back(layer);
                     received.rows[layer.name] = std::move(rows);
                   });
  return received;
}

torch::Tensor tensor_of(const Matrix<float>& rows) {
  const auto sizes = {static_cast<std::int64_t>(rows.rows()), static_cast<std::int64_t>(rows.cols())};
  return torch::from_blob(const_cast<float*>(rows.values().data()), sizes, torch::kFloat32).clone();
}

std::vector<std::string> names(const std::vector<LayerDescription>& layers) {
  std::vector<std::string> all;
  for (const LayerDescription& layer : layers) all.push_back(layer.name);
  return all;
}

/// What the layers of ConvolutionNetwork(1) hand out, computed without taps.
struct Expected {
  explicit Expected(const torch::Tensor& images) {
    const torch::NoGradGuard no_gradient;
    ConvolutionNetwork network(1);
    const std::vector<torch::Tensor> weights = network.parameters();
    conv = torch::conv2d(images, weights[0], {}, 1, 1);
    relu = conv.clamp_min(0);
    pool = relu.mean({2, 3});
    fc = torch::matmul(pool, weights[1].t());
  }
  torch::Tensor conv, relu, pool, fc;
};

TEST(RepresentLayers, CopiesEveryLayerBeforeALaterOneWorksInPlaceOnIt) {
  ConvolutionNetwork network(1);
  const torch::Tensor images = random_images(10, 5, 0, 255);
  const Expected expected(images);
  const Received received = represent(network, images, {});
  EXPECT_EQ(names(received.layers), (std::vector<std::string>{"input", "conv", "block", "pool", "fc"}));
  EXPECT_TRUE(torch::equal(tensor_of(received.rows.at("input")), images.flatten(1)));
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("conv")), expected.conv.flatten(1), 1e-6, 1e-6));
  EXPECT_TRUE((expected.conv < 0).any().item<bool>());
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("block")), expected.relu.flatten(1), 1e-6, 1e-6));
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("pool")), expected.pool, 1e-6, 1e-6));
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("fc")), expected.fc, 1e-5, 1e-6));
}

TEST(RepresentLayers, PoolsByTheMeanOverHeightAndWidth) {
  ConvolutionNetwork network(1);
  const torch::Tensor images = random_images(10, 5, 0, 255);
  const Expected expected(images);
  RepresentOptions options;
  options.pooling = Pooling::average;
  const Received received = represent(network, images, options);
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("input")), images.mean({2, 3}), 1e-6, 1e-6));
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("conv")), expected.conv.mean({2, 3}), 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(tensor_of(received.rows.at("fc")), expected.fc, 1e-5, 1e-6));
  EXPECT_EQ(received.layers[1].width, 4u);
  EXPECT_EQ(received.layers[1].shape, (std::vector<std::int64_t>{4, 5, 5}));
}

TEST(RepresentLayers, GivesTheSameInAnyNumberOfPasses) {
  ConvolutionNetwork network(1);
  const torch::Tensor images = random_images(11, 5, 0, 255);
  const Received one = represent(network, images, {}), many = represent(network, images, {}, 1),
                 pairs = represent(network, images, {}, 2);
  EXPECT_EQ(names(one.layers), names(many.layers));
  for (const auto& [name, rows] : one.rows) {
    EXPECT_TRUE(std::ranges::equal(rows.values(), many.rows.at(name).values())) << name;
    EXPECT_TRUE(std::ranges::equal(rows.values(), pairs.rows.at(name).values())) << name;
  }
}

TEST(RepresentLayers, TakesNamedLayersInTheOrderOfTheNetwork) {
  ConvolutionNetwork network(1);
  RepresentOptions options;
  options.layers = {"fc", "relu"};
  const Received received = represent(network, random_images(5, 5, 0, 255), options);
  EXPECT_EQ(names(received.layers), (std::vector<std::string>{"relu", "fc"}));
  // The network tells no depths: positions among input, conv, relu, block, pool, count, fc take their place.
  EXPECT_FALSE(received.layers[0].depth.has_value());
  EXPECT_DOUBLE_EQ(received.layers[0].relative_depth, 2.0 / 6);
  EXPECT_DOUBLE_EQ(received.layers[1].relative_depth, 1.0);
}

/// A network that tells its depths.
class NetworkWithDepths : public ConvolutionNetwork {
 public:
  NetworkWithDepths() : ConvolutionNetwork(1) {}
  std::vector<LayerDepth> layer_depths() override {
    return {{"conv", 1}, {"relu", 1}, {"block", 1}, {"pool", 1}, {"count", 1}, {"fc", 2}};
  }
  std::vector<LayerDepth> published_layers() override { return {{"input", 0}, {"pool", 2}, {"fc", 4}}; }
};

TEST(RepresentLayers, TellsDepthAndRelativeDepth) {
  NetworkWithDepths network;
  const Received received = represent(network, random_images(5, 5, 0, 255), {});
  const std::vector<std::int64_t> depths{0, 1, 1, 1, 2};
  for (std::size_t i = 0; i < depths.size(); ++i) {
    EXPECT_EQ(received.layers[i].depth, depths[i]);
    EXPECT_DOUBLE_EQ(received.layers[i].relative_depth, static_cast<double>(depths[i]) / 2);
  }
}

TEST(RepresentLayers, PublishedLayersHaveTheirPublishedDepths) {
  NetworkWithDepths network;
  RepresentOptions options;
  options.layers = {"published"};
  const Received received = represent(network, random_images(5, 5, 0, 255), options);
  EXPECT_EQ(names(received.layers), (std::vector<std::string>{"input", "pool", "fc"}));
  EXPECT_EQ(received.layers[1].depth, 2);
  EXPECT_DOUBLE_EQ(received.layers[1].relative_depth, 0.5);
}

std::string refusal(Network& network, const std::vector<std::string>& layers) {
  RepresentOptions options;
  options.layers = layers;
  try {
    represent(network, random_images(5, 5, 0, 255), options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(RepresentLayers, NamesWhatIsThereWhenALayerIsNot) {
  ConvolutionNetwork network(1);
  EXPECT_EQ(refusal(network, {"fc", "layer9"}),
            "--layers: \"layer9\" is not a layer; choose from input, conv, relu, block, pool, fc");
  EXPECT_NE(refusal(network, {"count"}).find("\"count\" is not a layer with one row of numbers an image"),
            std::string::npos);
  EXPECT_NE(refusal(network, {"published"}).find("no published layers are known"), std::string::npos);
}

TEST(RepresentLayers, RefusesANetworkThatIsBeingTrained) {
  ConvolutionNetwork network(1);
  network.set_training(true);
  EXPECT_THROW(represent(network, random_images(5, 5, 0, 255), {}), InternalError);
}

/// Other layers for bright images.
class FickleNetwork : public ConvolutionNetwork {
 public:
  FickleNetwork() : ConvolutionNetwork(1) {}
  torch::Tensor forward(const torch::Tensor& images, LayerTap* tap) override {
    if (images.max().item<double>() > 300.0) tapped(tap, "bright", images);
    return ConvolutionNetwork::forward(images, tap);
  }
};

TEST(RepresentLayers, ANetworkThatComputesOtherLayersForSomeImagesIsAnError) {
  FickleNetwork network;
  torch::Tensor images = random_images(12, 5, 0, 255);
  images[9][0][0][0] = 400.0;
  EXPECT_THROW(represent(network, images, {}), InputError);
}

TEST(ShuffledPixels, HaveOneOrderForAllImagesAndKeepChannelsTogether) {
  const torch::Tensor place = torch::arange(35, torch::kFloat32).view({1, 1, 5, 7});
  const torch::Tensor images = torch::cat({place, place + 100, place + 200}, 1).repeat({4, 1, 1, 1});
  const torch::Tensor shuffled = with_shuffled_pixels(images, 3);
  ASSERT_EQ(shuffled.sizes(), images.sizes());
  const torch::Tensor first = shuffled[0][0];
  EXPECT_FALSE(torch::equal(first, place[0][0]));
  EXPECT_TRUE(torch::equal(std::get<0>(first.flatten().sort()), place.flatten()));
  for (int image = 0; image < 4; ++image)
    for (int channel = 0; channel < 3; ++channel)
      EXPECT_TRUE(torch::equal(shuffled[image][channel], first + 100 * channel));
  EXPECT_TRUE(torch::equal(with_shuffled_pixels(images, 3), shuffled));
  EXPECT_FALSE(torch::equal(with_shuffled_pixels(images, 4), shuffled));
}

}  // namespace
}  // namespace fathom
