// Everything one `attack` has to say, and its three forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fathom/learn/attack.h"
#include "fathom/report/network_use.h"

namespace fathom {

struct AttackRecord {
  ShownImages images;
  UsedNetwork network;
  AttackOptions options;
  AttackResult result;
  std::vector<std::string> paths;    ///< of the images, in their order
  std::vector<std::int32_t> labels;  ///< of the images: outputs of the network
  bool published_code = false;       ///< show the loss as the published code averages it
  std::size_t batch_size = 0;
  unsigned threads = 1;
  double seconds_read = 0.0, seconds_attack = 0.0, seconds_total = 0.0;
  std::uint64_t peak_memory_bytes = 0;
};

/// Schema fathom.attack/1: docs/json.md and docs/schema/attack-1.schema.json. Ends with a newline.
std::string attack_json(const AttackRecord& record, std::span<const std::string> command);

/// One line an image, method and eps, RFC 4180, with a header: what the network makes of the image as it is,
/// and attacked. Numbers in full precision.
std::string attack_samples_csv(const AttackRecord& record);

/// For a terminal: loss and accuracy by method and eps.
std::string attack_table(const AttackRecord& record);

}  // namespace fathom
