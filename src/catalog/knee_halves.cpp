#include "catalog/knee_halves.h"

#include <cstring>
#include <span>
#include <utility>

#include "read/image_files.h"

namespace fathom {

namespace {

/// Throws ImageError where there is none.
Image columns_of(const Image& image, std::size_t first, std::size_t end) {
  if (first >= end) throw ImageError("is too narrow to hold two knees");
  Image part = Image::unfilled(image.height(), end - first, image.channels(), image.type());
  const std::size_t pixel = image.channels() * pixel_bytes(image.type());
  const std::span<const std::byte> from = image.bytes();
  const std::span<std::byte> to = part.mutable_bytes();
  const std::size_t width = (end - first) * pixel;
  for (std::size_t row = 0; row < image.height(); ++row) {
    std::memcpy(to.data() + row * width, from.data() + (row * image.width() + first) * pixel, width);
  }
  part.stored_as_rgb = image.stored_as_rgb;
  part.full_scale = image.full_scale;
  return part;
}

std::vector<FileImage> files_of(const std::vector<KneeHalf>& halves) {
  std::vector<FileImage> files;
  files.reserve(halves.size());
  for (const KneeHalf& half : halves) files.push_back({half.file, 0, ""});
  return files;
}

class KneeHalves : public PixelSource {
 public:
  KneeHalves(const std::filesystem::path& root, std::vector<KneeHalf> halves, const ReadOptions& options)
      : files_(root, files_of(halves), options), halves_(std::move(halves)) {}

  Image read(std::size_t source) const override {
    const Image image = files_.read(source);
    const std::size_t middle = image.width() / 2;
    return halves_[source].right ? columns_of(image, 0, middle) : columns_of(image, middle, image.width());
  }

  Hash128 identity(std::size_t source) const override {
    const std::string text = files_.identity(source).text() + (halves_[source].right ? " right" : " left");
    return hash128(std::as_bytes(std::span<const char>(text)));
  }

  bool medical() const override { return true; }

 private:
  ImageFiles files_;
  std::vector<KneeHalf> halves_;
};

}  // namespace

std::shared_ptr<const PixelSource> knee_halves(const std::filesystem::path& root,
                                               std::vector<KneeHalf> halves, const ReadOptions& options) {
  return std::make_shared<KneeHalves>(root, std::move(halves), options);
}

}  // namespace fathom
