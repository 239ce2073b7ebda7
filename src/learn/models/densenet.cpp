#include <array>

#include "learn/models/families.h"
#include "learn/models/initialise.h"

namespace fathom {

namespace {

constexpr std::int64_t kFirstChannels = 64;
/// Channels that a layer adds to its block.
constexpr std::int64_t kGrowth = 32;
/// Channels between the two convolutions of a layer.
constexpr std::int64_t kBottleneck = 4 * kGrowth;
/// How many layers a block has.
using Layout = std::array<std::int64_t, 4>;

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false));
}

torch::nn::Conv2d first_convolution(std::int64_t channels) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(channels, kFirstChannels, 7).stride(2).padding(3).bias(false));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(true));
}

/// Makes new channels of all that the block has so far.
class DenseLayer : public torch::nn::Module {
 public:
  explicit DenseLayer(std::int64_t in)
      : norm1_(register_module("norm1", torch::nn::BatchNorm2d(in))),
        relu1_(register_module("relu1", relu())),
        conv1_(register_module("conv1", convolution(in, kBottleneck, 1))),
        norm2_(register_module("norm2", torch::nn::BatchNorm2d(kBottleneck))),
        relu2_(register_module("relu2", relu())),
        conv2_(register_module("conv2", convolution(kBottleneck, kGrowth, 3))) {}

  Signal forward(const std::vector<Signal>& so_far, LayerPass& pass) {
    Signal signal = pass.through(*norm1_, joined(so_far));
    signal = pass.through(*relu1_, std::move(signal));
    signal = pass.through(*conv1_, std::move(signal));
    signal = pass.through(*norm2_, std::move(signal));
    signal = pass.through(*relu2_, std::move(signal));
    signal = pass.through(*conv2_, std::move(signal));
    return pass.show(*this, std::move(signal));
  }

 private:
  torch::nn::BatchNorm2d norm1_;
  torch::nn::ReLU relu1_;
  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d norm2_;
  torch::nn::ReLU relu2_;
  torch::nn::Conv2d conv2_;
};

class DenseBlock : public Layer {
 public:
  DenseBlock(std::int64_t in, std::int64_t layers) {
    for (std::int64_t i = 0; i < layers; ++i) {
      layers_.push_back(register_module("denselayer" + std::to_string(i + 1),
                                        std::make_shared<DenseLayer>(in + i * kGrowth)));
    }
  }

  Signal forward(Signal signal, LayerPass& pass) override {
    std::vector<Signal> so_far = {std::move(signal)};
    for (const auto& layer : layers_) so_far.push_back(layer->forward(so_far, pass));
    return pass.show(*this, joined(so_far));
  }

 private:
  std::vector<std::shared_ptr<DenseLayer>> layers_;
};

/// Halves channels, width and height.
std::shared_ptr<Layer> transition(std::int64_t in) {
  auto chain = std::make_shared<Chain>();
  chain->add("norm", torch::nn::BatchNorm2d(in));
  chain->add("relu", relu());
  chain->add("conv", convolution(in, in / 2, 1));
  chain->add("pool", torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(2).stride(2)));
  return chain;
}

class DenseNet : public Layer {
 public:
  DenseNet(const Layout& layout, std::int64_t channels, std::int64_t classes)
      : features_(register_module("features", std::make_shared<Chain>())) {
    torch::nn::Conv2d first = first_convolution(3);
    const std::int64_t out = add_features(first, layout);
    classifier_ = register_module("classifier", torch::nn::Linear(out, classes));
    for_each<torch::nn::Conv2dImpl>(
        *this, [](torch::nn::Conv2dImpl& layer) { torch::nn::init::kaiming_normal_(layer.weight); });
    torch::nn::init::zeros_(classifier_->bias);
    if (channels != 3) replace(first, first_convolution(channels));
  }

  Signal forward(Signal signal, LayerPass& pass) override {
    signal = features_->forward(std::move(signal), pass);
    // torchvision has no modules for these two: the names are those of its feature extraction.
    signal = pass.show("relu", pass.unseen(*relu_, std::move(signal)));
    signal = pass.show("adaptive_avg_pool2d", pass.unseen(*pool_, std::move(signal)));
    return pass.through(*classifier_, flattened(std::move(signal)));
  }

 private:
  /// Gives the number of channels that come out.
  std::int64_t add_features(const torch::nn::Conv2d& first, const Layout& layout) {
    features_->add("conv0", first);
    features_->add("norm0", torch::nn::BatchNorm2d(kFirstChannels));
    features_->add("relu0", relu());
    features_->add("pool0", torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2).padding(1)));
    std::int64_t width = kFirstChannels;
    for (std::size_t i = 0; i < layout.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      features_->add("denseblock" + number,
                     std::shared_ptr<Layer>(std::make_shared<DenseBlock>(width, layout[i])));
      width += layout[i] * kGrowth;
      if (i + 1 == layout.size()) break;
      features_->add("transition" + number, transition(width));
      width /= 2;
    }
    features_->add("norm5", torch::nn::BatchNorm2d(width));
    return width;
  }

  std::shared_ptr<Chain> features_;
  torch::nn::ReLU relu_ = relu();
  torch::nn::AdaptiveAvgPool2d pool_ = torch::nn::AdaptiveAvgPool2d(1);
  torch::nn::Linear classifier_ = nullptr;
};

Model densenet(const std::string& name, const Layout& layout) {
  return {name, [layout](std::int64_t channels, std::int64_t classes) {
            return Architecture{
                .layers = std::make_shared<DenseNet>(layout, channels, classes),
                .smallest_side = 29,
                .published_layers = {"features.pool0", "features.denseblock1", "features.transition1",
                                     "features.denseblock2", "features.transition2", "features.denseblock3",
                                     "features.transition3", "features.denseblock4", "adaptive_avg_pool2d",
                                     "classifier"}};
          }};
}

}  // namespace

std::vector<Model> densenets() {
  return {densenet("densenet121", {6, 12, 24, 16}), densenet("densenet169", {6, 12, 32, 32})};
}

}  // namespace fathom
