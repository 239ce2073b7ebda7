// Whose image it is, where only the headers of DICOM files tell.
#pragma once

#include <filesystem>

#include "catalog/image_rows.h"

namespace fathom {

/// Gives each row the group of the patient that its file names. A file whose header cannot be read is in no
/// group: reading its pixels will say what is wrong with it.
void group_by_patient(ImageRows& rows, const std::filesystem::path& root, const ReadOptions& options);

}  // namespace fathom
