#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/catalog_table.h"
#include "catalog/tumour_slices.h"
#include "unit/catalog/opened.h"

// The data sets that are made of DICOM and NIfTI files. What is expected was worked out by hand from
// make_trees.py and from the papers' code.

namespace fathom {
namespace {

using Names = std::vector<std::string>;
using Levels = std::vector<int>;
using All = std::vector<Seen>;

bool noted(const DataSet& data, const std::string& part) {
  return std::ranges::any_of(data.notes, [&](const std::string& note) { return holds(note, part); });
}

std::vector<std::size_t> kept(const std::vector<bool>& tumour) {
  std::vector<std::size_t> indices;
  for (const LabelledSlice& slice : tumour_slices(tumour).kept) indices.push_back(slice.index);
  return indices;
}

TEST(CatalogBrats, WindowsOfTenSlices) {
  // The papers' code, in Python:
  //   for i in range(len(t) - 10):
  //     if 0 < sum(t[i:i+10]) < 10: t[i] = -1
  std::vector<bool> tumour(24, false);
  for (std::size_t k = 12; k < 18; ++k) tumour[k] = true;
  EXPECT_EQ(kept(tumour), (std::vector<std::size_t>{0, 1, 2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}));
  EXPECT_EQ(tumour_slices(tumour).ambiguous, 11u);
  // Of a long tumour the topmost nine slices go too.
  tumour.assign(60, false);
  for (std::size_t k = 20; k < 40; ++k) tumour[k] = true;
  const std::vector<std::size_t> of_long = kept(tumour);
  EXPECT_EQ(of_long.size(), 60u - 18u);
  EXPECT_TRUE(std::ranges::binary_search(of_long, 10u));
  EXPECT_FALSE(std::ranges::binary_search(of_long, 11u));
  EXPECT_TRUE(std::ranges::binary_search(of_long, 20u));
  EXPECT_TRUE(std::ranges::binary_search(of_long, 30u));
  EXPECT_FALSE(std::ranges::binary_search(of_long, 31u));
  EXPECT_TRUE(std::ranges::binary_search(of_long, 40u));
  EXPECT_EQ(kept(std::vector<bool>(3, true)), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_TRUE(kept({}).empty());
}

TEST(CatalogBrats, SlicesOfCases) {
  const DataSet data = open_tree("brats", "brats");
  EXPECT_EQ(data.format, "nifti");
  EXPECT_TRUE(data.pixels->medical());
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"no tumour", "tumour"}));
  const All all = seen(data);
  // 24 slices less 11 near the tumour's ends and 2 with little brain; 12 of a case without tumour.
  ASSERT_EQ(all.size(), 23u);
  const std::string high = "HGG/Brats18_CBICA_AAB_1/Brats18_CBICA_AAB_1_flair.nii.gz/axial/";
  const std::string low = "LGG/Brats18_TCIA09_141_1/Brats18_TCIA09_141_1_flair.nii.gz/axial/";
  EXPECT_EQ(all[0], (Seen{high + "001", "no tumour", 0, "none"}));
  EXPECT_EQ(all[1], (Seen{high + "002", "no tumour", 0, "none"}));
  EXPECT_EQ(all[2], (Seen{high + "014", "tumour", 0, "none"}));
  EXPECT_EQ(all[5], (Seen{high + "017", "tumour", 0, "none"}));
  EXPECT_EQ(all[6], (Seen{high + "018", "no tumour", 0, "none"}));
  EXPECT_EQ(all[10], (Seen{high + "022", "no tumour", 0, "none"}));
  EXPECT_EQ(all[11], (Seen{low + "000", "no tumour", 1, "none"}));
  EXPECT_EQ(all[22], (Seen{low + "011", "no tumour", 1, "none"}));
  EXPECT_TRUE(noted(data, "11 images were left out: the ten slices"));
  EXPECT_TRUE(noted(data, "2 images were left out: the brain has fewer than 7,000 voxels"));
  const Image image = data.pixels->read(data.records[2].source);
  ASSERT_EQ(image.type(), PixelType::float32);
  const auto pixels = image.pixels<float>();
  EXPECT_EQ(pixels[50 * 100 + 50], 114.0F);
  // Rows from the front of the patient, columns from the right: as the publisher's axes run.
  EXPECT_EQ(pixels[5 * 100 + 7], 1014.0F);
  EXPECT_EQ(pixels[0], 0.0F);
}

TEST(CatalogBrats, ASegmentationOfAnotherShape) {
  const Copy copy("brats");
  const std::string home = "MICCAI_BraTS_2018_Data_Training/";
  copy.write(home + "HGG/Brats18_CBICA_AAB_1/Brats18_CBICA_AAB_1_seg.nii.gz",
             copy.text(home + "LGG/Brats18_TCIA09_141_1/Brats18_TCIA09_141_1_seg.nii.gz"));
  const std::string error = copy.refusal("brats");
  EXPECT_TRUE(holds(error, "Brats18_CBICA_AAB_1_seg.nii.gz")) << error;
  EXPECT_TRUE(holds(error, "Brats18_CBICA_AAB_1_flair.nii.gz")) << error;
  EXPECT_FALSE(holds(error, "\n"));
}

TEST(CatalogBrats, ACaseWithoutSegmentation) {
  const Copy copy("brats");
  std::filesystem::remove(copy.path() / "MICCAI_BraTS_2018_Data_Training/LGG/Brats18_TCIA09_141_1" /
                          "Brats18_TCIA09_141_1_seg.nii.gz");
  const std::string error = copy.refusal("brats");
  EXPECT_TRUE(holds(error, "LGG/Brats18_TCIA09_141_1: holds no Brats18_TCIA09_141_1_seg.nii.gz")) << error;
}

}  // namespace
}  // namespace fathom
