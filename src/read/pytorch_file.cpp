#include "read/pytorch_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "read/copy_again.h"
#include "read/pickle.h"
#include "read/pickled_tensors.h"
#include "read/zip_archive.h"

namespace fathom {

namespace {

constexpr const char* save_again = "save the weights with torch.save(model.state_dict(), FILE)";
/// A pickle of a million tensors is smaller.
constexpr std::uint64_t kMostPickleBytes = 64 << 20;

/// All members lie in one folder, which is named as the file once was.
class Archive {
 public:
  explicit Archive(ZipArchive zip) : zip_(std::move(zip)) {
    if (zip_.members().empty()) return;
    const std::string& first = zip_.members()[0];
    folder_ = first.substr(0, first.find('/') + 1);
    for (std::size_t i = 0; i < zip_.members().size(); ++i) {
      const std::string& member = zip_.members()[i];
      if (!places_.emplace(member, i).second) {
        throw InputError(name(), "holds \"" + member + "\" twice", copy_again);
      }
    }
  }

  const std::string& name() const { return zip_.name(); }
  /// `member` is named without the folder.
  bool has(const std::string& member) const { return places_.count(folder_ + member) > 0; }
  bool has_folder(const std::string& folder) const {
    const auto next = places_.lower_bound(folder_ + folder + "/");
    return next != places_.end() && next->first.starts_with(folder_ + folder + "/");
  }

  std::vector<std::byte> read(const std::string& member, std::uint64_t most) const {
    const std::string full = name() + " (" + folder_ + member + ")";
    const auto found = places_.find(folder_ + member);
    if (found == places_.end()) throw InputError(full, "is not in the archive", copy_again);
    const std::unique_ptr<ByteSource> source = zip_.open(found->second, full);
    const std::uint64_t size = source->at_most();
    if (size > most) {
      throw InputError(full, "has " + std::to_string(size) + " bytes, more than " + std::to_string(most),
                       save_again);
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    std::byte beyond{};
    // The CRC is checked where the end is seen, which is one byte later.
    const std::size_t got = source->read(bytes);
    if (got != bytes.size() || source->read({&beyond, 1}) != 0) {
      throw InputError(full, "is not as long as the archive says", copy_again);
    }
    return bytes;
  }

 private:
  ZipArchive zip_;
  std::string folder_;
  std::map<std::string, std::size_t> places_;
};

bool is_torchscript(const Archive& archive) {
  return archive.has("constants.pkl") && archive.has_folder("code");
}

void check_byte_order(const Archive& archive) {
  if (!archive.has("byteorder")) return;
  constexpr std::uint64_t most = 16;
  const std::vector<std::byte> bytes = archive.read("byteorder", most);
  if (std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()) != "little") {
    throw InputError(archive.name(), "was saved on a machine of another byte order",
                     "load it and save it again on a little-endian machine");
  }
}

/// Reads each storage once, when a tensor needs it.
class ArchiveStorages {
 public:
  ArchiveStorages(const Archive& archive, TensorContents& contents)
      : archive_(archive), contents_(contents) {}

  std::span<const std::byte> bytes_of(const PickledStorage& storage) {
    const auto found = read_.find(storage.key);
    const std::span<const std::byte> bytes = found != read_.end() ? found->second : read(storage.key);
    const std::size_t value_bytes = tensor_type_bytes(storage.type);
    if (bytes.size() / value_bytes < static_cast<std::uint64_t>(storage.values)) {
      throw InputError(archive_name(storage.key),
                       "has " + std::to_string(bytes.size()) + " bytes, too few for its " +
                           std::to_string(storage.values) + " values of " +
                           std::string(tensor_type_name(storage.type)),
                       copy_again);
    }
    return bytes;
  }

 private:
  static std::string archive_name(const std::string& key) { return "data/" + key; }

  std::span<const std::byte> read(const std::string& key) {
    auto bytes = std::make_shared<const std::vector<std::byte>>(
        archive_.read(archive_name(key), std::numeric_limits<std::uint64_t>::max()));
    contents_.keep.push_back(bytes);
    return read_.emplace(key, std::span(*bytes)).first->second;
  }

  const Archive& archive_;
  TensorContents& contents_;
  std::map<std::string, std::span<const std::byte>> read_;
};

TensorContents contents_of(const Archive& archive) {
  if (is_torchscript(archive)) {
    throw InputError(archive.name(), "is a TorchScript program, not a file of tensors",
                     "give a file that torch.save or safetensors wrote");
  }
  if (!archive.has("data.pkl")) {
    throw InputError(archive.name(), "is a zip archive, but not of PyTorch", save_again);
  }
  check_byte_order(archive);
  const std::vector<std::byte> pickled = archive.read("data.pkl", kMostPickleBytes);
  const Pickle pickle = read_pickle(pickled, archive.name());
  TensorContents contents;
  ArchiveStorages storages(archive, contents);
  take_tensors(
      pickle, [&](const PickledStorage& storage) { return storages.bytes_of(storage); }, archive.name(),
      contents);
  return contents;
}

ZipWords words() {
  return {"archive of PyTorch", copy_again, save_again};
}

/// torch/serialization.py, MAGIC_NUMBER and PROTOCOL_VERSION, as the pickles that a file before PyTorch 1.6
/// begins with.
constexpr std::string_view kPlainBegins(
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.", 21);

/// The pickles at the beginning of a file, one after the other, and what follows them.
class PickleSequence {
 public:
  PickleSequence(std::span<const std::byte> bytes, const std::string& name) : rest_(bytes), name_(name) {}

  Pickle next() {
    Pickle pickle = read_pickle(rest_.first(std::min<std::uint64_t>(rest_.size(), kMostPickleBytes)), name_);
    rest_ = rest_.subspan(pickle.bytes);
    return pickle;
  }
  std::span<const std::byte> rest() const { return rest_; }

 private:
  std::span<const std::byte> rest_;
  const std::string& name_;
};

/// The storages that a pickle speaks of, by key.
std::map<std::string, const PickledStorage*> storages_in(const Pickle& pickle) {
  std::map<std::string, const PickledStorage*> storages;
  for (const PickledValue& value : pickle.values) {
    const auto* const storage = value.as<PickledStorage>();
    if (storage != nullptr) storages.emplace(storage->key, storage);
  }
  return storages;
}

/// For each key in their order: the number of values in 8 bytes, then the values.
class PlainStorages {
 public:
  PlainStorages(const Pickle& weights, const Pickle& keys, std::span<const std::byte> bytes,
                const std::string& name)
      : name_(name) {
    const auto known = storages_in(weights);
    const auto* const order = keys.root->as<PickledSequence>();
    if (order == nullptr) damaged();
    for (const PickledValue* const each : order->items) {
      const auto* const key = each->as<std::string>();
      const auto found = key == nullptr ? known.end() : known.find(*key);
      if (found == known.end()) damaged();
      bytes = bytes.subspan(add(*found->second, bytes));
    }
  }

  std::span<const std::byte> bytes_of(const PickledStorage& storage) const {
    const auto found = bytes_.find(storage.key);
    if (found == bytes_.end()) damaged();
    if (found->second.size() / tensor_type_bytes(storage.type) < static_cast<std::uint64_t>(storage.values)) {
      damaged();
    }
    return found->second;
  }

 private:
  [[noreturn]] void damaged() const {
    throw InputError(name_, "is cut short or damaged: its storages are not as it says", copy_again);
  }

  /// How many bytes the storage takes in the file.
  std::size_t add(const PickledStorage& storage, std::span<const std::byte> bytes) {
    std::int64_t values = 0;
    if (bytes.size() < sizeof values) damaged();
    std::memcpy(&values, bytes.data(), sizeof values);
    const std::size_t value_bytes = tensor_type_bytes(storage.type);
    const std::size_t left = bytes.size() - sizeof values;
    if (values < 0 || static_cast<std::uint64_t>(values) > left / value_bytes) damaged();
    const std::size_t size = static_cast<std::size_t>(values) * value_bytes;
    bytes_.emplace(storage.key, bytes.subspan(sizeof values, size));
    return sizeof values + size;
  }

  const std::string& name_;
  std::map<std::string, std::span<const std::byte>> bytes_;
};

}  // namespace

TensorContents parse_pytorch_archive(std::span<const std::byte> bytes, const std::string& name) {
  return contents_of(Archive(ZipArchive(bytes, name, words())));
}

TensorContents read_pytorch_archive(const std::filesystem::path& path) {
  return contents_of(Archive(ZipArchive(path, words())));
}

bool is_torchscript_archive(const std::filesystem::path& path) {
  return is_torchscript(Archive(ZipArchive(path, words())));
}

bool begins_as_plain_pickle(std::span<const std::byte> bytes) {
  constexpr auto kProto = std::byte{0x80};
  return bytes.size() > 1 && bytes[0] == kProto && bytes[1] >= std::byte{2} && bytes[1] <= std::byte{5};
}

TensorContents parse_plain_pickle(std::span<const std::byte> bytes, const std::string& name) {
  const bool by_torch = bytes.size() >= kPlainBegins.size() &&
                        std::memcmp(bytes.data(), kPlainBegins.data(), kPlainBegins.size()) == 0;
  PickleSequence pickles(by_torch ? bytes.subspan(kPlainBegins.size()) : bytes, name);
  if (!by_torch) {
    // Names what it is a pickle of, where that is no container.
    pickles.next();
    throw InputError(name, "is a pickle that torch.save did not write", save_again);
  }
  pickles.next();  // what the machine was that wrote it: always little-endian in the storages
  const Pickle weights = pickles.next();
  const Pickle keys = pickles.next();
  const PlainStorages storages(weights, keys, pickles.rest(), name);
  TensorContents contents;
  take_tensors(
      weights, [&](const PickledStorage& storage) { return storages.bytes_of(storage); }, name, contents);
  return contents;
}

}  // namespace fathom
