// What somebody may have meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fathom {

/// Letters to insert, delete, replace or exchange with their neighbour to make one word of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known word that takes fewest edits; nothing where the best takes more than a third of the letters
/// (and more than one). The first of equally near ones.
std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace fathom
