#include "fathom/prepare/train_test_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace fathom {
namespace {

struct Made {
  int label;
  std::optional<std::uint32_t> group{};
  Split split = Split::none;
  std::optional<std::uint8_t> pixels{};  ///< default: of its own
};

PreparedData data_of(const std::vector<Made>& images, std::vector<std::string> classes = {"cat", "dog"}) {
  PreparedData data;
  Matrix<std::uint8_t> rows(images.size(), 3);
  for (std::size_t i = 0; i < images.size(); ++i) {
    Record record;
    record.path = std::to_string(i);
    record.labels = {images[i].label};
    record.group = images[i].group;
    record.split = images[i].split;
    data.records.push_back(record);
    rows.row(i)[0] = images[i].pixels.value_or(static_cast<std::uint8_t>(i / 200));
    rows.row(i)[1] = images[i].pixels ? 0 : static_cast<std::uint8_t>(1 + i % 200);
  }
  data.matrix.stored = std::move(rows);
  data.label_columns = {{"label", std::move(classes)}};
  return data;
}

std::vector<Made> alternating(std::size_t count, std::size_t classes = 2) {
  std::vector<Made> images;
  for (std::size_t i = 0; i < count; ++i) images.push_back({static_cast<int>(i % classes)});
  return images;
}

TrainTestSplit split(const PreparedData& data, std::size_t train, std::optional<std::size_t> test,
                     std::uint64_t seed = 0) {
  return split_train_test(data, {train, test, seed, false}, "some/set");
}

std::set<std::uint32_t> set_of(const std::vector<std::uint32_t>& rows) {
  return {rows.begin(), rows.end()};
}

/// No group and no pixels on both sides, no image twice.
void expect_apart(const PreparedData& data, const TrainTestSplit& made) {
  EXPECT_EQ(set_of(made.train).size(), made.train.size());
  EXPECT_EQ(set_of(made.test).size(), made.test.size());
  const auto& rows = std::get<Matrix<std::uint8_t>>(data.matrix.stored);
  for (const std::uint32_t a : made.train) {
    for (const std::uint32_t b : made.test) {
      EXPECT_NE(a, b);
      EXPECT_FALSE(std::ranges::equal(rows.row(a), rows.row(b))) << a << ", " << b;
      if (data.records[a].group) {
        EXPECT_NE(data.records[a].group, data.records[b].group) << a << ", " << b;
      }
    }
  }
}

std::string reason(const PreparedData& data, std::size_t train, std::optional<std::size_t> test) {
  try {
    split(data, train, test);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(TrainTestSplit, DrawsABalancedTestSetAndLearnsFromTheRest) {
  const PreparedData data = data_of(alternating(100));
  const TrainTestSplit made = split(data, 0, 20);
  EXPECT_FALSE(made.own);
  EXPECT_EQ(made.test.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(made.test));
  EXPECT_EQ(made.test_classes, (std::vector<std::size_t>{10, 10}));
  EXPECT_EQ(made.train.size(), 80u);
  EXPECT_EQ(made.available, 80u);
  EXPECT_EQ(made.beside_test, 0u);
  expect_apart(data, made);
}

TEST(TrainTestSplit, Asks750TestImagesOfDataWithoutSplits) {
  EXPECT_EQ(split(data_of(alternating(1000)), 0, std::nullopt).test.size(), 750u);
}

TEST(TrainTestSplit, FewerTrainingImagesAreTheFirstOfMore) {
  const PreparedData data = data_of(alternating(100, 3), {"a", "b", "c"});
  const TrainTestSplit all = split(data, 0, 9);
  EXPECT_EQ(all.train.size(), 91u);
  for (std::size_t n = 3; n <= 87; ++n) {
    const TrainTestSplit made = split(data, n, 9);
    ASSERT_EQ(made.train.size(), n);
    EXPECT_TRUE(std::ranges::equal(made.train, std::span(all.train).first(n))) << n;
    EXPECT_EQ(made.test, all.test);
    EXPECT_LE(std::ranges::max(made.train_classes) - std::ranges::min(made.train_classes), 1u);
  }
}

TEST(TrainTestSplit, TheSeedAloneDecides) {
  const PreparedData data = data_of(alternating(100));
  const TrainTestSplit made = split(data, 40, 20, 7), again = split(data, 40, 20, 7),
                       other = split(data, 40, 20, 8);
  EXPECT_EQ(made.train, again.train);
  EXPECT_EQ(made.test, again.test);
  EXPECT_NE(made.train, other.train);
  EXPECT_NE(made.test, other.test);
}

TEST(TrainTestSplit, EveryImageMayBecomeATestImage) {
  const PreparedData data = data_of(alternating(20));
  std::map<std::uint32_t, int> times;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    for (const std::uint32_t row : split(data, 2, 10, seed).test) ++times[row];
  }
  // 200 times each; five standard deviations are 50.
  EXPECT_EQ(times.size(), 20u);
  for (const auto& [row, count] : times) EXPECT_NEAR(count, 200, 50) << row;
}

TEST(TrainTestSplit, GroupsStayWhole) {
  // Groups of 1 to 9 images, of one class or of both.
  std::vector<Made> images;
  for (std::uint32_t group = 0; group < 40; ++group) {
    for (std::uint32_t i = 0; i <= group % 9; ++i) {
      images.push_back({static_cast<int>(group % 3 == 0 ? i % 2 : group % 2), group});
    }
  }
  const PreparedData data = data_of(images);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const TrainTestSplit made = split(data, 60, 41, seed);
    EXPECT_EQ(made.test_classes, (std::vector<std::size_t>{21, 20}));
    EXPECT_EQ(made.train_classes, (std::vector<std::size_t>{30, 30}));
    expect_apart(data, made);
    EXPECT_EQ(made.available + made.test.size() + made.beside_test, images.size());
  }
}

TEST(TrainTestSplit, AGroupLargerThanAClassesShareIsCut) {
  // Cats: one group of 30, one of 50. Of dogs each is alone. Ten cats are needed.
  std::vector<Made> images;
  for (int i = 0; i < 30; ++i) images.push_back({0, 1});
  for (int i = 0; i < 50; ++i) images.push_back({0, 2});
  for (int i = 0; i < 60; ++i) images.push_back({1});
  const PreparedData data = data_of(images);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const TrainTestSplit made = split(data, 80, 20, seed);
    EXPECT_EQ(made.test_classes, (std::vector<std::size_t>{10, 10}));
    EXPECT_EQ(made.beside_test, 20u);  // the rest of the smaller group
    for (const std::uint32_t row : made.test) EXPECT_TRUE(row < 30 || row >= 80);
    expect_apart(data, made);
  }
  EXPECT_EQ(reason(data, 120, 20),
            "some/set: class \"cat\" has 50 images left to learn from (20 are copies or of a group of test "
            "images), fewer than its share of 60 of the training set; ask for fewer with --samples or "
            "--test-samples");
}

TEST(TrainTestSplit, CopiesAreOnOneSide) {
  // Ten images, each six times; below, copies join groups that are otherwise apart.
  std::vector<Made> images;
  for (std::uint32_t i = 0; i < 60; ++i) {
    images.push_back({static_cast<int>(i % 2), std::nullopt, Split::none, static_cast<std::uint8_t>(i % 10)});
  }
  const PreparedData data = data_of(images);
  for (std::uint64_t seed = 0; seed < 10; ++seed) expect_apart(data, split(data, 10, 12, seed));

  std::vector<Made> chained;
  for (std::uint32_t i = 0; i < 10; ++i)
    chained.push_back({0, i / 2, Split::none, static_cast<std::uint8_t>((i + 1) / 2)});
  for (std::uint32_t i = 0; i < 20; ++i) chained.push_back({1});
  EXPECT_EQ(
      reason(data_of(chained), 0, 4),
      "some/set: class \"cat\" has 0 images left to learn from (8 are copies or of a group of test images), "
      "fewer than its share of 1 of the training set; ask for fewer with --samples or --test-samples");
}

TEST(TrainTestSplit, FollowsTheDatasOwnSplits) {
  std::vector<Made> images;
  for (int i = 0; i < 30; ++i) images.push_back({i % 2, std::nullopt, Split::train});
  for (int i = 0; i < 10; ++i) images.push_back({i % 2, std::nullopt, Split::validation});
  for (int i = 0; i < 11; ++i) images.push_back({i % 2, std::nullopt, Split::test});
  const PreparedData data = data_of(images);
  const TrainTestSplit made = split(data, 0, std::nullopt);
  EXPECT_TRUE(made.own);
  EXPECT_EQ(made.train.size(), 30u);
  EXPECT_EQ(made.test.size(), 11u);
  for (const std::uint32_t row : made.train) EXPECT_LT(row, 30u);
  for (const std::uint32_t row : made.test) EXPECT_GE(row, 40u);
  const TrainTestSplit fewer = split(data, 8, 4);
  EXPECT_EQ(fewer.test_classes, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(fewer.train_classes, (std::vector<std::size_t>{4, 4}));
  for (const std::uint32_t row : fewer.test) EXPECT_GE(row, 40u);
}

TEST(TrainTestSplit, LeavesOutTrainingImagesThatTheTestSplitKnows) {
  std::vector<Made> images = {{0, 1, Split::train}, {1, 2, Split::train}, {0, 3, Split::train, 7},
                              {1, 3, Split::train}, {1, 4, Split::train}, {0, 5, Split::test, 7},
                              {1, 4, Split::test},  {0, 6, Split::train}};
  const PreparedData data = data_of(images);
  const TrainTestSplit made = split(data, 0, std::nullopt);
  EXPECT_EQ(set_of(made.train), (std::set<std::uint32_t>{0, 1, 3, 7}));
  EXPECT_EQ(made.test, (std::vector<std::uint32_t>{5, 6}));
  EXPECT_EQ(made.copies_left_out, 1u);
  EXPECT_EQ(made.groups_left_out, 1u);
  expect_apart(data, made);
}

TEST(TrainTestSplit, DrawsFromAllWhereOnlyOneOfTheSplitsIsThere) {
  std::vector<Made> images = alternating(40);
  for (Made& image : images) image.split = Split::test;
  const TrainTestSplit made = split(data_of(images), 20, 10);
  EXPECT_FALSE(made.own);
  EXPECT_EQ(made.train.size() + made.test.size(), 30u);
}

TEST(TrainTestSplit, SaysWhatIsTooFew) {
  std::vector<Made> images = alternating(40);
  EXPECT_EQ(reason(data_of(images), 10, std::nullopt),
            "some/set: class \"cat\" has 20 images in all, fewer than its share of 375 of the test set; ask "
            "for fewer "
            "with --test-samples");
  EXPECT_EQ(
      reason(data_of(images), 30, 12),
      "some/set: class \"cat\" has 14 images left to learn from, fewer than its share of 15 of the training "
      "set; ask for fewer with --samples or --test-samples");
  EXPECT_EQ(reason(data_of(images), 1, 12),
            "--samples 1: is fewer than the 2 classes; ask for an image of each class or more");
  for (std::size_t i = 0; i < images.size(); ++i) images[i].split = i < 30 ? Split::train : Split::test;
  EXPECT_EQ(
      reason(data_of(images), 40, std::nullopt),
      "some/set: class \"cat\" has 15 images left to learn from, fewer than its share of 20 of the training "
      "set; ask for fewer with --samples");
  EXPECT_EQ(
      reason(data_of(images), 4, 20),
      "some/set: class \"cat\" has 5 images in the data's test split, fewer than its share of 10 of the test "
      "set; ask for fewer with --test-samples");
}

TEST(TrainTestSplit, OtherClassesFillUpWhereThatIsAllowed) {
  std::vector<Made> images;
  for (int i = 0; i < 60; ++i) images.push_back({i < 15 ? 0 : i < 40 ? 1 : 2});
  const PreparedData data = data_of(images, {"a", "b", "c"});
  const auto uneven = [&](std::size_t train) {
    return split_train_test(data, {train, 15, 0, true}, "some/set");
  };
  EXPECT_EQ(uneven(30).train_classes, (std::vector<std::size_t>{10, 10, 10}));
  EXPECT_EQ(uneven(41).train_classes, (std::vector<std::size_t>{10, 16, 15}));
  EXPECT_EQ(uneven(45).train_classes, (std::vector<std::size_t>{10, 20, 15}));
  const std::vector<std::uint32_t> all = uneven(45).train;
  for (std::size_t n = 3; n < 45; ++n) {
    EXPECT_TRUE(std::ranges::equal(uneven(n).train, std::span(all).first(n))) << n;
  }
  EXPECT_THROW(uneven(46), InputError);
}

TEST(TrainTestSplit, NeedsClasses) {
  PreparedData data = data_of(alternating(4, 1), {"cat"});
  EXPECT_EQ(reason(data, 2, 2),
            "some/set: has one class, and there is nothing to learn; give images of two classes or more");
  data.label_columns.clear();
  EXPECT_EQ(reason(data, 2, 2), "some/set: has no labels to learn; give images of two classes or more");
}

PreparedData as_published(PreparedData data) {
  data.protocol.published_code = true;
  return data;
}

TEST(TrainTestSplit, AsPublishedIsTheFirstOfEachClassSplitByTorch) {
  // torch.utils.data.random_split(list(range(14)), [8, 6], generator=torch.Generator().manual_seed(1337)),
  // torch 1.13.
  const PreparedData data = as_published(data_of(alternating(40)));
  const TrainTestSplit made = split(data, 8, 6, 1337);
  EXPECT_TRUE(made.published);
  EXPECT_FALSE(made.own);
  EXPECT_EQ(made.train, (std::vector<std::uint32_t>{5, 10, 1, 12, 9, 3, 13, 0}));
  EXPECT_EQ(made.test, (std::vector<std::uint32_t>{2, 4, 6, 7, 8, 11}));
  EXPECT_EQ(made.available, 40u);
  EXPECT_EQ(made.groups_on_both_sides, 0u);
}

TEST(TrainTestSplit, AsPublishedIsBalancedOnlyTogether) {
  // Classes one after the other: the first seven of each are rows 0..6 and 20..26.
  std::vector<Made> images(40, Made{0});
  for (std::size_t i = 20; i < 40; ++i) images[i].label = 1;
  const TrainTestSplit made = split(as_published(data_of(images)), 8, 6, 1337);
  EXPECT_EQ(made.train, (std::vector<std::uint32_t>{5, 23, 1, 25, 22, 3, 26, 0}));
  EXPECT_EQ(made.test, (std::vector<std::uint32_t>{2, 4, 6, 20, 21, 24}));
  EXPECT_EQ(made.train_classes, (std::vector<std::size_t>{4, 4}));
  EXPECT_EQ(made.test_classes, (std::vector<std::size_t>{3, 3}));
}

TEST(TrainTestSplit, AsPublishedPartsGroupsAndSaysHowMany) {
  std::vector<Made> images = alternating(14);
  images[5].group = 1;  // training
  images[2].group = 1;  // test
  images[4].group = 2;  // test alone
  images[0].group = 3;  // training alone
  const TrainTestSplit made = split(as_published(data_of(images)), 8, 6, 1337);
  EXPECT_EQ(made.groups_on_both_sides, 1u);
  EXPECT_EQ(made.beside_test, 0u);
}

TEST(TrainTestSplit, AsPublishedTakesTheTrainingSplitAlone) {
  std::vector<Made> images = alternating(28);
  for (std::size_t i = 0; i < 14; ++i) images[i].split = Split::test;
  for (std::size_t i = 14; i < 28; ++i) images[i].split = Split::train;
  const TrainTestSplit made = split(as_published(data_of(images)), 8, 6, 1337);
  EXPECT_EQ(made.test, (std::vector<std::uint32_t>{16, 18, 20, 21, 22, 25}));
}

TEST(TrainTestSplit, AsPublishedOfAllImagesIsEven) {
  std::vector<Made> images = alternating(20);
  images.resize(30, Made{1});
  const TrainTestSplit made = split(as_published(data_of(images)), 0, 6);
  EXPECT_EQ(made.train.size() + made.test.size(), 20u);
}

TEST(TrainTestSplit, AsPublishedNeedsEnoughOfEachClass) {
  const PreparedData data = as_published(data_of(alternating(20)));
  EXPECT_NE(reason(data, 20, 6).find("\"cat\" has 10 images in all, fewer than its share of 13"),
            std::string::npos)
      << reason(data, 20, 6);
  EXPECT_NE(reason(data, 0, 19).find("leaves none to learn from"), std::string::npos) << reason(data, 0, 19);
}

}  // namespace
}  // namespace fathom
