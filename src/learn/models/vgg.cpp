#include <array>

#include "learn/models/families.h"
#include "learn/models/initialise.h"
#include "learn/models/pooled_classifier.h"

namespace fathom {

namespace {

constexpr std::int64_t kPooledSide = 7;
/// Output channels of the convolutions of each of the five groups; a max-pool ends each group.
constexpr std::array<std::int64_t, 5> kWidths = {64, 128, 256, 512, 512};
/// How many convolutions a group has.
using Layout = std::array<std::int64_t, 5>;

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(true));
}

/// The convolutions, whose layer names end in a number, and where the pools are among them.
struct Features {
  std::shared_ptr<Chain> chain = std::make_shared<Chain>();
  torch::nn::Conv2d first = nullptr;
  std::vector<std::string> pools = {};
};

Features features(const Layout& layout, bool batch_norm) {
  Features made;
  std::int64_t in = 3;
  for (std::size_t group = 0; group < layout.size(); ++group) {
    for (std::int64_t i = 0; i < layout[group]; ++i) {
      const torch::nn::Conv2d layer = convolution(in, kWidths[group]);
      if (made.first.is_empty()) made.first = layer;
      made.chain->add(layer);
      if (batch_norm) made.chain->add(torch::nn::BatchNorm2d(kWidths[group]));
      made.chain->add(relu());
      in = kWidths[group];
    }
    made.pools.push_back("features." + std::to_string(made.chain->size()));
    made.chain->add(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(2).stride(2)));
  }
  return made;
}

std::shared_ptr<Chain> classifier(std::int64_t classes) {
  auto chain = std::make_shared<Chain>();
  chain->add(torch::nn::Linear(kWidths.back() * kPooledSide * kPooledSide, 4096));
  chain->add(relu());
  chain->add(torch::nn::Dropout(0.5));
  chain->add(torch::nn::Linear(4096, 4096));
  chain->add(relu());
  chain->add(torch::nn::Dropout(0.5));
  chain->add(torch::nn::Linear(4096, classes));
  return chain;
}

void initialise(const torch::nn::Module& layers) {
  for_each<torch::nn::Conv2dImpl>(layers, [](torch::nn::Conv2dImpl& layer) {
    torch::nn::init::kaiming_normal_(layer.weight, 0, torch::kFanOut, torch::kReLU);
    torch::nn::init::zeros_(layer.bias);
  });
  for_each<torch::nn::LinearImpl>(layers, [](torch::nn::LinearImpl& layer) {
    torch::nn::init::normal_(layer.weight, 0, 0.01);
    torch::nn::init::zeros_(layer.bias);
  });
}

Architecture build(const Layout& layout, bool batch_norm, std::int64_t channels, std::int64_t classes) {
  Features made = features(layout, batch_norm);
  auto layers = std::make_shared<PooledClassifier>(made.chain, kPooledSide, classifier(classes));
  initialise(*layers);
  if (channels != 3) replace(made.first, convolution(channels, kWidths.front()));
  std::vector<std::string> published = made.pools;
  published.insert(published.end(), {"classifier.0", "classifier.3", "classifier.6"});
  return {.layers = layers, .smallest_side = 32, .published_layers = published};
}

Model vgg(const std::string& name, const Layout& layout, bool batch_norm) {
  return {name, [layout, batch_norm](std::int64_t channels, std::int64_t classes) {
            return build(layout, batch_norm, channels, classes);
          }};
}

}  // namespace

std::vector<Model> vggs() {
  std::vector<Model> models;
  const std::vector<std::pair<std::string, Layout>> layouts = {{"vgg11", {1, 1, 2, 2, 2}},
                                                               {"vgg13", {2, 2, 2, 2, 2}},
                                                               {"vgg16", {2, 2, 3, 3, 3}},
                                                               {"vgg19", {2, 2, 4, 4, 4}}};
  for (const auto& named : layouts) {
    models.push_back(vgg(named.first, named.second, false));
    models.push_back(vgg(named.first + "_bn", named.second, true));
  }
  return models;
}

}  // namespace fathom
