#include "fathom/catalog/catalog.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "fathom/catalog/check.h"
#include "unit/catalog/opened.h"

namespace fathom {
namespace {

std::string address_error(const std::string& data) {
  return refusal([&] { catalog_address(data); });
}

TEST(CatalogAddress, NameTaskAndFolder) {
  EXPECT_FALSE(catalog_address("/data/chexpert"));
  EXPECT_FALSE(catalog_address("./chexpert:x"));
  EXPECT_FALSE(catalog_address("unknown:/data"));
  const auto plain = catalog_address("chexpert:/data/a:b");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "chexpert");
  EXPECT_EQ(plain->task, "Pleural Effusion");
  EXPECT_EQ(plain->folder, "/data/a:b");
  const auto task = catalog_address("CheXpert:edema:data");
  ASSERT_TRUE(task);
  EXPECT_EQ(task->task, "Edema");
  EXPECT_EQ(task->folder, "data");
  EXPECT_EQ(catalog_address("coco:x")->task, "");
}

TEST(CatalogAddress, WhatIsWrongWithIt) {
  EXPECT_TRUE(holds(address_error("chexpert:"), "names no folder; write chexpert:DIR"));
  EXPECT_TRUE(holds(address_error("chexpert:Edema"), "names no folder"));
  EXPECT_TRUE(holds(address_error("chexpert:Edma:x"),
                    "chexpert has no task \"Edma\"; its tasks are: Pleural Effusion, Edema"));
  EXPECT_TRUE(holds(address_error("coco:x:y"), "coco has no task \"x\"; it has none"));
  EXPECT_TRUE(holds(refusal([] { open_data("chexprt:x"); }),
                    "\"chexprt\": is not in the catalogue; did you mean chexpert?"));
  EXPECT_TRUE(holds(refusal([] { open_data("nothing:x"); }), "nothing:x: does not exist"));
  EXPECT_TRUE(holds(refusal([] { open_data("mura:/nowhere"); }),
                    "/nowhere: does not exist; give the folder of the download"));
}

TEST(CatalogAddress, PathsAreRelativeToTheBase) {
  EXPECT_EQ(open_data("mura:mura", {}, trees()).records.size(), 6u);
  EXPECT_EQ(open_data("mura/MURA-v1.1/train", {}, trees()).records.size(), 5u);
}

TEST(Catalog, OptionsThatSayHowDataAreReadAreRefused) {
  const std::string data = "mura:" + (trees() / "mura").string();
  ReadOptions options;
  options.group_column = "patient";
  EXPECT_TRUE(holds(refusal([&] { open_data(data, options); }), "--group-column: does not go with mura"));
  options = {};
  options.format = "folder";
  EXPECT_TRUE(holds(refusal([&] { open_data(data, options); }), "--format: does not go with mura"));
  options = {};
  options.view = View::window;
  EXPECT_TRUE(holds(refusal([&] { open_data(data, options); }), "--view: is for DICOM and NIfTI"));
  options = {};
  options.slices.step = 2;
  EXPECT_TRUE(holds(refusal([&] { open_data(data, options); }), "--slices: does not go with mura"));
}

TEST(Catalog, EveryCardIsComplete) {
  std::set<std::string> names;
  for (const CatalogCard& card : catalog()) {
    SCOPED_TRACE(card.name);
    EXPECT_TRUE(names.insert(card.name).second);
    for (const std::string& text :
         {card.title, card.publisher, card.version, card.group, card.published, card.fathom}) {
      EXPECT_FALSE(text.empty());
    }
    EXPECT_TRUE(card.domain == "medical" || card.domain == "natural");
    EXPECT_FALSE(card.files.empty());
    EXPECT_FALSE(card.traps.empty());
    for (const CatalogTask& task : card.tasks) EXPECT_FALSE(task.rule.empty());
    EXPECT_EQ(catalog_card(card.name).title, card.title);
  }
}

CatalogCheck check(const std::string& data, bool every_image = false) {
  return check_download(*catalog_address(data), {}, {every_image, 2});
}

TEST(CatalogCheckTest, CountsBesideThePublishers) {
  const CatalogCheck found = check("mura:" + (trees() / "mura").string());
  EXPECT_EQ(found.images, 6u);
  EXPECT_EQ(found.groups, 4u);
  EXPECT_EQ(found.ungrouped, 0u);
  EXPECT_EQ(found.classes,
            (std::vector<std::pair<std::string, std::size_t>>{{"normal", 3}, {"abnormal", 3}}));
  ASSERT_EQ(found.comparisons.size(), 2u);
  EXPECT_EQ(found.comparisons[0].of, "train");
  EXPECT_EQ(found.comparisons[0].published, 36'808u);
  EXPECT_EQ(found.comparisons[0].found, 5u);
  EXPECT_FALSE(found.comparisons[0].good);
  EXPECT_EQ(found.decoded, 3u);  // a normal and an abnormal one of train, an abnormal one of val
  EXPECT_TRUE(found.unreadable.empty());
  EXPECT_FALSE(found.whole());
}

TEST(CatalogCheckTest, ADownloadWithoutPublishedCountsIsWhole) {
  EXPECT_TRUE(check("chexpert:" + (trees() / "chexpert").string()).whole());
}

TEST(CatalogCheckTest, EveryImageIsRead) {
  const Copy copy("chexpert");
  const std::string image = "CheXpert-v1.0-small/train/patient00001/study2/view2_lateral.jpg";
  copy.write(image, copy.text(image).substr(0, 200));
  EXPECT_TRUE(check("chexpert:" + copy.path().string()).whole());
  const CatalogCheck all = check("chexpert:" + copy.path().string(), true);
  EXPECT_EQ(all.decoded, 4u);
  ASSERT_EQ(all.unreadable.size(), 1u);
  EXPECT_EQ(all.unreadable[0].path, "train/patient00001/study2/view2_lateral.jpg");
  EXPECT_FALSE(all.whole());
}

}  // namespace
}  // namespace fathom
