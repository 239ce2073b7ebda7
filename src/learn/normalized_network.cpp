#include "learn/normalized_network.h"

#include <cmath>

#include "learn/image_planes.h"

namespace fathom {

namespace {

torch::Tensor tensor_of(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64).to(torch::kFloat32);
}

/// One value a channel, as a factor of images.
torch::Tensor over_images(const torch::Tensor& channels) {
  return channels.view({1, -1, 1, 1});
}

}  // namespace

ChannelStatistics channel_statistics(const PreparedData& data, std::span<const std::uint32_t> rows) {
  FATHOM_CHECK(!rows.empty());
  const ImagePlanes planes(data);
  const std::size_t area = planes.values() / planes.channels();
  std::vector<float> image(planes.values());
  // About the first pixel, so that a large mean takes nothing from a small deviation.
  std::vector<double> sum(planes.channels(), 0.0), squares(planes.channels(), 0.0), origin;
  for (const std::uint32_t row : rows) {
    planes.write(row, image);
    for (std::size_t c = 0; c < planes.channels(); ++c) {
      const std::span<const float> plane = std::span(image).subspan(c * area, area);
      if (origin.size() == c) origin.push_back(static_cast<double>(plane.front()));
      for (const float pixel : plane) {
        const double value = static_cast<double>(pixel) - origin[c];
        sum[c] += value;
        squares[c] += value * value;
      }
    }
  }
  ChannelStatistics statistics;
  const double count = static_cast<double>(rows.size()) * static_cast<double>(area);
  for (std::size_t c = 0; c < planes.channels(); ++c) {
    const double mean = sum[c] / count;
    const double variance = squares[c] / count - mean * mean;
    statistics.mean.push_back(origin[c] + mean);
    statistics.standard_deviation.push_back(variance > 0 ? std::sqrt(variance) : 1.0);
  }
  return statistics;
}

NormalizedNetwork::NormalizedNetwork(std::unique_ptr<Network> network, const ChannelStatistics& statistics)
    : network_(std::move(network)),
      mean_(tensor_of(statistics.mean)),
      std_(tensor_of(statistics.standard_deviation)) {
  FATHOM_CHECK(network_ != nullptr && statistics.mean.size() == statistics.standard_deviation.size());
}

torch::Tensor NormalizedNetwork::forward(const torch::Tensor& images, LayerTap* tap) {
  return network_->forward((images - over_images(mean_)) / over_images(std_), tap);
}

void NormalizedNetwork::to(const torch::Device& device) {
  network_->to(device);
  mean_ = mean_.to(device);
  std_ = std_.to(device);
}

std::vector<std::pair<std::string, torch::Tensor>> NormalizedNetwork::state() {
  std::vector<std::pair<std::string, torch::Tensor>> all = network_->state();
  all.emplace_back("normalization.mean", mean_);
  all.emplace_back("normalization.std", std_);
  return all;
}

}  // namespace fathom
