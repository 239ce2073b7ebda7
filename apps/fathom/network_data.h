// Images prepared for a network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data_options.h"
#include "fathom/core/progress.h"
#include "fathom/learn/loaded_network.h"
#include "fathom/prepare/prepare.h"
#include "fathom/read/data_set.h"

namespace fathom {

struct NetworkData {
  DataSet data;  ///< without its pixels, which are in the rows now
  PreparedData prepared;
  double seconds_read = 0.0;
};

/// The one DATA, prepared with keep_pixels by the protocol of the network's checkpoint, or by the one that
/// the options choose where the weights tell none; in as many channels as the network takes.
///
/// `weights`: path of the weights. Throws UsageError: a protocol other than the checkpoint's; InputError:
/// vectors, and what opening and preparing throw.
NetworkData network_data(const DataOptions& options, const NetworkDescription& network,
                         const std::string& weights, Progress& progress);

/// The output that stands for each class of the first label column. Throws InputError, naming `data` and the
/// classes, where the network has none for a class.
std::vector<std::int32_t> outputs_of_classes(const PreparedData& prepared, const std::string& data,
                                             const NetworkDescription& network, const std::string& weights);

}  // namespace fathom
