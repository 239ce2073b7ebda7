// prepare() with a working folder: the same data as without, read once, gone on with, and never believed
// blindly.
#include "prepare/workdir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>

#include "fathom/prepare/prepare.h"
#include "unit/core/temporary_folder.h"
#include "unit/prepare/made_images.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;
using made::pattern_image;

using Images = std::vector<std::optional<Image>>;

/// Counts the images that are read.
class CountingImages : public made::Images {
 public:
  explicit CountingImages(std::vector<std::optional<Image>> images)
      : made::Images(std::move(images), false) {}
  Image read(std::size_t source) const override {
    ++reads_;
    return made::Images::read(source);
  }
  Hash128 identity(std::size_t source) const override { return {changed_ == source ? 1u : 0u, source}; }

  std::size_t reads() const { return reads_; }
  void change(std::size_t source) { changed_ = source; }

 private:
  mutable std::atomic<std::size_t> reads_{0};
  std::size_t changed_ = SIZE_MAX;
};

/// Asks to stop after so many images.
class StopAfter : public Progress {
 public:
  explicit StopAfter(std::uint64_t images) : left_(images) {}
  void advance(std::uint64_t steps) override { left_ -= std::min(left_, steps); }
  bool cancelled() const override { return left_ == 0; }

 private:
  std::uint64_t left_;
};

Protocol protocol(const char* name, const char* size = nullptr) {
  Protocol made = named_protocol(name);
  if (size != nullptr) set_size(made, size);
  return made;
}

Images patterns(std::size_t count, std::size_t side = 4, std::size_t channels = 1) {
  Images images;
  for (std::size_t i = 0; i < count; ++i) images.emplace_back(pattern_image(side, side, channels, i));
  return images;
}

template <class T>
Images converted(const Images& images) {
  Images made;
  for (const auto& image : images) {
    std::vector<T> values;
    for (const std::uint8_t value : image->pixels<std::uint8_t>())
      values.push_back(static_cast<T>(value * T{3}));
    made.emplace_back(made::image(image->height(), image->width(), image->channels(), values));
  }
  return made;
}

class Workdirs : public testing::Test {
 protected:
  DataSet counted(const Images& images) {
    DataSet data = made::data_set(images);
    pixels_ = std::make_shared<CountingImages>(images);
    data.pixels = pixels_;
    return data;
  }

  PreparedData in_folder(const DataSet& data, const Protocol& used, Progress& progress = no_progress()) {
    PrepareOptions options;
    options.threads = 2;
    options.skip_bad = true;
    options.workdir = folder_.path();
    return prepare(data, used, options, progress);
  }
  static PreparedData in_memory(const DataSet& data, const Protocol& used) {
    PrepareOptions options;
    options.skip_bad = true;
    return prepare(data, used, options);
  }

  static void expect_same(const PreparedData& a, const PreparedData& b) {
    ASSERT_EQ(a.matrix.rows(), b.matrix.rows());
    ASSERT_EQ(a.matrix.stored.index(), b.matrix.stored.index());
    EXPECT_EQ(a.matrix.unit, b.matrix.unit);
    for (std::size_t i = 0; i < a.matrix.rows(); ++i) {
      EXPECT_EQ(made::row(a.matrix, i), made::row(b.matrix, i)) << i;
      EXPECT_EQ(a.records[i].path, b.records[i].path);
    }
    EXPECT_EQ(a.records.size(), b.records.size());
    EXPECT_EQ(a.channels, b.channels);
    EXPECT_EQ(a.size, b.size);
    EXPECT_EQ(a.range, b.range);
    EXPECT_EQ(a.ambient_dimension, b.ambient_dimension);
    EXPECT_EQ(a.alpha_dropped, b.alpha_dropped);
    EXPECT_EQ(a.black, b.black);
    EXPECT_EQ(a.contrast, b.contrast);
    EXPECT_EQ(a.content_hash, b.content_hash);
    ASSERT_EQ(a.rejected.size(), b.rejected.size());
    for (std::size_t i = 0; i < a.rejected.size(); ++i) {
      EXPECT_EQ(a.rejected[i].path, b.rejected[i].path);
      EXPECT_EQ(a.rejected[i].reason, b.rejected[i].reason);
    }
  }

  /// In memory, in the folder, and found in the folder.
  void expect_all_the_same(const Images& images, const Protocol& used) {
    const DataSet data = counted(images);
    const PreparedData expected = in_memory(data, used);
    EXPECT_EQ(expected.images_read, images.size());
    const PreparedData made = in_folder(data, used);
    EXPECT_EQ(made.images_read, images.size());
    expect_same(made, expected);
    EXPECT_EQ(folder_.names().size(), 1u);
    const std::size_t reads = pixels_->reads();
    const PreparedData found = in_folder(data, used);
    EXPECT_EQ(found.images_read, 0u);
    EXPECT_EQ(pixels_->reads(), reads);
    expect_same(found, expected);
    for (const std::string& name : folder_.names()) fs::remove(folder_.path() / name);
  }

  fs::path file(const std::string& suffix) const {
    for (const std::string& name : folder_.names()) {
      if (name.ends_with(suffix)) return folder_.path() / name;
    }
    ADD_FAILURE() << "no file " << suffix;
    return {};
  }

  static void flip_byte(const fs::path& path, std::size_t at) {
    std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const int old = bytes.get();
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(old ^ 1));
  }

  void expect_refused(const DataSet& data, const fs::path& path, const std::string& reason) {
    try {
      in_folder(data, protocol("native"));
      FAIL() << "no error";
    } catch (const InputError& error) {
      EXPECT_EQ(error.where(), path.string());
      EXPECT_NE(error.reason().find(reason), std::string::npos) << error.reason();
      EXPECT_EQ(error.remedy(), "remove it, or use another folder with --workdir");
    }
  }

  /// Stops after `images`, twice, and compares what comes of it with what is read in one go.
  void expect_resumes(const Images& images, const Protocol& used, std::size_t first, std::size_t second) {
    const DataSet data = counted(images);
    for (const std::size_t images_before : {first, second}) {
      StopAfter stop(images_before);
      try {
        in_folder(data, used, stop);
        FAIL() << "not interrupted";
      } catch (const Interrupted& interrupted) {
        EXPECT_EQ(interrupted.what(), "interrupted; progress kept in " + folder_.path().string() +
                                          "; run the same command again to go on");
      }
    }
    const std::size_t before = pixels_->reads();
    const PreparedData resumed = in_folder(data, used);
    EXPECT_LT(resumed.images_read, images.size() - first / 2);
    EXPECT_EQ(pixels_->reads() - before, resumed.images_read);
    expect_same(resumed, in_memory(data, used));
    EXPECT_EQ(folder_.names().size(), 1u);
  }

  TemporaryFolder folder_;
  std::shared_ptr<CountingImages> pixels_;
};

TEST_F(Workdirs, HoldEveryFormOfRows) {
  const Images images = patterns(600);
  expect_all_the_same(images, protocol("native"));
  expect_all_the_same(converted<std::uint16_t>(images), protocol("native"));
  expect_all_the_same(converted<float>(images), protocol("native"));
  expect_all_the_same(converted<double>(images), protocol("native"));
  expect_all_the_same(images, protocol("iclr2024", "8"));  // enlarged
  expect_all_the_same(images, protocol("iclr2024", "3"));  // resized
  expect_all_the_same(images, protocol("pope2021", "4"));  // with a range
  expect_all_the_same(patterns(300, 4, 3), protocol("miccai2022", "4"));
}

TEST_F(Workdirs, KeepPixelsApartFromRowsOfDistances) {
  const Images images = patterns(600);
  const DataSet data = counted(images);
  PrepareOptions in_memory_options, options;
  in_memory_options.keep_pixels = options.keep_pixels = true;
  options.workdir = folder_.path();
  const PreparedData expected = prepare(data, protocol("iclr2024", "8"), in_memory_options);
  in_folder(data, protocol("iclr2024", "8"));  // rows that keep distances
  for (const std::size_t images_read : {images.size(), std::size_t{0}}) {
    const PreparedData found = prepare(data, protocol("iclr2024", "8"), options);
    EXPECT_EQ(found.images_read, images_read);
    EXPECT_EQ(found.row_size, (ImageSize{4, 4}));
    expect_same(found, expected);
  }
}

TEST_F(Workdirs, FollowChangesOfForm) {
  Images images = patterns(500);
  images[300] = pattern_image(4, 4, 3, 300);
  expect_all_the_same(images, protocol("native"));
  images[450] = pattern_image(9, 5, 1, 450);
  expect_all_the_same(images, protocol("iclr2024", "8"));
  expect_all_the_same(images, protocol("iclr2024", "4"));
  Protocol published = protocol("iclr2024", "4");
  published.published_code = true;
  expect_all_the_same(images, published);
}

TEST_F(Workdirs, RememberBadAndBlackImages) {
  Images images = patterns(700);
  for (const std::size_t bad : {0, 1, 5, 255, 256, 300, 699}) images[bad] = std::nullopt;
  images[7] = Image(4, 4, 1, PixelType::uint8);
  images[8]->alpha_dropped = true;
  expect_all_the_same(images, protocol("native"));
}

TEST_F(Workdirs, ReadNothingAgainOnceBadImagesMayBeSkipped) {
  Images images = patterns(30);
  images[3] = std::nullopt;
  const DataSet data = counted(images);
  PrepareOptions options;
  options.workdir = folder_.path();
  for (int i = 0; i < 2; ++i) EXPECT_THROW(prepare(data, protocol("native"), options), RejectedImages);
  EXPECT_EQ(pixels_->reads(), 30u);
  EXPECT_EQ(in_folder(data, protocol("native")).records.size(), 29u);
  EXPECT_EQ(pixels_->reads(), 30u);
}

TEST_F(Workdirs, KeepNothingOfDataThatCannotBeUsed) {
  EXPECT_THROW(in_folder(counted(Images(3)), protocol("native")), InputError);
  EXPECT_TRUE(folder_.names().empty());
  Images images = patterns(10);
  images[5] = pattern_image(5, 4, 1);
  EXPECT_THROW(in_folder(counted(images), protocol("native")), InputError);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Workdirs, KnowTheirImages) {
  const Images images = patterns(40);
  DataSet data = counted(images);
  in_folder(data, protocol("native"));
  EXPECT_EQ(in_folder(data, protocol("native", "5")).images_read, 40u);
  pixels_->change(17);
  EXPECT_EQ(in_folder(data, protocol("native")).images_read, 40u);
  EXPECT_EQ(folder_.names().size(), 3u);
  std::swap(data.records[0], data.records[1]);
  EXPECT_EQ(in_folder(data, protocol("native")).images_read, 40u);
  data.records.pop_back();
  EXPECT_EQ(in_folder(data, protocol("native")).images_read, 39u);
  EXPECT_EQ(folder_.names().size(), 5u);
}

TEST_F(Workdirs, ServeOtherLabelsOfTheSameImages) {
  DataSet data = counted(patterns(40));
  const PreparedData cats = in_folder(data, protocol("native"));
  std::ranges::reverse(data.label_columns[0].classes);
  const PreparedData dogs = in_folder(data, protocol("native"));
  EXPECT_EQ(dogs.images_read, 0u);
  EXPECT_EQ(dogs.label_columns[0].classes[0], "dog");
  EXPECT_NE(cats.content_hash, dogs.content_hash);
  EXPECT_EQ(dogs.content_hash, in_memory(data, protocol("native")).content_hash);
}

TEST_F(Workdirs, HoldNoNamesAndNoGroups) {
  DataSet data = counted(patterns(40));
  for (Record& record : data.records) record.group = 123'456'789;
  in_folder(data, protocol("native"));
  const std::string all = contents_of(file(".prepared"));
  for (const char* text : {".png", "cat", "dog", "123456789", "some"}) {
    EXPECT_EQ(all.find(text), std::string::npos) << text;
  }
}

TEST_F(Workdirs, SayWhatTheyAre) {
  PrepareOptions options;
  options.workdir = folder_.path();
  options.selection_seed = 42;
  const PreparedData data = prepare(counted(patterns(40)), protocol("pope2021", "4"), options);
  const std::string header = contents_of(file(".prepared")).substr(0, 4096);
  for (const char* text :
       {"fathom.prepared/1\n", "\"byte_order\":\"little\"", "\"rows\":40", "\"cols\":16",
        "\"type\":\"uint8\"", "\"name\":\"pope2021+size=4\"", "\"selection_seed\":42", "\"rows_offset\":4096",
        "\"size\":[4,4]", "\"range\":[0.0,1.0]", "\"unit\":0.00392156862745098"}) {
    EXPECT_NE(header.find(text), std::string::npos) << text << " in " << header;
  }
  const std::string rows = contents_of(file(".prepared")).substr(4096 + 16 * 7, 16);
  ASSERT_EQ(rows.size(), 16u);
  for (std::size_t k = 0; k < 16; ++k) {
    EXPECT_EQ(static_cast<double>(static_cast<unsigned char>(rows[k])), made::row(data.matrix, 7)[k]);
  }
}

TEST_F(Workdirs, DamageIsFound) {
  const DataSet data = counted(patterns(600));
  in_folder(data, protocol("native"));
  const fs::path path = file(".prepared");
  const std::string whole = contents_of(path);
  const auto restore = [&] { std::ofstream(path, std::ios::binary) << whole; };
  const std::size_t details = 4096 + 600 * 16;
  struct Case {
    std::size_t at;
    const char* reason;
  };
  for (const Case& damage :
       {Case{60, "its header does not agree"}, Case{20, "its header does not agree"},
        Case{4096, "its rows do not agree"}, Case{details - 1, "its rows do not agree"},
        Case{details, "its details do not agree"}, Case{whole.size() - 1, "its details do not agree"}}) {
    flip_byte(path, damage.at);
    expect_refused(data, path, damage.reason);
    restore();
  }
  flip_byte(path, 3);
  expect_refused(data, path, "is no prepared file of Fathom");
  restore();
  flip_byte(path, 16);
  expect_refused(data, path, "of another version");
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{10}, std::size_t{100}, std::size_t{4096},
                                  std::size_t{5000}, whole.size() - 1}) {
    restore();
    fs::resize_file(path, bytes);
    expect_refused(data, path, "");
  }
  restore();
  EXPECT_EQ(in_folder(data, protocol("native")).images_read, 0u);
}

TEST_F(Workdirs, AFileUnderAnothersNameIsRefused) {
  const DataSet data = counted(patterns(40));
  in_folder(data, protocol("native"));
  const fs::path path = file(".prepared");
  fs::rename(path, folder_.path() / "kept");
  pixels_->change(3);
  in_folder(data, protocol("native"));
  const fs::path other = file(".prepared");
  fs::rename(folder_.path() / "kept", other);
  expect_refused(data, other, "holds other images than its name says");
}

TEST_F(Workdirs, AreGoneOnWithAfterAnInterruption) {
  expect_resumes(patterns(3000), protocol("native"), 1000, 700);
}

TEST_F(Workdirs, AreGoneOnWithAcrossChangesOfFormAndBadImages) {
  Images images = patterns(3000);
  images[10] = images[600] = images[2000] = std::nullopt;
  images[900] = pattern_image(4, 4, 3, 900);
  images[1500] = pattern_image(6, 5, 1, 1500);
  expect_resumes(images, protocol("iclr2024", "8"), 1200, 900);
}

TEST_F(Workdirs, AreGoneOnWithWhereThereIsNoRowYet) {
  Images images = patterns(1200);
  for (std::size_t i = 0; i < 600; ++i) images[i] = std::nullopt;
  expect_resumes(images, protocol("native"), 300, 100);
}

TEST_F(Workdirs, NoteProgressBeforeTheyAreKilled) {
  const DataSet data = counted(patterns(3000));
  // A copy of the folder in the middle of a run is what kill -9 leaves.
  const TemporaryFolder killed;
  class CopyAt : public Progress {
   public:
    CopyAt(const fs::path& from, const fs::path& to) : from_(from), to_(to) {}
    void advance(std::uint64_t) override {
      if (++images_ == 2700) fs::copy(from_, to_, fs::copy_options::recursive);
    }

   private:
    fs::path from_, to_;
    std::size_t images_ = 0;
  } progress(folder_.path(), killed.path());
  in_folder(data, protocol("native"), progress);
  for (const std::string& name : folder_.names()) fs::remove(folder_.path() / name);
  fs::copy(killed.path(), folder_.path(), fs::copy_options::recursive);
  const PreparedData resumed = in_folder(data, protocol("native"));
  EXPECT_LE(resumed.images_read, 3000u - 2048u);
  EXPECT_GT(resumed.images_read, 0u);
  expect_same(resumed, in_memory(data, protocol("native")));
}

TEST_F(Workdirs, StartAgainWherePartsAreDamaged) {
  const DataSet data = counted(patterns(3000));
  const auto interrupt = [&] {
    StopAfter stop(1000);
    EXPECT_THROW(in_folder(data, protocol("native"), stop), Interrupted);
  };
  const PreparedData expected = in_memory(data, protocol("native"));
  const std::vector<std::function<void()>> damages = {
      [&] { flip_byte(file(".rows0"), 4096 + 100); },
      [&] { flip_byte(file(".progress"), 100); },
      [&] { fs::resize_file(file(".progress"), 20); },
      [&] { fs::resize_file(file(".rows0"), 5000); },
      [&] { fs::remove(file(".rows0")); },
  };
  for (const auto& damage : damages) {
    interrupt();
    damage();
    const PreparedData again = in_folder(data, protocol("native"));
    EXPECT_EQ(again.images_read, 3000u);
    expect_same(again, expected);
    EXPECT_EQ(folder_.names().size(), 1u);
    fs::remove(file(".prepared"));
  }
}

TEST_F(Workdirs, AreNotForTwoAtOnce) {
  const DataSet data = counted(patterns(1000));
  StopAfter stop(300);
  EXPECT_THROW(in_folder(data, protocol("native"), stop), Interrupted);
  const FileLock other(file(".progress").replace_extension(".lock"));
  EXPECT_THROW(in_folder(data, protocol("native")), InputError);
}

TEST_F(Workdirs, AskBeforeRowsAreMadeOrUsed) {
  const DataSet data = counted(patterns(100));
  PrepareOptions options;
  options.workdir = folder_.path();
  std::vector<MatrixShape> asked;
  options.check_matrix = [&](const MatrixShape& shape) { asked.push_back(shape); };
  prepare(data, protocol("native"), options);
  prepare(data, protocol("native"), options);
  ASSERT_EQ(asked.size(), 2u);
  for (const MatrixShape& shape : asked) {
    EXPECT_EQ(shape.rows, 100u);
    EXPECT_EQ(shape.cols, 16u);
    EXPECT_EQ(shape.type, PixelType::uint8);
  }
  options.check_matrix = [](const MatrixShape&) {
    throw UsageError("--memory 1K", "too little", "take more");
  };
  EXPECT_THROW(prepare(data, protocol("native"), options), UsageError);
  options.workdir.clear();
  const std::size_t before = pixels_->reads();
  EXPECT_THROW(prepare(data, protocol("native"), options), UsageError);
  EXPECT_LE(pixels_->reads() - before, 1u);
}

}  // namespace
}  // namespace fathom
