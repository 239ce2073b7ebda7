// Enlarged images without enlarging them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fathom/prepare/protocol.h"

namespace fathom {

/// Maps an image as stored to a row of the same size, so that rows are as far apart as the enlarged images.
///
/// Bilinear resizing is linear, x -> A x with A = A_h (x) A_w, so |A x - A y|^2 = (x - y)' G (x - y) with
/// G = A'A = G_h (x) G_w. Each output mixes two neighbours, hence G_h and G_w are tridiagonal, and where no
/// axis shrinks they are positive definite: G_h = L_h L_h', and |A x - A y| = |(L_h (x) L_w)' (x - y)|. The
/// map is (L_h (x) L_w)', applied in float64 and rounded once. A row has the norm of the enlarged image, so
/// that rounding costs no more than that of the enlarged image would.
class EnlargingMap {
 public:
  /// Interleaved images of `from` enlarged to `to`. Nothing when an axis shrinks or G is not numerically
  /// definite.
  static std::optional<EnlargingMap> between(ImageSize from, std::size_t channels, ImageSize to);

  /// Values of an image, and of its row: from.height * from.width * channels.
  std::size_t size() const { return height_ * width_; }
  void apply(std::span<const std::uint8_t> image, std::span<float> row) const;

 private:
  /// The factor L along one axis: lower bidiagonal.
  struct Bidiagonal {
    std::vector<double> diagonal, below;  ///< L[i][i] and L[i + 1][i]; the last of below is 0
  };

  EnlargingMap(ImageSize from, std::size_t channels, Bidiagonal down, const Bidiagonal& across);
  static std::optional<Bidiagonal> decompose(std::size_t input, std::size_t output);

  std::size_t height_, width_, channels_;  ///< width in values
  Bidiagonal down_, across_;               ///< of a pixel row, of a value in it
};

}  // namespace fathom
