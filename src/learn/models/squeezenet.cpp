#include "learn/models/families.h"
#include "learn/models/initialise.h"

namespace fathom {

namespace {

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2));
}

torch::nn::Conv2d first_convolution(std::int64_t channels) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, 64, 3).stride(2));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(true));
}

torch::nn::MaxPool2d pool() {
  return torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2).ceil_mode(true));
}

/// Few channels, then many: half of them by 1 x 1 convolutions, half by 3 x 3.
class Fire : public Layer {
 public:
  Fire(std::int64_t in, std::int64_t squeezed, std::int64_t expanded)
      : squeeze_(register_module("squeeze", convolution(in, squeezed, 1))),
        squeeze_activation_(register_module("squeeze_activation", relu())),
        expand1x1_(register_module("expand1x1", convolution(squeezed, expanded, 1))),
        expand1x1_activation_(register_module("expand1x1_activation", relu())),
        expand3x3_(register_module("expand3x3", convolution(squeezed, expanded, 3))),
        expand3x3_activation_(register_module("expand3x3_activation", relu())) {}

  Signal forward(Signal signal, LayerPass& pass) override {
    signal = pass.through(*squeeze_, std::move(signal));
    signal = pass.through(*squeeze_activation_, std::move(signal));
    const Signal narrow = pass.through(*expand1x1_activation_, pass.through(*expand1x1_, signal));
    signal = pass.through(*expand3x3_, std::move(signal));
    signal = pass.through(*expand3x3_activation_, std::move(signal));
    return pass.show(*this, joined({narrow, signal}));
  }

 private:
  torch::nn::Conv2d squeeze_;
  torch::nn::ReLU squeeze_activation_;
  torch::nn::Conv2d expand1x1_;
  torch::nn::ReLU expand1x1_activation_;
  torch::nn::Conv2d expand3x3_;
  torch::nn::ReLU expand3x3_activation_;
};

std::shared_ptr<Layer> fire(std::int64_t in, std::int64_t squeezed, std::int64_t expanded) {
  return std::make_shared<Fire>(in, squeezed, expanded);
}

class SqueezeNet : public Layer {
 public:
  SqueezeNet(std::int64_t channels, std::int64_t classes)
      : features_(register_module("features", std::make_shared<Chain>())) {
    torch::nn::Conv2d first = first_convolution(3);
    add_features(first);
    const torch::nn::Conv2d last = convolution(512, classes, 1);
    classifier_ = register_module("classifier", std::make_shared<Chain>());
    classifier_->add(torch::nn::Dropout(0.5));
    classifier_->add(last);
    classifier_->add(relu());
    classifier_->add(torch::nn::AdaptiveAvgPool2d(1));
    initialise(*last);
    if (channels != 3) replace(first, first_convolution(channels));
  }

  Signal forward(Signal signal, LayerPass& pass) override {
    signal = features_->forward(std::move(signal), pass);
    // Dropout's mask is drawn in the order in which values lie (LibTorch 2), and torchvision's lie by
    // channel.
    if (is_training() && signal.values.defined()) signal.values = signal.values.contiguous();
    return flattened(classifier_->forward(std::move(signal), pass));
  }

 private:
  void add_features(const torch::nn::Conv2d& first) {
    features_->add(first);
    features_->add(relu());
    features_->add(pool());
    features_->add(fire(64, 16, 64));
    features_->add(fire(128, 16, 64));
    features_->add(pool());
    features_->add(fire(128, 32, 128));
    features_->add(fire(256, 32, 128));
    features_->add(pool());
    features_->add(fire(256, 48, 192));
    features_->add(fire(384, 48, 192));
    features_->add(fire(384, 64, 256));
    features_->add(fire(512, 64, 256));
  }

  void initialise(const torch::nn::Conv2dImpl& last) {
    for_each<torch::nn::Conv2dImpl>(*this, [&last](torch::nn::Conv2dImpl& layer) {
      if (&layer == &last) {
        torch::nn::init::normal_(layer.weight, 0, 0.01);
      } else {
        torch::nn::init::kaiming_uniform_(layer.weight);
      }
      torch::nn::init::zeros_(layer.bias);
    });
  }

  std::shared_ptr<Chain> features_, classifier_;
};

Architecture squeezenet1_1(std::int64_t channels, std::int64_t classes) {
  return {.layers = std::make_shared<SqueezeNet>(channels, classes),
          .smallest_side = 17,
          .published_layers = {"features.2", "features.3", "features.4", "features.5", "features.6",
                               "features.7", "features.8", "features.9", "features.10", "features.11",
                               "features.12", "classifier.3"}};
}

}  // namespace

std::vector<Model> squeezenets() {
  return {{"squeezenet1_1", squeezenet1_1}};
}

}  // namespace fathom
