// Image sets on disk. Each appears whole or not at all; the same set gives the same bytes for any thread
// count.
#pragma once

#include <filesystem>

#include "fathom/core/progress.h"
#include "fathom/synth/image_set.h"

namespace fathom {

/// Writes `folder`/CLASS/0000.png, ..., 8 bits, grey or RGB, and `folder`/truth.json.
///
/// The folder is made beside `folder` under a temporary name and renamed when complete; an interrupt or an
/// error removes it. Throws InputError: `folder` is a file or holds anything, its parent is missing, a write
/// failed.
void write_image_folder(const ImageSet& set, const std::filesystem::path& folder, unsigned threads,
                        Progress& progress);

/// Writes `file` (.npz, deflated) with images (N, H, W) or (N, H, W, 3), uint8, and labels (N,), int64.
///
/// An earlier file is replaced. Holds all images in memory. Throws InputError when the write fails.
void write_npz(const ImageSet& set, const std::filesystem::path& file, unsigned threads, Progress& progress);

}  // namespace fathom
