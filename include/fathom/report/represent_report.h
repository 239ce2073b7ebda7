// Everything one `represent` has to say, and its three forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/estimate/measure.h"
#include "fathom/learn/represent.h"
#include "fathom/report/network_use.h"

namespace fathom {

struct LayerRecord {
  LayerDescription layer;
  std::optional<Measurement> measurement;
  std::string problem;  ///< why there is no measurement; empty where there is one
};

/// The layers under one condition.
struct RepresentationRecord {
  std::string control;  ///< "none", "untrained", "shuffled-pixels", "gaussian"
  std::vector<LayerRecord> layers;
};

struct RepresentRecord {
  ShownImages images;
  UsedNetwork network;
  Pooling pooling = Pooling::none;
  std::size_t k = 20;
  std::uint64_t seed = 0;
  unsigned threads = 1;
  std::string simd;
  std::size_t batch_size = 0, passes = 0;
  /// The network on the images first, then the controls.
  std::vector<RepresentationRecord> representations;
  std::optional<std::string> exported;  ///< file of activations
  double seconds_read = 0.0, seconds_total = 0.0;
  std::uint64_t peak_memory_bytes = 0;
};

/// The layer whose estimate is largest (variant "pooled" of mle, "ml" of twonn); the first of equal ones.
/// Null when no layer has one. P3 calls it the peak.
const LayerRecord* peak_layer(const RepresentationRecord& representation, const std::string& estimator);

/// What every output says of these numbers.
extern const char* const kEstimatesOnly;

/// Schema fathom.represent/1: docs/json.md and docs/schema/represent-1.schema.json. Ends with a newline.
std::string represent_json(const RepresentRecord& record, std::span<const std::string> command);

/// One line a layer and control, RFC 4180, with a header. Numbers in full precision.
std::string represent_csv(const RepresentRecord& record);

/// For a terminal: an aligned table for each control, and the peaks.
std::string represent_table(const RepresentRecord& record);

}  // namespace fathom
