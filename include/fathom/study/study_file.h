// Study files: TOML 1.0.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fathom/study/study.h"

namespace fathom {

/// docs/study.md has the keys. Throws InputError naming file and line: no such file, broken TOML, an unknown
/// key (with the nearest known one), a value of another kind or out of range, a key that is missing.
Study read_study(const std::filesystem::path& path);

/// `file`: what errors name.
Study parse_study(std::string_view text, const std::string& file);

/// A study file with the grid of P1 (Konz and Mazurowski, ICLR 2024) and a comment for every field: where it
/// is from, and what is known to be wrong with it.
std::string_view study_template();

}  // namespace fathom
