#include "read/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "fathom/core/error.h"
#include "read/copy_again.h"

namespace fathom {

namespace {

[[noreturn]] void refuse(const std::string& name, const ZipWords& words, zip_error_t& error) {
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw InputError(name, "is not a readable " + words.kind + " (" + reason + ")", words.give_other);
}

/// The bytes of one member, its CRC checked at the end.
class MemberBytes : public ByteSource {
 public:
  MemberBytes(zip_t* archive, const zip_stat_t& status, std::string name)
      : name_(std::move(name)), left_(status.size) {
    file_.reset(zip_fopen_index(archive, status.index, 0));
    if (!file_) fail(zip_strerror(archive));
  }

  std::size_t read(std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const zip_int64_t got = zip_fread(file_.get(), out.data() + done, out.size() - done);
      if (got < 0) fail(zip_file_strerror(file_.get()));
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

  [[noreturn]] void fail(const char* reason) const {
    throw InputError(name_, std::string("cannot be unpacked (") + reason + ")", copy_again);
  }

  std::string name_;
  std::uint64_t left_;
  std::unique_ptr<zip_file_t, Close> file_;
};

}  // namespace

void ZipArchive::Discard::operator()(struct zip* archive) const {
  zip_discard(archive);
}

ZipArchive::ZipArchive(const std::filesystem::path& path, ZipWords words)
    : name_(path.string()), words_(std::move(words)), packed_bytes_(open_bytes(path)->at_most()) {
  int code = 0;
  zip_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!zip_) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    refuse(name_, words_, error);
  }
  list_members();
}

ZipArchive::ZipArchive(std::span<const std::byte> bytes, std::string name, ZipWords words)
    : name_(std::move(name)), words_(std::move(words)), packed_bytes_(bytes.size()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  FATHOM_CHECK(source != nullptr);
  zip_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!zip_) {
    zip_source_free(source);
    refuse(name_, words_, error);
  }
  zip_error_fini(&error);
  list_members();
}

void ZipArchive::list_members() {
  const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* member = zip_get_name(zip_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
    members_.emplace_back(member != nullptr ? member : "");
  }
}

std::unique_ptr<ByteSource> ZipArchive::open(std::size_t member, const std::string& name) const {
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t needed = ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  const bool known = zip_stat_index(zip_.get(), member, 0, &status) == 0 && (status.valid & needed) == needed;
  if (!known) throw InputError(name, "has a broken entry in the archive", copy_again);
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) {
    throw InputError(name, "has compression method " + std::to_string(status.comp_method), words_.rewrite);
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
  return std::make_unique<MemberBytes>(zip_.get(), status, name);
}

bool begins_as_zip(std::span<const std::byte> bytes) {
  // "PK\5\6" begins an archive without members.
  constexpr std::string_view local = "PK\3\4", empty = "PK\5\6";
  return bytes.size() >= local.size() && (std::memcmp(bytes.data(), local.data(), local.size()) == 0 ||
                                          std::memcmp(bytes.data(), empty.data(), empty.size()) == 0);
}

}  // namespace fathom
