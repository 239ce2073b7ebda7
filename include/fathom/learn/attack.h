// Adversarial attacks on a network: the loss and the accuracy that a bounded change of every pixel leaves.
//
// f is the network, which takes pixels as the protocol stores them, in low..high (normalisation, where there
// is any, is inside the network); CE its cross-entropy; eps the largest change of a pixel. eps is given in
// grey levels of 0..255 and becomes eps (high - low) / 255 in units of the stored range.
//
// FGSM: x' = clamp(x + eps sign(grad_x CE(f(x), y)), low, high).
//   Goodfellow, Shlens, Szegedy, Explaining and Harnessing Adversarial Examples, ICLR 2015, section 4; P1
//   attacks in this way.
//
// PGD: x_0 = clamp(x + eps u, low, high), u uniform in [-1, 1], of the seed;
//      x_{t+1} = clamp(clamp(x_t + a sign(grad CE(f(x_t), y)), x - eps, x + eps), low, high).
//   Madry et al., Towards Deep Learning Models Resistant to Adversarial Attacks, ICLR 2018, section 2.1.
//   What counts for an image is the largest loss seen: of the image itself, of x_0, ..., x_steps, and of the
//   best x' of every smaller eps that was asked for, which lies within this eps too. So the loss of an image
//   never falls as eps grows, and is never below the clean one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fathom/prepare/protocol.h"

namespace fathom {

enum class AttackMethod { fgsm, pgd };

constexpr std::string_view attack_method_name(AttackMethod method) {
  return method == AttackMethod::fgsm ? "fgsm" : "pgd";
}

struct AttackOptions {
  std::vector<AttackMethod> methods{AttackMethod::fgsm};
  std::vector<double> epsilons{1, 2, 4, 8};  ///< grey levels of 0..255, ascending, each once
  std::size_t steps = 10;                    ///< of PGD
  std::optional<double> step_size;           ///< of PGD, in grey levels; nothing: 2.5 eps / steps
  std::uint64_t seed = 0;                    ///< of PGD's random start
};

/// What the network makes of a set of images.
struct SampleLosses {
  std::vector<float> losses;            ///< cross-entropy of each image, in natural logarithms
  std::vector<std::int32_t> predicted;  ///< output of each image with the largest logit

  double loss = 0.0, loss_std_error = 0.0;  ///< mean over the images; no error (NaN) of a single one
  double accuracy = 0.0;                    ///< share of images whose label is predicted
  /// 95 % interval of the accuracy (Clopper and Pearson 1934): of some width at 0 and 1 too.
  double accuracy_low = 0.0, accuracy_high = 0.0;
  /// As the published code averages: mean of the means of batches of 256, whatever is in the last one.
  double published_loss = 0.0;
};

/// One method at one eps.
struct AttackEvaluation {
  AttackMethod method = AttackMethod::fgsm;
  double epsilon = 0.0;             ///< grey levels of 0..255
  double epsilon_stored = 0.0;      ///< units of the stored range
  std::optional<double> step_size;  ///< grey levels; of PGD
  SampleLosses attacked;
  /// Attacked minus clean loss, mean over the images; its standard error takes image by image.
  double loss_penalty = 0.0, loss_penalty_std_error = 0.0;
};

struct AttackResult {
  PixelRange range{};  ///< low..high
  SampleLosses clean;
  std::vector<AttackEvaluation> outcomes;  ///< by method, then by eps ascending
};

/// Throws UsageError: no method or one twice, no eps or one twice, an eps outside 0..255, no steps, a step
/// size that is not above 0.
void check_attack_options(const AttackOptions& options);

}  // namespace fathom
