// Some of the rows of prepared data.
#pragma once

#include <cstdint>
#include <span>

#include "fathom/prepare/prepare.h"

namespace fathom {

/// The rows with these indices, in this order, in memory, with all that is known about their images. The hash
/// of the content stays that of all.
PreparedData rows_of(const PreparedData& data, std::span<const std::uint32_t> rows);

}  // namespace fathom
