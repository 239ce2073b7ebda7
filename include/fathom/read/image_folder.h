// ImageFolder: a class is the folder that holds the image.
#pragma once

#include "fathom/read/data_set.h"

namespace fathom {

/// Reads CLASS/.../IMAGE and SPLIT/CLASS/.../IMAGE below `folder`.
///
/// The class of an image is the name of the folder that holds it; the same name in two splits is one class.
/// Top folders are splits when every one that holds images, at any depth, is named like one, and no image
/// lies outside them. An image directly in `folder`, or directly in a split, has no class; when any has none
/// the data set has no labels, and a note says so if others had one.
///
/// Hidden files and folders are passed over, and so are files without an image suffix, counted in a note, but
/// for DICOM files: see open_dicom for their order, their groups and their classes. With
/// ReadOptions::format "folder" classes are as above whatever the files are.
/// Links are followed; one that leads back to a folder above it is an InputError that names it. Throws
/// InputError: no such folder, a folder that cannot be read, no image. Throws UsageError for options that
/// name a column.
DataSet open_image_folder(const std::filesystem::path& folder, const ReadOptions& options);

}  // namespace fathom
