// Projected gradient descent: fathom/learn/attack.h has its definition.
#pragma once

#include <torch/torch.h>

#include <cstddef>

#include "learn/attack_bounds.h"
#include "learn/judge.h"
#include "learn/network.h"

namespace fathom {

/// Images and what the network says of them.
struct Attacked {
  torch::Tensor images;
  Judged judged;
};

struct PgdOptions {
  AttackBounds bounds;
  std::size_t steps;
  double step_size;  ///< units of the stored range
};

/// The worst images found within `options.bounds` of `images`, each for itself, and never one better than in
/// `known`, which are within the bounds: the images themselves, or what was found within narrower ones.
///
/// `start`: the shape of `images`, in [-1, 1]; the first step begins at images + epsilon start.
Attacked pgd(Network& network, const torch::Tensor& images, const torch::Tensor& labels,
             const torch::Tensor& start, const Attacked& known, const PgdOptions& options);

}  // namespace fathom
