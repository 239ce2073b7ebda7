#include "fathom/read/nifti.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "fathom/read/npy.h"
#include "read/nifti_view.h"
#include "read/volume_values.h"
#include "unit/read/array_files.h"
#include "unit/read/gzip.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr std::array<SliceAxis, 3> axes = {SliceAxis::axial, SliceAxis::coronal, SliceAxis::sagittal};

template <class T>
std::string bytes_as_text(const std::vector<T>& values) {
  std::string text(values.size() * sizeof(T), '\0');
  std::memcpy(text.data(), values.data(), text.size());
  return text;
}

/// A NIfTI-1 file, field by field from the standard's table (nifti1.h). Without orientation: the first axis
/// goes to the left.
struct Made {
  std::vector<std::int16_t> dim = {3, 2, 3, 2, 1, 1, 1, 1};
  int type = 2, bits = 8;
  float offset = 352, slope = 1, intercept = 0;
  int sform = 0;
  std::vector<float> rows = std::vector<float>(12, 0.0F);
  std::string magic = std::string("n+1\0", 4);
  std::string voxels = counting(12);

  std::string file() const {
    std::string text(352, '\0');
    const auto put = [&](std::size_t at, const std::string& bytes) { text.replace(at, bytes.size(), bytes); };
    const auto number = [](float value) { return little(std::bit_cast<std::uint32_t>(value), 4); };
    put(0, little(348, 4));
    for (std::size_t i = 0; i < 8; ++i) put(40 + 2 * i, little(static_cast<std::uint16_t>(dim[i]), 2));
    put(70, little(static_cast<std::uint64_t>(type), 2));
    put(72, little(static_cast<std::uint64_t>(bits), 2));
    for (std::size_t i = 0; i < 8; ++i) put(76 + 4 * i, number(1.0F));
    put(108, number(offset));
    put(112, number(slope));
    put(116, number(intercept));
    put(254, little(static_cast<std::uint64_t>(sform), 2));
    for (std::size_t i = 0; i < 12; ++i) put(280 + 4 * i, number(rows[i]));
    put(344, magic);
    return text + voxels;
  }
};

/// The volume looks into `file`.
NiftiVolume volume_of(const std::string& file) {
  return {bytes_of(file), "a.nii"};
}
std::string refusal(const std::string& file) {
  return message_of([&] { volume_of(file); });
}

std::vector<double> doubles_of(const Image& image) {
  std::vector<double> values;
  const auto append = [&](const auto pixels) {
    for (const auto value : pixels) values.push_back(static_cast<double>(value));
  };
  if (image.type() == PixelType::uint8) append(image.pixels<std::uint8_t>());
  if (image.type() == PixelType::uint16) append(image.pixels<std::uint16_t>());
  if (image.type() == PixelType::float32) append(image.pixels<float>());
  if (image.type() == PixelType::float64) append(image.pixels<double>());
  return values;
}

class Nifti : public ArrayFiles {
 protected:
  static DataSet open(const fs::path& path, const SliceOptions& slices = {}) {
    ReadOptions options;
    options.slices = slices;
    return open_nifti(path, options);
  }
  static Names paths_of(const DataSet& data) {
    Names names;
    for (const Record& record : data.records) names.push_back(record.path);
    return names;
  }
};

/// Equal, a NaN to a NaN.
void expect_same(const std::vector<double>& got, const double* wanted, const std::string& what) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i] == wanted[i] || (std::isnan(got[i]) && std::isnan(wanted[i]))) continue;
    ADD_FAILURE() << what << ", pixel " << i << ": " << got[i] << ", not " << wanted[i];
    return;
  }
}

void expect_slices(const NiftiVolume& volume, const Array& wanted, SliceAxis axis, const std::string& what) {
  const NiftiInfo& info = volume.info();
  ASSERT_EQ(wanted.shape,
            (std::vector<std::size_t>{info.slices(axis) * info.times, info.height(axis), info.width(axis)}))
      << what;
  for (std::size_t i = 0; i < wanted.shape[0]; ++i) {
    const Image slice = volume.slice(axis, i % info.slices(axis), i / info.slices(axis));
    EXPECT_EQ(slice.type(), info.type) << what;
    expect_same(doubles_of(slice), wanted.as<double>().data() + i * slice.size(),
                what + " slice " + std::to_string(i));
  }
}

TEST_F(Nifti, IsWhatNibabelReads) {
  const std::string script = std::string(FATHOM_MAKE_VOLUMES) + " " + folder().string();
  if (std::system((std::string(FATHOM_PYTHON) + " -c 'import nibabel' 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "python3-nibabel is not installed";
  }
  ASSERT_EQ(std::system((std::string(FATHOM_PYTHON) + " -B " + script).c_str()), 0);
  std::ifstream list(folder() / "volumes.txt");
  std::size_t count = 0;
  for (std::string line; std::getline(list, line); ++count) {
    std::istringstream fields(line);
    std::string name;
    std::array<std::size_t, 3> shape;
    std::size_t times;
    std::array<double, 3> spacing;
    fields >> name >> shape[0] >> shape[1] >> shape[2] >> times >> spacing[0] >> spacing[1] >> spacing[2];
    const NiftiVolume volume(folder() / name);
    EXPECT_EQ(volume.info().shape, shape) << name;
    EXPECT_EQ(volume.info().times, times) << name;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(volume.info().spacing[i], spacing[i], 1e-9) << name;
    for (const SliceAxis axis : axes) {
      const std::string stem = name.substr(0, name.find('.'));
      expect_slices(volume, read_npy(folder() / (stem + "_" + std::string(slice_axis_name(axis)) + ".npy")),
                    axis, name + " " + std::string(slice_axis_name(axis)));
    }
  }
  EXPECT_EQ(count, 175u);
}

TEST_F(Nifti, SlicesLieAsRadiologistsLookAtThem) {
  // 2 x 3 x 2 voxels, stored from right to left (no orientation): voxel (x, y, z) is 2 * 3 * z + 2 * y + x.
  const std::string bytes = Made{}.file();
  const NiftiVolume volume = volume_of(bytes);
  EXPECT_EQ(volume.info().shape, (std::array<std::size_t, 3>{2, 3, 2}));
  // From the front (y = 2) down to the back, from the right (x = 0) to the left.
  EXPECT_EQ(pixels_of<std::uint8_t>(volume.slice(SliceAxis::axial, 0)),
            (std::vector<std::uint8_t>{4, 5, 2, 3, 0, 1}));
  // From the head (z = 1) down; the second from the back.
  EXPECT_EQ(pixels_of<std::uint8_t>(volume.slice(SliceAxis::coronal, 1)),
            (std::vector<std::uint8_t>{8, 9, 2, 3}));
  // The leftmost: x = 1; from the front to the back.
  const Image sagittal = volume.slice(SliceAxis::sagittal, 0);
  EXPECT_EQ(sagittal.height(), 2u);
  EXPECT_EQ(pixels_of<std::uint8_t>(sagittal), (std::vector<std::uint8_t>{11, 9, 7, 5, 3, 1}));
}

TEST_F(Nifti, ColoursAreChannels) {
  Made made;
  made.dim = {2, 2, 1, 1, 1, 1, 1, 1};
  made.type = 128;
  made.slope = 3;  // of no meaning for colours
  made.voxels = "abcdef";
  EXPECT_EQ(pixels_of<std::uint8_t>(volume_of(made.file()).slice(SliceAxis::axial, 0)),
            (std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
  made.type = 2304;
  made.voxels = "abcXdefY";
  const Image image = volume_of(made.file()).slice(SliceAxis::axial, 0);
  EXPECT_EQ(pixels_of<std::uint8_t>(image), (std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
  EXPECT_TRUE(image.alpha_dropped);
  made.voxels = "aaaXbbbY";
  EXPECT_EQ(volume_of(made.file()).slice(SliceAxis::axial, 0).channels(), 1u);
}

TEST_F(Nifti, LabelsAreWholeNumbers) {
  Made made;
  made.slope = 2;
  EXPECT_EQ(volume_of(made.file()).labels(SliceAxis::axial, 0),
            (std::vector<std::int32_t>{8, 10, 4, 6, 0, 2}));
  made.slope = 0.5;
  EXPECT_TRUE(says(message_of([&] { volume_of(made.file()).labels(SliceAxis::axial, 0); }),
                   {"a.nii: holds the value 2.5", "no label"}));
  Made colours;
  colours.type = 128;
  colours.voxels = counting(36);
  EXPECT_TRUE(says(message_of([&] { volume_of(colours.file()).labels(SliceAxis::axial, 0); }), {"colours"}));
}

TEST_F(Nifti, SegmentationsMustHaveTheShape) {
  Made other;
  other.dim = {3, 2, 2, 3, 1, 1, 1, 1};
  const std::string bytes = Made{}.file();
  const NiftiVolume volume = volume_of(bytes);
  volume.check_same_shape(volume_of(Made{}.file()));
  const std::string file = other.file();
  const NiftiVolume segmentation(bytes_of(file), "seg.nii");
  EXPECT_TRUE(says(message_of([&] { volume.check_same_shape(segmentation); }),
                   {"seg.nii: has 2 x 2 x 3 voxels, but a.nii has 2 x 3 x 2"}));
}

TEST_F(Nifti, RefusesHeadersThatCannotBe) {
  const auto with = [](auto change) {
    Made made;
    change(made);
    return refusal(made.file());
  };
  EXPECT_TRUE(says(with([](Made& m) { m.dim[0] = 0; }), {"a.nii: claims 0 axes", "dim[0]"}));
  EXPECT_TRUE(says(with([](Made& m) { m.dim[0] = 9; }), {"claims 9 axes"}));
  EXPECT_TRUE(says(with([](Made& m) { m.dim[0] = 1; }), {"single axis"}));
  EXPECT_TRUE(says(with([](Made& m) { m.dim[2] = 0; }), {"axis 2 of its 2 x 0 x 2 voxels has no length"}));
  EXPECT_TRUE(says(with([](Made& m) { m.dim[2] = -3; }), {"axis 2", "no length"}));
  EXPECT_TRUE(says(with([](Made& m) { m.dim = {5, 2, 3, 2, 1, 2, 1, 1}; }), {"more than space and time"}));
  EXPECT_TRUE(says(with([](Made& m) { m.dim[3] = 3; }), {"holds 12 bytes of voxels", "claims 18"}));
  EXPECT_TRUE(says(with([](Made& m) { m.type = 4; }), {"holds 12 bytes of voxels", "claims 24"}));
  EXPECT_TRUE(says(with([](Made& m) { m.type = 32; }), {"type NIFTI_TYPE_COMPLEX64 (32)", "no grey level"}));
  EXPECT_TRUE(says(with([](Made& m) { m.type = 1536; }), {"FLOAT128"}));
  EXPECT_TRUE(says(with([](Made& m) { m.type = 7; }), {"(7)"}));
  EXPECT_TRUE(says(with([](Made& m) { m.offset = 100; }), {"vox_offset"}));
  EXPECT_TRUE(says(with([](Made& m) { m.offset = NAN; }), {"vox_offset"}));
  EXPECT_TRUE(says(with([](Made& m) { m.offset = 1e9F; }), {"holds 0 bytes of voxels"}));
  EXPECT_TRUE(says(with([](Made& m) { m.intercept = NAN; }), {"scl_inter"}));
  EXPECT_TRUE(says(with([](Made& m) { m.sform = 1; }), {"orientation", "flattens"}));
  EXPECT_TRUE(says(with([](Made& m) {
                     m.sform = 1;
                     m.rows = {1, 0, 0, 0, 0, NAN, 0, 0, 0, 0, 1, 0};
                   }),
                   {"orientation", "not finite"}));
  EXPECT_TRUE(says(with([](Made& m) { m.magic = std::string("ni1\0", 4); }), {"two files", "convert"}));
  EXPECT_TRUE(says(with([](Made& m) { m.magic = std::string(4, '\0'); }), {"ANALYZE", "convert"}));
  EXPECT_TRUE(says(refusal("a text file, and no volume"), {"a.nii: is no NIfTI file"}));
  EXPECT_TRUE(says(refusal(""), {"is no NIfTI file"}));
  EXPECT_TRUE(says(refusal(Made{}.file().substr(0, 300)), {"ends within its header"}));
  ImageLimits limits;
  limits.max_side = 2;
  EXPECT_TRUE(says(message_of([&] { NiftiVolume(bytes_of(Made{}.file()), "b.nii", limits); }),
                   {"b.nii: axis 2", "longer than 2", "--max-side"}));
  limits = {};
  limits.max_pixels = 5;
  EXPECT_TRUE(says(message_of([&] { NiftiVolume(bytes_of(Made{}.file()), "b.nii", limits); }),
                   {"axial slices of 6"}));
}

TEST_F(Nifti, RefusesGzipThatWasCutOrHarmed) {
  Made made;
  made.dim = {3, 20, 30, 20, 1, 1, 1, 1};
  made.voxels = "";
  for (int i = 0; i < 12000; ++i) made.voxels += static_cast<char>(i * i % 251);
  const std::string whole = gzip(made.file());
  EXPECT_EQ(volume_of(whole).info().bytes_in_memory, 12000u);
  EXPECT_TRUE(says(refusal(whole.substr(0, whole.size() / 2)), {"a.nii: the gzip data end too early"}));
  EXPECT_TRUE(says(refusal(whole.substr(0, whole.size() - 4)), {"the gzip data end too early"}));
  std::string harmed = whole;
  harmed[whole.size() - 6] = static_cast<char>(harmed[whole.size() - 6] ^ 1);  // its CRC-32
  EXPECT_TRUE(says(refusal(harmed), {"the gzip data are corrupt"}));
  made.voxels.resize(11000);
  EXPECT_TRUE(says(refusal(gzip(made.file())), {"holds 11000 bytes of voxels", "claims 12000"}));
  made.dim = {4, 2000, 2000, 2000, 9, 1, 1, 1};
  EXPECT_TRUE(says(refusal(gzip(made.file())), {"bytes of voxels", "claims 72000000000"}));
}

TEST_F(Nifti, FoldersAreClassesAndVolumesAreGroups) {
  for (const char* name : {"train/cat/b.nii", "train/dog/a.NII", "test/cat/c.nii"})
    write(name, Made{}.file());
  write("test/dog/d.nii.gz", gzip(Made{}.file()));
  write("test/dog/notes.txt", "hello");
  SliceOptions slices;
  slices.axis = SliceAxis::coronal;
  slices.first = 1;
  const DataSet data = open(folder(), slices);
  EXPECT_EQ(data.format, "nifti");
  EXPECT_EQ(paths_of(data),
            (Names{"test/cat/c.nii#coronal/1", "test/cat/c.nii#coronal/2", "test/dog/d.nii.gz#coronal/1",
                   "test/dog/d.nii.gz#coronal/2", "train/cat/b.nii#coronal/1", "train/cat/b.nii#coronal/2",
                   "train/dog/a.NII#coronal/1", "train/dog/a.NII#coronal/2"}));
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"cat", "dog"}));
  EXPECT_EQ(data.records[3].labels, std::vector<std::int32_t>{1});
  EXPECT_EQ(data.records[3].split, Split::test);
  std::set<std::uint32_t> groups;
  for (const Record& record : data.records) groups.insert(record.group.value());
  EXPECT_EQ(groups.size(), 4u);
  EXPECT_EQ(data.records[2].group, data.records[3].group);
  EXPECT_TRUE(says(data.notes.at(0), {"8 coronal slices of 4 volumes", "chosen from 12"}));
  EXPECT_TRUE(says(data.notes.at(1), {"1 file"}));
  EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(2)), (std::vector<std::uint8_t>{8, 9, 2, 3}));
  EXPECT_TRUE(data.pixels->medical());
}

TEST_F(Nifti, TablesLabelVolumes) {
  for (const char* name : {"a.nii", "b.nii", "c.nii"}) write(name, Made{}.file());
  const fs::path table = write("t.csv", "path,label,who\nc.nii,x,p\na.nii,y,p\nb.nii,x,\n");
  ReadOptions options;
  options.group_column = "who";
  options.slices.end = 1;
  const DataSet data = open_data_set(table, options);
  EXPECT_EQ(data.format, "table");
  EXPECT_EQ(paths_of(data), (Names{"a.nii#axial/0", "b.nii#axial/0", "c.nii#axial/0"}));
  EXPECT_EQ(data.records[0].labels, std::vector<std::int32_t>{1});
  EXPECT_EQ(data.records[0].group, data.records[2].group);
  EXPECT_NE(data.records[1].group.value(), data.records[0].group.value());
  write("d.png", "");
  const fs::path mixed = write("m.csv", "path\na.nii\nd.png\n");
  EXPECT_TRUE(says(message_of([&] { open_data_set(mixed); }), {"m.csv: names 1 volumes among other images"}));
}

TEST_F(Nifti, NamesAreOrderedAsNumbersAre) {
  Made made;
  made.dim = {4, 1, 1, 11, 2, 1, 1, 1};
  made.voxels = counting(22);
  const DataSet data = open(write("t.nii", made.file()));
  ASSERT_EQ(data.records.size(), 22u);
  EXPECT_EQ(data.records[0].path, "t.nii#t0/axial/00");
  EXPECT_EQ(data.records[21].path, "t.nii#t1/axial/10");
  EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(13)), std::vector<std::uint8_t>{13});
  EXPECT_EQ(data.records[21].group, data.records[0].group);
}

TEST_F(Nifti, SlicesAreChosenByStepAndRange) {
  Made made;
  made.dim = {3, 1, 1, 10, 1, 1, 1, 1};
  made.voxels = counting(10);
  const fs::path path = write("s.nii", made.file());
  SliceOptions slices;
  slices.step = 3;
  set_slice_range(slices, "2:9");
  EXPECT_EQ(paths_of(open(path, slices)), (Names{"s.nii#axial/2", "s.nii#axial/5", "s.nii#axial/8"}));
  set_slice_range(slices, ":4");
  EXPECT_EQ(paths_of(open(path, slices)), (Names{"s.nii#axial/0", "s.nii#axial/3"}));
  set_slice_range(slices, "8:");
  EXPECT_EQ(paths_of(open(path, slices)), (Names{"s.nii#axial/8"}));
  set_slice_range(slices, "10:");
  EXPECT_TRUE(says(message_of([&] { open(path, slices); }), {"s.nii: has no slice left", "--slice-range"}));
  for (const char* wrong : {"5", "a:b", "4:4", "9:2", "-1:3", "1:2:3", ""}) {
    EXPECT_TRUE(says(message_of([&] { set_slice_range(slices, wrong); }), {"--slice-range"})) << wrong;
  }
  EXPECT_EQ(parse_slice_axis("sagittal"), SliceAxis::sagittal);
  EXPECT_TRUE(
      says(message_of([] { parse_slice_axis("oblique"); }), {"--slices", "axial, coronal or sagittal"}));
}

TEST_F(Nifti, SlicesOfBackgroundAreLeftOut) {
  // Noise 0..3 with 0, 1, ... 4 of 4 pixels at 100: Otsu's threshold lies between.
  Made made;
  made.dim = {3, 2, 2, 5, 1, 1, 1, 1};
  made.voxels = "";
  for (int slice = 0; slice < 5; ++slice) {
    for (int i = 0; i < 4; ++i) made.voxels += static_cast<char>(i < slice ? 100 : i);
  }
  const fs::path path = write("f.nii", made.file());
  SliceOptions slices;
  slices.min_foreground = 0.5;
  const DataSet data = open(path, slices);
  EXPECT_EQ(paths_of(data), (Names{"f.nii#axial/2", "f.nii#axial/3", "f.nii#axial/4"}));
  EXPECT_TRUE(says(data.notes.at(0), {"3 axial slices of 1 volume, chosen from 5"}));
  slices.min_foreground = 0.01;
  EXPECT_EQ(open(path, slices).records.size(), 4u);
}

TEST(VolumeValues, PercentilesAreNumPysAndOtsuPartsTwoClasses) {
  // numpy.percentile(v, [0, 0.1, 50, 99.9, 100]) and skimage.filters.threshold_otsu(v, 256), by hand where
  // the histogram has two bins alone.
  std::vector<double> values = {5, -1, 2, 8};
  EXPECT_EQ(percentile(values, 0), -1);
  EXPECT_DOUBLE_EQ(percentile(values, 0.1), -0.991);
  EXPECT_DOUBLE_EQ(percentile(values, 50), 3.5);
  EXPECT_DOUBLE_EQ(percentile(values, 99.9), 7.991);
  EXPECT_EQ(percentile(values, 100), 8);
  EXPECT_GT(otsu_threshold({7, 7, 7}), 7);
  // Bins are 1 wide; the lower class is the bin of 0.
  EXPECT_EQ(otsu_threshold({0, 0, 256, 256}), 1);
  // Bins of 100/256; classes {0, 1, 2, 10} and {90, 100} are the farthest apart. 10 is in bin 25.
  EXPECT_DOUBLE_EQ(otsu_threshold({0, 1, 2, 10, 90, 100}), 26.0 * 100 / 256);
}

TEST_F(Nifti, ViewsAreOfTheWholeVolume) {
  Made made;
  made.type = 4;
  made.voxels =
      bytes_as_text(std::vector<std::int16_t>{-1000, 4, 40, 80, 20, 60, 0, 100, 200, 300, 400, 3000});
  const fs::path path = write("v.nii", made.file());
  const auto first = [&](View view) {
    ReadOptions options;
    options.view = view;
    return open_nifti(path, options).pixels->read(0);
  };
  EXPECT_EQ(pixels_of<float>(first(View::stored)), (std::vector<float>{20, 60, 40, 80, -1000, 4}));
  // (v - centre) / width + 1/2 of 65535.
  EXPECT_EQ(pixels_of<std::uint16_t>(first(View::ct_brain)),
            (std::vector<std::uint16_t>{16384, 49151, 32768, 65535, 0, 3277}));
  EXPECT_EQ(pixels_of<std::uint16_t>(first(View::ct_subdural)),
            (std::vector<std::uint16_t>{13107, 26214, 19661, 32768, 0, 7864}));
  // numpy.percentile(v, [0.1, 99.9]) is -989, 2971.4.
  const auto level = [](double v, double white) { return white * (v + 989.0) / 3960.4; };
  const Image wide = first(View::percentile), narrow = first(View::published);
  ASSERT_EQ(wide.type(), PixelType::uint16);
  ASSERT_EQ(narrow.type(), PixelType::uint8);
  EXPECT_EQ(wide.pixels<std::uint16_t>()[0], std::round(level(20, 65535)));
  EXPECT_EQ(wide.pixels<std::uint16_t>()[4], 0);
  EXPECT_EQ(narrow.pixels<std::uint8_t>()[1], std::floor(level(60, 255)));
  ReadOptions options;
  options.view = View::window;
  EXPECT_TRUE(says(message_of([&] { open_nifti(path, options); }), {"--view window"}));
  made.type = 16;
  made.voxels = bytes_as_text(std::vector<float>(12, std::numeric_limits<float>::quiet_NaN()));
  write("v.nii", made.file());
  EXPECT_THROW(first(View::percentile), ImageError);
}

TEST_F(Nifti, AFaultyVolumeIsAFaultOfItsSlices) {
  Made made;
  made.voxels.resize(5);
  write("a.nii.gz", gzip(Made{}.file()));
  write("b.nii.gz", gzip(made.file()));
  const DataSet data = open(folder());
  ASSERT_EQ(data.records.size(), 4u);
  EXPECT_EQ(data.pixels->read(0).size(), 6u);
  for (const std::size_t slice : {2U, 3U}) {
    try {
      data.pixels->read(slice);
      ADD_FAILURE();
    } catch (const ImageError& error) {
      EXPECT_TRUE(says(error.what(), {"holds 5 bytes of voxels"}));
    }
  }
  write("c.nii", "no volume");
  EXPECT_TRUE(says(message_of([&] { open(folder()); }), {"c.nii: is no NIfTI file"}));
}

TEST_F(Nifti, ManyThreadsReadWhatOneReads) {
  Made made;
  made.dim = {3, 8, 8, 16, 1, 1, 1, 1};
  for (int volume = 0; volume < 12; ++volume) {
    made.voxels.clear();
    for (int i = 0; i < 1024; ++i) made.voxels += static_cast<char>((i * 7 + volume * 31) % 256);
    write(std::to_string(volume) + ".nii.gz", gzip(made.file()));
  }
  ReadOptions options;
  options.threads = 3;
  const DataSet data = open_nifti(folder(), options);
  ASSERT_EQ(data.records.size(), 192u);
  EXPECT_EQ(data.pixels->bytes_in_memory(), 4u * 1024);
  std::vector<std::uint64_t> alone, together(data.records.size());
  for (std::size_t i = 0; i < data.records.size(); ++i) alone.push_back(sum_of(data.pixels->read(i)));
  std::vector<std::thread> threads;  // more than there may be open volumes
  for (std::size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < together.size(); i += 8) together[i] = sum_of(data.pixels->read(i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(together, alone);
}

TEST_F(Nifti, IdentityIsOfTheSliceAndTheFile) {
  const fs::path path = write("i.nii", Made{}.file());
  const DataSet data = open(path);
  EXPECT_NE(data.pixels->identity(0), data.pixels->identity(1));
  EXPECT_EQ(data.pixels->identity(0), open(path).pixels->identity(0));
  SliceOptions slices;
  slices.axis = SliceAxis::coronal;
  EXPECT_NE(data.pixels->identity(0), open(path, slices).pixels->identity(0));
  Made other;
  other.voxels += "x";
  write("i.nii", other.file());
  EXPECT_NE(data.pixels->identity(0), open(path).pixels->identity(1));
}

TEST_F(Nifti, IsFoundByItsContent) {
  EXPECT_TRUE(is_nifti_file(write("a", Made{}.file())));
  EXPECT_TRUE(is_nifti_file(write("b", gzip(Made{}.file()))));
  EXPECT_FALSE(is_nifti_file(write("c", counting(600))));
  EXPECT_FALSE(is_nifti_file(folder() / "none"));
  EXPECT_FALSE(is_nifti_file(folder()));
  EXPECT_EQ(open_data_set(folder() / "b", {}).format, "nifti");
  write("set/x.nii", Made{}.file());
  EXPECT_EQ(open_data_set(folder() / "set", {}).format, "nifti");
  ReadOptions options;
  options.group_column = "patient";
  EXPECT_THROW(open_data_set(folder() / "b", options), UsageError);
}

}  // namespace
}  // namespace fathom
