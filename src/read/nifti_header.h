// The header of a NIfTI file, checked before anything believes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "fathom/read/image_file.h"
#include "fathom/read/nifti.h"
#include "read/byte_source.h"
#include "read/read_values.h"

namespace fathom {

/// Where a voxel of the canonical volume is stored.
struct NiftiAxis {
  std::size_t length;
  std::size_t stride;  ///< voxels from one to the next in the file
  bool reversed;       ///< the first is stored last
};

struct NiftiHeader {
  std::array<NiftiAxis, 3> axes;  ///< to the right, to the front, to the head
  std::array<double, 3> spacing;
  std::size_t times = 1;
  StoredType stored;                ///< of one channel
  std::size_t stored_channels = 1;  ///< 3 of RGB, 4 of RGBA
  struct Scaling {
    double slope, intercept;
  };
  std::optional<Scaling> scaling;  ///< nothing where values are as stored
  std::uint64_t offset = 0;        ///< of the first voxel in the file

  std::size_t voxel_bytes() const { return stored.bytes * stored_channels; }
  std::size_t voxels() const { return axes[0].length * axes[1].length * axes[2].length; }  ///< of one time
  std::uint64_t data_bytes() const { return std::uint64_t{voxels()} * times * voxel_bytes(); }
  NiftiInfo info() const;
};

/// Reads the header at the beginning of `source`, no more. Throws InputError as NiftiVolume does.
NiftiHeader read_nifti_header(ByteSource& source, const std::string& name, const ImageLimits& limits);

/// Whether bytes begin as a NIfTI file in one part does; 540 bytes tell.
bool begins_as_nifti(ByteSource& source);

}  // namespace fathom
