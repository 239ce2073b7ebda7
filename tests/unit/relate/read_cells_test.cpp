#include "fathom/relate/read_cells.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fathom/core/error.h"

namespace fathom {
namespace {

std::string message(const std::string& text) {
  try {
    parse_cells(text, "cells.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ReadCells, EveryColumn) {
  const CellTable table = parse_cells(
      "dataset,domain,classes,model,samples,seed,dimension,label_sharpness,representation_dimension,test_"
      "loss,"
      "test_accuracy,best_test_accuracy,pgd_0.5_loss,pgd_0.5_accuracy,fgsm_2_loss,fgsm_2_accuracy,peak_"
      "dimension,"
      "peak_relative_depth,layers,notes\n"
      "brain,medical,no;yes,resnet18,1000.0,18446744073709551615,11.5,2e-4,8.25,0.5,0.8,0.85,3.5,0.2,1.5,0.4,"
      "30,0.35,[],x\n"
      "\"MNIST, 3 v 8\",natural,,vgg13,500,,,nan,NA,,,,,,2,0.5,,,,\n",
      "cells.csv");
  ASSERT_EQ(table.cells.size(), 2u);
  const CellResult& first = table.cells[0];
  EXPECT_EQ(first.dataset, "brain");
  EXPECT_EQ(first.domain, "medical");
  EXPECT_EQ(first.classes, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(first.model, "resnet18");
  EXPECT_EQ(first.samples, 1000u);
  EXPECT_EQ(first.seed, 18446744073709551615u);
  EXPECT_EQ(first.dimension, 11.5);
  EXPECT_EQ(first.label_sharpness, 2e-4);
  EXPECT_EQ(first.representation_dimension, 8.25);
  EXPECT_EQ(first.test_loss, 0.5);
  EXPECT_EQ(first.test_accuracy, 0.8);
  EXPECT_EQ(first.best_test_accuracy, 0.85);
  ASSERT_EQ(first.attacks.size(), 2u);
  EXPECT_EQ(first.attacks[0].method, "fgsm");
  EXPECT_EQ(first.attacks[0].epsilon, 2.0);
  EXPECT_EQ(first.attacks[0].loss, 1.5);
  EXPECT_EQ(first.attacks[1].epsilon, 0.5);
  EXPECT_EQ(first.attacks[1].accuracy, 0.2);
  ASSERT_EQ(first.layers.size(), 1u);
  EXPECT_EQ(first.layers[0].dimension, 30.0);
  EXPECT_EQ(first.layers[0].relative_depth, 0.35);
  const CellResult& second = table.cells[1];
  EXPECT_EQ(second.dataset, "MNIST, 3 v 8");
  EXPECT_FALSE(second.dimension || second.label_sharpness || second.representation_dimension ||
               second.test_loss);
  EXPECT_EQ(second.attacks.size(), 1u);
  EXPECT_TRUE(second.layers.empty());
  EXPECT_TRUE(second.classes.empty());
  EXPECT_EQ(table.unused_columns, (std::vector<std::string>{"notes"}));
  EXPECT_EQ(table.repeated, 0u);
}

TEST(ReadCells, RepeatedCellsAreCounted) {
  EXPECT_EQ(parse_cells("dataset,samples,seed\na,5,1\na,5,2\na,5,1\nb,5,1\n", "t").repeated, 1u);
}

TEST(ReadCells, ErrorsNameLineColumnAndValue) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
      {"dataset,dimension\na,5\n", {"cells.csv", "samples"}},
      {"samples,dimension\n5,5\n", {"cells.csv", "dataset"}},
      {"dataset,samples\n", {"cells.csv", "no rows"}},
      {"dataset,samples\n,5\n", {"cells.csv:2", "dataset"}},
      {"dataset,samples\na,5\nb,five\n", {"cells.csv:3", "samples \"five\"", "no number"}},
      {"dataset,samples\na,0\n", {"cells.csv:2", "samples \"0\""}},
      {"dataset,samples\na,2.5\n", {"samples \"2.5\""}},
      {"dataset,samples\na,\n", {"samples \"\""}},
      {"dataset,samples,dimension\na,5,0\n", {"dimension \"0\"", "not above 0"}},
      {"dataset,samples,dimension\na,5,1.5x\n", {"dimension \"1.5x\"", "no number"}},
      {"dataset,samples,dimension\na,5,inf\n", {"dimension \"inf\"", "no number"}},
      {"dataset,samples,test_loss\na,5,-0.5\n", {"test_loss \"-0.5\"", "below 0"}},
      {"dataset,samples,test_accuracy\na,5,87\n", {"test_accuracy \"87\"", "shares, not percentages"}},
      {"dataset,samples,fgsm_2_loss\na,5,1\n", {"cells.csv", "fgsm_2_loss", "accuracy"}},
      {"dataset,samples,fgsm_2_loss,fgsm_2_accuracy\na,5,1,\n", {"cells.csv:2", "fgsm_2_loss", "not both"}},
      {"dataset,samples,fgsm_2_loss,fgsm_2_accuracy,fgsm_2.0_loss\na,5,1,1,1\n",
       {"fgsm_2_loss", "fgsm_2.0_loss"}},
      {"dataset,samples,seed\na,5,-1\n", {"cells.csv:2", "seed \"-1\""}},
  };
  for (const auto& each : cases) {
    const std::string found = message(each.first);
    for (const std::string& text : each.second) {
      EXPECT_NE(found.find(text), std::string::npos) << each.first << "\n-> " << found;
    }
  }
}

TEST(ReadCells, FileThatIsNotThere) {
  const std::vector<std::filesystem::path> files{"/nowhere/cells.csv"};
  EXPECT_THROW(read_cells(files), InputError);
}

}  // namespace
}  // namespace fathom
