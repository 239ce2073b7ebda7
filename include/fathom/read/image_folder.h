// ImageFolder: a class is the folder that holds the image.
#pragma once

#include "fathom/read/data_set.h"

namespace fathom {

/// Reads CLASS/.../IMAGE and SPLIT/CLASS/.../IMAGE below `folder`.
///
/// The class of an image is the name of the folder that holds it; images directly in `folder` have none, and then
/// the data set has no labels. Top folders are splits when every one of them is named like one. Hidden files and
/// files without an image suffix are passed over; links to folders are followed once (a loop is an InputError that
/// names it). Throws InputError when there is no image.
DataSet open_image_folder(const std::filesystem::path& folder, const ReadOptions& options);

}  // namespace fathom
