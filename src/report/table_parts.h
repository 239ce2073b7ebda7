// What the tables of several commands share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fathom/estimate/dimension.h"
#include "fathom/prepare/protocol.h"
#include "fathom/report/network_use.h"

namespace fathom {

using Cells = std::vector<std::string>;

/// Rows of as many cells each; the first column to the left, the others to the right. Ends with a newline.
std::string aligned(const std::vector<Cells>& rows);

/// "12.34 [11.90, 12.80]"; "-" of none.
std::string with_interval(const DimensionEstimate* estimate);

/// "iclr2024, 224 x 224 x 1, 0..255".
std::string protocol_text(const Protocol& protocol, const std::optional<ImageSize>& size,
                          std::size_t channels, const std::optional<PixelRange>& range);

/// "weights.pth (resnet18, 2 outputs)", for a terminal.
std::string network_text(const UsedNetwork& network);

}  // namespace fathom
