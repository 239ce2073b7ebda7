// DICOM files (ISO 12052): what they say of themselves, and their pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "fathom/read/data_set.h"
#include "fathom/read/image.h"
#include "fathom/read/image_file.h"
#include "fathom/read/view.h"

namespace fathom {

/// What the header of a DICOM file tells, without anything that identifies somebody.
struct DicomInfo {
  std::size_t rows = 0, columns = 0, frames = 1;
  bool colour = false;
  std::string modality;  ///< "CT", "MR", "US", ...; empty where it is not given
  /// Keys of the patient, the study and the series: equal in equal ones within this run, and drawn anew in
  /// the next. Where the file does not tell: of the patient the study's, of the study the series', of the
  /// series 0.
  std::uint64_t patient = 0, study = 0, series = 0;
  /// Place along the normal of the slice, in mm (Image Position (Patient) times the normal that Image
  /// Orientation (Patient) spans); of the first frame where there are several.
  std::optional<double> position;
  std::optional<std::int64_t> instance;  ///< Instance Number
};

/// One file's header, kept in memory. Not to be used by two threads at once.
class DicomFile {
 public:
  /// Reads everything before the pixels. Throws ImageError: not DICOM, cut short within the header, not an
  /// image.
  static DicomFile read_header(const std::filesystem::path& path);
  ~DicomFile();
  DicomFile(DicomFile&& other) noexcept;
  DicomFile& operator=(DicomFile&& other) noexcept;

  const DicomInfo& info() const { return info_; }
  /// The value of an element at the top level as text, several values with backslashes between them; nothing
  /// where it is absent or empty. May identify a patient: it must not reach a record, a note, an error or an
  /// output.
  std::optional<std::string> value(std::uint16_t group, std::uint16_t element) const;

 private:
  struct Contents;
  explicit DicomFile(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
  DicomInfo info_;
};

/// By content: "DICM" behind a preamble of 128 bytes; or a name that ends in .dcm or .dicom, where there is
/// no preamble. Throws InputError when the file cannot be read.
bool is_dicom_file(const std::filesystem::path& path);

/// Frame `frame` (from 0), through `view`. 8 and 16 bits allocated, 1 to 16 stored, signed and unsigned;
/// uncompressed (little and big endian, deflated), JPEG baseline, extended and lossless, JPEG-LS, RLE.
///
/// MONOCHROME1 is inverted, so that white is always the largest value. RGB, YBR_FULL, YBR_FULL_422 and
/// PALETTE COLOR become RGB, and grey where channels agree in every pixel; a view does not change colours.
/// Bits above those stored are ignored. View::stored keeps values as they are: uint8 or uint16 with
/// Image::full_scale, or float32 where they are signed.
///
/// Throws ImageError: no pixels, cut short, damaged, fewer frames than the header tells of, a transfer syntax
/// without decoder (named), pixels of another form (named), over the limits, a view that the file does not
/// allow (no window; no Hounsfield units).
Image read_dicom(const std::filesystem::path& path, std::size_t frame, View view,
                 const ImageLimits& limits = {});

/// Opens one DICOM file, or a folder of them at any depth; one record a frame. docs/medical.md has the rules.
///
/// Records are ordered by the folder that holds the file, then by series (as their first file names are
/// ordered), then along the normal of the slices, by Instance Number and by file name; frames follow each
/// other, named FILE#1, FILE#2, ... Their group is the patient.
///
/// The class of an image is the name of the folder that holds it, as in a folder of images, but a folder
/// whose images are all of one patient is no class: classes are the deepest level of folders of which one
/// holds several patients. Splits are found as in a folder of images. Images that are not DICOM are read as
/// well.
///
/// Throws InputError: no DICOM file; a file whose header cannot be read (all of them, by
/// ReadOptions::skip_bad left to prepare).
DataSet open_dicom(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace fathom
