// How layers share the memory there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/estimate/layer_passes.h"
#include "fathom/estimate/measure.h"
#include "fathom/learn/represent.h"

namespace fathom {

/// A PassPlanner.
class LayerPlanner {
 public:
  /// `data`: what errors name. `cap`: as --memory gives it; empty: what the machine has left. `gaussian`:
  /// rows of matched covariance are made of every layer.
  LayerPlanner(std::string data, std::size_t images, const MeasureOptions& measure, std::string cap,
               bool gaussian);

  /// Called when the images are in memory and the network has seen a batch of them: what the first batch took
  /// for a while, every later one takes again. Throws UsageError where a layer does not fit under the cap,
  /// InputError where it does not fit into the machine.
  std::vector<std::vector<std::size_t>> operator()(const std::vector<LayerDescription>& layers);

  /// Planned so far.
  std::size_t passes() const { return passes_; }

 private:
  LayerNeed need(const LayerDescription& layer) const;
  std::uint64_t bytes_left();
  [[noreturn]] void refuse(const LayerDescription& layer, const LayerNeed& need, std::uint64_t bytes) const;

  std::string data_;
  std::size_t images_;
  MeasureOptions measure_;
  std::string cap_;
  bool gaussian_;
  std::size_t passes_ = 0;
  std::optional<std::uint64_t> passing_;  ///< bytes, for a while, of a batch on its way through the network
};

}  // namespace fathom
