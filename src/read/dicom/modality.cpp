#include "read/dicom/modality.h"

namespace fathom {

namespace {

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
  OFString text;
  item.findAndGetOFString(tag, text);
  return {text.c_str(), text.length()};
}

}  // namespace

Modality modality_of(const DicomObject& object, const PixelFormat& format, std::size_t frame) {
  Modality modality;
  DcmItem* item = nullptr;
  if (object.data().findAndGetSequenceItem(DCM_ModalityLUTSequence, item).good()) {
    modality.table = lookup_table(*item, {DCM_LUTDescriptor, DCM_LUTData}, "Modality LUT", format.is_signed);
    modality.units = text_of(*item, DCM_ModalityLUTType);
    modality.given = true;
    return modality;
  }
  item = item_with(object.data(), DCM_PixelValueTransformationSequence, DCM_RescaleSlope, frame);
  if (item == nullptr) return modality;
  modality.slope = decimal(*item, DCM_RescaleSlope).value_or(0.0);
  modality.intercept = decimal(*item, DCM_RescaleIntercept).value_or(0.0);
  modality.given = true;
  if (modality.slope == 0.0) throw ImageError("its Rescale Slope is no number above or below 0");
  modality.units = text_of(*item, DCM_RescaleType);
  return modality;
}

}  // namespace fathom
