// The attack as the program calls it.
#pragma once

#include <cstdint>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/learn/attack.h"
#include "fathom/prepare/prepare.h"
#include "learn/loaded_network.h"

namespace fathom {

/// Attacks the network on `rows` of the data, which were prepared with keep_pixels.
///
/// `outputs`: of every class of the first label column the network's output that stands for it. Throws
/// UsageError: options, the device, a protocol without a range; InputError: labels beyond the network's
/// outputs, a loss that is not finite, images that the network cannot take. Throws Interrupted.
AttackResult attack(LoadedNetwork& network, const PreparedData& data, const std::vector<std::uint32_t>& rows,
                    const std::vector<std::int32_t>& outputs, const AttackOptions& options,
                    const NetworkRun& run, Progress& progress);

}  // namespace fathom
