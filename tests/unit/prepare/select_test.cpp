#include "fathom/prepare/select.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace fathom {
namespace {

DataSet labelled(const std::vector<std::string>& classes, const std::vector<std::int32_t>& labels) {
  DataSet data;
  data.path = "some/set";
  data.label_columns = {{"label", classes}};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Record record;
    record.path = "image" + std::to_string(i);
    record.labels = {labels[i]};
    record.source = i;
    data.records.push_back(record);
  }
  return data;
}

/// `count` records of classes 0, 1, ..., classes-1 in turn.
DataSet in_turn(std::size_t count, std::int32_t classes) {
  std::vector<std::string> names;
  for (std::int32_t c = 0; c < classes; ++c) names.push_back("class" + std::to_string(c));
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(static_cast<std::int32_t>(i) % classes);
  return labelled(names, labels);
}

std::vector<std::size_t> sources(const DataSet& data) {
  std::vector<std::size_t> found;
  for (const Record& record : data.records) found.push_back(record.source);
  return found;
}

std::vector<std::int32_t> labels(const DataSet& data) {
  std::vector<std::int32_t> found;
  for (const Record& record : data.records) found.push_back(record.labels.at(0));
  return found;
}

std::map<std::string, int> counts(const DataSet& data) {
  std::map<std::string, int> found;
  for (const Record& record : data.records) {
    ++found[data.label_columns.at(0).classes.at(static_cast<std::size_t>(record.labels.at(0)))];
  }
  return found;
}

DataSet sampled(DataSet data, std::uint32_t samples, std::uint64_t seed = 0) {
  Selection selection;
  selection.samples = samples;
  selection.seed = seed;
  select_records(data, selection);
  return data;
}

template <class Error>
std::string message(DataSet data, const Selection& selection, InputError::Kind kind) {
  try {
    select_records(data, selection);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    EXPECT_FALSE(error.remedy().empty());
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

std::string usage(const DataSet& data, const Selection& selection) {
  return message<UsageError>(data, selection, InputError::Kind::usage);
}

std::string unusable(const DataSet& data, const Selection& selection) {
  return message<InputError>(data, selection, InputError::Kind::data);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(SelectRecords, NothingAskedKeepsAll) {
  DataSet data = labelled({"a", "b"}, {1, 0, 1});
  select_records(data, {});
  EXPECT_EQ(sources(data), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"a", "b"}));
}

TEST(SelectRecords, ClassesKeepTheirOrderWhateverTheOrderAsked) {
  DataSet data = labelled({"a", "b", "c", "d"}, {3, 0, 2, 1, 0, 3});
  Selection selection;
  selection.classes = {"d", "a", "d"};
  select_records(data, selection);
  EXPECT_EQ(sources(data), (std::vector<std::size_t>{0, 1, 4, 5}));
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"a", "d"}));
  EXPECT_EQ(labels(data), (std::vector<std::int32_t>{1, 0, 0, 1}));
}

TEST(SelectRecords, EmptyClassesAreDropped) {
  DataSet data = labelled({"a", "empty", "c"}, {2, 0});
  select_records(data, {});
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(labels(data), (std::vector<std::int32_t>{1, 0}));
}

TEST(SelectRecords, PositiveStandsAgainstTheRest) {
  DataSet data = labelled({"a", "b", "c"}, {0, 1, 2, 1});
  Selection selection;
  selection.positive = "b";
  select_records(data, selection);
  EXPECT_EQ(data.label_columns[0].classes, (std::vector<std::string>{"not b", "b"}));
  EXPECT_EQ(labels(data), (std::vector<std::int32_t>{0, 1, 0, 1}));
}

TEST(SelectRecords, PositiveAmongChosenClasses) {
  DataSet data = labelled({"a", "b", "c"}, {0, 1, 2, 1});
  Selection selection;
  selection.classes = {"b", "c"};
  selection.positive = "c";
  select_records(data, selection);
  EXPECT_EQ(sources(data), (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(labels(data), (std::vector<std::int32_t>{0, 1, 0}));
  selection.positive = "a";
  EXPECT_TRUE(contains(usage(labelled({"a", "b", "c"}, {0, 1, 2, 1}), selection), "no class \"a\""));
}

TEST(SelectRecords, SplitKeepsItsRecordsAndTheirClasses) {
  DataSet data = labelled({"a", "b"}, {0, 1, 0});
  data.records[0].split = Split::train;
  data.records[1].split = Split::test;
  data.records[2].split = Split::train;
  Selection selection;
  selection.split = Split::train;
  DataSet train = data;
  select_records(train, selection);
  EXPECT_EQ(sources(train), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(train.label_columns[0].classes, (std::vector<std::string>{"a"}));

  selection.split = Split::validation;
  const std::string missing = usage(data, selection);
  EXPECT_TRUE(contains(missing, "--split: some/set has no split \"val\"")) << missing;
  EXPECT_TRUE(contains(missing, "train, test")) << missing;
  EXPECT_TRUE(contains(usage(labelled({"a"}, {0}), selection), "has no splits"));
}

TEST(SelectRecords, SamplesAreBalanced) {
  EXPECT_EQ(counts(sampled(in_turn(90, 3), 30)),
            (std::map<std::string, int>{{"class0", 10}, {"class1", 10}, {"class2", 10}}));
}

TEST(SelectRecords, TheRemainderIsSpreadOverTheFirstClasses) {
  EXPECT_EQ(counts(sampled(in_turn(90, 4), 11)),
            (std::map<std::string, int>{{"class0", 3}, {"class1", 3}, {"class2", 3}, {"class3", 2}}));
  EXPECT_EQ(counts(sampled(in_turn(90, 4), 2)), (std::map<std::string, int>{{"class0", 1}, {"class1", 1}}));
}

TEST(SelectRecords, SamplesOfUnevenClassesAreBalanced) {
  std::vector<std::int32_t> all(100, 0);
  std::fill(all.begin() + 80, all.end(), 1);
  EXPECT_EQ(counts(sampled(labelled({"many", "few"}, all), 40)),
            (std::map<std::string, int>{{"many", 20}, {"few", 20}}));
}

TEST(SelectRecords, SamplesKeepTheOrderOfTheRecords) {
  const std::vector<std::size_t> chosen = sources(sampled(in_turn(200, 2), 60, 9));
  EXPECT_TRUE(std::ranges::is_sorted(chosen));
  EXPECT_EQ(std::set<std::size_t>(chosen.begin(), chosen.end()).size(), 60u);
}

TEST(SelectRecords, FewerSamplesArePartOfMore) {
  std::set<std::size_t> before;
  for (std::uint32_t n = 1; n <= 60; ++n) {
    const std::vector<std::size_t> chosen = sources(sampled(in_turn(60, 3), n, 5));
    const std::set<std::size_t> now(chosen.begin(), chosen.end());
    EXPECT_EQ(now.size(), n);
    EXPECT_TRUE(std::ranges::includes(now, before)) << n;
    before = now;
  }
}

TEST(SelectRecords, SamplesDependOnTheSeedAlone) {
  EXPECT_EQ(sources(sampled(in_turn(200, 2), 50, 3)), sources(sampled(in_turn(200, 2), 50, 3)));
  EXPECT_NE(sources(sampled(in_turn(200, 2), 50, 3)), sources(sampled(in_turn(200, 2), 50, 4)));
}

TEST(SelectRecords, EverySampleIsAboutEquallyOftenDrawn) {
  std::vector<int> drawn(20, 0);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const std::size_t source : sources(sampled(in_turn(20, 2), 10, seed))) ++drawn[source];
  }
  // Binomial(2000, 1/2): standard deviation 22.4; 5 of them.
  for (const int count : drawn) EXPECT_NEAR(count, 1000, 112);
}

TEST(SelectRecords, DataWithoutLabelsAreSampledAsOne) {
  DataSet data = in_turn(30, 1);
  data.label_columns.clear();
  for (Record& record : data.records) record.labels.clear();
  EXPECT_EQ(sampled(data, 7).records.size(), 7u);
  EXPECT_TRUE(contains(unusable(data, {{}, {}, {}, 31, 0}), "30 images, fewer than the 31 wanted"));
}

TEST(SelectRecords, SeveralLabelColumnsAreSampledAsOneAndKeepTheirLabels) {
  DataSet data = in_turn(30, 2);
  data.label_columns.push_back({"other", {"x", "y", "z"}});
  for (std::size_t i = 0; i < 30; ++i) data.records[i].labels.push_back(i < 15 ? 0 : 2);
  const DataSet chosen = sampled(data, 30);
  EXPECT_EQ(chosen.label_columns[1].classes, (std::vector<std::string>{"x", "z"}));
  EXPECT_EQ(chosen.records[29].labels, (std::vector<std::int32_t>{1, 1}));
  EXPECT_EQ(sampled(data, 11).records.size(), 11u);
}

TEST(SelectRecords, AllMayBeSampled) {
  EXPECT_EQ(sampled(in_turn(12, 2), 12).records.size(), 12u);
}

TEST(SelectRecords, ErrorsNameWhatThereIs) {
  Selection unknown;
  unknown.classes = {"a", "zebra"};
  EXPECT_EQ(usage(labelled({"a", "b"}, {0, 1}), unknown),
            "--classes: some/set has no class \"zebra\"; its classes are: a, b");
  Selection positive;
  positive.positive = "zebra";
  EXPECT_EQ(usage(labelled({"a", "b"}, {0, 1}), positive),
            "--positive: some/set has no class \"zebra\"; its classes are: a, b");
}

TEST(SelectRecords, LongListsOfClassesAreCutShort) {
  Selection unknown;
  unknown.classes = {"zebra"};
  const std::string text = usage(in_turn(40, 20), unknown);
  EXPECT_TRUE(contains(text, "class11, ... (20 in all)")) << text;
  EXPECT_FALSE(contains(text, "class12,")) << text;
}

TEST(SelectRecords, ClassesNeedOneLabelColumn) {
  DataSet none = in_turn(4, 1), two = in_turn(4, 2);
  none.label_columns.clear();
  two.label_columns.push_back({"other", {"x"}});
  for (Record& record : none.records) record.labels.clear();
  for (Record& record : two.records) record.labels.push_back(0);
  Selection classes, positive;
  classes.classes = {"class0"};
  positive.positive = "class0";
  EXPECT_TRUE(contains(usage(none, classes), "--classes: some/set has no labels"));
  EXPECT_TRUE(contains(usage(none, positive), "--positive: some/set has no labels"));
  EXPECT_TRUE(contains(usage(two, classes), "several label columns"));
  EXPECT_TRUE(contains(usage(two, positive), "--label-column"));
}

TEST(SelectRecords, TooManySamplesAreRefused) {
  EXPECT_TRUE(
      contains(unusable(in_turn(10, 2), {{}, {}, {}, 11, 0}), "has 10 images, fewer than the 11 wanted"));
  std::vector<std::int32_t> all(10, 0);
  all[4] = 1;
  const std::string text = unusable(labelled({"many", "few"}, all), {{}, {}, {}, 6, 0});
  EXPECT_TRUE(contains(text, "class \"few\" has 1 images, fewer than its share of 3")) << text;
}

TEST(SelectRecords, NothingLeftIsAnError) {
  EXPECT_TRUE(contains(unusable(in_turn(10, 2), {{}, {}, {}, 0, 0}), "no image is left"));
  EXPECT_TRUE(contains(unusable(labelled({}, {}), {}), "no image is left"));
}

TEST(Select, ListingOrderTakesTheFirstOfEachClassAndSaysSo) {
  DataSet data = labelled({"a", "b"}, {1, 1, 0, 1, 1, 0, 0, 0});
  Selection selection;
  selection.samples = 4;
  selection.seed = 5;
  selection.listing_order = true;
  select_records(data, selection);
  EXPECT_EQ(sources(data), (std::vector<std::size_t>{0, 1, 2, 5}));
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_NE(data.notes[0].find("in the order of the data"), std::string::npos);
}

}  // namespace
}  // namespace fathom
