#include "fathom/synth/write_images.h"

#include <gtest/gtest.h>
#include <png.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <atomic>
#include <cstring>
#include <map>

#include "fathom/core/error.h"
#include "unit/synth/temporary_path.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;
using testing::read_bytes;
using testing::TemporaryPath;

ImageSetOptions small() {
  ImageSetOptions options;
  options.samples = 25;
  options.classes = 3;
  options.height = 12;
  options.width = 15;
  return options;
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = read_bytes(entry.path());
  return files;
}

std::vector<std::uint8_t> decode(const std::string& file, std::size_t height, std::size_t width,
                                 std::size_t channels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_TRUE(png_image_begin_read_from_memory(&image, file.data(), file.size()));
  EXPECT_EQ(image.format, static_cast<png_uint_32>(channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB));
  EXPECT_EQ(image.height, height);
  EXPECT_EQ(image.width, width);
  std::vector<std::uint8_t> pixels(height * width * channels);
  EXPECT_TRUE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr));
  return pixels;
}

std::string member(const fs::path& archive, const char* name) {
  zip_t* zip = zip_open(archive.c_str(), ZIP_RDONLY, nullptr);
  if (zip == nullptr) {
    ADD_FAILURE() << archive;
    return {};
  }
  zip_stat_t status;
  EXPECT_EQ(zip_stat(zip, name, 0, &status), 0);
  EXPECT_EQ(status.comp_method, ZIP_CM_DEFLATE);
  std::string bytes(status.size, '\0');
  zip_file_t* file = zip_fopen(zip, name, 0);
  EXPECT_EQ(zip_fread(file, bytes.data(), bytes.size()), static_cast<zip_int64_t>(bytes.size()));
  zip_fclose(file);
  EXPECT_EQ(zip_get_num_entries(zip, 0), 2);
  zip_discard(zip);
  return bytes;
}

class StopAfter : public Progress {
 public:
  explicit StopAfter(std::uint64_t steps) : steps_(steps) {}
  void advance(std::uint64_t steps) override { done_ += steps; }
  bool cancelled() const override { return done_ >= steps_; }
  std::uint64_t done() const { return done_; }

 private:
  std::uint64_t steps_;
  std::atomic<std::uint64_t> done_{0};
};

TEST(WriteImageFolder, HoldsEveryImageUnderItsClass) {
  for (const std::size_t channels : {1u, 3u}) {
    const TemporaryPath scratch;
    ImageSetOptions options = small();
    options.channels = channels;
    const ImageSet set(options);
    write_image_folder(set, scratch / "set", 2, no_progress());
    const auto files = files_below(scratch / "set");
    EXPECT_EQ(files.size(), 26u);
    EXPECT_EQ(files.at("truth.json"), truth_json(set));
    // Image i is the (i / 3)-th of class i modulo 3.
    EXPECT_EQ(decode(files.at("class_0/0000.png"), 12, 15, channels), set.pixels(0));
    EXPECT_EQ(decode(files.at("class_1/0002.png"), 12, 15, channels), set.pixels(7));
    EXPECT_EQ(decode(files.at("class_0/0008.png"), 12, 15, channels), set.pixels(24));
    EXPECT_EQ(files.count("class_1/0008.png"), 0u);
    EXPECT_EQ(scratch.entries(), 1u);
  }
}

TEST(WriteImageFolder, SameBytesForAnyNumberOfThreads) {
  const TemporaryPath scratch;
  const ImageSet set(small());
  write_image_folder(set, scratch / "1", 1, no_progress());
  write_image_folder(set, scratch / "2", 2, no_progress());
  write_image_folder(ImageSet(small()), scratch / "7", 7, no_progress());
  EXPECT_EQ(files_below(scratch / "1"), files_below(scratch / "2"));
  EXPECT_EQ(files_below(scratch / "1"), files_below(scratch / "7"));
}

TEST(WriteImageFolder, FillsAnEmptyFolderAndAcceptsATrailingSlash) {
  const TemporaryPath scratch;
  fs::create_directory(scratch / "empty");
  write_image_folder(ImageSet(small()), (scratch / "empty") / "", 1, no_progress());
  EXPECT_TRUE(fs::exists(scratch / "empty/truth.json"));
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(WriteImageFolder, IsReadableLikeAnyFolder) {
  const TemporaryPath scratch;
  write_image_folder(ImageSet(small()), scratch / "set", 1, no_progress());
  fs::create_directory(scratch / "plain");
  EXPECT_EQ(fs::status(scratch / "set").permissions(), fs::status(scratch / "plain").permissions());
}

void expect_refused(const fs::path& target, const std::string& reason) {
  try {
    write_image_folder(ImageSet(small()), target, 1, no_progress());
    ADD_FAILURE() << "accepted " << target;
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputError::Kind::data);
    EXPECT_EQ(error.where(), target.string());
    EXPECT_NE(error.reason().find(reason), std::string::npos) << error.what();
    EXPECT_FALSE(error.remedy().empty());
  }
}

TEST(WriteImageFolder, NeverOverwrites) {
  const TemporaryPath scratch;
  fs::create_directory(scratch / "used");
  std::ofstream(scratch / "used/mine.txt") << "mine";
  expect_refused(scratch / "used", "is not empty");
  EXPECT_EQ(read_bytes(scratch / "used/mine.txt"), "mine");
  std::ofstream(scratch / "file") << "mine";
  expect_refused(scratch / "file", "is not a folder");
  expect_refused(scratch / "absent/set", "No such file");
  EXPECT_EQ(scratch.entries(), 2u);
}

TEST(WriteImageFolder, UnwritableParentIsRefused) {
  if (geteuid() == 0) GTEST_SKIP() << "the super-user may write anywhere";
  const TemporaryPath scratch;
  fs::create_directory(scratch / "locked");
  chmod((scratch / "locked").c_str(), 0500);
  expect_refused(scratch / "locked/set", "Permission denied");
  chmod((scratch / "locked").c_str(), 0700);
}

TEST(WriteImageFolder, AnInterruptLeavesNothing) {
  const TemporaryPath scratch;
  StopAfter progress(10);
  EXPECT_THROW(write_image_folder(ImageSet(small()), scratch / "set", 2, progress), Interrupted);
  EXPECT_LT(progress.done(), 15u);
  EXPECT_EQ(scratch.entries(), 0u);
}

TEST(WriteNpz, HoldsImagesAndLabels) {
  const TemporaryPath scratch;
  for (const std::size_t channels : {1u, 3u}) {
    ImageSetOptions options = small();
    options.channels = channels;
    const ImageSet set(options);
    write_npz(set, scratch / "set.npz", 2, no_progress());
    const std::string images = member(scratch / "set.npz", "images.npy");
    const std::string labels = member(scratch / "set.npz", "labels.npy");
    const std::string shape = channels == 1 ? "(25, 12, 15)" : "(25, 12, 15, 3)";
    EXPECT_NE(images.find("{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"),
              std::string::npos);
    EXPECT_NE(labels.find("{'descr': '<i8', 'fortran_order': False, 'shape': (25,), }"), std::string::npos);
    const std::size_t size = 12 * 15 * channels;
    const std::size_t images_at = images.size() - 25 * size, labels_at = labels.size() - 25 * 8;
    EXPECT_EQ(images_at % 64, 0u);
    EXPECT_EQ(labels_at % 64, 0u);
    for (std::size_t i = 0; i < 25; ++i) {
      const std::vector<std::uint8_t> pixels = set.pixels(i);
      EXPECT_EQ(std::memcmp(images.data() + images_at + i * size, pixels.data(), size), 0);
      std::int64_t label = -1;
      std::memcpy(&label, labels.data() + labels_at + i * 8, 8);
      EXPECT_EQ(label, static_cast<std::int64_t>(i % 3));
    }
  }
  EXPECT_EQ(scratch.entries(), 1u);
}

TEST(WriteNpz, SameBytesForAnyNumberOfThreads) {
  const TemporaryPath scratch;
  const ImageSet set(small());
  write_npz(set, scratch / "1.npz", 1, no_progress());
  write_npz(set, scratch / "7.npz", 7, no_progress());
  EXPECT_EQ(read_bytes(scratch / "1.npz"), read_bytes(scratch / "7.npz"));
}

TEST(WriteNpz, FailsWithoutAFolderAndLeavesNothingWhenInterrupted) {
  const TemporaryPath scratch;
  EXPECT_THROW(write_npz(ImageSet(small()), scratch / "absent/set.npz", 1, no_progress()), InputError);
  StopAfter progress(10);
  EXPECT_THROW(write_npz(ImageSet(small()), scratch / "set.npz", 2, progress), Interrupted);
  EXPECT_LT(progress.done(), 15u);
  EXPECT_EQ(scratch.entries(), 0u);
}

}  // namespace
}  // namespace fathom
