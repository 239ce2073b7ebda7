#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

TEST(CatalogDbc, SlicesOfThePreContrastSeries) {
  const DataSet data = open_tree("dbc", "dbc");
  EXPECT_EQ(data.format, "dicom");
  // Of the first patient the box is 9..12: positive 9, 10, 11; negative up to 4 and from 18 on. Of the second
  // it is 2..3: positive 2; negative from 9 on.
  All expected;
  Levels of_expected;
  const auto add = [&](int patient, int slice, const char* label) {
    std::string path = "Duke-Breast-Cancer-MRI/Breast_MRI_00";
    path += std::to_string(patient) + "/2.25.1/2.25.12/1-";
    path += slice < 10 ? "0" : "";
    path += std::to_string(slice) + ".dcm";
    expected.push_back({path, label, patient - 1, "none"});
    of_expected.push_back(10 * slice + (patient == 2 ? 2000 : 0));
  };
  for (const int slice : {1, 2, 3, 4}) add(1, slice, "no tumour");
  for (const int slice : {9, 10, 11}) add(1, slice, "tumour");
  for (const int slice : {18, 19, 20}) add(1, slice, "no tumour");
  add(2, 2, "tumour");
  for (const int slice : {9, 10}) add(2, slice, "no tumour");
  EXPECT_EQ(seen(data), expected);
  EXPECT_EQ(levels(data), of_expected);
  EXPECT_TRUE(noted(data, "17 images were left out: within 5 slices of a tumour"));
}

TEST(CatalogDbc, AWorkbookWithARenamedColumn) {
  const Copy copy("dbc");
  copy.write("Annotation_Boxes.xlsx", copy.text("renamed.xlsx"));
  const std::string of_workbook = copy.refusal("dbc");
  EXPECT_TRUE(holds(of_workbook, "Annotation_Boxes.xlsx: has no column \"Start Slice\"")) << of_workbook;
  EXPECT_TRUE(holds(of_workbook, "did you mean \"Start Slce\"?")) << of_workbook;
  // The same boxes as text, which is read where the workbook is not.
  std::filesystem::remove(copy.path() / "Annotation_Boxes.xlsx");
  copy.write("Annotation_Boxes.csv",
             "Patient ID,Start Slice,End Slice\nBreast_MRI_001,9,12\nBreast_MRI_002,2,3\n");
  EXPECT_EQ(copy.open("dbc").records.size(), 13u);
  copy.write("Annotation_Boxes.csv", "Patient ID,Start Slce,End Slice\nBreast_MRI_001,9,12\n");
  const std::string error = copy.refusal("dbc");
  EXPECT_TRUE(holds(error, "Annotation_Boxes.csv: has no column \"Start Slice\"")) << error;
  EXPECT_TRUE(holds(error, "did you mean \"Start Slce\"?")) << error;
}

TEST(CatalogDbc, TablesThatDoNotAgree) {
  const Copy copy("dbc");
  const std::string mapping = "Breast-Cancer-MRI-filepath_filename-mapping.csv";
  copy.replace(mapping, "DICOM_Images/Breast_MRI_001/pre/", "DICOM_Images/Doe^Jane/pre/");
  std::string error = copy.refusal("dbc");
  EXPECT_TRUE(holds(error, mapping + ":22: names a patient who has no box in ")) << error;
  EXPECT_FALSE(holds(error, "Doe")) << error;
  copy.replace(mapping, "DICOM_Images/Doe^Jane/pre/", "Doe^Jane/pre/");
  error = copy.refusal("dbc");
  EXPECT_TRUE(holds(error, mapping + ":22: the column \"original_path_and_filename\" is no path")) << error;
  EXPECT_FALSE(holds(error, "Doe")) << error;
  copy.replace(mapping, "Doe^Jane/pre/", "DICOM_Images/Breast_MRI_001/pre/");
  std::filesystem::remove_all(copy.path() / "manifest-1607053360376/Duke-Breast-Cancer-MRI/Breast_MRI_002");
  error = copy.refusal("dbc");
  EXPECT_TRUE(holds(error, mapping + ":53: names an image that is not in ")) << error;
  EXPECT_TRUE(holds(error, "(3 such images)")) << error;
}

TEST(CatalogOai, EachKneeOfAnXray) {
  const DataSet data = open_tree("oai", "oai/xrays");
  EXPECT_EQ(data.format, "dicom");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"KL 0-1", "KL 2-4"}));
  const std::string root = "results/P001/";
  // Reading project 37 calls the second knee worse; the fourth has no grade.
  EXPECT_EQ(seen(data), (All{{root + "0.C.2/9000622/20040420/00035204/001#R", "KL 2-4", 0, "none"},
                             {root + "0.C.2/9000622/20040420/00035204/001#L", "KL 2-4", 0, "none"},
                             {root + "0.E.1/9000099/20050714/00938104/001#R", "KL 2-4", 1, "none"},
                             {root + "0.E.1/9000099/20050714/00938104/001#L", "KL 0-1", 1, "none"},
                             {root + "0.E.1/9000296/20051011/01157303/001#R", "KL 0-1", 2, "none"}}));
  // Of five columns the right knee has the first two, the left knee the last three.
  EXPECT_EQ(levels(data), (Levels{500, 520, 300, 320, 400}));
  EXPECT_EQ(data.pixels->read(0).width(), 2u);
  EXPECT_EQ(data.pixels->read(1).width(), 3u);
  EXPECT_TRUE(noted(data, "1 image was left out: reading project 15 has no grade of the knee"));
  EXPECT_TRUE(noted(data, "2 images were left out: they do not show knees"));
}

TEST(CatalogOai, CroppedKnees) {
  const DataSet data = open_tree("oai", "oai/cropped");
  EXPECT_EQ(data.format, "folder");
  EXPECT_EQ(seen(data), (All{{"0/9000099_L.png", "KL 0-1", 0, "none"},
                             {"0/9000296_R.png", "KL 0-1", 1, "none"},
                             {"1/9000099_R.png", "KL 2-4", 0, "none"}}));
  EXPECT_EQ(levels(data), (Levels{1, 2, 3}));
}

TEST(CatalogOai, AGradeThatCannotBe) {
  const Copy copy("oai/xrays");
  copy.replace("kxr_sq_bu00.txt", "016600937403|2|", "016600937403|Doe^Jane|");
  const std::string error = copy.refusal("oai");
  EXPECT_TRUE(holds(error, "kxr_sq_bu00.txt:2: the column \"V00XRKL\" is no grade from 0 to 4")) << error;
  EXPECT_FALSE(holds(error, "Doe")) << error;
}

TEST(CatalogRsna, AnyHemorrhage) {
  const DataSet data = open_tree("rsna", "rsna");
  EXPECT_EQ(data.format, "dicom");
  EXPECT_EQ(seen(data), (All{{"stage_2_train/ID_5c8b5d701.dcm", "hemorrhage", 0, "none"},
                             {"stage_2_train/ID_12cadc6af.dcm", "no hemorrhage", 1, "none"},
                             {"stage_2_train/ID_38fd7baa0.dcm", "no hemorrhage", 1, "none"},
                             {"stage_2_train/ID_6c5d82413.dcm", "hemorrhage", 2, "none"}}));
  EXPECT_EQ(levels(data), (Levels{10, 20, 30, 40}));
  EXPECT_TRUE(noted(data, "1 row of the table repeats an image with the same label"));
}

TEST(CatalogRsna, Subarachnoid) {
  const DataSet data = open_tree("rsna:subarachnoid", "rsna");
  EXPECT_EQ(data.name, "rsna:subarachnoid");
  Names labels;
  for (const Seen& one : seen(data)) labels.push_back(one.label);
  const std::string none = "no subarachnoid hemorrhage";
  EXPECT_EQ(labels, (Names{none, none, none, "subarachnoid hemorrhage"}));
}

TEST(CatalogRsna, AnImageThatIsNotThereAndACellThatCannotBe) {
  const Copy copy("rsna");
  std::filesystem::remove(copy.path() / "stage_2_train/ID_6c5d82413.dcm");
  EXPECT_TRUE(holds(copy.refusal("rsna"), "stage_2_train.csv:31: names an image that is not in "));
  copy.replace("stage_2_train.csv", "ID_12cadc6af_any,0", "ID_12cadc6af_any,Doe^Jane");
  const std::string error = copy.refusal("rsna");
  EXPECT_TRUE(holds(error, "stage_2_train.csv:13: the column \"Label\" is no whole number")) << error;
  EXPECT_FALSE(holds(error, "Doe")) << error;
}

TEST(CatalogProstate, CentralHalfOfTheUltrasoundSeries) {
  const DataSet data = open_tree("prostate", "prostate");
  const std::string root = "Prostate-MRI-US-Biopsy/Prostate-MRI-US-Biopsy-000";
  const std::string none = "UCLA score 0-1", some = "UCLA score 2-5";
  // 8 frames: 2..5. 5 frames: 1..2. 4 frames: 1..2. The series with targets of 1 and 3 is of 3, each slice
  // once; the one without a score is passed over. Frames are named from 1 on.
  EXPECT_EQ(seen(data), (All{{root + "2/2.25.3/2.25.31/1-1.dcm#3", some, 0, "none"},
                             {root + "2/2.25.3/2.25.31/1-1.dcm#4", some, 0, "none"},
                             {root + "2/2.25.3/2.25.31/1-1.dcm#5", some, 0, "none"},
                             {root + "2/2.25.3/2.25.31/1-1.dcm#6", some, 0, "none"},
                             {root + "1/2.25.3/2.25.32/1-1.dcm#2", some, 1, "none"},
                             {root + "1/2.25.3/2.25.32/1-1.dcm#3", some, 1, "none"},
                             {root + "1/2.25.3/2.25.33/1-1.dcm#2", none, 1, "none"},
                             {root + "1/2.25.3/2.25.33/1-1.dcm#3", none, 1, "none"}}));
  EXPECT_EQ(levels(data), (Levels{13, 14, 15, 16, 22, 23, 32, 33}));
  EXPECT_TRUE(noted(data, "1 target without a score"));
}

TEST(CatalogProstate, Hard) {
  const DataSet data = open_tree("prostate:hard", "prostate");
  Names labels;
  for (const Seen& one : seen(data)) labels.push_back(one.label);
  EXPECT_EQ(labels, (Names{"UCLA score 3-5", "UCLA score 3-5", "UCLA score 3-5", "UCLA score 3-5",
                           "UCLA score 2", "UCLA score 2"}));
  EXPECT_TRUE(noted(data, "1 series with a score below 2 was left out"));
}

TEST(CatalogProstate, ASeriesThatIsNotThere) {
  const Copy copy("prostate");
  std::filesystem::remove_all(copy.path() / "manifest-1694710246744/Prostate-MRI-US-Biopsy" /
                              "Prostate-MRI-US-Biopsy-0001/2.25.3/2.25.33");
  const std::string error = copy.refusal("prostate");
  EXPECT_TRUE(holds(error, "Target Data_2019-12-05.xlsx:5: names a series that is not in ")) << error;
  EXPECT_FALSE(holds(error, "2.25.33")) << error;
}

TEST(CatalogSvhn, LabelTenIsTheDigitZero) {
  const DataSet data = open_tree("svhn", "svhn");
  EXPECT_EQ(data.format, "svhn");
  EXPECT_EQ(seen(data), (All{{"train/0", "1", -1, "train"},
                             {"train/1", "0", -1, "train"},
                             {"train/2", "9", -1, "train"},
                             {"test/0", "5", -1, "test"},
                             {"test/1", "2", -1, "test"}}));
  EXPECT_EQ(levels(data), (Levels{1, 1, 1, 1, 1}));
  EXPECT_EQ(data.pixels->read(1).pixels<std::uint8_t>()[3], 11);
}

/// Remembers stages and their steps, and wants to stop after so many questions.
class Watch : public Progress {
 public:
  explicit Watch(int patience) : patience_(patience) {}
  void begin(std::string_view stage, std::uint64_t total) override {
    stages.push_back(std::string(stage) + " " + std::to_string(total));
  }
  void advance(std::uint64_t count) override { steps += count; }
  bool cancelled() const override { return patience_.fetch_sub(1) <= 0; }

  Names stages;
  std::atomic<std::uint64_t> steps = 0;

 private:
  mutable std::atomic<int> patience_;
};

TEST(CatalogProgress, OpeningTellsHowFarItIsAndStopsWhenAsked) {
  const std::string dbc = (trees() / "dbc" / "manifest-1607053360376").string();
  const std::vector<std::pair<std::string, Names>> data = {
      {"rsna:" + (trees() / "rsna").string(), {"headers of DICOM files 4"}},
      {"oai:" + (trees() / "oai" / "xrays").string(), {"looking for X-rays of knees 3"}},
      {"prostate:" + (trees() / "prostate").string(), {"headers of DICOM files 3"}},
      {"brats:" + (trees() / "brats").string(), {"choosing slices by their segmentation 2"}},
      {dbc, {"looking for DICOM files 30", "headers of DICOM files 30"}}};
  for (const auto& [path, stages] : data) {
    SCOPED_TRACE(path);
    ReadOptions options;
    options.threads = 2;
    Watch watch(1'000'000);
    options.progress = &watch;
    open_data(path, options);
    EXPECT_EQ(watch.stages, stages);
    std::uint64_t steps = 0;
    for (const std::string& stage : stages) steps += std::stoul(stage.substr(stage.rfind(' ')));
    EXPECT_EQ(watch.steps, steps);
    Watch impatient(1);
    options.progress = &impatient;
    EXPECT_THROW(open_data(path, options), Interrupted);
    EXPECT_LT(impatient.steps, steps);
  }
}

}  // namespace
}  // namespace fathom
