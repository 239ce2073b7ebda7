#include "fathom/read/npz.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/byte_source.h"
#include "read/npy_stream.h"
#include "read/one_data_set.h"

namespace fathom {

namespace {

constexpr const char* copy_again = "copy or download the file again";

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

/// One opened archive.
class Archive {
 public:
  explicit Archive(const std::filesystem::path& path) : name_(path.string()) {
    packed_bytes_ = open_bytes(path)->at_most();
    int code = 0;
    zip_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!zip_) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      refuse(error);
    }
    list_members();
  }

  Archive(std::span<const std::byte> bytes, std::string name)
      : name_(std::move(name)), packed_bytes_(bytes.size()) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    FATHOM_CHECK(source != nullptr);
    zip_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (!zip_) {
      zip_source_free(source);
      refuse(error);
    }
    zip_error_fini(&error);
    list_members();
  }

  const std::string& name() const { return name_; }
  /// Names of the arrays, without ".npy".
  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const auto& member : members_) names.push_back(member.first);
    return names;
  }
  bool has(const std::string& key) const { return members_.count(key) > 0; }

  std::string member_name(const std::string& key) const { return name_ + " (" + key + ".npy)"; }
  Array read(const std::string& key) const;

 private:
  struct Discard {
    void operator()(zip_t* zip) const { zip_discard(zip); }
  };

  [[noreturn]] void refuse(zip_error_t& error) const {
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw InputError(name_, "is not a readable .npz archive (" + reason + ")",
                     "give a file written by numpy.savez, or copy or download it again");
  }

  void list_members() {
    const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* member = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
      std::string key = member != nullptr ? member : "";
      const std::size_t end = key.size() < 4 ? std::string::npos : key.size() - 4;
      if (end == std::string::npos || key.substr(end) != ".npy") continue;
      key.resize(end);
      const bool added = members_.emplace(key, static_cast<zip_uint64_t>(i)).second;
      if (!added)
        throw InputError(name_, "holds \"" + key + "\" twice", "write the file again with numpy.savez");
    }
  }

  std::string name_;
  std::uint64_t packed_bytes_;
  std::unique_ptr<zip_t, Discard> zip_;
  std::map<std::string, zip_uint64_t> members_;
};

/// The bytes of one member, its CRC checked at the end.
class MemberBytes : public ByteSource {
 public:
  MemberBytes(zip_t* zip, const zip_stat_t& status, std::string name)
      : name_(std::move(name)), left_(status.size) {
    file_.reset(zip_fopen_index(zip, status.index, 0));
    if (!file_) refuse(zip_strerror(zip));
  }

  std::size_t read(std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const zip_int64_t got = zip_fread(file_.get(), out.data() + done, out.size() - done);
      if (got < 0) refuse(zip_file_strerror(file_.get()));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    left_ -= std::min<std::uint64_t>(left_, done);
    return done;
  }
  std::uint64_t at_most() const override { return left_; }

 private:
  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };

  [[noreturn]] void refuse(const char* reason) const {
    throw InputError(name_, std::string("cannot be unpacked (") + reason + ")", copy_again);
  }

  std::string name_;
  std::uint64_t left_;
  std::unique_ptr<zip_file_t, Close> file_;
};

Array Archive::read(const std::string& key) const {
  const std::string name = member_name(key);
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t needed = ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  const bool known =
      zip_stat_index(zip_.get(), members_.at(key), 0, &status) == 0 && (status.valid & needed) == needed;
  if (!known) throw InputError(name, "has a broken entry in the archive", copy_again);
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) {
    throw InputError(name, "has compression method " + std::to_string(status.comp_method),
                     "write the file again with numpy.savez or numpy.savez_compressed");
  }
  // A size that no deflate stream of this length can reach is a lie, and memory is set aside by size.
  const std::uint64_t packed = std::min<std::uint64_t>(status.comp_size, packed_bytes_);
  const bool stored = status.comp_method == ZIP_CM_STORE;
  if (status.size > (stored ? packed : most_inflated(packed))) {
    throw InputError(name,
                     "claims " + std::to_string(status.size) + " bytes, which the " + std::to_string(packed) +
                         " bytes in the archive cannot hold",
                     copy_again);
  }
  MemberBytes bytes(zip_.get(), status, name);
  return read_npy_stream(bytes, name);
}

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
