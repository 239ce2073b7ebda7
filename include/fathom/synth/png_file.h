// PNG encoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace fathom::synth {

/// An 8-bit PNG of height x width x channels pixels; channels is 1 (grey) or 3 (RGB).
std::string encode_png(std::span<const std::uint8_t> pixels, std::size_t height, std::size_t width,
                       std::size_t channels);

}  // namespace fathom::synth
