// What the store holds as text.
#pragma once

#include <string>
#include <vector>

#include "fathom/study/store.h"

namespace fathom {

/// JSON. Numbers read back as the same float64; texts that are not UTF-8 keep their bytes as escapes do not,
/// with replacement characters.
std::string json_of(const CellOutcome& outcome);
std::string json_of(const MeasuredImages& measured);
std::string json_of(const SettingTexts& settings);
std::string json_of(const std::vector<std::string>& words);

/// The inverse. Throws StoreError naming `file` for anything else.
CellOutcome outcome_from(const std::string& json, const std::string& file);
MeasuredImages measured_from(const std::string& json, const std::string& file);
std::vector<std::string> words_from(const std::string& json, const std::string& file);

}  // namespace fathom
