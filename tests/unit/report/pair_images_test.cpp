#include "fathom/report/pair_images.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "made_record.h"

namespace fathom {
namespace {

constexpr std::size_t kGone = 7;

class GreyImages : public PixelSource {
 public:
  GreyImages(bool vectors, bool medical) : vectors_(vectors), medical_(medical) {}
  Image read(std::size_t source) const override {
    if (source == kGone) throw ImageError("has gone");
    return Image(4, 4, 1, PixelType::uint8);
  }
  Hash128 identity(std::size_t) const override { return {}; }
  bool vectors() const override { return vectors_; }
  bool medical() const override { return medical_; }

 private:
  bool vectors_, medical_;
};

/// Paths of the pictures, of a data set whose nearest pair has these paths.
std::vector<std::string> pictured(const std::string& format, const std::string& a, const std::string& b,
                                  bool vectors = false, std::size_t second = 2, bool medical = false,
                                  bool wanted = false) {
  DataSet data;
  data.format = format;
  data.pixels = std::make_shared<GreyImages>(vectors, medical);
  data.records = {
      {"other.png", {}, {}, Split::none, 0}, {a, {}, {}, Split::none, 1}, {b, {}, {}, Split::none, second}};
  MeasureRecord record = made_record();
  record.measurement.tasks[0].label_sharpness.pairs = {{a, b, "ill", "healthy", Distance{1.0}}};
  std::vector<std::string> found;
  for (const PageImage& image : pair_images(data, record, 5, wanted)) {
    EXPECT_EQ(image.dataset, 5u);
    EXPECT_FALSE(image.png.empty());
    found.push_back(image.path);
  }
  return found;
}

using Paths = std::vector<std::string>;

TEST(PairImages, ShowsTheImagesOfThePairs) {
  EXPECT_EQ(pictured("folder", "a/1.PNG", "b/2.jpeg"), (Paths{"a/1.PNG", "b/2.jpeg"}));
  EXPECT_EQ(pictured("npz", "train/1", "test/2"), (Paths{"train/1", "test/2"}));
}

TEST(PairImages, ShowsMedicalImagesOnlyWhereTheyAreWanted) {
  EXPECT_EQ(pictured("dicom", "a/1.dcm", "b/2", false, 2, true), Paths{});
  EXPECT_EQ(pictured("folder", "a/1.png", "b/2.dcm", false, 2, true), Paths{});
  EXPECT_EQ(pictured("folder", "a/1.png", "b/2.dcm", false, 2, true, true), (Paths{"a/1.png", "b/2.dcm"}));
}

TEST(PairImages, ShowsNoFileThatIsNotNamedAsAPicture) {
  EXPECT_EQ(pictured("folder", "a/1.dcm", "b/2.png"), Paths{"b/2.png"});
  EXPECT_EQ(pictured("table", "a/1.nii.gz", "b/IM0001"), Paths{});
}

TEST(PairImages, ShowsNoVectors) {
  EXPECT_EQ(pictured("npz", "1", "2", true), Paths{});
}

TEST(PairImages, GoesOnWithoutAnImageThatHasGone) {
  EXPECT_EQ(pictured("folder", "a/1.png", "b/2.png", false, kGone), Paths{"a/1.png"});
}

}  // namespace
}  // namespace fathom
