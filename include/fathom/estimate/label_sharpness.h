// Label sharpness K_F: how fast labels change between images.
//
// Equation     K_F = max over pairs with different labels of 1 / |x_j - x_k|_2, the Lipschitz constant of the
// labelling
//              function; with many classes 1[y_j != y_k] stands for |y_j - y_k|.
// Source       P1 = Konz and Mazurowski, ICLR 2024 (arXiv 2401.08865), section 3 and appendix A.1.
// Pairs        All pairs of images. P1's M = 1000 images, class-balanced, as seeded draws beside it: K_F
// grows with the
//              number of pairs, so compare data sets at equal M. The released code does something else
//              (methods in docs/estimators.md): `as_published` reproduces it with true labels.
// Anchors      Pairs with at least one anchor: a lower bound of K_F over all pairs. Draws are of all images.
// Zero         Identical images with different labels (K_F infinite) are label conflicts: reported, and left
// out. Units        1 / pixel unit of the protocol. x -> a x gives K_F / |a|; C equal channels give K_F /
// sqrt(C); offsets,
//              permutations of pixels and exchange of labels change nothing.
// Interval     None for the maximum; mean, standard deviation and quantiles over draws.
// Agreement    golden.json `sharpness`: 1e-12 relative, pairs equal.
// Refused      One class; no pair with different labels at a positive distance (InputError).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/neighbors/label_pairs.h"
#include "fathom/read/data_set.h"

namespace fathom {

struct SharpnessPair {
  std::string a, b;  ///< paths of the images
  std::string label_a, label_b;
  Distance distance;  ///< pixel units of the protocol
};

/// K_F over seeded, class-balanced draws of m images each.
struct SampledSharpness {
  std::size_t m = 0, draws = 0;
  double mean = 0.0, sd = 0.0;
  /// At 5 %, 50 % and 95 % of the draws.
  std::array<double, 3> quantiles{};
};

/// K_F as the released code of P1 samples it: m images at random, two shuffles of batches, aligned pairs.
struct PublishedSharpness {
  std::size_t m = 0, pairs = 0;  ///< images drawn; aligned pairs with different labels and positive distance
  double value = 0.0;
};

struct LabelSharpness {
  double value = 0.0;
  Distance smallest_distance{0.0};
  std::vector<SharpnessPair> pairs;  ///< the ten nearest, nearest first
  std::uint64_t pair_count = 0;      ///< pairs with different labels and positive distance
  double per_pixel = 0.0;            ///< value / sqrt(channels x height x width)
  /// value * sqrt(channels x height x width): labels per unit of root-mean-square pixel difference, which
  /// does not change when channels are replicated or smooth images resized.
  double per_rms = 0.0;
  /// Of those pairs, the ones that the quantiles are over: all, or a seeded sample.
  std::uint64_t quantile_pairs = 0;
  std::array<double, 4> quantiles{};  ///< of 1/distance, at quantile_levels
  SampledSharpness sampled;
  std::optional<PublishedSharpness> as_published;
};

/// Draws of about `m` images with the same number from each class, without replacement; a class smaller than
/// its share sets the number for all. Each draw ascending.
std::vector<std::vector<std::uint32_t>> balanced_draws(std::span<const std::int32_t> labels,
                                                       std::size_t classes, std::size_t m, std::size_t draws,
                                                       std::uint64_t seed);

/// From the result of a scan. `unit`: RowMatrix::unit. Throws InputError when there is no pair.
LabelSharpness label_sharpness(const LabelPairsResult& pairs, std::span<const Record> records,
                               std::size_t column, const LabelColumn& labels, double unit,
                               std::size_t ambient_dimension, std::size_t m);

/// The released code's sampling with true labels: m = min(1000, images) images without replacement, two
/// shuffles in batches of min(500, m), every batch of one against every batch of the other, element by
/// element; the remainder of a batch is dropped. Zero distances are dropped. Nothing when no pair has
/// different labels.
std::optional<PublishedSharpness> published_sharpness(const PairScan& scan,
                                                      std::span<const std::int32_t> labels, double unit,
                                                      std::uint64_t seed);

}  // namespace fathom
