#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "fathom/core/opaque_key.h"
#include "fathom/read/dicom.h"
#include "read/byte_source.h"
#include "read/dicom/object.h"
#include "read/dicom/stored_pixels.h"

namespace fathom {

namespace {

/// A patient's identifier is unique where it was issued.
std::optional<std::string> patient_of(const DicomObject& object) {
  std::optional<std::string> patient = object.text(DCM_PatientID);
  if (!patient) return patient;
  return *patient + '\0' + object.text(DCM_IssuerOfPatientID).value_or("");
}

std::uint64_t key_of(std::string_view kind, const std::optional<std::string>& identifier,
                     std::uint64_t otherwise) {
  return identifier ? opaque_key(kind, *identifier) : otherwise;
}

template <std::size_t N>
std::optional<std::array<double, N>> decimals(DcmDataset& data, const DcmTagKey& macro,
                                              const DcmTagKey& tag) {
  DcmItem* item = item_with(data, macro, tag, 0);
  if (item == nullptr) return std::nullopt;
  std::array<double, N> values{};
  for (std::size_t i = 0; i < N; ++i) {
    const auto value = decimal(*item, tag, i);
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  return values;
}

std::optional<double> position_of(DcmDataset& data) {
  const auto at = decimals<3>(data, DCM_PlanePositionSequence, DCM_ImagePositionPatient);
  const auto axes = decimals<6>(data, DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient);
  if (!at || !axes) return std::nullopt;
  const auto& [a, b, c, d, e, f] = *axes;
  const std::array<double, 3> normal = {b * f - c * e, c * d - a * f, a * e - b * d};
  const double position = normal[0] * (*at)[0] + normal[1] * (*at)[1] + normal[2] * (*at)[2];
  return std::isfinite(position) ? std::optional(position) : std::nullopt;
}

std::optional<std::int64_t> instance_of(DcmDataset& data) {
  const auto number = decimal(data, DCM_InstanceNumber);
  if (!number || std::abs(*number) > 1e15) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

/// Modalities are few letters; what else stands there is not repeated.
std::string modality_of(const DicomObject& object) {
  const std::string modality = object.text(DCM_Modality).value_or("");
  const bool letters =
      modality.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string::npos;
  return letters && modality.size() <= 8 ? modality : "";
}

DicomInfo info_of(const DicomObject& object) {
  const PixelFormat format = pixel_format(object, {});
  DicomInfo info;
  info.rows = format.rows;
  info.columns = format.columns;
  info.frames = format.frames;
  info.colour = !format.photometric.starts_with("MONOCHROME");
  info.modality = modality_of(object);
  info.series = key_of("series", object.text(DCM_SeriesInstanceUID), 0);
  info.study = key_of("study", object.text(DCM_StudyInstanceUID), info.series);
  info.patient = key_of("patient", patient_of(object), info.study);
  info.position = position_of(object.data());
  info.instance = instance_of(object.data());
  return info;
}

}  // namespace

struct DicomFile::Contents {
  DicomObject object;
};

DicomFile::DicomFile(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {
  info_ = info_of(contents_->object);
}
DicomFile::~DicomFile() = default;
DicomFile::DicomFile(DicomFile&& other) noexcept = default;
DicomFile& DicomFile::operator=(DicomFile&& other) noexcept = default;

DicomFile DicomFile::read_header(const std::filesystem::path& path) {
  try {
    open_bytes(path);  // says why a file cannot be opened, which DCMTK does not
  } catch (const InputError& error) {
    throw ImageError(error.reason());
  }
  return DicomFile(
      std::make_unique<Contents>(Contents{DicomObject::load(path, DicomObject::Extent::header)}));
}

std::optional<std::string> DicomFile::value(std::uint16_t group, std::uint16_t element) const {
  return contents_->object.all_text(DcmTagKey(group, element));
}

}  // namespace fathom
