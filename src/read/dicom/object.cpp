#include "read/dicom/object.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "fathom/read/image_file.h"
#include "read/dicom/library.h"
#include "read/table_text.h"

namespace fathom {

namespace {

/// Values longer than this stay in their file until they are asked for.
constexpr Uint32 kKeptInMemory = 4096;

/// Of a file that could not be loaded too, whose element may claim a length that nothing bears out: to ask
/// for its value takes as much memory.
std::string transfer_syntax_in(DcmFileFormat& file) {
  DcmElement* element = nullptr;
  if (file.getMetaInfo()->findAndGetElement(DCM_TransferSyntaxUID, element).bad()) return "";
  if (element->getLengthField() > kKeptInMemory) return "";
  OFString uid;
  element->getOFString(uid, 0);
  return std::string(trimmed({uid.c_str(), uid.length()}));
}

/// The UID where it is one of the standard's own: others may name an institution.
std::string shown_transfer_syntax(const std::string& uid) {
  constexpr std::string_view standard = "1.2.840.10008.1.2";
  const bool digits = uid.find_first_not_of("0123456789.") == std::string::npos && uid.size() <= 64;
  return digits && uid.starts_with(standard) ? "the transfer syntax " + uid : "a private transfer syntax";
}

}  // namespace

void DicomObject::check(const OFCondition& loaded) const {
  const std::string uid = transfer_syntax_in(*file_);
  if (!uid.empty() && DcmXfer(uid.c_str()).getXfer() == EXS_Unknown) {
    throw ImageError("its pixels are in " + shown_transfer_syntax(uid) +
                     ", which has no decoder here: convert it to an uncompressed one first");
  }
  if (loaded == EC_InvalidStream || loaded == EC_StreamNotifyClient || loaded == EC_EndOfStream) {
    throw ImageError("the DICOM file is cut short, or is none");
  }
  // What DCMTK says of a condition may hold the value of an element, so that it is not passed on.
  if (loaded.bad()) throw ImageError("is not a DICOM file, or a damaged one");
}

DicomObject DicomObject::load(const std::filesystem::path& path, Extent extent) {
  prepare_dcmtk();
  DicomObject object;
  const OFFilename name(path.c_str());
  object.check(extent == Extent::all
                   ? object.file_->loadFile(name, EXS_Unknown, EGL_noChange, kKeptInMemory)
                   : object.file_->loadFileUntilTag(name, EXS_Unknown, EGL_noChange, kKeptInMemory,
                                                    ERM_autoDetect, DCM_PixelData));
  return object;
}

bool DicomObject::says_what_it_is() const {
  return has(DCM_SOPClassUID) || file_->getMetaInfo()->tagExists(DCM_MediaStorageSOPClassUID);
}

std::optional<std::string> DicomObject::all_text(const DcmTagKey& tag) const {
  OFString value;
  if (data().findAndGetOFStringArray(tag, value).bad()) return std::nullopt;
  // Texts are padded with blanks, identifiers with a NUL.
  std::string text(value.c_str(), value.length());
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> DicomObject::text(const DcmTagKey& tag) const {
  std::optional<std::string> all = all_text(tag);
  if (!all) return all;
  all->erase(std::find(all->begin(), all->end(), '\\'), all->end());
  *all = trimmed(*all);
  if (all->empty()) return std::nullopt;
  return all;
}

std::optional<unsigned> DicomObject::number(const DcmTagKey& tag) const {
  Uint16 value = 0;
  if (data().findAndGetUint16(tag, value).bad()) return std::nullopt;
  return value;
}

std::optional<double> decimal(DcmItem& item, const DcmTagKey& tag, unsigned long index) {
  OFString text;
  if (item.findAndGetOFString(tag, text, index).bad()) return std::nullopt;
  std::string_view digits = trimmed({text.c_str(), text.length()});
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

DcmItem* item_with(DcmDataset& data, const DcmTagKey& macro, const DcmTagKey& tag, std::size_t frame) {
  const auto in_group = [&](const DcmTagKey& groups, std::size_t index) -> DcmItem* {
    DcmItem *group = nullptr, *item = nullptr;
    if (data.findAndGetSequenceItem(groups, group, static_cast<signed long>(index)).bad()) return nullptr;
    if (group->findAndGetSequenceItem(macro, item).bad()) return nullptr;
    return item->tagExistsWithValue(tag) ? item : nullptr;
  };
  if (DcmItem* own = in_group(DCM_PerFrameFunctionalGroupsSequence, frame)) return own;
  if (DcmItem* shared = in_group(DCM_SharedFunctionalGroupsSequence, 0)) return shared;
  return data.tagExistsWithValue(tag) ? &data : nullptr;
}

}  // namespace fathom
