// Outputs of layers, copied row by row into matrices.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/learn/represent.h"
#include "learn/layer_tap.h"

namespace fathom {

/// What a layer hands out for one image.
struct LayerOutput {
  std::string name;
  std::vector<std::int64_t> shape;  ///< without the images
  /// Floating-point values whose first dimension counts the images.
  bool of_images = true;
  /// The next layer hands out the same tensor unchanged: a block, and the last layer in it.
  bool repeated = false;
};

/// The layers in the order in which they are computed.
class LayerLister : public LayerTap {
 public:
  /// `images`: how many are passed through the network.
  explicit LayerLister(std::int64_t images) : images_(images) {}
  void see(std::string_view layer, const torch::Tensor& output) override;
  const std::vector<LayerOutput>& layers() const { return layers_; }

 private:
  std::int64_t images_;
  std::vector<LayerOutput> layers_;
  torch::Tensor last_;
  std::int64_t last_version_ = 0;
};

/// Values of an image's row.
std::size_t row_length(const std::vector<std::int64_t>& shape, Pooling pooling);

/// Copies the outputs of N images into rows first_row .. first_row + N - 1.
void copy_rows(const torch::Tensor& output, Pooling pooling, Matrix<float>& rows, std::size_t first_row);

/// Copies what it sees of some layers.
class ActivationCollector : public LayerTap {
 public:
  struct Wanted {
    std::size_t position;  ///< in the order in which layers are computed
    Matrix<float>* rows;
  };

  /// `layers`: all of them, as a LayerLister saw them; `wanted`: by ascending position.
  ActivationCollector(const std::vector<LayerOutput>& layers, Pooling pooling, std::vector<Wanted> wanted)
      : layers_(layers), pooling_(pooling), wanted_(std::move(wanted)) {}

  /// The images from `first_row` on come next.
  void begin(std::size_t first_row);
  void see(std::string_view layer, const torch::Tensor& output) override;
  /// Throws InputError when the network computed other layers than before.
  void end() const;

 private:
  [[noreturn]] static void refuse_change();

  const std::vector<LayerOutput>& layers_;
  Pooling pooling_;
  std::vector<Wanted> wanted_;
  std::size_t first_row_ = 0, position_ = 0, next_ = 0;
};

}  // namespace fathom
