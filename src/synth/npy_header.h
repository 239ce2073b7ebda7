// The header of NumPy's .npy files.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace fathom::synth {

/// Version 1.0 header of a C-ordered array: magic, length and dictionary, padded to a multiple of 64 bytes.
/// descr is NumPy's name of the type, such as "<f8".
std::string npy_header(std::string_view descr, std::span<const std::size_t> shape);

}  // namespace fathom::synth
