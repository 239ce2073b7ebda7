// An attack on a set of images that come in batches.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fathom/learn/attack.h"
#include "learn/frozen_parameters.h"
#include "learn/network.h"
#include "learn/pgd.h"

namespace fathom {

/// The network is in evaluation mode, so that an image's loss is its own; it asks for no gradient of its
/// parameters meanwhile. The images come in one order, and what is random depends on that order alone, not on
/// how many come at a time.
class AttackRun {
 public:
  AttackRun(Network& network, const PixelRange& range, AttackOptions options);

  /// `images`: N x channels x height x width within the range; `labels`: N, int64. Both on the network's
  /// device.
  void add(const torch::Tensor& images, const torch::Tensor& labels);

  /// Throws InputError, naming `network`, when the loss of an image as it is is not finite.
  AttackResult finish(const std::string& network) const;

 private:
  struct Gathered {
    std::vector<float> losses;
    std::vector<std::int32_t> predicted;
  };

  bool wanted(AttackMethod method) const;
  static void gather(const Judged& judged, Gathered& into);
  /// One `attacked_` an eps, from `into` on.
  void attack_by_fgsm(const Attacked& clean, const torch::Tensor& gradient, const torch::Tensor& labels,
                      std::size_t into);
  void attack_by_pgd(const Attacked& clean, const torch::Tensor& labels, std::size_t into);
  AttackEvaluation outcome(AttackMethod method, double epsilon, const Gathered& gathered) const;

  Network& network_;
  FrozenParameters frozen_;
  PixelRange range_;
  AttackOptions options_;
  torch::Generator generator_;
  std::vector<std::int32_t> labels_;
  Gathered clean_;
  std::vector<Gathered> attacked_;  ///< as AttackResult::outcomes
};

}  // namespace fathom
