#include "learn/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>
#include <set>

#include "fathom/core/error.h"

namespace fathom {
namespace {

using testing::HasSubstr;

std::unique_ptr<Network> network(const std::string& model, std::int64_t channels = 3,
                                 std::int64_t classes = 2, std::uint64_t seed = 0) {
  return make_network({.model = model, .channels = channels, .classes = classes, .seed = seed});
}

template <class Error>
std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

using Depths = std::vector<std::int64_t>;

Depths depths_of(const std::vector<LayerDepth>& layers) {
  Depths depths;
  for (const LayerDepth& layer : layers) depths.push_back(layer.depth);
  return depths;
}

std::vector<std::string> names_of(const std::vector<LayerDepth>& layers) {
  std::vector<std::string> names;
  for (const LayerDepth& layer : layers) names.push_back(layer.layer);
  return names;
}

std::map<std::string, std::int64_t> depths(const std::string& model) {
  std::map<std::string, std::int64_t> by_layer;
  for (const LayerDepth& layer : network(model)->layer_depths()) by_layer[layer.layer] = layer.depth;
  return by_layer;
}

class Names : public LayerTap {
 public:
  void see(std::string_view layer, const torch::Tensor&) override { seen.emplace_back(layer); }
  std::vector<std::string> seen;
};

TEST(Network, ModelsAreThoseOfTheDocumentation) {
  const std::vector<std::string> expected = {
      "alexnet",   "densenet121", "densenet169",   "resnet18", "resnet34", "resnet50",
      "resnet101", "resnet152",   "squeezenet1_1", "vgg11",    "vgg11_bn", "vgg13",
      "vgg13_bn",  "vgg16",       "vgg16_bn",      "vgg19",    "vgg19_bn"};
  EXPECT_EQ(model_names(), expected);
}

TEST(Network, UnknownModelNamesThoseThereAre) {
  const std::string message = message_of<UsageError>([] { network("resnet20"); });
  EXPECT_THAT(message, HasSubstr("--model: \"resnet20\" is not a model; choose one of alexnet, "));
  for (const std::string& name : model_names()) EXPECT_THAT(message, HasSubstr(name));
}

TEST(Network, OtherChannelsAndNoClassesAreRefused) {
  EXPECT_THAT(message_of<UsageError>([] { network("resnet18", 2); }), HasSubstr("--channels: "));
  EXPECT_THAT(message_of<UsageError>([] { network("resnet18", 3, 0); }), HasSubstr("0 outputs"));
}

TEST(Network, ImagesOfOtherChannelsAreRefused) {
  const auto grey = network("squeezenet1_1", 1);
  EXPECT_THAT(message_of<InputError>([&] {
                grey->forward(torch::zeros({2, 3, 32, 32}));
              }),
              HasSubstr("squeezenet1_1: takes 1 channel(s), and the images have 3; "));
}

// The sizes are those of torchvision's documentation (min_size of its weights).
TEST(Network, SmallestImagesAreTakenAndSmallerOnesRefused) {
  const std::map<std::string, std::int64_t> smallest = {
      {"alexnet", 63}, {"densenet121", 29}, {"resnet18", 1}, {"squeezenet1_1", 17}, {"vgg11", 32}};
  const torch::NoGradGuard no_gradient;
  for (const auto& entry : smallest) {
    const auto tested = network(entry.first);
    tested->set_training(false);
    const std::int64_t side = entry.second;
    EXPECT_EQ(tested->forward(torch::zeros({1, 3, side, side})).sizes(), (std::vector<std::int64_t>{1, 2}));
    if (side == 1) continue;
    const std::string message = message_of<InputError>([&] {
      tested->forward(torch::zeros({1, 3, side + 9, side - 1}));
    });
    EXPECT_THAT(message, HasSubstr(entry.first + ": cannot take images of "));
    EXPECT_THAT(message, HasSubstr("--size " + std::to_string(side)));
  }
}

TEST(Network, BatchWithoutAVarianceIsRefused) {
  const auto tested = network("resnet18");
  EXPECT_THAT(message_of<InputError>([&] {
                tested->forward(torch::zeros({1, 3, 32, 32}));
              }),
              HasSubstr("batches of 2 or more"));
  EXPECT_NO_THROW(tested->forward(torch::zeros({1, 3, 64, 64})));
  EXPECT_NO_THROW(tested->forward(torch::zeros({2, 3, 32, 32})));
}

TEST(Network, SeedAloneDecidesTheWeights) {
  torch::manual_seed(1);
  const auto first = network("squeezenet1_1", 3, 2, 7);
  const torch::Tensor after_first = torch::rand(3);
  torch::manual_seed(1);
  EXPECT_TRUE(torch::equal(after_first, torch::rand(3))) << "the global generator has moved";
  const auto again = network("squeezenet1_1", 3, 2, 7);
  const auto other = network("squeezenet1_1", 3, 2, 8);
  EXPECT_TRUE(torch::equal(first->parameters()[0], again->parameters()[0]));
  EXPECT_FALSE(torch::equal(first->parameters()[0], other->parameters()[0]));
}

TEST(Network, StateIsItsOwn) {
  const auto tested = network("squeezenet1_1");
  tested->set_training(false);
  const torch::NoGradGuard no_gradient;
  for (const auto& entry : tested->state()) entry.second.zero_();
  EXPECT_EQ(tested->forward(torch::ones({1, 3, 32, 32})).abs().sum().item<float>(), 0);
}

TEST(Network, ParametersOfAReplacedConvolutionAreTrained) {
  for (const char* model : {"alexnet", "densenet121", "resnet18", "squeezenet1_1"}) {
    const auto tested = network(model, 1);
    tested->forward(torch::rand({2, 1, 64, 64})).sum().backward();
    const torch::Tensor weight = tested->parameters()[0];
    EXPECT_EQ(weight.size(1), 1);
    EXPECT_EQ(weight.grad().sizes(), weight.sizes());
    EXPECT_EQ(tested->state()[0].second.data_ptr(), weight.data_ptr());
  }
}

TEST(Network, DepthsAreListedForEveryLayerShown) {
  const torch::NoGradGuard no_gradient;
  for (const char* model : {"alexnet", "densenet121", "resnet50", "squeezenet1_1"}) {
    const auto tested = network(model);
    tested->set_training(false);
    Names names;
    tested->forward(torch::zeros({1, 3, 64, 64}), &names);
    const std::vector<std::string> listed = names_of(tested->layer_depths());
    EXPECT_EQ(listed, names.seen) << model;
    EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()).size(), listed.size()) << model;
  }
}

// Counted by hand: a basic block has two convolutions on its longest path, a dense layer two, a Fire two.
TEST(Network, DepthCountsConvolutionsAndLinearLayers) {
  const auto resnet = depths("resnet18");
  EXPECT_EQ(resnet.at("conv1"), 1);
  EXPECT_EQ(resnet.at("maxpool"), 1);
  EXPECT_EQ(resnet.at("layer1.0"), 3);
  EXPECT_EQ(resnet.at("layer2.0.downsample"), 6);
  EXPECT_EQ(resnet.at("layer2.0"), 7);
  EXPECT_EQ(resnet.at("avgpool"), 17);
  EXPECT_EQ(resnet.at("fc"), 18);
  const auto densenet = depths("densenet121");
  EXPECT_EQ(densenet.at("features.denseblock1"), 13);
  EXPECT_EQ(densenet.at("features.transition1"), 14);
  EXPECT_EQ(densenet.at("classifier"), 121);
  EXPECT_EQ(depths("densenet169").at("classifier"), 169);
  EXPECT_EQ(depths("squeezenet1_1").at("features.12"), 17);
  EXPECT_EQ(depths("squeezenet1_1").at("classifier.3"), 18);
  EXPECT_EQ(depths("alexnet").at("classifier.6"), 8);
  EXPECT_EQ(depths("resnet152").at("fc"), 152);
}

// The lists of the published code (nnutils.py), which counts the average pool as a layer.
TEST(Network, PublishedLayersOfResNetHaveTheirDepths) {
  EXPECT_EQ(depths_of(network("resnet18")->published_layers()), (Depths{0, 1, 5, 9, 13, 17, 18, 19}));
  EXPECT_EQ(depths_of(network("resnet34")->published_layers()), (Depths{0, 1, 7, 15, 27, 33, 34, 35}));
  EXPECT_EQ(depths_of(network("resnet50")->published_layers()), (Depths{0, 1, 10, 22, 40, 49, 50, 51}));
}

TEST(Network, PublishedLayersOfVggHaveTheirDepthsAndNames) {
  EXPECT_EQ(depths_of(network("vgg16")->published_layers()), (Depths{0, 2, 4, 7, 10, 13, 15, 16, 17}));
  EXPECT_EQ(depths_of(network("vgg19")->published_layers()), (Depths{0, 2, 4, 8, 12, 16, 18, 19, 20}));
  const std::vector<LayerDepth> layers = network("vgg13_bn")->published_layers();
  EXPECT_EQ(depths_of(layers), (Depths{0, 2, 4, 6, 8, 10, 12, 13, 14}));
  EXPECT_EQ(names_of(layers),
            (std::vector<std::string>{"input", "features.6", "features.13", "features.20", "features.27",
                                      "features.34", "classifier.0", "classifier.3", "classifier.6"}));
}

// Five convolutions, the average pool, three linear layers.
TEST(Network, PublishedRuleGoesOnToOtherFamilies) {
  EXPECT_EQ(depths_of(network("alexnet")->published_layers()), (Depths{0, 1, 2, 5, 7, 8, 9}));
}

TEST(Network, LaysItsWeightsOutAsConvolutionsOnAProcessorWork) {
  const auto network = make_network({"resnet18", 3, 2, 0});
  network->to(torch::kCPU);
  std::size_t convolutions = 0;
  for (const torch::Tensor& parameter : network->parameters()) {
    if (parameter.dim() != 4) continue;
    ++convolutions;
    EXPECT_TRUE(parameter.is_contiguous(torch::MemoryFormat::ChannelsLast));
  }
  EXPECT_EQ(convolutions, 20U);
}

}  // namespace
}  // namespace fathom
