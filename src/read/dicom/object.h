// A DICOM object in memory, and what its elements say. The only header that shows DCMTK: for the sources
// beside it alone.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom {

class DicomObject {
 public:
  enum class Extent { header, all };

  /// Large values of a file stay there until they are asked for. Throws ImageError: not DICOM, cut short, a
  /// transfer syntax that is not known.
  static DicomObject load(const std::filesystem::path& path, Extent extent);

  DcmDataset& data() const { return *file_->getDataset(); }
  DcmXfer transfer_syntax() const { return DcmXfer(data().getOriginalXfer()); }

  bool has(const DcmTagKey& tag) const { return data().tagExists(tag); }
  /// Whether it names its class of objects, here or in front of the data set.
  bool says_what_it_is() const;
  /// The element as text without blanks around it; nothing where it is absent or empty.
  std::optional<std::string> text(const DcmTagKey& tag) const;
  /// A value of 16 bits without sign.
  std::optional<unsigned> number(const DcmTagKey& tag) const;
  /// As text, all values.
  std::optional<std::string> all_text(const DcmTagKey& tag) const;

 private:
  DicomObject() : file_(std::make_unique<DcmFileFormat>()) {}
  void check(const OFCondition& loaded) const;

  std::unique_ptr<DcmFileFormat> file_;
};

/// The number of a decimal or integer string or of a float, at `index` of its values; nothing where it is
/// absent, empty or no finite number.
std::optional<double> decimal(DcmItem& item, const DcmTagKey& tag, unsigned long index = 0);

/// Where `tag` stands for a frame: in the item of a functional group `macro` of the frame itself, in that of
/// all frames, or at the top level. Null where it is nowhere.
DcmItem* item_with(DcmDataset& data, const DcmTagKey& macro, const DcmTagKey& tag, std::size_t frame);

}  // namespace fathom
