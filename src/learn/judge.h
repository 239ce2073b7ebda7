// What a network says of images whose labels are known.
#pragma once

#include <torch/torch.h>

#include "learn/network.h"

namespace fathom {

/// Of N images.
struct Judged {
  torch::Tensor loss;       ///< N, float32: cross-entropy
  torch::Tensor predicted;  ///< N, int64: the output with the largest logit
};

/// `images`: N x channels x height x width; `labels`: N, int64. Throws InputError where a label is none of
/// the network's outputs.
Judged judge(Network& network, const torch::Tensor& images, const torch::Tensor& labels);

struct JudgedWithGradient {
  Judged judged;
  torch::Tensor gradient;  ///< of each image's own loss with respect to it; the shape of `images`
};

/// Parameters that ask for no gradient (FrozenParameters) spare the backward pass theirs.
JudgedWithGradient judge_with_gradient(Network& network, const torch::Tensor& images,
                                       const torch::Tensor& labels);

}  // namespace fathom
