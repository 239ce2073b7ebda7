#include "fathom/read/cifar.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/byte_source.h"
#include "read/copy_again.h"
#include "read/one_data_set.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t side = 32;
constexpr std::size_t image_bytes = 3 * side * side;

std::size_t label_bytes(CifarKind kind) {
  return kind == CifarKind::cifar10 ? 1 : 2;
}
std::size_t record_bytes(CifarKind kind) {
  return label_bytes(kind) + image_bytes;
}
const char* format_of(CifarKind kind) {
  return kind == CifarKind::cifar10 ? "cifar10" : "cifar100";
}

CifarBatch read_batch(ByteSource& source, const std::string& name, CifarKind kind) {
  const std::uint64_t size = source.at_most();
  if (size == 0 || size % record_bytes(kind) != 0) {
    throw InputError(name,
                     "has " + std::to_string(size) + " bytes, not a multiple of the " +
                         std::to_string(record_bytes(kind)) + " of a " + format_of(kind) + " record",
                     copy_again);
  }
  const std::size_t count = size / record_bytes(kind);
  const auto pixels = std::make_shared_for_overwrite<std::byte[]>(count * image_bytes);
  const auto labels = std::make_shared_for_overwrite<std::byte[]>(count * label_bytes(kind));
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<std::byte> label(labels.get() + i * label_bytes(kind), label_bytes(kind));
    const std::span<std::byte> image(pixels.get() + i * image_bytes, image_bytes);
    if (source.read(label) < label.size() || source.read(image) < image.size()) {
      throw InputError(name, "became shorter while it was read", "read it when nothing writes to it");
    }
    // The file has the coarse label first; the fine one is what CIFAR-100 is known for.
    std::reverse(label.begin(), label.end());
  }
  std::vector<std::size_t> label_shape = {count};
  if (kind == CifarKind::cifar100) label_shape.push_back(2);
  return {{{count, 3, side, side}, PixelType::uint8, pixels},
          {std::move(label_shape), PixelType::uint8, labels}};
}

/// The lines of a list of class names; none where there is no such file.
std::vector<std::string> read_class_names(const fs::path& path, std::size_t wanted) {
  std::error_code unknown;
  if (!fs::exists(path, unknown)) return {};
  constexpr std::size_t most_bytes = std::size_t{1} << 16;
  std::string text(most_bytes, '\0');
  text.resize(open_bytes(path)->read(std::as_writable_bytes(std::span(text))));
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  const std::set<std::string> distinct(names.begin(), names.end());
  if (names.size() == wanted && distinct.size() == wanted) return names;
  throw InputError(
      path.string(),
      "lists " + std::to_string(distinct.size()) + " different class names, not " + std::to_string(wanted),
      "restore or remove this file");
}

std::vector<KnownLabels> known_labels(const fs::path& folder, CifarKind kind) {
  const auto names = [&](const char* list, std::size_t count) {
    return read_class_names(folder / list, count);
  };
  if (kind == CifarKind::cifar10) return {{"label", 10, names("batches.meta.txt", 10)}};
  return {{"fine", 100, names("fine_label_names.txt", 100)},
          {"coarse", 20, names("coarse_label_names.txt", 20)}};
}

struct BatchFile {
  CifarKind kind;
  Split split;
  const char* name;
};

constexpr std::array<BatchFile, 8> batch_files = {{
    {CifarKind::cifar10, Split::train, "data_batch_1.bin"},
    {CifarKind::cifar10, Split::train, "data_batch_2.bin"},
    {CifarKind::cifar10, Split::train, "data_batch_3.bin"},
    {CifarKind::cifar10, Split::train, "data_batch_4.bin"},
    {CifarKind::cifar10, Split::train, "data_batch_5.bin"},
    {CifarKind::cifar10, Split::test, "test_batch.bin"},
    {CifarKind::cifar100, Split::train, "train.bin"},
    {CifarKind::cifar100, Split::test, "test.bin"},
}};

/// Batches of the kind wanted that are in the folder, or of the first kind that is there.
std::vector<BatchFile> batches_in(const fs::path& folder, std::optional<CifarKind> wanted) {
  std::vector<BatchFile> found;
  for (const BatchFile& batch : batch_files) {
    std::error_code unknown;
    if (wanted && *wanted != batch.kind) continue;
    if (!fs::is_regular_file(folder / batch.name, unknown)) continue;
    wanted = batch.kind;
    found.push_back(batch);
  }
  return found;
}

std::optional<CifarKind> wanted_kind(const ReadOptions& options) {
  if (options.format == format_of(CifarKind::cifar10)) return CifarKind::cifar10;
  if (options.format == format_of(CifarKind::cifar100)) return CifarKind::cifar100;
  return std::nullopt;
}

/// Both record lengths divide a size only in multiples of 3074 CIFAR-10 records; then the name tells.
CifarKind kind_of_file(const fs::path& path, std::uint64_t size) {
  const bool may_be_10 = size % record_bytes(CifarKind::cifar10) == 0;
  const bool may_be_100 = size % record_bytes(CifarKind::cifar100) == 0;
  if (size == 0 || (!may_be_10 && !may_be_100)) {
    throw InputError(path.string(),
                     "has " + std::to_string(size) +
                         " bytes, not a multiple of the 3073 of a cifar10 record or the " +
                         "3074 of a cifar100 record",
                     copy_again);
  }
  if (may_be_10 != may_be_100) return may_be_10 ? CifarKind::cifar10 : CifarKind::cifar100;
  const bool named_100 = path.filename() == "train.bin" || path.filename() == "test.bin";
  return named_100 ? CifarKind::cifar100 : CifarKind::cifar10;
}

ArrayPart read_part(const fs::path& path, CifarKind kind, Split split) {
  CifarBatch batch = read_batch(*open_bytes(path), path.string(), kind);
  return {split, path.string(), std::move(batch.images), std::move(batch.labels), path.string()};
}

std::string missing_batches(const std::vector<BatchFile>& found) {
  const auto trains = [](const BatchFile& batch) { return batch.split == Split::train; };
  if (std::none_of(found.begin(), found.end(), trains)) return "";
  std::string missing;
  for (const BatchFile& batch : batch_files) {
    if (batch.kind != found[0].kind || batch.split != Split::train) continue;
    const bool there = std::any_of(found.begin(), found.end(), [&](const BatchFile& each) {
      return std::string_view(each.name) == batch.name;
    });
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(batch.name);
  }
  return missing;
}

DataSet open_folder(const fs::path& folder, const ReadOptions& options) {
  const std::vector<BatchFile> batches = batches_in(folder, wanted_kind(options));
  if (batches.empty()) {
    throw InputError(
        folder.string(), "holds no CIFAR batch",
        "give a folder with data_batch_1.bin ... or test_batch.bin (CIFAR-10), or train.bin or test.bin "
        "(CIFAR-100)");
  }
  const bool split = batches.front().split != batches.back().split;
  std::vector<ArrayPart> parts;
  for (const BatchFile& batch : batches) {
    parts.push_back(read_part(folder / batch.name, batch.kind, split ? batch.split : Split::none));
  }
  DataSet data = array_data_set(std::move(parts), options, known_labels(folder, batches[0].kind));
  const std::string missing = missing_batches(batches);
  if (!missing.empty()) data.notes.push_back("Training batches that are not in the folder: " + missing + ".");
  return named(std::move(data), folder, format_of(batches[0].kind));
}

}  // namespace

CifarBatch parse_cifar(std::span<const std::byte> bytes, const std::string& name, CifarKind kind) {
  return read_batch(*open_bytes(bytes), name, kind);
}

bool is_cifar_folder(const fs::path& path) {
  return !batches_in(path, std::nullopt).empty();
}

bool is_cifar_file(const fs::path& path) {
  std::error_code unknown;
  return path.extension() == ".bin" && fs::is_regular_file(path, unknown);
}

DataSet open_cifar(const fs::path& path, const ReadOptions& options) {
  refuse_given_labels(options, "CIFAR");
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) return open_folder(path, options);
  const auto wanted = wanted_kind(options);
  const CifarKind kind = wanted ? *wanted : kind_of_file(path, open_bytes(path)->at_most());
  std::vector<ArrayPart> parts;
  parts.push_back(read_part(path, kind, Split::none));
  const auto known = known_labels(path.parent_path(), kind);
  return named(array_data_set(std::move(parts), options, known), path, format_of(kind));
}

}  // namespace fathom
