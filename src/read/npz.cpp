#include "fathom/read/npz.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/npy_stream.h"
#include "read/one_data_set.h"
#include "read/zip_archive.h"

namespace fathom {

namespace {

struct KeyPair {
  Split split;
  const char* images;
  const char* labels;
};
using KeySet = std::vector<KeyPair>;

/// In the order in which they are looked for.
const std::vector<KeySet>& key_sets() {
  static const std::vector<KeySet> sets = {
      {{Split::train, "train_images", "train_labels"},
       {Split::validation, "val_images", "val_labels"},
       {Split::test, "test_images", "test_labels"}},
      {{Split::train, "x_train", "y_train"},
       {Split::validation, "x_val", "y_val"},
       {Split::test, "x_test", "y_test"}},
      {{Split::none, "images", "labels"}},
      {{Split::none, "X", "y"}},
      {{Split::none, "x", "y"}},
  };
  return sets;
}

ZipWords words() {
  return {".npz archive", "give a file written by numpy.savez, or copy or download it again",
          "write the file again with numpy.savez or numpy.savez_compressed"};
}

/// One opened archive.
class Archive {
 public:
  explicit Archive(const std::filesystem::path& path) : zip_(path, words()) { list_arrays(); }
  Archive(std::span<const std::byte> bytes, std::string name) : zip_(bytes, std::move(name), words()) {
    list_arrays();
  }

  const std::string& name() const { return zip_.name(); }
  /// Names of the arrays, without ".npy".
  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const auto& member : arrays_) names.push_back(member.first);
    return names;
  }
  bool has(const std::string& key) const { return arrays_.count(key) > 0; }

  std::string member_name(const std::string& key) const { return name() + " (" + key + ".npy)"; }
  Array read(const std::string& key) const {
    const std::string member = member_name(key);
    return read_npy_stream(*zip_.open(arrays_.at(key), member), member);
  }

 private:
  void list_arrays() {
    for (std::size_t i = 0; i < zip_.members().size(); ++i) {
      std::string key = zip_.members()[i];
      if (!key.ends_with(".npy")) continue;
      key.resize(key.size() - 4);
      const bool added = arrays_.emplace(key, i).second;
      if (!added)
        throw InputError(name(), "holds \"" + key + "\" twice", "write the file again with numpy.savez");
    }
  }

  ZipArchive zip_;
  std::map<std::string, std::size_t> arrays_;
};

const KeySet* find_keys(const Archive& archive) {
  for (const KeySet& set : key_sets()) {
    for (const KeyPair& pair : set) {
      if (archive.has(pair.images)) return &set;
    }
  }
  return nullptr;
}

std::string listed(const std::vector<std::string>& keys) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, keys.size()); ++i) text += (i == 0 ? "" : ", ") + keys[i];
  return text + (keys.size() > most ? ", ..." : "");
}

ArrayPart read_part(const Archive& archive, const KeyPair& keys) {
  ArrayPart part{keys.split, archive.member_name(keys.images), archive.read(keys.images), std::nullopt, ""};
  if (archive.has(keys.labels)) {
    part.labels_name = archive.member_name(keys.labels);
    part.labels = archive.read(keys.labels);
  }
  return part;
}

std::vector<std::string> unused_keys(const Archive& archive, const KeySet& set) {
  std::vector<std::string> unused;
  for (const std::string& key : archive.keys()) {
    const bool used = std::any_of(set.begin(), set.end(), [&](const KeyPair& pair) {
      return key == pair.images || (key == pair.labels && archive.has(pair.images));
    });
    if (!used) unused.push_back(key);
  }
  return unused;
}

DataSet read_archive(const Archive& archive, const ReadOptions& options) {
  refuse_given_labels(options, ".npz");
  const KeySet* set = find_keys(archive);
  if (set == nullptr) {
    const std::vector<std::string> keys = archive.keys();
    throw InputError(archive.name(),
                     keys.empty() ? "is an archive without arrays"
                                  : "has no array known to hold images, only " + listed(keys),
                     "name them train_images, train_labels, val_..., test_...; x_train, y_train, x_val, ..., "
                     "x_test, ...; images, labels; X, y; or x, y");
  }
  std::vector<ArrayPart> parts;
  for (const KeyPair& pair : *set) {
    if (archive.has(pair.images)) parts.push_back(read_part(archive, pair));
  }
  DataSet data = array_data_set(std::move(parts), options);
  const std::vector<std::string> unused = unused_keys(archive, *set);
  if (!unused.empty()) data.notes.push_back("Not used: " + listed(unused) + ".");
  return data;
}

}  // namespace

DataSet open_npz(const std::filesystem::path& path, const ReadOptions& options) {
  return named(read_archive(Archive(path), options), path, "npz");
}

DataSet parse_npz(std::span<const std::byte> bytes, const std::string& name, const ReadOptions& options) {
  return named(read_archive(Archive(bytes, name), options), name, "npz");
}

}  // namespace fathom
