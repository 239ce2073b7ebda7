#include "layer_planner.h"

#include <algorithm>
#include <utility>

#include "byte_size.h"
#include "fathom/core/available_memory.h"
#include "fathom/core/error.h"
#include "fathom/estimate/matched_gaussian.h"
#include "fathom/estimate/memory_need.h"
#include "process_memory.h"

namespace fathom {

LayerPlanner::LayerPlanner(std::string data, std::size_t images, const MeasureOptions& measure,
                           std::string cap, bool gaussian)
    : data_(std::move(data)), images_(images), measure_(measure), cap_(std::move(cap)), gaussian_(gaussian) {}

std::vector<std::vector<std::size_t>> LayerPlanner::operator()(const std::vector<LayerDescription>& layers) {
  std::vector<LayerNeed> needs;
  for (const LayerDescription& layer : layers) needs.push_back(need(layer));
  const std::uint64_t bytes = bytes_left();
  auto passes = layer_passes(needs, bytes);
  if (!passes) {
    const std::size_t largest = largest_need(needs);
    refuse(layers[largest], needs[largest], bytes);
  }
  passes_ += passes->size();
  return *std::move(passes);
}

LayerNeed LayerPlanner::need(const LayerDescription& layer) const {
  const MatrixShape shape{images_, layer.width, PixelType::float32, false, 0};
  const MemoryNeed measuring = memory_need(shape, 0, false, measure_);
  std::uint64_t beside = measuring.total() - measuring.matrix;
  if (gaussian_) {
    beside = std::max(beside, matched_gaussian_bytes(images_, layer.width, measure_.threads));
  }
  return {measuring.matrix, beside};
}

std::uint64_t LayerPlanner::bytes_left() {
  const std::uint64_t held = resident_memory_bytes();
  if (!passing_) passing_ = std::max(peak_memory_bytes(), held) - held;
  const auto less = [](std::uint64_t bytes, std::uint64_t taken) {
    return bytes > taken ? bytes - taken : 0;
  };
  const std::uint64_t available = less(available_memory(), *passing_);
  return cap_.empty() ? available : std::min(available, less(parse_byte_size(cap_), held + *passing_));
}

void LayerPlanner::refuse(const LayerDescription& layer, const LayerNeed& need, std::uint64_t bytes) const {
  const std::string takes =
      "layer " + layer.name + " has " + std::to_string(layer.width) + " values an image, and takes about " +
      byte_size_text(need.matrix + need.measure) + " of memory for " + std::to_string(images_) + " images";
  const std::string remedy =
      "pool with --pool avg, use fewer images with --samples, or name other layers with --layers";
  if (cap_.empty()) {
    throw InputError(data_, takes + "; this machine has " + byte_size_text(bytes) + " left", remedy);
  }
  throw UsageError("--memory " + cap_,
                   takes + "; " + byte_size_text(bytes) + " are left beside images and network", remedy);
}

}  // namespace fathom
