#include "fathom/report/study_report.h"

#include <gtest/gtest.h>

namespace fathom {
namespace {

CellResult cell() {
  CellResult made;
  made.dataset = "a, b";
  made.domain = "natural";
  made.classes = {"cat", "dog"};
  made.model = "resnet18";
  made.samples = 500;
  made.seed = 3;
  made.dimension = 1.0 / 3;
  made.test_loss = 1e-10;
  return made;
}

TEST(CellResultsCsv, AColumnAMember) {
  EXPECT_EQ(cell_results_csv(std::vector{cell()}),
            "dataset,domain,classes,model,samples,seed,dimension,label_sharpness,representation_dimension,"
            "test_loss,test_accuracy,best_test_accuracy\r\n"
            "\"a, b\",natural,cat;dog,resnet18,500,3,0.3333333333333333,,,1e-10,,\r\n");
}

TEST(CellResultsCsv, AttacksAreColumnsByMethodAndEpsilon) {
  std::vector<CellResult> cells{cell(), cell()};
  cells[0].attacks = {{"pgd", 2, 0.5, 0.25}, {"fgsm", 0.5, 1.5, 0.75}};
  cells[1].attacks = {{"fgsm", 10, 2.5, 0.125}, {"fgsm", 2, 3.5, 0}};
  const std::string text = cell_results_csv(cells);
  EXPECT_NE(text.find(",best_test_accuracy,fgsm_0.5_loss,fgsm_0.5_accuracy,fgsm_2_loss,fgsm_2_accuracy,"
                      "fgsm_10_loss,fgsm_10_accuracy,pgd_2_loss,pgd_2_accuracy\r\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(",1e-10,,,1.5,0.75,,,,,0.5,0.25\r\n"), std::string::npos) << text;
  EXPECT_NE(text.find(",1e-10,,,,,3.5,0,2.5,0.125,,\r\n"), std::string::npos) << text;
}

TEST(CellResultsCsv, LayersAreJsonAndSeveralHaveAPeak) {
  std::vector<CellResult> cells{cell(), cell(), cell()};
  cells[0].layers = {{"a", 0.25, 5}, {"b", 0.5, 9}, {"c", 1, 2}};
  cells[1].layers = {{"c", 1, 2}};
  const std::string text = cell_results_csv(cells);
  EXPECT_NE(text.find("accuracy,peak_dimension,peak_relative_depth,layers\r\n"), std::string::npos) << text;
  EXPECT_NE(
      text.find(",9,0.5,\"[{\"\"name\"\":\"\"a\"\",\"\"relative_depth\"\":0.25,\"\"dimension\"\":5.0},"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find(",,,,\"[{\"\"name\"\":\"\"c\"\""), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("1e-10,,,,,\r\n")) << text;
}

TEST(StudyStatusTable, SaysWhatIsLeftAndWhatIsWrong) {
  StudyStatus status;
  status.groups = {{"a", "resnet18", {3, 1, 2, 1, 4}}};
  status.counts = status.groups[0].counts;
  status.seconds_left = 7500;
  StoredCell failed;
  failed.name = {"a", "", {"x", "y"}, "resnet18", 500, 2};
  failed.error = "the loss\nbecame NaN";
  status.failed = {failed};
  status.unread = {{"lost", "is not there"}};
  EXPECT_EQ(study_status_table(status),
            "data set     model  done  running  left  failed  left out\n"
            "a         resnet18     3        1     2       1         4\n"
            "\nabout 2 h 5 min left for one run\n"
            "\nfailed (run again with --retry-failed):\n"
            "  a x/y resnet18 N=500 seed=2: the loss\\nbecame NaN\n"
            "\ndata sets that could not be read:\n  lost: is not there\n");
}

TEST(AboutTime, RoundsToWhatAPersonWantsToKnow) {
  EXPECT_EQ(about_time(0.2), "about 1 s");
  EXPECT_EQ(about_time(99), "about 99 s");
  EXPECT_EQ(about_time(100), "about 2 min");
  EXPECT_EQ(about_time(3599), "about 1 h 0 min");
}

}  // namespace
}  // namespace fathom
