#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/mapped_file.h"
#include "fathom/read/nifti.h"
#include "read/byte_source.h"
#include "read/copy_again.h"
#include "read/nifti_header.h"

namespace fathom {

namespace {

/// The two canonical axes that a slice shows, and the one across it.
struct SlicePlane {
  std::size_t rows, columns, across;
};

SlicePlane plane_of(SliceAxis axis) {
  switch (axis) {
    case SliceAxis::axial:
      return {1, 0, 2};
    case SliceAxis::coronal:
      return {2, 0, 1};
    case SliceAxis::sagittal:
      return {2, 1, 0};
  }
  throw InternalError("unknown slice axis");
}

template <std::size_t size>
void gather_row(const std::byte* from, std::ptrdiff_t step, std::byte* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * size, from + static_cast<std::ptrdiff_t>(i) * step, size);
  }
}

using GatherRow = void (*)(const std::byte*, std::ptrdiff_t, std::byte*, std::size_t);

GatherRow gather_of(std::size_t voxel_bytes) {
  switch (voxel_bytes) {
    case 1:
      return gather_row<1>;
    case 2:
      return gather_row<2>;
    case 3:
      return gather_row<3>;
    case 4:
      return gather_row<4>;
    case 8:
      return gather_row<8>;
    default:
      throw InternalError("voxel of unknown size");
  }
}

/// RGBA as RGB.
Image without_alpha(const Array& rgba) {
  Image image = Image::unfilled(rgba.shape[0], rgba.shape[1], 3, PixelType::uint8);
  const auto from = rgba.as<std::uint8_t>();
  auto* to = reinterpret_cast<std::uint8_t*>(image.mutable_bytes().data());
  for (std::size_t i = 0; i < from.size(); i += 4)
    to = std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(i), 3, to);
  image.alpha_dropped = true;
  return image;
}

template <class Stored>
void scale_into(const Array& stored, const NiftiHeader::Scaling& scaling, std::span<double> out) {
  const auto values = stored.as<Stored>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<double>(values[i]) * scaling.slope + scaling.intercept;
  }
}

void scale(const Array& stored, const NiftiHeader::Scaling& scaling, std::span<double> out) {
  switch (stored.type) {
    case PixelType::uint8:
      return scale_into<std::uint8_t>(stored, scaling, out);
    case PixelType::uint16:
      return scale_into<std::uint16_t>(stored, scaling, out);
    case PixelType::float32:
      return scale_into<float>(stored, scaling, out);
    case PixelType::float64:
      return scale_into<double>(stored, scaling, out);
  }
}

}  // namespace

struct NiftiVolume::Contents {
  std::string name;
  NiftiHeader header;
  NiftiInfo info;
  const std::byte* voxels = nullptr;
  std::shared_ptr<const void> owner;  ///< of the voxels, where they are not the caller's

  static std::unique_ptr<const Contents> open(std::span<const std::byte> file,
                                              std::shared_ptr<const void> owner, const std::string& name,
                                              const ImageLimits& limits);

  /// Stored voxels of a slice, row after row as the image has them.
  std::vector<std::byte> gather(SliceAxis axis, std::size_t index, std::size_t time) const;
  Array stored_slice(SliceAxis axis, std::size_t index, std::size_t time) const;
};

namespace {

/// All of a source behind its first `offset` bytes.
std::shared_ptr<const std::byte[]> inflate(ByteSource& source, const NiftiHeader& header,
                                           const std::string& name) {
  const std::uint64_t wanted = header.data_bytes();
  const auto refuse_length = [&](std::uint64_t there) {
    throw InputError(name,
                     "holds " + std::to_string(there) + " bytes of voxels, but its header claims " +
                         std::to_string(wanted),
                     copy_again);
  };
  std::vector<std::byte> skipped(std::size_t{1} << 16);
  for (std::uint64_t left = header.offset; left > 0;) {
    const std::size_t now = std::min<std::uint64_t>(left, skipped.size());
    if (source.read(std::span(skipped).first(now)) < now) refuse_length(0);
    left -= now;
  }
  if (wanted > source.at_most()) refuse_length(source.at_most());
  std::shared_ptr<std::byte[]> voxels;
  try {
    voxels = std::make_shared_for_overwrite<std::byte[]>(wanted);
  } catch (const std::bad_alloc&) {
    throw InputError(name, "needs " + std::to_string(wanted) + " bytes of memory, more than there is",
                     "use a machine with more memory, or a file that is not gzip");
  }
  const std::size_t got = source.read({voxels.get(), wanted});
  if (got < wanted) refuse_length(got);
  // To the end, where gzip keeps the check of what it has unpacked.
  while (source.read(skipped) > 0) {
  }
  return voxels;
}

void check_length(const NiftiHeader& header, std::uint64_t file_bytes, const std::string& name) {
  if (header.offset <= file_bytes && header.data_bytes() <= file_bytes - header.offset) return;
  throw InputError(name,
                   "holds " + std::to_string(file_bytes - std::min(header.offset, file_bytes)) +
                       " bytes of voxels, but its header claims " + std::to_string(header.data_bytes()),
                   copy_again);
}

}  // namespace

std::unique_ptr<const NiftiVolume::Contents> NiftiVolume::Contents::open(std::span<const std::byte> file,
                                                                         std::shared_ptr<const void> owner,
                                                                         const std::string& name,
                                                                         const ImageLimits& limits) {
  auto contents = std::make_unique<Contents>();
  contents->name = name;
  contents->header = read_nifti_header(*open_unzipped(file, name), name, limits);
  contents->info = contents->header.info();
  if (begins_as_gzip(*open_bytes(file))) {
    const auto inflated = inflate(*open_unzipped(file, name), contents->header, name);
    contents->info.bytes_in_memory = contents->header.data_bytes();
    contents->voxels = inflated.get();
    contents->owner = inflated;
  } else {
    check_length(contents->header, file.size(), name);
    contents->voxels = file.data() + contents->header.offset;
    contents->owner = std::move(owner);
  }
  return contents;
}

NiftiVolume::NiftiVolume(const std::filesystem::path& path, const ImageLimits& limits) {
  const std::shared_ptr<const MappedFile> file = MappedFile::read(path);
  contents_ = Contents::open(file->bytes(), file, path.string(), limits);
}

NiftiVolume::NiftiVolume(std::span<const std::byte> file, const std::string& name, const ImageLimits& limits)
    : contents_(Contents::open(file, nullptr, name, limits)) {}

NiftiVolume::~NiftiVolume() = default;
NiftiVolume::NiftiVolume(NiftiVolume&&) noexcept = default;
NiftiVolume& NiftiVolume::operator=(NiftiVolume&&) noexcept = default;

const NiftiInfo& NiftiVolume::info() const {
  return contents_->info;
}
const std::string& NiftiVolume::name() const {
  return contents_->name;
}

std::vector<std::byte> NiftiVolume::Contents::gather(SliceAxis axis, std::size_t index,
                                                     std::size_t time) const {
  FATHOM_CHECK(index < info.slices(axis) && time < info.times);
  const SlicePlane plane = plane_of(axis);
  const NiftiAxis &rows = header.axes[plane.rows], &columns = header.axes[plane.columns],
                  &across = header.axes[plane.across];
  const std::size_t bytes = header.voxel_bytes();
  const GatherRow gather_row = gather_of(bytes);
  std::vector<std::byte> voxels_of_slice(rows.length * columns.length * bytes);
  // An image runs against its canonical axes: down is backwards or feetwards, right is leftwards.
  const auto stored_index = [](const NiftiAxis& along, std::size_t canonical) {
    return (along.reversed ? along.length - 1 - canonical : canonical) * along.stride;
  };
  const std::size_t base =
      time * header.voxels() + stored_index(across, index) + stored_index(columns, columns.length - 1);
  const auto stride = static_cast<std::ptrdiff_t>(columns.stride * bytes);
  for (std::size_t row = 0; row < rows.length; ++row) {
    const std::size_t first = base + stored_index(rows, rows.length - 1 - row);
    gather_row(voxels + first * bytes, columns.reversed ? stride : -stride,
               voxels_of_slice.data() + row * columns.length * bytes, columns.length);
  }
  return voxels_of_slice;
}

Array NiftiVolume::Contents::stored_slice(SliceAxis axis, std::size_t index, std::size_t time) const {
  const std::vector<std::byte> bytes = gather(axis, index, time);
  std::vector<std::size_t> shape = {info.height(axis), info.width(axis)};
  if (header.stored_channels > 1) shape.push_back(header.stored_channels);
  return read_values(*open_bytes(bytes), header.stored, std::move(shape), AxisOrder::last_fastest, name);
}

Image NiftiVolume::slice(SliceAxis axis, std::size_t index, std::size_t time) const {
  const Contents& contents = *contents_;
  const NiftiInfo& info = contents.info;
  const Array stored = contents.stored_slice(axis, index, time);
  if (contents.header.scaling) {
    Image image = Image::unfilled(info.height(axis), info.width(axis), 1, PixelType::float64);
    scale(stored, *contents.header.scaling,
          {reinterpret_cast<double*>(image.mutable_bytes().data()), image.size()});
    return image;
  }
  Image image(info.height(axis), info.width(axis), info.channels, stored.type, stored.values.get(),
              stored.values);
  if (contents.header.stored_channels == 4) image = without_alpha(stored);
  return collapse_equal_channels(std::move(image));
}

std::vector<std::int32_t> NiftiVolume::labels(SliceAxis axis, std::size_t index, std::size_t time) const {
  const Image image = slice(axis, index, time);
  if (image.channels() != 1) {
    throw InputError(name(), "holds colours, which are no labels", "give a segmentation of whole numbers");
  }
  std::vector<std::int32_t> labels(image.size());
  const auto take = [&](const auto values) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto value = static_cast<double>(values[i]);
      constexpr double low = std::numeric_limits<std::int32_t>::min(),
                       high = std::numeric_limits<std::int32_t>::max();
      if (!(value >= low && value <= high) || value != std::floor(value)) {
        throw InputError(name(), "holds the value " + std::to_string(value) + ", which is no label",
                         "give a segmentation of whole numbers");
      }
      labels[i] = static_cast<std::int32_t>(value);
    }
  };
  switch (image.type()) {
    case PixelType::uint8:
      take(image.pixels<std::uint8_t>());
      break;
    case PixelType::uint16:
      take(image.pixels<std::uint16_t>());
      break;
    case PixelType::float32:
      take(image.pixels<float>());
      break;
    case PixelType::float64:
      take(image.pixels<double>());
      break;
  }
  return labels;
}

NiftiInfo read_nifti_info(const std::filesystem::path& path, const ImageLimits& limits) {
  const NiftiHeader header = read_nifti_header(*open_unzipped(path), path.string(), limits);
  NiftiInfo info = header.info();
  if (begins_as_gzip(*open_bytes(path))) info.bytes_in_memory = header.data_bytes();
  return info;
}

void NiftiVolume::check_same_shape(const NiftiVolume& other) const {
  const auto text = [](const NiftiInfo& info) {
    return std::to_string(info.shape[0]) + " x " + std::to_string(info.shape[1]) + " x " +
           std::to_string(info.shape[2]) + (info.times > 1 ? " x " + std::to_string(info.times) : "");
  };
  if (info().shape == other.info().shape && info().times == other.info().times) return;
  throw InputError(other.name(),
                   "has " + text(other.info()) + " voxels, but " + name() + " has " + text(info()),
                   "give two volumes of one grid");
}

std::size_t NiftiInfo::slices(SliceAxis axis) const {
  return shape[plane_of(axis).across];
}
std::size_t NiftiInfo::height(SliceAxis axis) const {
  return shape[plane_of(axis).rows];
}
std::size_t NiftiInfo::width(SliceAxis axis) const {
  return shape[plane_of(axis).columns];
}

}  // namespace fathom
