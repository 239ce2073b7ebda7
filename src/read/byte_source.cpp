#include "read/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "fathom/core/error.h"

namespace fathom {

namespace {

InputError unreadable(const std::string& name, int reason) {
  return InputError(name, std::string("cannot be read (") + std::strerror(reason) + ")",
                    "check the path and its permissions");
}

class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::filesystem::path& path) : name_(path.string()) {
    // Not blocking: opening a pipe that nobody writes to would wait for ever.
    file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file_ < 0) throw unreadable(name_, errno);
    struct stat status = {};
    const bool known = fstat(file_, &status) == 0;
    if (!known || !S_ISREG(status.st_mode)) {
      close(file_);
      throw InputError(name_, "is not a regular file", "give the file itself");
    }
    left_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~FileBytes() override { close(file_); }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::size_t read(std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::read(file_, out.data() + done, out.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw unreadable(name_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    left_ -= std::min<std::uint64_t>(left_, done);
    return done;
  }
  std::uint64_t at_most() const override { return left_; }

 private:
  std::string name_;
  int file_ = -1;
  std::uint64_t left_ = 0;
};

class MemoryBytes : public ByteSource {
 public:
  explicit MemoryBytes(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::size_t read(std::span<std::byte> out) override {
    const std::size_t count = std::min(out.size(), rest_.size());
    std::copy_n(rest_.begin(), count, out.begin());
    rest_ = rest_.subspan(count);
    return count;
  }
  std::uint64_t at_most() const override { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
};

/// The contents of one or more deflate streams, one after the other.
class InflatedBytes : public ByteSource {
 public:
  enum class Wrapping { gzip, zlib };

  InflatedBytes(std::unique_ptr<ByteSource> packed, Wrapping wrapping, std::string name)
      : packed_(std::move(packed)),
        name_(std::move(name)),
        kind_(wrapping == Wrapping::gzip ? "gzip" : "compressed"),
        buffer_(std::size_t{1} << 16),
        left_(most_inflated(packed_->at_most())) {
    constexpr int gzip_only = 16;
    FATHOM_CHECK(inflateInit2(&stream_, MAX_WBITS + (wrapping == Wrapping::gzip ? gzip_only : 0)) == Z_OK);
  }
  ~InflatedBytes() override { inflateEnd(&stream_); }
  InflatedBytes(const InflatedBytes&) = delete;
  InflatedBytes& operator=(const InflatedBytes&) = delete;

  std::size_t read(std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size() && more_to_inflate()) done += inflate_some(out.subspan(done));
    left_ -= std::min<std::uint64_t>(left_, done);
    return done;
  }
  std::uint64_t at_most() const override { return left_; }

 private:
  /// False at the end of the last member.
  bool more_to_inflate() {
    if (stream_.avail_in == 0) {
      stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_in = static_cast<uInt>(packed_->read(buffer_));
    }
    if (stream_.avail_in > 0) {
      if (member_ended_) FATHOM_CHECK(inflateReset(&stream_) == Z_OK);
      member_ended_ = false;
    }
    return !member_ended_;
  }

  std::size_t inflate_some(std::span<std::byte> out) {
    constexpr std::size_t step = std::size_t{1} << 30;
    const std::size_t wanted = std::min(out.size(), step);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(wanted);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    member_ended_ = status == Z_STREAM_END;
    if (status == Z_BUF_ERROR) {
      throw InputError(name_, "the " + kind_ + " data end too early", "copy or download the file again");
    }
    if (status != Z_OK && !member_ended_) {
      throw InputError(name_, "the " + kind_ + " data are corrupt", "copy or download the file again");
    }
    return wanted - stream_.avail_out;
  }

  std::unique_ptr<ByteSource> packed_;
  std::string name_, kind_;
  std::vector<std::byte> buffer_;
  z_stream stream_ = {};
  bool member_ended_ = false;
  std::uint64_t left_;
};

}  // namespace

bool begins_as_gzip(ByteSource& source) {
  std::array<std::byte, 2> magic = {};
  return source.read(magic) == 2 && magic[0] == std::byte{0x1f} && magic[1] == std::byte{0x8b};
}

std::uint64_t most_inflated(std::uint64_t packed_bytes) {
  return packed_bytes * 1032 + 1032;
}

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path) {
  return std::make_unique<FileBytes>(path);
}

std::unique_ptr<ByteSource> open_bytes(std::span<const std::byte> bytes) {
  return std::make_unique<MemoryBytes>(bytes);
}

std::unique_ptr<ByteSource> open_unzipped(const std::filesystem::path& path) {
  if (!begins_as_gzip(*open_bytes(path))) return open_bytes(path);
  return std::make_unique<InflatedBytes>(open_bytes(path), InflatedBytes::Wrapping::gzip, path.string());
}

std::unique_ptr<ByteSource> open_unzipped(std::span<const std::byte> bytes, const std::string& name) {
  if (!begins_as_gzip(*open_bytes(bytes))) return open_bytes(bytes);
  return std::make_unique<InflatedBytes>(open_bytes(bytes), InflatedBytes::Wrapping::gzip, name);
}

std::unique_ptr<ByteSource> open_zlib(std::span<const std::byte> bytes, const std::string& name) {
  return std::make_unique<InflatedBytes>(open_bytes(bytes), InflatedBytes::Wrapping::zlib, name);
}

}  // namespace fathom
