// Bytes in order, from a file, from memory or out of a decompressor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace fathom {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `out` and returns how many bytes it got: fewer than asked for only at the end.
  /// Throws InputError: cannot be read, corrupt compression.
  virtual std::size_t read(std::span<std::byte> out) = 0;
  /// No more bytes than this can still come. Exact for files and memory; a bound for compressed bytes, so
  /// that what a header claims can be refused before memory is set aside for it.
  virtual std::uint64_t at_most() const = 0;
};

/// Most bytes that one byte of a deflate stream can stand for: zlib, "Technical Details", Maximum Compression
/// Factor (1032:1), with room for what a short stream rounds up.
std::uint64_t most_inflated(std::uint64_t packed_bytes);

/// Throws InputError naming the file: not there, not a regular file, no permission.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);
/// `bytes` must outlive the source.
std::unique_ptr<ByteSource> open_bytes(std::span<const std::byte> bytes);

/// Whether the bytes begin as gzip does; takes the first two.
bool begins_as_gzip(ByteSource& source);

/// As open_bytes, but what gzip holds instead where the bytes begin as gzip does.
std::unique_ptr<ByteSource> open_unzipped(const std::filesystem::path& path);
std::unique_ptr<ByteSource> open_unzipped(std::span<const std::byte> bytes, const std::string& name);

/// What a zlib stream holds (RFC 1950). `bytes` must outlive the source.
std::unique_ptr<ByteSource> open_zlib(std::span<const std::byte> bytes, const std::string& name);

}  // namespace fathom
