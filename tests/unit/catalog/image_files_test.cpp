#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/catalog/opened.h"

// The data sets that are made of image files and array files. What is expected was worked out by hand from
// make_trees.py.

namespace fathom {
namespace {

using Names = std::vector<std::string>;
using Levels = std::vector<int>;
using All = std::vector<Seen>;

bool noted(const DataSet& data, const std::string& part) {
  for (const std::string& note : data.notes) {
    if (holds(note, part)) return true;
  }
  return false;
}

TEST(CatalogMnist, FilesWhereTorchvisionKeepsThem) {
  const DataSet data = open_tree("mnist", "mnist");
  EXPECT_EQ(data.name, "mnist");
  EXPECT_EQ(data.path, "mnist:" + (trees() / "mnist").string());
  EXPECT_EQ(data.format, "idx");
  EXPECT_EQ(seen(data), (All{{"train/0", "5", -1, "train"},
                             {"train/1", "0", -1, "train"},
                             {"train/2", "4", -1, "train"},
                             {"test/0", "7", -1, "test"},
                             {"test/1", "2", -1, "test"}}));
  EXPECT_EQ(levels(data), (Levels{10, 11, 12, 100, 101}));
}

TEST(CatalogCifar10, BinaryVersion) {
  const DataSet data = open_tree("cifar10", "cifar10");
  EXPECT_EQ(data.format, "cifar10");
  ASSERT_EQ(data.records.size(), 7u);
  const All all = seen(data);
  EXPECT_EQ(all[0], (Seen{"train/0", "frog", -1, "train"}));
  EXPECT_EQ(all[1], (Seen{"train/1", "truck", -1, "train"}));
  EXPECT_EQ(all[2], (Seen{"train/2", "deer", -1, "train"}));
  EXPECT_EQ(all[6], (Seen{"test/0", "cat", -1, "test"}));
  EXPECT_EQ(levels(data), (Levels{1, 2, 20, 30, 40, 50, 90}));
}

TEST(CatalogCifar10, PythonVersionIsRefused) {
  const Copy copy("cifar10");
  std::filesystem::rename(copy.path() / "cifar-10-batches-bin", copy.path() / "cifar-10-batches-py");
  EXPECT_TRUE(
      holds(copy.refusal("cifar10"), "holds no data_batch_1.bin, which CIFAR-10 has; lay the download out"));
}

TEST(CatalogCifar100, EachTaskHasItsLabel) {
  const DataSet fine = open_tree("cifar100", "cifar100"), coarse = open_tree("cifar100:coarse", "cifar100");
  EXPECT_EQ(fine.name, "cifar100");
  EXPECT_EQ(coarse.name, "cifar100:coarse");
  EXPECT_EQ(
      seen(fine),
      (All{{"train/0", "19", -1, "train"}, {"train/1", "29", -1, "train"}, {"test/0", "49", -1, "test"}}));
  EXPECT_EQ(
      seen(coarse),
      (All{{"train/0", "11", -1, "train"}, {"train/1", "15", -1, "train"}, {"test/0", "10", -1, "test"}}));
  EXPECT_EQ(levels(fine), (Levels{1, 2, 9}));
}

TEST(CatalogImagenet, FoldersOfSynsets) {
  const DataSet data = open_tree("imagenet", "imagenet/folders");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"n01440764", "n01443537"}));
  EXPECT_EQ(seen(data), (All{{"train/n01440764/n01440764_0.JPEG", "n01440764", -1, "train"},
                             {"train/n01440764/n01440764_1.JPEG", "n01440764", -1, "train"},
                             {"train/n01443537/n01443537_0.JPEG", "n01443537", -1, "train"},
                             {"train/n01443537/n01443537_1.JPEG", "n01443537", -1, "train"},
                             {"val/n01440764/ILSVRC2012_val_00000000.JPEG", "n01440764", -1, "val"},
                             {"val/n01443537/ILSVRC2012_val_00000001.JPEG", "n01443537", -1, "val"}}));
  EXPECT_EQ(levels(data), (Levels{1, 2, 11, 12, 50, 51}));
}

TEST(CatalogImagenet, AsKaggleShipsIt) {
  const DataSet data = open_tree("imagenet", "imagenet/kaggle");
  // The order of val's images is that of their names; the table's first row is of the second.
  EXPECT_EQ(seen(data), (All{{"train/n01440764/n01440764_7.JPEG", "n01440764", -1, "train"},
                             {"train/n01440764/n01440764_8.JPEG", "n01440764", -1, "train"},
                             {"train/n01443537/n01443537_7.JPEG", "n01443537", -1, "train"},
                             {"val/ILSVRC2012_val_00000001.JPEG", "n01443537", -1, "val"},
                             {"val/ILSVRC2012_val_00000002.JPEG", "n01440764", -1, "val"}}));
  EXPECT_EQ(levels(data), (Levels{1, 77, 11, 50, 51}));
  EXPECT_TRUE(noted(data, "1 image was left out: LOC_val_solution.csv does not name them"));
  // From the folder that holds train, too: the table lies above it.
  EXPECT_EQ(seen(open_tree("imagenet", "imagenet/kaggle/ILSVRC/Data/CLS-LOC")), seen(data));
}

TEST(CatalogImagenet, WithoutTableTheValidationImagesHaveNoLabel) {
  const Copy copy("imagenet/kaggle");
  std::filesystem::remove(copy.path() / "LOC_val_solution.csv");
  const DataSet data = copy.open("imagenet");
  EXPECT_EQ(data.records.size(), 3u);
  EXPECT_TRUE(noted(data, "3 images were left out: val holds them without folders"));
}

TEST(CatalogCeleba, SplitsAndPersonsWithoutLabels) {
  const DataSet data = open_tree("celeba", "celeba");
  EXPECT_TRUE(data.label_columns.empty());
  EXPECT_EQ(seen(data), (All{{"img_align_celeba/000001.jpg", "", 0, "train"},
                             {"img_align_celeba/000002.jpg", "", 1, "train"},
                             {"img_align_celeba/000003.jpg", "", 2, "val"},
                             {"img_align_celeba/000004.jpg", "", 0, "test"}}));
  EXPECT_EQ(data.pixels->read(0).channels(), 3u);
}

TEST(CatalogCeleba, ImagesAlone) {
  const Copy copy("celeba");
  std::filesystem::remove_all(copy.path() / "Anno");
  std::filesystem::remove_all(copy.path() / "Eval");
  EXPECT_EQ(seen(copy.open("celeba"))[3], (Seen{"img_align_celeba/000004.jpg", "", -1, "none"}));
}

TEST(CatalogCeleba, ABrokenListIsNamed) {
  const Copy copy("celeba");
  copy.write("Anno/identity_CelebA.txt", "000001.jpg 2880\n000002.jpg\n");
  const std::string error = copy.refusal("celeba");
  EXPECT_TRUE(holds(error, "identity_CelebA.txt:2: has not two words")) << error;
}

TEST(CatalogCoco, ImagesWithoutLabels) {
  const DataSet data = open_tree("coco", "coco");
  EXPECT_TRUE(data.label_columns.empty());
  EXPECT_EQ(seen(data), (All{{"train2017/000000000009.jpg", "", -1, "train"},
                             {"train2017/000000000025.jpg", "", -1, "train"},
                             {"val2017/000000000139.jpg", "", -1, "val"}}));
  EXPECT_EQ(data.pixels->read(0).channels(), 3u);
  EXPECT_EQ(levels(data)[2], 8);
}

TEST(CatalogChexpert, PleuralEffusion) {
  const DataSet data = open_tree("chexpert", "chexpert");
  EXPECT_EQ(data.name, "chexpert");
  EXPECT_EQ(data.label_columns.at(0).name, "Pleural Effusion");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"not Pleural Effusion", "Pleural Effusion"}));
  // In the order of the table, not of the paths; the explicit 0 is left out; blank and -1 are negative;
  // studies of a patient are one group; valid.csv is not read.
  EXPECT_EQ(seen(data),
            (All{{"train/patient00003/study1/view1_frontal.jpg", "Pleural Effusion", 0, "none"},
                 {"train/patient00001/study1/view1_frontal.jpg", "not Pleural Effusion", 1, "none"},
                 {"train/patient00001/study2/view2_lateral.jpg", "not Pleural Effusion", 1, "none"},
                 {"train/patient00002/study2/view1_frontal.jpg", "Pleural Effusion", 2, "none"}}));
  EXPECT_EQ(levels(data), (Levels{10, 20, 30, 50}));
  EXPECT_TRUE(noted(data, "1 image was left out: \"Pleural Effusion\" is an explicit 0"));
}

TEST(CatalogChexpert, AnExplicitZeroOfEdemaIsNotPositive) {
  const DataSet data = open_tree("chexpert:Edema", "chexpert");
  EXPECT_EQ(data.name, "chexpert:Edema");
  EXPECT_EQ(seen(data), (All{{"train/patient00001/study1/view1_frontal.jpg", "Edema", 0, "none"},
                             {"train/patient00001/study2/view2_lateral.jpg", "not Edema", 0, "none"},
                             {"train/patient00002/study1/view1_frontal.jpg", "not Edema", 1, "none"},
                             {"train/patient00002/study2/view1_frontal.jpg", "Edema", 1, "none"}}));
  EXPECT_EQ(levels(data), (Levels{20, 30, 40, 50}));
}

TEST(CatalogChexpert, FolderOfTheDownloadItself) {
  EXPECT_EQ(seen(open_tree("CheXpert:pleural effusion", "chexpert/CheXpert-v1.0-small")),
            seen(open_tree("chexpert", "chexpert")));
}

TEST(CatalogChexpert, AMissingImageIsTheLineOfTheTable) {
  const Copy copy("chexpert");
  std::filesystem::remove(copy.path() / "CheXpert-v1.0-small/train/patient00002/study2/view1_frontal.jpg");
  const std::string error = copy.refusal("chexpert");
  EXPECT_TRUE(holds(error, "train.csv:6: names an image that is not in ")) << error;
  EXPECT_FALSE(holds(error, "patient00002")) << error;
}

TEST(CatalogChexpert, ACellIsNeverShown) {
  const Copy copy("chexpert");
  const std::string table = "CheXpert-v1.0-small/train.csv";
  const std::string whole = copy.text(table);
  for (const std::string cell : {"Doe^Jane", "2", "1.5", "-2.0"}) {
    copy.write(table, whole);
    copy.replace(table, ",-1.0,,,\r\n", "," + cell + ",,,\r\n");
    const std::string error = copy.refusal("chexpert");
    EXPECT_TRUE(holds(error, "train.csv:4: the column \"Pleural Effusion\" is n")) << error;
    EXPECT_FALSE(holds(error, "Doe")) << error;
  }
  copy.write(table, whole);
  copy.replace(table, "patient00003", "Doe^Jane");
  const std::string error = copy.refusal("chexpert");
  EXPECT_TRUE(holds(error, "train.csv:2: the column \"Path\" is no path with the folder of a patient"))
      << error;
  EXPECT_FALSE(holds(error, "Doe")) << error;
}

TEST(CatalogChexpert, ARenamedColumnIsNamed) {
  const Copy copy("chexpert");
  copy.replace("CheXpert-v1.0-small/train.csv", "Pleural Effusion", "Pleural Efusion");
  const std::string error = copy.refusal("chexpert");
  EXPECT_TRUE(holds(error, "train.csv: has no column \"Pleural Effusion\"")) << error;
  EXPECT_TRUE(holds(error, "\"Pleural Efusion\"")) << error;
}

TEST(CatalogMura, OrderOfTheTableAndPatientsAcrossBodyParts) {
  const DataSet data = open_tree("mura", "mura");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"normal", "abnormal"}));
  EXPECT_EQ(seen(data),
            (All{{"train/XR_SHOULDER/patient00001/study1_positive/image1.png", "abnormal", 0, "train"},
                 {"train/XR_SHOULDER/patient00001/study1_positive/image2.png", "abnormal", 0, "train"},
                 {"train/XR_SHOULDER/patient00002/study1_negative/image1.png", "normal", 1, "train"},
                 {"train/XR_WRIST/patient00001/study2_negative/image1.png", "normal", 0, "train"},
                 {"train/XR_ELBOW/patient00005/study1_negative/image1.png", "normal", 2, "train"},
                 {"valid/XR_WRIST/patient11185/study1_positive/image1.png", "abnormal", 3, "val"}}));
  EXPECT_EQ(levels(data), (Levels{5, 15, 25, 35, 45, 99}));
}

TEST(CatalogMura, ALabelAnywhereElseInThePathIsNone) {
  const Copy copy("mura");
  copy.replace("MURA-v1.1/train_image_paths.csv", "patient00002/study1_negative", "negative00002/study1");
  const std::string error = copy.refusal("mura");
  EXPECT_TRUE(holds(error, "train_image_paths.csv:3: is no path of an image in a study whose name ends"))
      << error;
}

TEST(CatalogMura, AMissingStudyIsTheLineOfTheTable) {
  const Copy copy("mura");
  std::filesystem::remove_all(copy.path() / "MURA-v1.1/train/XR_WRIST/patient00001/study2_negative");
  EXPECT_TRUE(holds(copy.refusal("mura"), "train_image_paths.csv:4: names an image that is not in "));
  std::filesystem::remove_all(copy.path() / "MURA-v1.1/valid");
  const Copy other("mura");
  std::filesystem::remove_all(other.path() / "MURA-v1.1/valid");
  EXPECT_TRUE(holds(other.refusal("mura"), "valid_image_paths.csv:1: names an image that is not in "));
}

TEST(CatalogIsic, NeviByLesion) {
  const DataSet data = open_tree("isic", "isic");
  EXPECT_EQ(seen(data), (All{{"ISIC_2019_Training_Input/ISIC_0000000.jpg", "NV", -1, "none"},
                             {"ISIC_2019_Training_Input/ISIC_0000001.jpg", "NV", 0, "none"},
                             {"ISIC_2019_Training_Input/ISIC_0000002_downsampled.jpg", "not NV", 1, "none"},
                             {"ISIC_2019_Training_Input/ISIC_0000004.jpg", "not NV", 0, "none"}}));
  EXPECT_EQ(levels(data), (Levels{10, 50, 90, 130}));
  EXPECT_TRUE(noted(data, "1 of 4 images are of no known lesion"));
  EXPECT_EQ(seen(open_tree("isic:MEL", "isic"))[2].label, "MEL");
}

TEST(CatalogIsic, WithoutMetadataNoLesionIsKnown) {
  const Copy copy("isic");
  std::filesystem::remove(copy.path() / "ISIC_2019_Training_Metadata.csv");
  const DataSet data = copy.open("isic");
  EXPECT_EQ(seen(data)[1].group, -1);
  EXPECT_TRUE(noted(data, "4 of 4 images are of no known lesion"));
}

TEST(CatalogIsic, RowsThatRepeatAnImage) {
  const Copy copy("isic");
  const std::string table = "ISIC_2019_Training_GroundTruth.csv";
  const std::string whole = copy.text(table);
  copy.write(table, whole + "ISIC_0000000,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0\r\n");
  const DataSet data = copy.open("isic");
  EXPECT_EQ(data.records.size(), 4u);
  EXPECT_TRUE(noted(data, "1 row of the table repeats an image with the same label"));
  copy.write(table, whole + "ISIC_0000000,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0\r\n");
  const std::string error = copy.refusal("isic");
  EXPECT_TRUE(holds(error, "GroundTruth.csv:6: names the image of line 2 with another label")) << error;
}

}  // namespace
}  // namespace fathom
