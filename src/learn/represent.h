// Representations as the program calls them.
#pragma once

#include "fathom/core/progress.h"
#include "fathom/learn/represent.h"
#include "fathom/prepare/prepare.h"
#include "learn/loaded_network.h"

namespace fathom {

/// Hands the layers' rows for all images of the data, which were prepared with keep_pixels, to `receive`.
///
/// Throws UsageError: the device, layers that are not there, a control that the network cannot have;
/// InputError: images that the network cannot take; what `plan` and `receive` throw. Throws Interrupted.
void represent(LoadedNetwork& network, const PreparedData& data, const RepresentOptions& options,
               const NetworkRun& run, const PassPlanner& plan, const LayerReceiver& receive,
               Progress& progress);

}  // namespace fathom
