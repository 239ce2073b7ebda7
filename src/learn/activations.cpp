#include "learn/activations.h"

#include <functional>
#include <numeric>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// Channels, height and width at least.
bool has_space(std::size_t dimensions_of_an_image) {
  return dimensions_of_an_image >= 3;
}

}  // namespace

void LayerLister::see(std::string_view layer, const torch::Tensor& output) {
  if (last_.defined() && last_.is_same(output) && output._version() == last_version_) {
    layers_.back().repeated = true;
  }
  LayerOutput seen{std::string(layer), {}, true, false};
  seen.of_images = output.dim() >= 2 && output.size(0) == images_ && output.is_floating_point();
  if (seen.of_images) seen.shape.assign(output.sizes().begin() + 1, output.sizes().end());
  layers_.push_back(std::move(seen));
  last_ = output;
  last_version_ = output._version();
}

std::size_t row_length(const std::vector<std::int64_t>& shape, Pooling pooling) {
  if (pooling == Pooling::average && has_space(shape.size())) return static_cast<std::size_t>(shape.front());
  return static_cast<std::size_t>(
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
}

void copy_rows(const torch::Tensor& output, Pooling pooling, Matrix<float>& rows, std::size_t first_row) {
  const torch::NoGradGuard no_gradient;
  torch::Tensor flat = output.flatten(1);
  if (pooling == Pooling::average && has_space(static_cast<std::size_t>(output.dim()) - 1)) {
    flat = output.flatten(2).mean(2);
  }
  const auto count = static_cast<std::size_t>(flat.size(0));
  FATHOM_CHECK(static_cast<std::size_t>(flat.size(1)) == rows.cols() && first_row + count <= rows.rows());
  // A copy at once: a later layer may work in place on this output.
  torch::from_blob(rows.row(first_row).data(), flat.sizes(), torch::kFloat32).copy_(flat);
}

void ActivationCollector::begin(std::size_t first_row) {
  first_row_ = first_row;
  position_ = next_ = 0;
}

void ActivationCollector::see(std::string_view layer, const torch::Tensor& output) {
  if (position_ >= layers_.size() || layers_[position_].name != layer) refuse_change();
  if (next_ < wanted_.size() && wanted_[next_].position == position_) {
    const std::vector<std::int64_t>& shape = layers_[position_].shape;
    if (output.sizes().slice(1) != torch::IntArrayRef(shape)) refuse_change();
    copy_rows(output, pooling_, *wanted_[next_].rows, first_row_);
    ++next_;
  }
  ++position_;
}

void ActivationCollector::end() const {
  if (position_ != layers_.size()) refuse_change();
}

void ActivationCollector::refuse_change() {
  throw InputError("--weights",
                   "the network computes other layers, or outputs of other shapes, for some images",
                   "name a layer that every image passes alike with --layers");
}

}  // namespace fathom
