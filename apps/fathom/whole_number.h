// Checks of numbers on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace fathom {

/// Digits alone, within low..high: CLI11 on its own reads -1 as a very large number, and 0x10 as sixteen.
CLI::Validator whole_number(std::uint64_t low = 0, std::uint64_t high = UINT64_MAX);

}  // namespace fathom
