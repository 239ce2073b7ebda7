// Small pictures of the images that decide label sharpness, for the page.
#pragma once

#include <cstddef>
#include <vector>

#include "fathom/read/data_set.h"
#include "fathom/report/html_page.h"
#include "fathom/report/measure_record.h"

namespace fathom {

/// Pictures of the nearest pairs with different labels of every label column, at most `kPicturedPairs` each:
/// 8-bit PNG, no side longer than `kPictureSide`. Larger images are averaged down; images deeper than 8 bits
/// are drawn from their smallest value (black) to their largest (white).
///
/// `data` is the data set of the record, opened again: images are read from it. Vectors have no picture,
/// data with medical images get none unless `medical` (names may be burned into them), nor do files that are
/// not named as pictures, nor an image that can no longer be read.
std::vector<PageImage> pair_images(const DataSet& data, const MeasureRecord& record, std::size_t dataset,
                                   bool medical);

inline constexpr std::size_t kPicturedPairs = 6;
inline constexpr std::size_t kPictureSide = 128;

}  // namespace fathom
