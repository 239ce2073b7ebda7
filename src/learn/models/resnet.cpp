#include <array>

#include "learn/models/families.h"
#include "learn/models/initialise.h"

namespace fathom {

namespace {

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(true));
}

/// A convolution and the normalisation after it.
struct Stage {
  torch::nn::Conv2d convolution;
  torch::nn::BatchNorm2d norm;
};

Stage stage(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  return {convolution(in, out, kernel, stride), torch::nn::BatchNorm2d(out)};
}

/// Stages with a shortcut past them: BasicBlock (two stages) or Bottleneck (three).
class ResidualBlock : public Layer {
 public:
  /// `shortcut` is null where the block keeps the shape of its input.
  ResidualBlock(std::vector<Stage> stages, std::shared_ptr<Chain> shortcut)
      : stages_(std::move(stages)), relu_(register_module("relu", relu())), shortcut_(std::move(shortcut)) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      register_module("conv" + std::to_string(i + 1), stages_[i].convolution);
      register_module("bn" + std::to_string(i + 1), stages_[i].norm);
    }
    if (shortcut_) register_module("downsample", shortcut_);
  }

  Signal forward(Signal signal, LayerPass& pass) override {
    Signal out = signal;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (i > 0) out = pass.unseen(*relu_, std::move(out));
      out = pass.through(*stages_[i].convolution, std::move(out));
      out = pass.through(*stages_[i].norm, std::move(out));
    }
    if (shortcut_) signal = shortcut_->forward(std::move(signal), pass);
    out = added(std::move(out), signal);
    return pass.show(*this, pass.through(*relu_, std::move(out)));
  }

 private:
  std::vector<Stage> stages_;
  torch::nn::ReLU relu_;
  std::shared_ptr<Chain> shortcut_;
};

struct Layout {
  bool bottleneck;
  std::array<std::int64_t, 4> blocks;

  std::int64_t expansion() const { return bottleneck ? 4 : 1; }
};

std::shared_ptr<Chain> shortcut(std::int64_t in, std::int64_t out, std::int64_t stride) {
  auto chain = std::make_shared<Chain>();
  chain->add(convolution(in, out, 1, stride));
  chain->add(torch::nn::BatchNorm2d(out));
  return chain;
}

std::shared_ptr<ResidualBlock> block(const Layout& layout, std::int64_t in, std::int64_t width,
                                     std::int64_t stride) {
  const std::int64_t out = width * layout.expansion();
  // torchvision draws the weights of the shortcut before those of the stages.
  const auto past = in == out && stride == 1 ? nullptr : shortcut(in, out, stride);
  std::vector<Stage> stages;
  if (layout.bottleneck) {
    stages.push_back(stage(in, width, 1, 1));
    stages.push_back(stage(width, width, 3, stride));
    stages.push_back(stage(width, out, 1, 1));
  } else {
    stages.push_back(stage(in, width, 3, stride));
    stages.push_back(stage(width, width, 3, 1));
  }
  return std::make_shared<ResidualBlock>(std::move(stages), past);
}

class ResNet : public Layer {
 public:
  ResNet(const Layout& layout, std::int64_t channels, std::int64_t classes)
      : conv1_(register_module("conv1", first_convolution(3))),
        bn1_(register_module("bn1", torch::nn::BatchNorm2d(64))),
        relu_(register_module("relu", relu())),
        maxpool_(register_module("maxpool",
                                 torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2).padding(1)))) {
    std::int64_t in = 64;
    for (std::size_t group = 0; group < layout.blocks.size(); ++group) {
      const std::int64_t width = 64 << group;
      groups_.push_back(register_module("layer" + std::to_string(group + 1), std::make_shared<Chain>()));
      for (std::int64_t i = 0; i < layout.blocks[group]; ++i) {
        const bool shrinks = i == 0 && group > 0;
        groups_.back()->add(std::shared_ptr<Layer>(block(layout, in, width, shrinks ? 2 : 1)));
        in = width * layout.expansion();
      }
    }
    avgpool_ = register_module("avgpool", torch::nn::AdaptiveAvgPool2d(1));
    fc_ = register_module("fc", torch::nn::Linear(in, classes));
    for_each<torch::nn::Conv2dImpl>(*this, [](torch::nn::Conv2dImpl& layer) {
      torch::nn::init::kaiming_normal_(layer.weight, 0, torch::kFanOut, torch::kReLU);
    });
    if (channels != 3) replace(conv1_, first_convolution(channels));
  }

  Signal forward(Signal signal, LayerPass& pass) override {
    signal = pass.through(*conv1_, std::move(signal));
    signal = pass.through(*bn1_, std::move(signal));
    signal = pass.through(*relu_, std::move(signal));
    signal = pass.through(*maxpool_, std::move(signal));
    for (const auto& group : groups_) signal = group->forward(std::move(signal), pass);
    signal = pass.through(*avgpool_, std::move(signal));
    return pass.through(*fc_, flattened(std::move(signal)));
  }

 private:
  static torch::nn::Conv2d first_convolution(std::int64_t channels) {
    return convolution(channels, 64, 7, 2);
  }

  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d bn1_;
  torch::nn::ReLU relu_;
  torch::nn::MaxPool2d maxpool_;
  std::vector<std::shared_ptr<Chain>> groups_;
  torch::nn::AdaptiveAvgPool2d avgpool_ = nullptr;
  torch::nn::Linear fc_ = nullptr;
};

Model resnet(const std::string& name, const Layout& layout) {
  return {name, [layout](std::int64_t channels, std::int64_t classes) {
            return Architecture{
                .layers = std::make_shared<ResNet>(layout, channels, classes),
                .smallest_side = 1,
                .published_layers = {"maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc"}};
          }};
}

}  // namespace

std::vector<Model> resnets() {
  return {resnet("resnet18", {false, {2, 2, 2, 2}}), resnet("resnet34", {false, {3, 4, 6, 3}}),
          resnet("resnet50", {true, {3, 4, 6, 3}}), resnet("resnet101", {true, {3, 4, 23, 3}}),
          resnet("resnet152", {true, {3, 8, 36, 3}})};
}

}  // namespace fathom
