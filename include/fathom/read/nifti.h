// NIfTI-1 and NIfTI-2 volumes in one file, plain or gzip: .nii, .nii.gz.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"
#include "fathom/read/slices.h"

namespace fathom {

/// What the header of a volume says, after its axes have been turned to point as nearly as flips and
/// exchanges can make them to the right, to the front and to the head of the patient (RAS+, nibabel's
/// as_closest_canonical()). Nothing is interpolated.
struct NiftiInfo {
  std::array<std::size_t, 3> shape;   ///< voxels from left to right, back to front, feet to head
  std::array<double, 3> spacing;      ///< of their centres along these axes, in the file's unit: mm
  std::size_t times = 1;              ///< volumes, one after the other: the fourth axis
  std::size_t channels = 1;           ///< 3 of RGB and RGBA voxels
  PixelType type = PixelType::uint8;  ///< of a slice's pixels
  std::uint64_t bytes_in_memory = 0;  ///< that the opened volume takes: 0 where it is mapped

  std::size_t slices(SliceAxis axis) const;
  std::size_t height(SliceAxis axis) const;  ///< of a slice
  std::size_t width(SliceAxis axis) const;
};

/// One volume. Thread-safe.
///
/// A gzip file is inflated into memory as a whole, in the type in which it is stored; a plain one is mapped.
///
/// The rows of an axial slice go from the front of the patient to the back, those of the others from the head
/// to the feet; columns go from right to left, of sagittal slices from the front to the back: as DICOM shows
/// them. With V = as_closest_canonical(image).get_fdata(): axial slice k is V[::-1, ::-1, k].T, coronal slice
/// j V[::-1, j, ::-1].T, sagittal slice i V[i, ::-1, ::-1].T.
///
/// Values are those of get_fdata(): stored x scl_slope + scl_inter in float64, and as stored (with
/// PixelType's widening) where scl_slope is 0 or no finite number, or scaling would change nothing. The
/// orientation is that of sform, else qform, else none: then, as nibabel takes it, the first axis goes to the
/// left.
///
/// Throws InputError naming the file: not there; no NIfTI file in one part (two-part files, ANALYZE); fewer
/// than 2 or more than 4 axes, an axis without length or beyond the limits, more voxels than the file can
/// hold; a type that is none of integers, float32, float64, RGB, RGBA; a transform that is not finite or
/// flattens the volume; scl_slope without a finite scl_inter; bytes that end too early or are corrupt.
class NiftiVolume {
 public:
  explicit NiftiVolume(const std::filesystem::path& path, const ImageLimits& limits = {});
  /// Of a file in memory, which must outlive the volume when it is not gzip.
  NiftiVolume(std::span<const std::byte> file, const std::string& name, const ImageLimits& limits = {});
  ~NiftiVolume();
  NiftiVolume(NiftiVolume&&) noexcept;
  NiftiVolume& operator=(NiftiVolume&&) noexcept;

  const NiftiInfo& info() const;
  const std::string& name() const;

  /// Throws InputError: a 64-bit integer beyond 2^53.
  Image slice(SliceAxis axis, std::size_t index, std::size_t time = 0) const;
  /// The values of a segmentation's slice, row after row as slice() has them. Throws InputError when one is
  /// no whole number of 32 bits.
  std::vector<std::int32_t> labels(SliceAxis axis, std::size_t index, std::size_t time = 0) const;
  /// Throws InputError naming both where the other volume, such as a segmentation, has another shape.
  void check_same_shape(const NiftiVolume& other) const;

 private:
  struct Contents;
  std::unique_ptr<const Contents> contents_;
};

/// Of the header alone. Throws as NiftiVolume does, but for faults of the voxels.
NiftiInfo read_nifti_info(const std::filesystem::path& path, const ImageLimits& limits = {});

/// True for files that begin as NIfTI in one file does, plain or gzip.
bool is_nifti_file(const std::filesystem::path& path);
/// True for names that end in .nii or .nii.gz, in any case.
bool has_nifti_suffix(const std::filesystem::path& path);

/// True for folders that hold volumes at any depth and no file with an image suffix.
bool is_nifti_folder(const std::filesystem::path& path);

/// One slice of one of several volumes.
struct NiftiSlice {
  std::size_t volume;
  SliceAxis axis;
  std::size_t index;
  std::size_t time = 0;
};

/// Slices as a pixel source: source i is slices[i], through ReadOptions::view (docs/medical.md). Volumes are
/// opened when they are needed and stay open while their slices are read in turn: never more than
/// ReadOptions::threads + 1 of them. What is wrong with a volume is an ImageError of each of its slices.
/// Reads every header. Throws InputError: a faulty one. Throws UsageError for a view that volumes do not
/// allow.
std::shared_ptr<const PixelSource> nifti_slices(const std::vector<std::filesystem::path>& volumes,
                                                std::vector<NiftiSlice> slices, const ReadOptions& options);

/// Makes a data set of slices of one of volumes, whose Record::source is an index into `files`. Slices have
/// the labels and the split of their volume, and its group, or else one group a volume; they are named
/// "PATH#axial/077", and "PATH#t005/axial/077" in a volume with several times. What ReadOptions::slices
/// leaves out is counted in a note.
///
/// Reads every header, and with SliceOptions::min_foreground every volume. Throws InputError: a faulty
/// header, no slice left.
DataSet slices_of_volumes(DataSet volumes, const std::vector<std::filesystem::path>& files,
                          const ReadOptions& options);

/// Opens one file, or every .nii and .nii.gz file below a folder, whose folders are classes and splits as
/// those of images are (image_folder.h). Throws InputError: no volume in the folder, what slices_of_volumes()
/// refuses. Throws UsageError for options that name a column.
DataSet open_nifti(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace fathom
