#include "fathom/read/idx.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/byte_source.h"
#include "read/one_data_set.h"
#include "read/read_values.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_axes = 8;

std::optional<StoredType> stored_type(std::byte code) {
  using Kind = StoredType::Kind;
  switch (std::to_integer<int>(code)) {
    case 0x08:
      return StoredType{Kind::unsigned_integer, 1, true};
    case 0x09:
      return StoredType{Kind::signed_integer, 1, true};
    case 0x0B:
      return StoredType{Kind::signed_integer, 2, true};
    case 0x0C:
      return StoredType{Kind::signed_integer, 4, true};
    case 0x0D:
      return StoredType{Kind::real, 4, true};
    case 0x0E:
      return StoredType{Kind::real, 8, true};
    default:
      return std::nullopt;
  }
}

using Magic = std::array<std::byte, 4>;

bool begins_as_idx(const Magic& magic) {
  const auto axes = std::to_integer<std::size_t>(magic[3]);
  return magic[0] == std::byte{0} && magic[1] == std::byte{0} && stored_type(magic[2]) && axes >= 1 &&
         axes <= most_axes;
}

Array read_idx_stream(ByteSource& source, const std::string& name) {
  Magic magic = {};
  if (source.read(magic) < magic.size() || !begins_as_idx(magic)) {
    throw InputError(name, "is not an IDX file", "give a file in the format of MNIST, plain or gzip");
  }
  std::vector<std::size_t> shape(std::to_integer<std::size_t>(magic[3]));
  for (std::size_t& axis : shape) {
    std::array<std::byte, 4> bytes = {};
    if (source.read(bytes) < bytes.size()) {
      throw InputError(name, "ends within its IDX header", "copy or download the file again");
    }
    for (const std::byte byte : bytes) axis = axis << 8 | std::to_integer<std::size_t>(byte);
  }
  return read_values(source, *stored_type(magic[2]), std::move(shape), AxisOrder::last_fastest, name);
}

/// A file of images as its name tells: "t10k-" + "images-idx3-ubyte" + ".gz".
struct ImagesName {
  std::string prefix;
  char separator;  ///< before "idx": some copies have a dot
  bool zipped;
};

std::optional<ImagesName> parse_images_name(std::string_view name) {
  constexpr std::string_view suffix = ".gz";
  const bool zipped = name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
  if (zipped) name.remove_suffix(suffix.size());
  for (const char separator : {'-', '.'}) {
    const std::string ending = std::string("images") + separator + "idx3-ubyte";
    if (name.size() < ending.size() || name.substr(name.size() - ending.size()) != ending) continue;
    return ImagesName{std::string(name.substr(0, name.size() - ending.size())), separator, zipped};
  }
  return std::nullopt;
}

/// Labels of a file of images, by their usual names, the same compression first.
std::optional<fs::path> labels_beside(const fs::path& images) {
  const auto parsed = parse_images_name(images.filename().string());
  if (!parsed) return std::nullopt;
  for (const bool zipped : {parsed->zipped, !parsed->zipped}) {
    for (const char separator : {parsed->separator, parsed->separator == '-' ? '.' : '-'}) {
      const fs::path labels = images.parent_path() /
                              (parsed->prefix + "labels" + separator + "idx1-ubyte" + (zipped ? ".gz" : ""));
      std::error_code unknown;
      if (fs::exists(labels, unknown)) return labels;
    }
  }
  return std::nullopt;
}

/// Files of images by prefix; where one is there both plain and zipped, the plain one.
std::map<std::string, fs::path> images_in(const fs::path& folder, std::error_code& error) {
  std::map<std::string, fs::path> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto parsed = parse_images_name(entry->path().filename().string());
    if (!parsed) continue;
    const auto added = found.emplace(parsed->prefix, entry->path());
    if (!added.second && entry->path().string() < added.first->second.string())
      added.first->second = entry->path();
  }
  return found;
}

/// "train-" and "emnist-letters-train-": train; "t10k-": test.
std::optional<Split> split_of(std::string prefix) {
  while (!prefix.empty() && (prefix.back() == '-' || prefix.back() == '_')) prefix.pop_back();
  const std::size_t start = prefix.find_last_of("-_");
  const std::string word = start == std::string::npos ? prefix : prefix.substr(start + 1);
  return word == "t10k" ? Split::test : recognise_split(word);
}

ArrayPart read_part(const fs::path& images, Split split) {
  ArrayPart part{split, images.string(), read_idx(images), std::nullopt, ""};
  if (const auto labels = labels_beside(images)) {
    part.labels_name = labels->string();
    part.labels = read_idx(*labels);
  }
  return part;
}

std::vector<ArrayPart> read_file(const fs::path& images, const ReadOptions& options) {
  if (!options.labels) return {read_part(images, Split::none)};
  return {{Split::none, images.string(), read_idx(images), read_given_labels(options),
           given_labels_name(options)}};
}

std::vector<ArrayPart> read_splits(const fs::path& folder, const std::map<std::string, fs::path>& images) {
  std::map<Split, fs::path> splits;
  std::string names;
  for (const auto& entry : images) {
    names += (names.empty() ? "" : ", ") + entry.second.filename().string();
    if (const auto split = split_of(entry.first)) splits.emplace(*split, entry.second);
  }
  if (splits.size() != images.size()) {
    throw InputError(folder.string(), "holds several IDX files of images that are not its splits: " + names,
                     "give one of these files");
  }
  std::vector<ArrayPart> parts;
  for (const auto& entry : splits) parts.push_back(read_part(entry.second, entry.first));
  return parts;
}

std::vector<ArrayPart> read_folder(const fs::path& folder) {
  std::error_code error;
  const auto images = images_in(folder, error);
  if (error) {
    throw InputError(folder.string(), "cannot be read (" + error.message() + ")",
                     "check the path and its permissions");
  }
  if (images.empty()) {
    throw InputError(folder.string(), "holds no IDX file of images",
                     "give a folder with files named such as train-images-idx3-ubyte.gz");
  }
  if (images.size() > 1) return read_splits(folder, images);
  return {read_part(images.begin()->second, Split::none)};
}

}  // namespace

Array read_idx(const fs::path& path) {
  return read_idx_stream(*open_unzipped(path), path.string());
}

Array parse_idx(std::span<const std::byte> bytes, const std::string& name) {
  return read_idx_stream(*open_unzipped(bytes, name), name);
}

bool is_idx_file(const fs::path& path) {
  try {
    Magic magic = {};
    return open_unzipped(path)->read(magic) == magic.size() && begins_as_idx(magic);
  } catch (const InputError&) {
    return false;
  }
}

bool is_idx_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && !images_in(path, error).empty();
}

DataSet open_idx(const fs::path& path, const ReadOptions& options) {
  std::error_code unknown;
  if (fs::is_directory(path, unknown)) {
    refuse_given_labels(options, "IDX folder");
    return named(array_data_set(read_folder(path), options), path, "idx");
  }
  return named(array_data_set(read_file(path, options), options), path, "idx");
}

}  // namespace fathom
