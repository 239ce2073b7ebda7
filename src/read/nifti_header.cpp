#include "read/nifti_header.h"

#include <nifti2_io.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <string_view>

#include "fathom/core/error.h"
#include "read/copy_again.h"

namespace fathom {

namespace {

constexpr const char* convert = "convert it to .nii, for example with nibabel";

/// What counts of either version's header, in the machine's byte order.
struct Fields {
  int version = 1;
  bool swapped = false;
  std::array<std::int64_t, 8> dim;
  std::array<double, 8> pixdim;
  double offset;
  double slope, intercept;
  int type;
  int sform_code, qform_code;
  std::array<double, 3> quaternion, origin;
  std::array<std::array<double, 4>, 3> sform;
};

template <class Header>
Fields fields_of(const Header& header, int version, bool swapped) {
  Fields fields;
  fields.version = version;
  fields.swapped = swapped;
  std::copy(std::begin(header.dim), std::end(header.dim), fields.dim.begin());
  std::copy(std::begin(header.pixdim), std::end(header.pixdim), fields.pixdim.begin());
  fields.offset = static_cast<double>(header.vox_offset);
  fields.slope = static_cast<double>(header.scl_slope);
  fields.intercept = static_cast<double>(header.scl_inter);
  fields.type = header.datatype;
  fields.sform_code = header.sform_code;
  fields.qform_code = header.qform_code;
  fields.quaternion = {header.quatern_b, header.quatern_c, header.quatern_d};
  fields.origin = {header.qoffset_x, header.qoffset_y, header.qoffset_z};
  std::copy(std::begin(header.srow_x), std::end(header.srow_x), fields.sform[0].begin());
  std::copy(std::begin(header.srow_y), std::end(header.srow_y), fields.sform[1].begin());
  std::copy(std::begin(header.srow_z), std::end(header.srow_z), fields.sform[2].begin());
  return fields;
}

/// The first bytes of a file, as many as the longer header has.
struct Start {
  std::array<std::byte, sizeof(nifti_2_header)> bytes = {};
  std::size_t size = 0;

  explicit Start(ByteSource& source) { size = source.read(bytes); }

  /// 348 or 540, in either byte order; otherwise 0.
  std::int32_t header_size(bool& swapped) const {
    std::int32_t stored = 0;
    if (size < sizeof(stored)) return 0;
    std::memcpy(&stored, bytes.data(), sizeof(stored));
    for (const std::int32_t known : {348, 540}) {
      swapped = stored != known;
      if (stored == known ||
          static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(stored))) == known)
        return known;
    }
    return 0;
  }

  std::string_view text(std::size_t offset, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes.data()) + offset, length};
  }
};

constexpr std::string_view one_file_1("n+1\0", 4), two_files_1("ni1\0", 4);
constexpr std::string_view one_file_2("n+2\0\r\n\x1a\n", 8), two_files_2("ni2\0\r\n\x1a\n", 8);

template <class Header>
Header header_at(const Start& start, bool swapped, void (*swap)(Header*)) {
  Header header;
  std::memcpy(&header, start.bytes.data(), sizeof(header));
  if (swapped) swap(&header);
  return header;
}

Fields read_fields(const Start& start, const std::string& name) {
  bool swapped = false;
  const std::int32_t size = start.header_size(swapped);
  if (size == 0) throw InputError(name, "is no NIfTI file", "give a .nii or .nii.gz file");
  if (start.size < static_cast<std::size_t>(size)) {
    throw InputError(name, "ends within its header", copy_again);
  }
  const std::string_view magic = size == 348 ? start.text(344, 4) : start.text(4, 8);
  if (magic == two_files_1 || magic == two_files_2) {
    throw InputError(name, "is the header of a NIfTI volume in two files (.hdr, .img)", convert);
  }
  if (magic != (size == 348 ? one_file_1 : one_file_2)) {
    throw InputError(name, "has no NIfTI mark in its header, as in the older ANALYZE form", convert);
  }
  if (size == 348) return fields_of(header_at(start, swapped, nifti_swap_as_nifti1), 1, swapped);
  return fields_of(header_at(start, swapped, nifti_swap_as_nifti2), 2, swapped);
}

std::string dim_text(const Fields& fields) {
  std::string text;
  for (std::int64_t i = 1; i <= std::clamp<std::int64_t>(fields.dim[0], 0, 7); ++i) {
    text += (i == 1 ? "" : " x ") + std::to_string(fields.dim[static_cast<std::size_t>(i)]);
  }
  return text;
}

struct Grid {
  std::array<std::size_t, 3> lengths = {1, 1, 1};
  std::size_t times = 1;
};

Grid grid_of(const Fields& fields, const std::string& name, const ImageLimits& limits) {
  const std::int64_t axes = fields.dim[0];
  if (axes < 1 || axes > 7) {
    throw InputError(name, "claims " + std::to_string(axes) + " axes in its header (dim[0]), not 1 to 7",
                     copy_again);
  }
  Grid grid;
  for (std::int64_t i = 1; i <= axes; ++i) {
    const std::int64_t length = fields.dim[static_cast<std::size_t>(i)];
    const std::string axis = "axis " + std::to_string(i) + " of its " + dim_text(fields) + " voxels";
    if (length < 1) throw InputError(name, axis + " has no length", copy_again);
    if (i > 4 && length > 1) {
      throw InputError(name, "has " + dim_text(fields) + " values: more than space and time",
                       "split it into volumes, for example with nibabel");
    }
    if (i == 4) grid.times = static_cast<std::size_t>(length);
    if (i > 3) continue;
    if (static_cast<std::uint64_t>(length) > limits.max_side) {
      throw InputError(name, axis + " is longer than " + std::to_string(limits.max_side),
                       "raise --max-side if that is meant");
    }
    grid.lengths[static_cast<std::size_t>(i - 1)] = static_cast<std::size_t>(length);
  }
  if (axes < 2) throw InputError(name, "has a single axis of voxels", "give a volume, or an image");
  constexpr std::uint64_t most = std::uint64_t{1} << 48;  // and 8 bytes of each fit 64 bits
  const std::uint64_t voxels =
      std::uint64_t{grid.lengths[0]} * grid.lengths[1] * grid.lengths[2];  // sides are below 2^20 each
  if (voxels > most / grid.times) {
    throw InputError(name, "claims " + dim_text(fields) + " voxels, beyond any memory", copy_again);
  }
  return grid;
}

struct VoxelType {
  StoredType stored;
  std::size_t channels = 1;
};

VoxelType voxel_type(const Fields& fields, const std::string& name) {
  using Kind = StoredType::Kind;
  const auto one = [&](Kind kind, std::size_t bytes) {
    return VoxelType{{kind, bytes, fields.swapped == (std::endian::native == std::endian::little)}, 1};
  };
  switch (fields.type) {
    case NIFTI_TYPE_UINT8:
      return one(Kind::unsigned_integer, 1);
    case NIFTI_TYPE_UINT16:
      return one(Kind::unsigned_integer, 2);
    case NIFTI_TYPE_UINT32:
      return one(Kind::unsigned_integer, 4);
    case NIFTI_TYPE_UINT64:
      return one(Kind::unsigned_integer, 8);
    case NIFTI_TYPE_INT8:
      return one(Kind::signed_integer, 1);
    case NIFTI_TYPE_INT16:
      return one(Kind::signed_integer, 2);
    case NIFTI_TYPE_INT32:
      return one(Kind::signed_integer, 4);
    case NIFTI_TYPE_INT64:
      return one(Kind::signed_integer, 8);
    case NIFTI_TYPE_FLOAT32:
      return one(Kind::real, 4);
    case NIFTI_TYPE_FLOAT64:
      return one(Kind::real, 8);
    case NIFTI_TYPE_RGB24:
      return {{Kind::unsigned_integer, 1, false}, 3};
    case NIFTI_TYPE_RGBA32:
      return {{Kind::unsigned_integer, 1, false}, 4};
    default:
      throw InputError(name,
                       std::string("holds voxels of type ") + nifti_datatype_to_string(fields.type) + " (" +
                           std::to_string(fields.type) + "), which have no grey level",
                       "convert them to integers, float32 or float64");
  }
}

std::optional<NiftiHeader::Scaling> scaling_of(const Fields& fields, const VoxelType& type,
                                               const std::string& name) {
  if (type.channels > 1 || fields.slope == 0.0 || !std::isfinite(fields.slope)) return std::nullopt;
  if (!std::isfinite(fields.intercept)) {
    throw InputError(
        name, "has the scl_slope " + std::to_string(fields.slope) + ", but an scl_inter that is no number",
        "set scl_inter in its header");
  }
  if (fields.slope == 1.0 && fields.intercept == 0.0) return std::nullopt;
  return NiftiHeader::Scaling{fields.slope, fields.intercept};
}

std::uint64_t offset_of(const Fields& fields, const std::string& name) {
  const double least = fields.version == 1 ? 352.0 : 544.0;
  if (fields.offset == 0.0) return static_cast<std::uint64_t>(least);
  if (fields.offset >= least && fields.offset < 0x1p53) return static_cast<std::uint64_t>(fields.offset);
  throw InputError(name,
                   "claims that its voxels begin at byte " + std::to_string(fields.offset) + " (vox_offset)",
                   copy_again);
}

using Matrix = std::array<std::array<double, 3>, 3>;

/// The steps from one voxel to the next: column i along stored axis i, row by row to the right, the front and
/// the head.
Matrix steps_of(const Fields& fields) {
  Matrix steps = {};
  if (fields.sform_code != 0) {
    for (std::size_t row = 0; row < 3; ++row) {
      std::copy_n(fields.sform[row].begin(), 3, steps[row].begin());
    }
    return steps;
  }
  std::array<double, 3> spacing;
  for (std::size_t i = 0; i < 3; ++i) {
    const double given = std::abs(fields.pixdim[i + 1]);
    spacing[i] = given == 0.0 ? 1.0 : given;
  }
  if (fields.qform_code == 0) {
    for (std::size_t i = 0; i < 3; ++i) steps[i][i] = i == 0 ? -spacing[i] : spacing[i];
    return steps;
  }
  const nifti_dmat44 form = nifti_quatern_to_dmat44(
      fields.quaternion[0], fields.quaternion[1], fields.quaternion[2], fields.origin[0], fields.origin[1],
      fields.origin[2], spacing[0], spacing[1], spacing[2], fields.pixdim[0] == -1.0 ? -1.0 : 1.0);
  for (std::size_t row = 0; row < 3; ++row) std::copy_n(form.m[row], 3, steps[row].begin());
  return steps;
}

double length_of_column(const Matrix& matrix, std::size_t column) {
  return std::hypot(matrix[0][column], matrix[1][column], matrix[2][column]);
}

/// The rotation nearest to the directions of the stored axes: their polar factor.
nifti_dmat33 directions_of(const Matrix& steps, const std::string& name) {
  nifti_dmat33 directions;
  for (std::size_t column = 0; column < 3; ++column) {
    const double length = length_of_column(steps, column);
    for (std::size_t row = 0; row < 3; ++row) directions.m[row][column] = steps[row][column] / length;
  }
  const double determinant = nifti_dmat33_determ(directions);
  // Of unit columns: the volume of the box that they span.
  constexpr double flat = 1e-6;
  if (!(std::abs(determinant) > flat)) {
    throw InputError(
        name, "has an orientation in its header (sform, qform) that is not finite or flattens the volume",
        "mend the header, for example with nibabel");
  }
  return nifti_dmat33_polar(directions);
}

/// nibabel's io_orientation: every stored axis goes, in their order, to the direction that it changes most
/// and that none before it has taken.
void orient(NiftiHeader& header, const Fields& fields, const Grid& grid, const std::string& name) {
  const Matrix steps = steps_of(fields);
  const nifti_dmat33 rotation = directions_of(steps, name);
  std::array<bool, 3> taken = {};
  std::size_t stride = 1;
  for (std::size_t stored = 0; stored < 3; ++stored) {
    std::size_t best = 3;
    for (std::size_t row = 0; row < 3; ++row) {
      if (taken[row]) continue;
      if (best == 3 || std::abs(rotation.m[row][stored]) > std::abs(rotation.m[best][stored])) best = row;
    }
    taken[best] = true;
    header.axes[best] = {grid.lengths[stored], stride, rotation.m[best][stored] < 0.0};
    header.spacing[best] = length_of_column(steps, stored);
    stride *= grid.lengths[stored];
  }
}

void check_slices(const NiftiInfo& info, const std::string& name, const ImageLimits& limits) {
  for (const SliceAxis axis : {SliceAxis::axial, SliceAxis::coronal, SliceAxis::sagittal}) {
    const std::uint64_t pixels = std::uint64_t{info.height(axis)} * info.width(axis);
    if (pixels <= limits.max_pixels) continue;
    throw InputError(name,
                     "has " + std::string(slice_axis_name(axis)) + " slices of " + std::to_string(pixels) +
                         " pixels, more than " + std::to_string(limits.max_pixels),
                     "give a smaller volume");
  }
}

}  // namespace

NiftiInfo NiftiHeader::info() const {
  NiftiInfo info;
  for (std::size_t i = 0; i < 3; ++i) info.shape[i] = axes[i].length;
  info.spacing = spacing;
  info.times = times;
  info.channels = stored_channels == 1 ? 1 : 3;
  info.type = scaling ? PixelType::float64 : widened_type(stored);
  return info;
}

NiftiHeader read_nifti_header(ByteSource& source, const std::string& name, const ImageLimits& limits) {
  const Fields fields = read_fields(Start(source), name);
  const Grid grid = grid_of(fields, name, limits);
  const VoxelType type = voxel_type(fields, name);
  NiftiHeader header;
  header.times = grid.times;
  header.stored = type.stored;
  header.stored_channels = type.channels;
  header.scaling = scaling_of(fields, type, name);
  header.offset = offset_of(fields, name);
  orient(header, fields, grid, name);
  check_slices(header.info(), name, limits);
  return header;
}

bool begins_as_nifti(ByteSource& source) {
  const Start start(source);
  bool swapped = false;
  const std::int32_t size = start.header_size(swapped);
  if (size == 348) return start.text(344, 4) == one_file_1;
  return size == 540 && start.text(4, 8) == one_file_2;
}

}  // namespace fathom
