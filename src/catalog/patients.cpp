#include "catalog/patients.h"

#include <cstdint>

#include "fathom/core/parallel_stage.h"
#include "fathom/read/dicom.h"

namespace fathom {

void group_by_patient(ImageRows& rows, const std::filesystem::path& root, const ReadOptions& options) {
  const auto find_patient = [&](std::size_t i) {
    try {
      const std::uint64_t key = DicomFile::read_header(root / rows.rows[i].path).info().patient;
      rows.rows[i].group.assign(reinterpret_cast<const char*>(&key), sizeof key);
    } catch (const ImageError&) {
      rows.rows[i].group.clear();
    }
  };
  parallel_stage("headers of DICOM files", rows.rows.size(), options.threads, *options.progress,
                 find_patient);
}

}  // namespace fathom
