// Zip archives, of which some formats are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "read/byte_source.h"

struct zip;

namespace fathom {

/// How errors speak of an archive.
struct ZipWords {
  std::string kind;        ///< "is not a readable KIND": ".npz archive"
  std::string give_other;  ///< remedy where it is no archive
  std::string rewrite;     ///< remedy where its compression is not one of those read
};

/// One opened archive, members stored or deflated. What its headers claim is checked before memory is set
/// aside for it.
class ZipArchive {
 public:
  /// Throw InputError: not a zip archive.
  ZipArchive(const std::filesystem::path& path, ZipWords words);
  /// `bytes` must outlive the archive.
  ZipArchive(std::span<const std::byte> bytes, std::string name, ZipWords words);

  const std::string& name() const { return name_; }
  /// Names of the members, in the order of the archive. A name may come twice.
  const std::vector<std::string>& members() const { return members_; }

  /// The unpacked bytes of a member, which must not outlive the archive: at_most() is their number, and their
  /// CRC is checked when the last of them is read. `name` is the member's in errors. Throws InputError: a
  /// broken entry, another compression, encryption, a size that its packed bytes cannot hold.
  std::unique_ptr<ByteSource> open(std::size_t member, const std::string& name) const;

 private:
  struct Discard {
    void operator()(struct zip* archive) const;
  };

  void list_members();

  std::string name_;
  ZipWords words_;
  std::uint64_t packed_bytes_;
  std::unique_ptr<struct zip, Discard> zip_;
  std::vector<std::string> members_;
};

/// Whether the bytes begin as a zip archive does.
bool begins_as_zip(std::span<const std::byte> bytes);

}  // namespace fathom
