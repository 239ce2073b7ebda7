// The families of models, one source file each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "learn/module_network.h"

namespace fathom {

/// A model by torchvision's name. `build` draws from LibTorch's global generator what torchvision's
/// constructor draws, in its order.
struct Model {
  std::string name;
  std::function<Architecture(std::int64_t channels, std::int64_t classes)> build;
};

/// Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".
std::vector<Model> alexnets();
/// Huang et al. 2017, "Densely connected convolutional networks": the BC variant.
std::vector<Model> densenets();
/// He et al. 2016, "Deep residual learning for image recognition"; in the bottleneck the 3 x 3 convolution
/// has the stride, as in torchvision.
std::vector<Model> resnets();
/// Iandola et al. 2016, "SqueezeNet": version 1.1.
std::vector<Model> squeezenets();
/// Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image recognition".
std::vector<Model> vggs();

}  // namespace fathom
