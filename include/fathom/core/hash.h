// Content hashes: to find equal rows and to name inputs. Not cryptographic.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fathom {

/// 128-bit XXH3 hash.
struct Hash128 {
  std::uint64_t high = 0, low = 0;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
  /// 32 lower-case hexadecimal digits.
  std::string text() const;
};

/// What Hash128::text() gave; nothing for any other text.
std::optional<Hash128> parse_hash(std::string_view text);

Hash128 hash128(std::span<const std::byte> bytes);

}  // namespace fathom
