#include "fathom/study/study_file.h"

#include <gtest/gtest.h>

#include <set>

#include "fathom/core/error.h"

namespace fathom {
namespace {

const std::string kLeast =
    "models = [\"resnet18\"]\nsamples = [500]\n[[dataset]]\nname = \"a\"\npath = \"b\"\n";

/// The one line that is said of a study file.
std::string error_of(const std::string& text) {
  try {
    parse_study(text, "s.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(StudyFile, LeastOfAll) {
  const Study study = parse_study(kLeast, "grid/s.toml");
  EXPECT_EQ(study.name, "s");
  EXPECT_EQ(study.seeds, std::vector<std::uint64_t>{0});
  EXPECT_EQ(study.recipe, "fathom");
  EXPECT_EQ(study.measure.estimator + study.measure.variant, "mlepooled");
  EXPECT_FALSE(study.attack);
  EXPECT_FALSE(study.represent);
  ASSERT_EQ(study.data_sets.size(), 1u);
  EXPECT_EQ(study.data_sets[0].protocol.name(), "iclr2024");
  EXPECT_EQ(study.data_sets[0].samples, std::vector<std::size_t>{500});
  EXPECT_FALSE(study.data_sets[0].test_samples);
}

TEST(StudyFile, EveryKey) {
  const Study study = parse_study(R"(
name = "n"
models = ["resnet18", "vgg13"]
samples = [500, 250]
seeds = [3, 1]
split_seed = 9
class_seed = 7
test_samples = 100
uneven = true
keep_checkpoints = true
protocol = "pope2021"
size = 48
channels = "grey"
range = [0, 255]
compat = "iclr2024-code"
[recipe]
name = "iclr2024"
optimizer = "sgd"
schedule = "cosine"
decay = "weights"
head = "labels"
learning_rate = 0.5
momentum = 0.25
weight_decay = 0
warmup = 0.125
shift = 0.0625
epochs = 3
batch_size = 4
patience = 5
flip = true
normalize = false
[measure]
estimator = "twonn"
variant = "linear"
k = 5
[attack]
method = ["pgd", "fgsm"]
epsilon = [8, 0.5]
steps = 3
step_size = 2
[represent]
layers = ["layer1", "layer4"]
pool = "avg"
estimator = "mle"
variant = "mean"
k = 7
[[dataset]]
name = "a"
path = "p"
domain = "medical"
format = "table"
labels = "l.csv"
path_column = "file"
label_column = "sick"
group_column = "patient"
split_column = "part"
skip_bad = true
classes = [["x", "y"], ["y", "z"]]
split = "train"
images = 4000
view = "window"
[[dataset]]
name = "b"
path = "q"
class_pairs = 5
size = "native"
samples = 1000
test_samples = 50
uneven = false
[[dataset]]
name = "c"
path = "r"
classes = ["x", "y", "z"]
positive = "x"
slices = "coronal"
slice_range = "2:9"
slice_step = 3
min_foreground = 0.25
)",
                                  "s.toml");
  EXPECT_EQ(study.models, (std::vector<std::string>{"resnet18", "vgg13"}));
  EXPECT_EQ(study.seeds, (std::vector<std::uint64_t>{3, 1}));
  EXPECT_EQ(study.split_seed, 9u);
  EXPECT_EQ(study.class_seed, 7u);
  EXPECT_TRUE(study.keep_checkpoints);
  EXPECT_EQ(study.recipe, "iclr2024");
  EXPECT_EQ(study.changes.optimizer, "sgd");
  EXPECT_EQ(study.changes.schedule, "cosine");
  EXPECT_EQ(study.changes.decay, "weights");
  EXPECT_EQ(study.changes.head, "labels");
  EXPECT_EQ(study.changes.learning_rate, 0.5);
  EXPECT_EQ(study.changes.momentum, 0.25);
  EXPECT_EQ(study.changes.weight_decay, 0.0);
  EXPECT_EQ(study.changes.warmup, 0.125);
  EXPECT_EQ(study.changes.shift, 0.0625);
  EXPECT_EQ(study.changes.epochs, 3u);
  EXPECT_EQ(study.changes.batch_size, 4u);
  EXPECT_EQ(study.changes.patience, 5u);
  EXPECT_EQ(study.changes.flip, true);
  EXPECT_EQ(study.changes.normalize, false);
  EXPECT_EQ(study.measure.estimator + study.measure.variant, "twonnlinear");
  ASSERT_TRUE(study.attack);
  EXPECT_EQ(study.attack->methods, (std::vector{AttackMethod::pgd, AttackMethod::fgsm}));
  EXPECT_EQ(study.attack->epsilons, (std::vector<double>{0.5, 8}));
  EXPECT_EQ(study.attack->steps, 3u);
  EXPECT_EQ(study.attack->step_size, 2.0);
  ASSERT_TRUE(study.represent);
  EXPECT_EQ(study.represent->layers, (std::vector<std::string>{"layer1", "layer4"}));
  EXPECT_EQ(study.represent->pool, "avg");
  EXPECT_EQ(study.represent->estimator.estimator + study.represent->estimator.variant, "mlemean");
  EXPECT_EQ(study.represent->estimator.k, 7u);

  const StudyDataSet& a = study.data_sets.at(0);
  EXPECT_EQ(a.domain, "medical");
  EXPECT_EQ(a.read.format, "table");
  EXPECT_EQ(a.read.labels, "l.csv");
  EXPECT_EQ(a.read.path_column, "file");
  EXPECT_EQ(a.read.label_columns, std::vector<std::string>{"sick"});
  EXPECT_EQ(a.read.group_column, "patient");
  EXPECT_EQ(a.read.split_column, "part");
  EXPECT_TRUE(a.skip_bad);
  EXPECT_EQ(a.classes, (std::vector<std::vector<std::string>>{{"x", "y"}, {"y", "z"}}));
  EXPECT_EQ(a.split, Split::train);
  EXPECT_EQ(a.images, 4000u);
  EXPECT_EQ(a.read.view, View::window);
  EXPECT_EQ(a.protocol.name(), "pope2021-code+view=window+size=48+channels=grey+range=0,255");
  EXPECT_EQ(a.samples, (std::vector<std::size_t>{250, 500}));
  EXPECT_EQ(a.test_samples, 100u);
  EXPECT_TRUE(a.uneven);
  const StudyDataSet& b = study.data_sets.at(1);
  EXPECT_EQ(b.class_pairs, 5u);
  EXPECT_EQ(b.protocol.name(), "pope2021-code+size=native+channels=grey+range=0,255");
  EXPECT_EQ(b.samples, std::vector<std::size_t>{1000});
  EXPECT_EQ(b.test_samples, 50u);
  EXPECT_FALSE(b.uneven);
  EXPECT_EQ(study.data_sets.at(2).classes, (std::vector<std::vector<std::string>>{{"x", "y", "z"}}));
  EXPECT_EQ(study.data_sets.at(2).positive, "x");
  EXPECT_EQ(study.data_sets.at(2).read.slices, (SliceOptions{SliceAxis::coronal, 3, 2, 9, 0.25}));
  EXPECT_EQ(place_of(study, "recipe.learning_rate"), "s.toml:22");
  EXPECT_EQ(place_of(study, "dataset.b.class_pairs"), "s.toml:65");
  EXPECT_EQ(place_of(study, "dataset.b.classes"), "s.toml:62");
  EXPECT_EQ(place_of(study, "nothing.of.this"), "s.toml");
}

TEST(StudyFile, RecipesForSomeCells) {
  const std::string file = kLeast + R"([[dataset]]
name = "svhn"
path = "c"
[[recipe_for]]
datasets = "svhn"
models = ["resnet18"]
learning_rate = 0.000001
[[recipe_for]]
models = "resnet18"
name = "iclr2024"
epochs = 3
)";
  const Study study = parse_study(file, "s.toml");
  ASSERT_EQ(study.recipe_rules.size(), 2u);
  const RecipeRule &first = study.recipe_rules[0], &second = study.recipe_rules[1];
  EXPECT_EQ(first.changes.learning_rate, 1e-6);
  EXPECT_FALSE(first.recipe);
  EXPECT_TRUE(is_for(first, "svhn", "resnet18"));
  EXPECT_FALSE(is_for(first, "a", "resnet18"));
  EXPECT_FALSE(is_for(first, "svhn", "vgg13"));
  EXPECT_EQ(second.recipe, "iclr2024");
  EXPECT_EQ(second.changes.epochs, 3u);
  EXPECT_TRUE(is_for(second, "a", "resnet18"));
  EXPECT_EQ(place_of(study, "recipe_for.0.learning_rate"), "s.toml:12");
  EXPECT_EQ(place_of(study, "recipe_for.1.epochs"), "s.toml:16");
  EXPECT_EQ(error_of(kLeast + "[[recipe_for]]\ndatasets = \"svnh\"\n" +
                     "[[dataset]]\nname = \"svhn\"\npath = \"c\"\n"),
            "s.toml:7: datasets \"svnh\" is none of this study's; did you mean \"svhn\"?");
  EXPECT_NE(
      error_of(kLeast + "[[recipe_for]]\nepochs = 1\n").find("is for all cells; name datasets or models"),
      std::string::npos);
  EXPECT_EQ(error_of(kLeast + "[[recipe_for]]\nmodels = \"resnet18\"\nepoch = 1\n"),
            "s.toml:8: there is no key \"epoch\"; did you mean \"epochs\"?");
}

TEST(StudyFile, UnknownKeysAreNamedWithTheirLineAndTheNearestRightOne) {
  EXPECT_EQ(error_of("modles = [\"resnet18\"]\n"),
            "s.toml:1: there is no key \"modles\"; did you mean \"models\"?");
  EXPECT_EQ(error_of(kLeast + "class_pair = 2\n"),
            "s.toml:6: there is no key \"class_pair\"; did you mean \"class_pairs\"?");
  EXPECT_EQ(error_of("[recipe]\nlearningrate = 1\n" + kLeast),
            "s.toml:2: there is no key \"recipe.learningrate\"; did you mean \"learning_rate\"?");
  EXPECT_NE(error_of("zebra = 1\n" + kLeast).find("s.toml:1: there is no key \"zebra\"; see docs/study.md"),
            std::string::npos);
  EXPECT_EQ(error_of(kLeast + "[recipes]\nepochs = 1\n"),
            "s.toml:6: there is no key \"recipes\"; did you mean \"recipe\"?");
}

TEST(StudyFile, ErrorsNameFileAndLine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"models = [\n", "s.toml:"},
      {"", "models is missing"},
      {"models = [\"a\"]\nsamples = [500]\n", "dataset is missing"},
      {"models = [\"a\"]\n[[dataset]]\nname = \"a\"\npath = \"b\"\n",
       "s.toml:2: samples is given neither here"},
      {"models = [\"a\", \"a\"]\n" + kLeast.substr(kLeast.find("samples")),
       "s.toml:1: models names \"a\" twice"},
      {"models = [3]\n", "s.toml:1: models is no text"},
      {kLeast + "slices = \"x\"\n", "s.toml:6: slices \"x\" is no direction of slices"},
      {kLeast + "slice_range = \"5\"\n", "s.toml:6: slice_range \"5\" is no range of slices"},
      {kLeast + "slice_step = 0\n", "s.toml:6: slice_step"},
      {kLeast + "min_foreground = 2\n", "s.toml:6: min_foreground is no fraction"},
      {"samples = [1]\n", "s.toml:1: samples is no whole number of 2 or more"},
      {"samples = [-5]\n", "s.toml:1: samples is no whole number of 2 or more"},
      {"samples = []\n", "s.toml:1: samples is an empty list"},
      {"seeds = [1, 1]\n", "s.toml:1: seeds names 1 twice"},
      {"seeds = [1.5]\n", "s.toml:1: seeds is no whole number of 0 or more"},
      {"keep_checkpoints = 1\n", "s.toml:1: keep_checkpoints is neither true nor false"},
      {"protocol = \"x\"\n", "s.toml:1: protocol there is no protocol \"x\""},
      {"size = 0\n", "s.toml:1: size \"0\" is not a size"},
      {"range = [1]\n", "s.toml:1: range \"1\" is not a range"},
      {"recipe = 3\n", "s.toml:1: recipe is no table"},
      {"[recipe]\nlearning_rate = \"x\"\n", "s.toml:2: learning_rate is no number"},
      {"[recipe]\nlearning_rate = nan\n", "s.toml:2: learning_rate is no number"},
      {"[measure]\nestimator = \"gride\"\n", "s.toml:2: estimator \"gride\" is not known"},
      {"[measure]\nvariant = \"ml\"\n", "s.toml:2: variant \"ml\" is not known of mle"},
      {"[measure]\nk = 2\n", "s.toml:2: k is no whole number of 3 or more"},
      {"[attack]\nmethod = \"cw\"\n", "s.toml:2: method \"cw\" is no attack"},
      {"[attack]\nepsilon = [1, 1]\n", "s.toml:2: epsilon is no list of grey levels"},
      {"[attack]\nepsilon = 256\n", "s.toml:2: epsilon is no list of grey levels"},
      {"[attack]\nstep_size = 0\n", "s.toml:2: step_size is not above 0"},
      {"[represent]\nlayers = [\"all\", \"fc\"]\n", "s.toml:2: layers has \"all\" beside others"},
      {"[represent]\npool = \"max\"\n", "s.toml:2: pool \"max\" is no way to pool"},
      {kLeast + "classes = [\"x\"]\n", "s.toml:6: classes has a choice that is not two classes"},
      {kLeast + "classes = [\"x\", \"x\"]\n", "s.toml:6: classes has a choice that is not two classes"},
      {kLeast + "classes = [[\"x\", \"y\"], \"z\"]\n", "s.toml:6: classes mixes texts and lists"},
      {kLeast + "classes = [\"x\", \"y\"]\nclass_pairs = 1\n",
       "s.toml:7: class_pairs does not go with classes"},
      {kLeast + "positive = \"x\"\nclass_pairs = 1\n", "s.toml:6: positive does not go with class_pairs"},
      {kLeast + "split = \"most\"\n", "s.toml:6: split \"most\" is no split"},
      {kLeast + "[[dataset]]\npath = \"x\"\n", "s.toml:6: a [[dataset]] has no name"},
      {kLeast + "[[dataset]]\nname = \"x\"\n", "s.toml:6: a [[dataset]] has no path"},
      {kLeast + "[[dataset]]\nname = \"a\"\npath = \"x\"\n", "s.toml:7: name \"a\" is taken"},
      {"dataset = [1]\n", "s.toml:1: dataset is no list of tables"}};
  for (const auto& [text, words] : cases)
    EXPECT_NE(error_of(text).find(words), std::string::npos) << text << error_of(text);
}

TEST(StudyFile, TheTemplateIsAStudyWithThePapersGrid) {
  const Study study = parse_study(study_template(), "t.toml");
  EXPECT_EQ(study.models.size(), 6u);
  EXPECT_EQ(study.data_sets.size(), 11u);
  EXPECT_EQ(study.data_sets[0].samples, (std::vector<std::size_t>{500, 750, 1000, 1250, 1500, 1750}));
  EXPECT_EQ(study.data_sets[0].test_samples, 750u);
  EXPECT_EQ(study.recipe, "iclr2024");
  EXPECT_FALSE(study.changes.epochs);
  EXPECT_EQ(study.attack->epsilons, (std::vector<double>{1, 2, 4, 8}));
}

TEST(StudyFile, ThereMustBeOne) {
  EXPECT_THROW(read_study("/nowhere/s.toml"), InputError);
  EXPECT_THROW(read_study("/tmp"), InputError);
}

Study with_pairs(std::size_t pairs, std::uint64_t seed) {
  return parse_study("class_seed = " + std::to_string(seed) + "\n" + kLeast +
                         "class_pairs = " + std::to_string(pairs) +
                         "\n[[dataset]]\nname = \"b\"\npath = \"c\"\nclass_pairs = 10\n",
                     "s.toml");
}

TEST(ClassChoices, PairsAreAllDifferentAndFewerArePartOfMore) {
  const std::vector<std::string> classes{"0", "1", "2", "3", "4"};
  const auto pairs_of = [&](std::size_t pairs, std::uint64_t seed, std::size_t set = 0) {
    const Study study = with_pairs(pairs, seed);
    return class_choices(study, study.data_sets[set], classes);
  };
  const auto all = pairs_of(10, 3);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 10u);
  for (const auto& pair : all) EXPECT_LT(pair.at(0), pair.at(1));
  const auto four = pairs_of(4, 3);
  EXPECT_TRUE(std::equal(four.begin(), four.end(), all.begin()));
  EXPECT_NE(pairs_of(10, 4), all);
  EXPECT_NE(pairs_of(10, 3, 1), all);  // of another data set
  EXPECT_THROW(pairs_of(11, 3), InputError);
}

TEST(ClassChoices, NoneIsAllClasses) {
  const Study study = parse_study(kLeast, "s.toml");
  EXPECT_EQ(class_choices(study, study.data_sets[0], {"x", "y"}), std::vector<std::vector<std::string>>{{}});
}

}  // namespace
}  // namespace fathom
