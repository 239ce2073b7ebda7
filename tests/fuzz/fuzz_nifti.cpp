#include "fathom/read/nifti.h"
#include "read/nifti_view.h"
#include "read/volume_values.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fathom::SliceAxis;
  try {
    const fathom::NiftiVolume volume(fathom::input(data, size), "fuzz.nii");
    const fathom::NiftiInfo& info = volume.info();
    for (const SliceAxis axis : {SliceAxis::axial, SliceAxis::coronal, SliceAxis::sagittal}) {
      for (const std::size_t index : {std::size_t{0}, info.slices(axis) - 1}) {
        const fathom::Image slice = volume.slice(axis, index, info.times - 1);
        FATHOM_CHECK(slice.height() == info.height(axis) && slice.width() == info.width(axis));
        fathom::touch(slice.bytes());
      }
    }
    const std::vector<double> values = fathom::finite_values(volume, 0);
    if (!values.empty()) FATHOM_CHECK(fathom::otsu_threshold(values) >= values[0] || values.size() > 1);
    const fathom::NiftiView view(volume, fathom::View::percentile);
    fathom::touch(view(volume.slice(SliceAxis::axial, 0), 0).bytes());
    volume.labels(SliceAxis::axial, 0);
  } catch (const fathom::InputError&) {
  } catch (const fathom::ImageError&) {
  }
  return 0;
}
