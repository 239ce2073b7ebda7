// The machine's limit for 8-bit multiply-adds.
#pragma once

#include <optional>

namespace fathom::bench {

/// Multiply-adds a second of all threads together in a loop of vpdpbusd that touches no memory. Nothing where
/// the processor lacks AVX-512 VNNI.
std::optional<double> peak_rate(unsigned threads);

}  // namespace fathom::bench
