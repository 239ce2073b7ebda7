#include "catalog/patients.h"

#include "fathom/core/parallel.h"
#include "fathom/read/dicom.h"

namespace fathom {

void group_by_patient(ImageRows& rows, const std::filesystem::path& root, unsigned threads) {
  parallel_for(rows.rows.size(), threads, [&](std::size_t i, unsigned) {
    try {
      rows.rows[i].group = std::to_string(DicomFile::read_header(root / rows.rows[i].path).info().patient);
    } catch (const ImageError&) {
      rows.rows[i].group.clear();
    }
  });
}

}  // namespace fathom
