// Warnings on a terminal.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace fathom {

/// Sentences of one kind, which differ in what they are about alone.
using WarningKind = std::vector<std::string>;

/// A line for each sentence, printable. Of a kind that has more than seven, the first six, and how many more.
std::string warning_lines(std::span<const WarningKind> kinds);

/// All sentences, kind by kind.
std::vector<std::string> all_of(std::span<const WarningKind> kinds);

}  // namespace fathom
