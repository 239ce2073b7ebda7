#include "learn/models/families.h"
#include "learn/models/initialise.h"
#include "learn/models/pooled_classifier.h"

namespace fathom {

namespace {

constexpr std::int64_t kPooledSide = 6;

torch::nn::Conv2d first_convolution(std::int64_t channels) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, 64, 11).stride(4).padding(2));
}

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(true));
}

torch::nn::MaxPool2d pool() {
  return torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2));
}

std::shared_ptr<Chain> features(const torch::nn::Conv2d& first) {
  auto chain = std::make_shared<Chain>();
  chain->add(first);
  chain->add(relu());
  chain->add(pool());
  chain->add(convolution(64, 192, 5));
  chain->add(relu());
  chain->add(pool());
  chain->add(convolution(192, 384, 3));
  chain->add(relu());
  chain->add(convolution(384, 256, 3));
  chain->add(relu());
  chain->add(convolution(256, 256, 3));
  chain->add(relu());
  chain->add(pool());
  return chain;
}

std::shared_ptr<Chain> classifier(std::int64_t classes) {
  auto chain = std::make_shared<Chain>();
  chain->add(torch::nn::Dropout(0.5));
  chain->add(torch::nn::Linear(256 * kPooledSide * kPooledSide, 4096));
  chain->add(relu());
  chain->add(torch::nn::Dropout(0.5));
  chain->add(torch::nn::Linear(4096, 4096));
  chain->add(relu());
  chain->add(torch::nn::Linear(4096, classes));
  return chain;
}

Architecture alexnet(std::int64_t channels, std::int64_t classes) {
  torch::nn::Conv2d first = first_convolution(3);
  const std::shared_ptr<Chain> convolutions = features(first);
  auto layers = std::make_shared<PooledClassifier>(convolutions, kPooledSide, classifier(classes));
  if (channels != 3) replace(first, first_convolution(channels));
  return {.layers = layers,
          .smallest_side = 63,
          .published_layers = {"features.2", "features.5", "features.12", "classifier.1", "classifier.4",
                               "classifier.6"}};
}

}  // namespace

std::vector<Model> alexnets() {
  return {{"alexnet", alexnet}};
}

}  // namespace fathom
