// Images whose intrinsic dimension and class margin are known.
//
// equation       torus: x(u) = 127.5 + sum_j a (cos(2 pi u_j) P_j + sin(2 pi u_j) Q_j), u in [0, 1)^d
//                cube:  x(u) = 127.5 + sum_j a (u_j - 1/2) P_j,                         u in [0, 1]^d
//                P_j, Q_j: smooth random images, orthonormal as vectors of height * width * channels values
// distances      torus: |x(u) - x(v)|^2 = sum_j (2 a sin(pi (u_j - v_j)))^2   (a product of d circles of
// radius a)
//                cube:  |x(u) - x(v)| = a |u - v|
// amplitude a    the largest for which no u leaves 0..255: computed from the patterns, so nothing is ever
// clipped classes        by u_1 alone: equal arcs (torus) or slabs (cube) with gaps between them, so that
// images of two
//                classes are at least `margin` apart and come as close as one likes to it; hence K_F = 1 /
//                margin. The other u_j are independent and uniform.
// rounding       to 8 bits moves a pixel by at most 1/2, so a distance of two images by at most sqrt(D),
//                D = height * width * channels; on average it adds D / 6 to a squared distance.
// units          distances, margin and a in grey levels (0..255), K_F in 1 / grey level
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom {

enum class ImageManifold { torus, cube };

std::string_view image_manifold_name(ImageManifold manifold);  // "torus", "cube"
/// Inverse of image_manifold_name. Throws UsageError naming the manifolds.
ImageManifold parse_image_manifold(std::string_view name);

struct ImageSetOptions {
  ImageManifold manifold = ImageManifold::torus;
  std::size_t dimension = 5;
  std::size_t samples = 1000;  ///< images in all; classes differ by at most one image
  std::size_t classes = 2;     ///< at least 2
  std::size_t height = 64, width = 64;
  std::size_t channels = 1;  ///< 1 (grey) or 3 (RGB)
  /// Grey levels between images of two classes. Default: the chord of a gap of 1 / (10 classes) in u_1.
  std::optional<double> margin;
  std::uint64_t seed = 0;
};

/// A set of images, each made on request. Immutable, so that threads may share it.
///
/// Image i depends on the seed, the shape options and i alone: a set of fewer samples is the beginning of a
/// set of more, and the number of threads changes nothing.
class ImageSet {
 public:
  /// Throws UsageError: an option out of its range, a size that cannot hold the patterns (naming the smallest
  /// that can), a margin that does not fit between the classes or is lost in the rounding (naming the range).
  explicit ImageSet(const ImageSetOptions& options);
  ~ImageSet();
  ImageSet(ImageSet&&) noexcept;
  ImageSet& operator=(ImageSet&&) noexcept;

  const ImageSetOptions& options() const;
  std::size_t values_per_image() const;  ///< height * width * channels
  double amplitude() const;              ///< a, in grey levels
  double margin() const;                 ///< in grey levels, before rounding
  double label_sharpness() const;        ///< 1 / margin
  double rounding_bound() const;  ///< largest change of a distance by rounding: sqrt(values_per_image())

  /// "class_0", ...; numbers are padded so that the order of bytes is the order of classes.
  std::string class_name(std::size_t label) const;
  /// Class of image i: i modulo classes.
  std::size_t label(std::size_t i) const;
  /// Latent coordinates u of image i, each in [0, 1].
  std::vector<double> latent(std::size_t i) const;
  /// Pixels of image i before rounding: height x width x channels, row-major, channels interleaved.
  std::vector<double> exact_pixels(std::size_t i) const;
  /// Pixels of image i.
  std::vector<std::uint8_t> pixels(std::size_t i) const;

 private:
  struct Model;
  std::unique_ptr<const Model> model_;
};

/// What is known about a set, as a JSON object (schema "fathom.synth/1"): see docs/synth.md.
std::string truth_json(const ImageSet& set);

}  // namespace fathom
