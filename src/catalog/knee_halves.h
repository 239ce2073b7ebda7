// X-rays of both knees as images of one knee each.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// A knee of a DICOM file. The right one is to the left of the middle column, as it faces who looks at it.
struct KneeHalf {
  std::string file;
  bool right = false;
};

/// Source i is halves[i], through ReadOptions::view. Of an odd number of columns the middle one is the left
/// knee's.
std::shared_ptr<const PixelSource> knee_halves(const std::filesystem::path& root,
                                               std::vector<KneeHalf> halves, const ReadOptions& options);

}  // namespace fathom
