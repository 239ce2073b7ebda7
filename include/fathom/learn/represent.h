// What the layers of a network make of images.
//
// A representation is the output of a layer in evaluation mode, one row an image. What an estimator says of
// it is an estimate of its intrinsic dimension and no more: the map from images to a layer is Lipschitz,
// which cannot raise the true dimension, so that a peak over the layers is one of the estimates (methods:
// arXiv 2604.20276).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fathom/core/matrix.h"

namespace fathom {

enum class Pooling {
  none,     ///< channels x height x width, in this order
  average,  ///< the mean over height and width; an output without them stays as it is
};

/// Networks and images to compare with.
enum class RepresentControl {
  none,
  untrained,        ///< the same architecture with seeded initial weights
  shuffled_pixels,  ///< the pixels of every image in one seeded order, the same for all images
};

struct LayerDescription {
  std::string name;                 ///< path of the module; "input" for the images themselves
  std::vector<std::int64_t> shape;  ///< of one image's output: channels x height x width, or features
  std::size_t width = 0;            ///< values in an image's row, after pooling
  /// Convolutions and linear layers passed, on the longest path; among the published layers, the published
  /// depth. Nothing where the network does not tell (TorchScript).
  std::optional<std::int64_t> depth;
  /// depth / the largest depth; by position among the layers where there is no depth. In 0..1.
  double relative_depth = 0.0;
};

struct RepresentOptions {
  /// Names; or "all" or "published" alone. "published" are those of the published code.
  std::vector<std::string> layers{"all"};
  Pooling pooling = Pooling::none;
  RepresentControl control = RepresentControl::none;
  std::uint64_t seed = 0;  ///< of the control
};

/// Tells which layers (by index) share a pass over the images. Called once, when the network has seen a
/// batch.
using PassPlanner =
    std::function<std::vector<std::vector<std::size_t>>(const std::vector<LayerDescription>&)>;

/// Takes a layer's N x width rows, in the order of the images. Called in the order of the passes, with the
/// matrices of the rest of the pass in memory.
using LayerReceiver = std::function<void(const LayerDescription&, Matrix<float>)>;

}  // namespace fathom
