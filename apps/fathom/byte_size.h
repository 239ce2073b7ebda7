// Sizes of memory on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace fathom {

/// A whole number of bytes, or of kibi-, mebi-, gibi- or tebibytes with K, M, G or T behind it: "800M".
CLI::Validator byte_size();

/// The bytes of a text that byte_size() lets through.
std::uint64_t parse_byte_size(const std::string& text);

/// In the largest unit that leaves at least 1, rounded up to a tenth, as byte_size() reads whole ones:
/// "12.3G".
std::string byte_size_text(std::uint64_t bytes);

}  // namespace fathom
