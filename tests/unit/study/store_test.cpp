#include "fathom/study/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "fathom/study/status.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("fathom-store-" + std::to_string(getpid()) + "-" +
                                           testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path path() const { return folder_ / "results.sqlite"; }

  static PlannedCell planned(const std::string& identity, std::size_t samples = 500) {
    return {{"set", "natural", {"cat", "dog"}, "resnet18", samples, 1}, {{"key", "value"}}, identity, {}};
  }
  static std::vector<std::string> names(const std::vector<PlannedCell>& cells) {
    std::vector<std::string> all;
    for (const PlannedCell& cell : cells) all.push_back(cell.identity);
    return all;
  }
  void plan(StudyStore& store, const std::vector<PlannedCell>& cells) {
    store.set_plan(cells, {}, "hash");
    store.want(names(cells));
  }
  std::string error_of_opening(StudyStore::Access access = StudyStore::Access::make) const {
    try {
      const StudyStore store(path(), access, std::chrono::milliseconds(20));
    } catch (const StoreError& error) {
      return error.what();
    }
    return "no error";
  }
  void execute(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
  }

  fs::path folder_;
};

CellOutcome outcome() {
  CellOutcome made;
  made.result = {"set", "natural", {"cat", "dog"}, "resnet18", 500, 1, 17.25, 1.0 / 3, {}, {}, {}, {},
                 {},    {}};
  made.result.layers = {{"layer4", 0.5, 9.75}};
  made.result.test_loss = 0.1;
  made.result.test_accuracy = 0.75;
  made.result.attacks = {{"fgsm", 0.5, 1e300, 0.25}};
  made.dimension_interval = Interval{16.5, 18.0};
  made.epochs = 3;
  made.device = "cpu";
  made.threads = 2;
  made.fathom_version = "0.1.0";
  made.torch_version = "1.13.1";
  return made;
}

TEST_F(StoreTest, KeepsAResultToTheBit) {
  {
    StudyStore store(path());
    plan(store, {planned("a")});
    ASSERT_EQ(store.take("me", 0, 10), "a");
    EXPECT_TRUE(store.finish("a", "me", outcome(), 12.5));
  }
  const StudyStore store(path(), StudyStore::Access::read);
  const std::vector<StoredCell> cells = store.cells();
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells[0].state, CellState::done);
  EXPECT_EQ(cells[0].seconds, 12.5);
  ASSERT_TRUE(cells[0].outcome);
  const CellOutcome& found = *cells[0].outcome;
  EXPECT_EQ(found.result.dimension, 17.25);
  EXPECT_EQ(found.result.label_sharpness, 1.0 / 3);
  EXPECT_FALSE(found.result.representation_dimension);
  ASSERT_EQ(found.result.layers.size(), 1u);
  EXPECT_EQ(found.result.layers[0].name, "layer4");
  EXPECT_EQ(found.result.layers[0].relative_depth, 0.5);
  EXPECT_EQ(found.result.layers[0].dimension, 9.75);
  EXPECT_EQ(found.result.test_loss, 0.1);
  EXPECT_EQ(found.result.test_accuracy, 0.75);
  EXPECT_FALSE(found.result.best_test_accuracy);
  ASSERT_EQ(found.result.attacks.size(), 1u);
  EXPECT_EQ(found.result.attacks[0].loss, 1e300);
  EXPECT_EQ(found.dimension_interval->high, 18.0);
  EXPECT_FALSE(found.representation_interval);
  EXPECT_EQ(found.epochs, 3u);
  EXPECT_EQ(found.torch_version, "1.13.1");
  EXPECT_EQ(read_results(store).size(), 1u);
  EXPECT_EQ(read_results(store)[0].classes, (std::vector<std::string>{"cat", "dog"}));
}

TEST_F(StoreTest, ANewPlanKeepsWhatIsDoneAndTakesTheNewNames) {
  StudyStore store(path());
  plan(store, {planned("a"), planned("b")});
  ASSERT_EQ(store.take("me", 0, 10), "a");
  store.finish("a", "me", outcome(), 1);
  std::vector<PlannedCell> later{planned("c"), planned("a")};
  later[1].name.dataset = "renamed";
  plan(store, later);
  const std::vector<StoredCell> cells = store.cells();
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0].identity, "c");
  EXPECT_EQ(cells[0].state, CellState::queued);
  EXPECT_EQ(cells[1].state, CellState::done);
  EXPECT_EQ(read_results(store).at(0).dataset, "renamed");
  plan(store, {planned("a"), planned("b")});  // b is still known
  EXPECT_EQ(store.cells().at(1).state, CellState::queued);
}

TEST_F(StoreTest, CellsAreTakenInTheWantedOrderAndOnce) {
  StudyStore store(path());
  store.set_plan(std::vector{planned("a"), planned("b"), planned("c")}, {}, "hash");
  store.want(std::vector<std::string>{"c", "a"});
  EXPECT_EQ(store.take("me", 0, 10), "c");
  EXPECT_EQ(store.take("me", 0, 10), "a");
  EXPECT_EQ(store.take("me", 0, 10), std::nullopt);
}

TEST_F(StoreTest, ALeaseThatHasEndedIsTakenOver) {
  StudyStore store(path());
  plan(store, {planned("a")});
  ASSERT_EQ(store.take("first", 100, 200), "a");
  EXPECT_EQ(store.take("second", 150, 250), std::nullopt);
  EXPECT_TRUE(store.renew("a", "first", 300));
  EXPECT_EQ(store.take("second", 250, 350), std::nullopt);
  EXPECT_EQ(store.take("second", 301, 400), "a");
  // The first one comes back to life.
  EXPECT_FALSE(store.renew("a", "first", 500));
  EXPECT_FALSE(store.finish("a", "first", outcome(), 1));
  EXPECT_FALSE(store.fail("a", "first", "x"));
  EXPECT_FALSE(store.give_back("a", "first"));
  EXPECT_EQ(store.state_of("a"), CellState::running);
  EXPECT_EQ(store.held().at(0).owner, "second");
  EXPECT_TRUE(store.finish("a", "second", outcome(), 1));
  EXPECT_FALSE(store.finish("a", "second", outcome(), 1));
  EXPECT_EQ(store.take("third", 1e9, 2e9), std::nullopt);
}

TEST_F(StoreTest, FailuresKeepTheirErrorUntilTheyAreRetried) {
  StudyStore store(path());
  plan(store, {planned("a"), planned("b", 250), planned("c", 125)});
  store.take("me", 0, 10);
  EXPECT_TRUE(store.fail("a", "me", "the loss became NaN"));
  store.take("me", 0, 10);
  EXPECT_TRUE(store.leave_out("b", "me", "too few images"));
  store.take("me", 0, 10);
  EXPECT_TRUE(store.give_back("c", "me"));
  EXPECT_EQ(store.cells().at(0).error, "the loss became NaN");
  EXPECT_EQ(store.cells().at(1).state, CellState::left_out);
  EXPECT_EQ(store.cells().at(2).state, CellState::queued);
  plan(store, {planned("a"), planned("b", 250), planned("c", 125)});
  EXPECT_EQ(store.cells().at(0).state, CellState::failed);
  EXPECT_EQ(store.retry_failed(), 1u);
  EXPECT_EQ(store.cells().at(0).state, CellState::queued);
  EXPECT_EQ(store.cells().at(0).error, "");
  EXPECT_EQ(store.cells().at(1).state, CellState::left_out);
}

TEST_F(StoreTest, WhatThePlanLeavesOut) {
  StudyStore store(path());
  std::vector<PlannedCell> cells{planned("a")};
  cells[0].left_out = "has 10 images";
  const std::vector<UnreadDataSet> unread{{"lost", "is not there"}};
  store.set_plan(cells, unread, "hash");
  store.want(names(cells));
  EXPECT_EQ(store.take("me", 0, 10), std::nullopt);
  EXPECT_EQ(store.cells().at(0).error, "has 10 images");
  EXPECT_EQ(store.unread().at(0).name, "lost");
  EXPECT_EQ(store.study_hash(), "hash");
}

TEST_F(StoreTest, ContentsAndMeasurements) {
  StudyStore store(path());
  EXPECT_EQ(store.content("f"), std::nullopt);
  store.keep_content("f", "c");
  store.keep_content("f", "d");
  EXPECT_EQ(store.content("f"), "d");
  EXPECT_FALSE(store.measured("m"));
  store.keep_measured("m", {1.0 / 3, Interval{0.25, 0.5}, 1e-4});
  EXPECT_EQ(store.measured("m")->dimension, 1.0 / 3);
  EXPECT_EQ(store.measured("m")->dimension_interval->low, 0.25);
  EXPECT_EQ(store.measured("m")->label_sharpness, 1e-4);
}

TEST_F(StoreTest, ManyRunsAtOnceTakeEveryCellOnce) {
  constexpr std::size_t runs = 4, count = 60;
  std::vector<PlannedCell> cells;
  for (std::size_t i = 0; i < count; ++i) cells.push_back(planned("cell" + std::to_string(i), i + 2));
  std::vector<std::vector<std::string>> taken(runs);
  std::vector<std::thread> threads;
  for (std::size_t run = 0; run < runs; ++run) {
    threads.emplace_back([&, run] {
      StudyStore store(path());
      const std::string owner = "run" + std::to_string(run);
      store.set_plan(cells, {}, "hash");
      store.want(names(cells));
      while (const auto identity = store.take(owner, 0, 10)) {
        taken[run].push_back(*identity);
        EXPECT_TRUE(store.finish(*identity, owner, outcome(), 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::multiset<std::string> all;
  for (const auto& each : taken) all.insert(each.begin(), each.end());
  EXPECT_EQ(all.size(), count);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), count);
  EXPECT_EQ(read_results(StudyStore(path())).size(), count);
}

TEST_F(StoreTest, ANewerStoreIsRefusedByName) {
  { const StudyStore store(path()); }
  execute("PRAGMA user_version = 7");
  const std::string error = error_of_opening();
  EXPECT_NE(error.find("results.sqlite: was made by a newer Fathom (version 7"), std::string::npos) << error;
}

TEST_F(StoreTest, OtherFilesAreRefused) {
  EXPECT_NE(error_of_opening(StudyStore::Access::read).find("is not there"), std::string::npos);
  std::ofstream(path()) << std::string(5000, 'x');
  EXPECT_NE(error_of_opening().find("is damaged, or no store"), std::string::npos) << error_of_opening();
  fs::remove(path());
  execute("CREATE TABLE mine(x)");
  EXPECT_NE(error_of_opening().find("is no store of a study"), std::string::npos) << error_of_opening();
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_NE(error_of_opening().find("cannot be opened"), std::string::npos) << error_of_opening();
}

TEST_F(StoreTest, ALockedStoreIsSaidToBe) {
  StudyStore store(path(), StudyStore::Access::make, std::chrono::milliseconds(20));
  plan(store, {planned("a")});
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  try {
    store.take("me", 0, 10);
    ADD_FAILURE() << "a locked store was written to";
  } catch (const StoreError& error) {
    EXPECT_NE(
        std::string(error.what()).find("is locked by another program; end that program and run the same"),
        std::string::npos)
        << error.what();
  }
  EXPECT_EQ(store.cells().size(), 1u);  // reading goes on
  sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(handle);
  EXPECT_EQ(store.take("me", 0, 10), "a");
}

TEST_F(StoreTest, ADiskThatTakesNoMoreLosesNothing) {
  StudyStore store(path());
  plan(store, {planned("a")});
  store.keep_content("before", "kept");
  // A limit on the size of files stands for the end of the disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{64 << 10, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  std::string error;
  try {
    store.keep_content("large", std::string(1 << 20, 'x'));
  } catch (const StoreError& thrown) {
    error = thrown.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(error.find("results.sqlite: cannot be"), std::string::npos) << error;
  EXPECT_NE(error.find("nothing that is done is lost"), std::string::npos) << error;
  EXPECT_EQ(store.content("before"), "kept");
  EXPECT_EQ(store.content("large"), std::nullopt);
  store.keep_content("after", "kept too");
  EXPECT_EQ(StudyStore(path()).content("after"), "kept too");
}

TEST(Status, CountsAndExpectsTimes) {
  const auto cell = [](const std::string& model, std::size_t samples, CellState state, double seconds) {
    StoredCell made;
    made.name = {"set", "", {}, model, samples, 0};
    made.state = state;
    made.seconds = seconds;
    return made;
  };
  std::vector<StoredCell> cells{cell("a", 100, CellState::done, 10),  cell("a", 100, CellState::done, 20),
                                cell("a", 100, CellState::queued, 0), cell("a", 200, CellState::running, 0),
                                cell("a", 100, CellState::failed, 0), cell("a", 900, CellState::left_out, 0)};
  StudyStatus status = status_of(cells, {});
  // A queued one of 100 images takes (10 + 20) / 2; of 200 images, where none is done, 0.15 s an image.
  EXPECT_DOUBLE_EQ(status.seconds_left.value(), 15 + 30);
  ASSERT_EQ(status.groups.size(), 1u);
  EXPECT_EQ(status.counts.done, 2u);
  EXPECT_EQ(status.counts.queued, 1u);
  EXPECT_EQ(status.counts.running, 1u);
  EXPECT_EQ(status.counts.failed, 1u);
  EXPECT_EQ(status.counts.left_out, 1u);
  EXPECT_EQ(status.failed.size(), 1u);
  cells.push_back(cell("b", 100, CellState::queued, 0));
  status = status_of(cells, {});
  EXPECT_FALSE(status.seconds_left);  // nothing is known of b
  EXPECT_EQ(status.groups.size(), 2u);
}

}  // namespace
}  // namespace fathom
