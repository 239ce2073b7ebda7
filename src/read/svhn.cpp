#include "fathom/read/svhn.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/core/mapped_file.h"
#include "read/byte_source.h"
#include "read/copy_again.h"
#include "read/matlab_file.h"
#include "read/one_data_set.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t side = 32, channels = 3, image_bytes = side * side * channels;

struct SvhnFile {
  Split split;
  const char* name;
};
constexpr std::array<SvhnFile, 2> split_files = {
    {{Split::train, "train_32x32.mat"}, {Split::test, "test_32x32.mat"}}};
constexpr const char* extra_file = "extra_32x32.mat";

bool is_there(const fs::path& path) {
  std::error_code unknown;
  return fs::is_regular_file(path, unknown);
}

/// MATLAB's axes are row, column, channel, the first fastest; an image's the other way round.
void turn(std::span<std::byte> image) {
  std::array<std::byte, image_bytes> stored;
  std::copy(image.begin(), image.end(), stored.begin());
  std::size_t next = 0;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t column = 0; column < side; ++column) {
      for (std::size_t row = 0; row < side; ++row) {
        image[(row * side + column) * channels + channel] = stored[next++];
      }
    }
  }
}

Array read_images(const MatlabArray& array, ByteSource& values, const std::string& name) {
  const bool bytes = array.stored.kind == StoredType::Kind::unsigned_integer && array.stored.bytes == 1;
  const bool shape = (array.shape.size() == 4 || array.shape.size() == 3) && array.shape[0] == side &&
                     array.shape[1] == side && array.shape[2] == channels;
  const std::size_t count = array.shape.size() == 4 ? array.shape[3] : 1;
  if (!bytes || !shape || array.bytes != std::uint64_t{count} * image_bytes) {
    throw InputError(name,
                     "has an array X of shape " + shape_text(array.shape) + ", not (32, 32, 3, N) bytes",
                     "give SVHN's cropped digits (format 2)");
  }
  const auto pixels = std::make_shared_for_overwrite<std::byte[]>(array.bytes);
  if (values.read({pixels.get(), array.bytes}) < array.bytes) {
    throw InputError(name, "ends within its images", copy_again);
  }
  for (std::size_t i = 0; i < count; ++i) turn({pixels.get() + i * image_bytes, image_bytes});
  return {{count, side, side, channels}, PixelType::uint8, pixels};
}

/// The publisher's 10 is the digit 0.
Array read_digits(const MatlabArray& array, ByteSource& values, const std::string& name) {
  std::vector<std::byte> stored(array.bytes);
  if (values.read(stored) < stored.size()) throw InputError(name, "ends within its labels", copy_again);
  std::size_t count = 1;
  for (const std::size_t axis : array.shape) count *= axis;
  const Array read = read_values(*open_bytes(stored), array.stored, {count}, AxisOrder::last_fastest, name);
  const auto digits = std::make_shared_for_overwrite<std::byte[]>(count);
  const auto take = [&](const auto labels) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto label = static_cast<double>(labels[i]);
      const auto digit = label >= 1.0 && label <= 10.0 ? static_cast<unsigned>(label) : 0U;
      if (digit == 0 || label != digit) {
        throw InputError(name, "image " + std::to_string(i) + " has the label " + std::to_string(label),
                         "SVHN's labels are 1 to 10: " + std::string(copy_again));
      }
      digits[i] = static_cast<std::byte>(digit % 10);
    }
  };
  switch (read.type) {
    case PixelType::uint8:
      take(read.as<std::uint8_t>());
      break;
    case PixelType::uint16:
      take(read.as<std::uint16_t>());
      break;
    case PixelType::float32:
      take(read.as<float>());
      break;
    case PixelType::float64:
      take(read.as<double>());
      break;
  }
  return {{count}, PixelType::uint8, digits};
}

ArrayPart read_part(const fs::path& path, Split split) {
  const std::string name = path.string();
  const std::shared_ptr<const MappedFile> file = MappedFile::read(path);
  std::optional<Array> images, labels;
  visit_matlab_arrays(file->bytes(), name, [&](const MatlabArray& array, ByteSource& values) {
    if (array.name == "X") images = read_images(array, values, name);
    if (array.name == "y") labels = read_digits(array, values, name);
  });
  if (!images || !labels) {
    throw InputError(name, std::string("has no array ") + (images ? "y" : "X"),
                     "give SVHN's cropped digits (format 2)");
  }
  return {split, name, std::move(*images), std::move(labels), name};
}

DataSet open_folder(const fs::path& folder, const ReadOptions& options, std::span<const KnownLabels> known) {
  std::vector<SvhnFile> found;
  for (const SvhnFile& each : split_files) {
    if (is_there(folder / each.name)) found.push_back(each);
  }
  const bool extra = is_there(folder / extra_file);
  if (found.empty() && extra) found.push_back({Split::none, extra_file});
  if (found.empty()) {
    throw InputError(folder.string(), "holds no file of SVHN",
                     "give a folder with train_32x32.mat, test_32x32.mat or extra_32x32.mat");
  }
  std::vector<ArrayPart> parts;
  for (const SvhnFile& each : found) {
    parts.push_back(read_part(folder / each.name, found.size() > 1 ? each.split : Split::none));
  }
  DataSet data = array_data_set(std::move(parts), options, known);
  if (extra && found.front().split != Split::none) {
    data.notes.push_back("The extra images (extra_32x32.mat) were not read: they have no split.");
  }
  return data;
}

}  // namespace

bool is_svhn_folder(const fs::path& path) {
  return is_there(path / split_files[0].name) || is_there(path / split_files[1].name) ||
         is_there(path / extra_file);
}

bool is_matlab_file(const fs::path& path) {
  return is_there(path) && begins_as_matlab(*open_bytes(path));
}

DataSet open_svhn(const fs::path& path, const ReadOptions& options) {
  refuse_given_labels(options, "SVHN");
  const std::vector<KnownLabels> known = {{"label", 10, {}}};
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) return named(open_folder(path, options, known), path, "svhn");
  std::vector<ArrayPart> parts;
  parts.push_back(read_part(path, Split::none));
  return named(array_data_set(std::move(parts), options, known), path, "svhn");
}

}  // namespace fathom
