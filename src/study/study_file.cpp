#include "fathom/study/study_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/nearest_word.h"
#include "study/toml_reader.h"

namespace fathom {

namespace {

/// What data sets take from the study unless they have their own.
struct Defaults {
  std::optional<std::string> protocol, view, size, channels, range, compat;
  std::vector<std::size_t> samples;
  std::optional<std::size_t> test_samples;
  bool uneven = false;
};

std::vector<std::size_t> sizes(const std::vector<std::uint64_t>& numbers) {
  std::vector<std::size_t> made(numbers.begin(), numbers.end());
  std::ranges::sort(made);
  return made;
}

/// "learning_rate" of "--learning-rate 3".
std::string key_of_option(const std::string& option) {
  std::string key = option.substr(0, option.find(' '));
  key.erase(0, key.find_first_not_of('-'));
  std::ranges::replace(key, '-', '_');
  return key;
}

void read_defaults(TomlReader& reader, Defaults& defaults) {
  const auto take = [&](const char* key, std::optional<std::string>& into) {
    if (std::optional<std::string> words = reader.words(key)) into = std::move(words);
  };
  take("protocol", defaults.protocol);
  take("view", defaults.view);
  take("size", defaults.size);
  take("channels", defaults.channels);
  take("range", defaults.range);
  take("compat", defaults.compat);
  if (const auto samples = reader.wholes("samples", 2); !samples.empty()) defaults.samples = sizes(samples);
  if (const auto test = reader.whole("test_samples", 2)) defaults.test_samples = *test;
  defaults.uneven = reader.flag("uneven").value_or(defaults.uneven);
}

Protocol protocol_of(const TomlReader& reader, const Defaults& wanted) {
  try {
    Protocol protocol = named_protocol(wanted.protocol.value_or("iclr2024"));
    if (wanted.view) set_view(protocol, *wanted.view);
    if (wanted.size) set_size(protocol, *wanted.size);
    if (wanted.channels) set_channels(protocol, *wanted.channels);
    if (wanted.range) set_range(protocol, *wanted.range);
    if (wanted.compat && *wanted.compat != "iclr2024-code") {
      throw UsageError("--compat", "\"" + *wanted.compat + "\" is not known",
                       "the one there is: iclr2024-code");
    }
    protocol.published_code = wanted.compat.has_value();
    return protocol;
  } catch (const UsageError& error) {
    reader.refuse(key_of_option(error.where()), error.reason(), error.remedy());
  }
}

EstimatorChoice estimator_choice(TomlReader& reader, EstimatorChoice choice) {
  const std::map<std::string, std::vector<std::string>> known{
      {"mle", {"pooled", "as_published", "mean", "mean_unbiased"}},
      {"twonn", {"ml", "linear", "as_published"}}};
  if (const auto estimator = reader.text("estimator")) {
    const auto found = known.find(*estimator);
    if (found == known.end()) {
      reader.refuse("estimator", "\"" + *estimator + "\" is not known", "use mle or twonn");
    }
    choice.estimator = *estimator;
    choice.variant = found->second.front();
  }
  if (const auto variant = reader.text("variant")) {
    const std::vector<std::string>& variants = known.at(choice.estimator);
    if (std::ranges::find(variants, *variant) == variants.end()) {
      std::string all;
      for (const std::string& each : variants) all += (all.empty() ? "" : ", ") + each;
      reader.refuse("variant", "\"" + *variant + "\" is not known of " + choice.estimator,
                    "use one of: " + all);
    }
    choice.variant = *variant;
  }
  if (const auto k = reader.whole("k", 3)) choice.k = *k;
  return choice;
}

RecipeChanges read_changes(TomlReader& reader) {
  RecipeChanges changes;
  changes.optimizer = reader.text("optimizer");
  changes.schedule = reader.text("schedule");
  changes.decay = reader.text("decay");
  changes.head = reader.text("head");
  changes.learning_rate = reader.number("learning_rate");
  changes.momentum = reader.number("momentum");
  changes.weight_decay = reader.number("weight_decay");
  changes.warmup = reader.number("warmup");
  changes.shift = reader.number("shift");
  changes.epochs = reader.whole("epochs", 1);
  changes.batch_size = reader.whole("batch_size", 2);
  changes.patience = reader.whole("patience");
  changes.flip = reader.flag("flip");
  changes.normalize = reader.flag("normalize");
  return changes;
}

void read_recipe(TomlReader reader, Study& study) {
  if (const auto name = reader.text("name")) study.recipe = *name;
  study.changes = read_changes(reader);
  reader.finish();
}

/// Names that are none of those that there are, with the nearest.
void check_known(const TomlReader& reader, const std::string& key, const std::vector<std::string>& names,
                 const std::vector<std::string>& known) {
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::optional<std::string> nearest = nearest_word(name, known);
    reader.refuse(key, "\"" + name + "\" is none of this study's",
                  nearest ? "did you mean \"" + *nearest + "\"?" : "name one that the study has");
  }
}

RecipeRule read_rule(TomlReader reader, const Study& study) {
  std::vector<std::string> data_sets;
  for (const StudyDataSet& set : study.data_sets) data_sets.push_back(set.name);
  RecipeRule rule;
  rule.data_sets = reader.texts("datasets");
  rule.models = reader.texts("models");
  rule.recipe = reader.text("name");
  rule.changes = read_changes(reader);
  reader.finish();
  check_known(reader, "datasets", rule.data_sets, data_sets);
  check_known(reader, "models", rule.models, study.models);
  if (rule.data_sets.empty() && rule.models.empty()) {
    reader.refuse("a [[recipe_for]]", "is for all cells", "name datasets or models, or write it in [recipe]");
  }
  return rule;
}

/// Lines of the table's keys go to the study's as "PLACE.key".
void keep_lines(Study& study, const std::string& place, const toml::table& table,
                const std::map<std::string, std::size_t>& lines) {
  for (const auto& [key, line] : lines) study.lines[place + "." + key] = line;
  study.lines[place] = table.source().begin.line;
}

void read_rules(const std::vector<const toml::table*>& tables, Study& study) {
  for (const toml::table* const table : tables) {
    std::map<std::string, std::size_t> lines;
    RecipeRule rule = read_rule({*table, study.file, "", lines}, study);
    keep_lines(study, "recipe_for." + std::to_string(study.recipe_rules.size()), *table, lines);
    study.recipe_rules.push_back(std::move(rule));
  }
}

AttackOptions read_attack(TomlReader reader) {
  AttackOptions options;
  if (const auto names = reader.texts("method"); !names.empty()) options.methods.clear();
  for (const std::string& name : reader.texts("method")) {
    if (name != "fgsm" && name != "pgd") {
      reader.refuse("method", "\"" + name + "\" is no attack", "use fgsm, pgd or both");
    }
    options.methods.push_back(name == "fgsm" ? AttackMethod::fgsm : AttackMethod::pgd);
  }
  if (const auto epsilons = reader.numbers("epsilon"); !epsilons.empty()) options.epsilons = epsilons;
  std::ranges::sort(options.epsilons);
  for (const double epsilon : options.epsilons) {
    if (epsilon < 0.0 || epsilon > 255.0 || std::ranges::count(options.epsilons, epsilon) > 1) {
      reader.refuse("epsilon", "is no list of grey levels from 0 to 255, each once",
                    "write it as epsilon = [1, 2, 4, 8]");
    }
  }
  if (const auto steps = reader.whole("steps", 1)) options.steps = *steps;
  options.step_size = reader.number("step_size");
  if (options.step_size && !(*options.step_size > 0.0)) {
    reader.refuse("step_size", "is not above 0", "give grey levels such as 2");
  }
  reader.finish();
  return options;
}

RepresentChoice read_represent(TomlReader reader) {
  RepresentChoice choice;
  if (const auto layers = reader.texts("layers"); !layers.empty()) choice.layers = layers;
  for (const std::string& word : choice.layers) {
    const bool stands_alone = word == "all" || word == "published" || word == "last";
    if (stands_alone && choice.layers.size() > 1) {
      reader.refuse("layers", "has \"" + word + "\" beside others",
                    "give all, published or last alone, or name layers");
    }
  }
  if (const auto pool = reader.text("pool")) choice.pool = *pool;
  if (choice.pool != "none" && choice.pool != "avg") {
    reader.refuse("pool", "\"" + choice.pool + "\" is no way to pool", "use none or avg");
  }
  choice.estimator = estimator_choice(reader, choice.estimator);
  reader.finish();
  return choice;
}

void read_classes(TomlReader& reader, StudyDataSet& set) {
  set.classes = reader.lists_of_texts("classes");
  for (const std::vector<std::string>& choice : set.classes) {
    const bool repeated = std::set<std::string>(choice.begin(), choice.end()).size() < choice.size();
    if (choice.size() < 2 || repeated) {
      reader.refuse("classes", "has a choice that is not two classes or more, each once",
                    "write it as classes = [\"cat\", \"dog\"], or a list of such lists");
    }
  }
  set.class_pairs = reader.whole("class_pairs", 1).value_or(0);
  if (set.class_pairs > 0 && !set.classes.empty()) {
    reader.refuse("class_pairs", "does not go with classes", "give one of them");
  }
  set.positive = reader.text("positive");
  if (set.positive && set.class_pairs > 0) {
    reader.refuse("positive", "does not go with class_pairs", "give one of them");
  }
}

/// What `take` makes of the text of a key; its faults are those of the line.
template <class Take>
void take_text(TomlReader& reader, const char* key, const Take& take) {
  const std::optional<std::string> text = reader.text(key);
  if (!text) return;
  try {
    take(*text);
  } catch (const UsageError& error) {
    reader.refuse(key, error.reason(), error.remedy());
  }
}

void read_slices(TomlReader& reader, SliceOptions& slices) {
  take_text(reader, "slices", [&](const std::string& text) { slices.axis = parse_slice_axis(text); });
  take_text(reader, "slice_range", [&](const std::string& text) { set_slice_range(slices, text); });
  if (const auto step = reader.whole("slice_step", 1)) slices.step = *step;
  if (const auto least = reader.number("min_foreground")) slices.min_foreground = *least;
  if (!(slices.min_foreground >= 0.0 && slices.min_foreground <= 1.0)) {
    reader.refuse("min_foreground", "is no fraction", "give a number from 0 to 1");
  }
}

StudyDataSet read_data_set(TomlReader reader, Defaults defaults) {
  StudyDataSet set;
  set.name = reader.text("name").value_or("");
  set.path = reader.text("path").value_or("");
  set.domain = reader.text("domain").value_or("");
  set.read.format = reader.text("format").value_or("auto");
  if (const auto labels = reader.text("labels")) set.read.labels = *labels;
  set.read.path_column = reader.text("path_column");
  if (const auto column = reader.text("label_column")) set.read.label_columns = {*column};
  set.read.group_column = reader.text("group_column");
  set.read.split_column = reader.text("split_column");
  read_slices(reader, set.read.slices);
  set.skip_bad = reader.flag("skip_bad").value_or(false);
  read_classes(reader, set);
  if (const auto split = reader.text("split"); split && *split != "all") {
    set.split = recognise_split(*split);
    if (!set.split) reader.refuse("split", "\"" + *split + "\" is no split", "use train, val, test or all");
  }
  if (const auto images = reader.whole("images", 2)) {
    if (*images > UINT32_MAX) reader.refuse("images", "is too large", "leave it out to use all images");
    set.images = static_cast<std::uint32_t>(*images);
  }
  read_defaults(reader, defaults);
  set.protocol = protocol_of(reader, defaults);
  set.read.view = set.protocol.view;
  set.samples = defaults.samples;
  set.test_samples = defaults.test_samples;
  set.uneven = defaults.uneven;
  reader.finish();  // a key that is missing may stand there in another spelling
  if (set.name.empty()) reader.refuse("a [[dataset]]", "has no name", "write name = \"...\"");
  if (set.path.empty()) reader.refuse("a [[dataset]]", "has no path", "write path = \"...\"");
  if (set.samples.empty()) {
    reader.refuse("samples", "is given neither here nor at the top", "write samples = [500, 1000]");
  }
  return set;
}

void read_data_sets(const std::vector<const toml::table*>& tables, const Defaults& defaults, Study& study) {
  for (const toml::table* const table : tables) {
    std::map<std::string, std::size_t> lines;
    TomlReader own(*table, study.file, "", lines);
    StudyDataSet set = read_data_set(own, defaults);
    for (const StudyDataSet& before : study.data_sets) {
      if (before.name != set.name) continue;
      TomlReader(*table, study.file, "", lines)
          .refuse("name", "\"" + set.name + "\" is taken", "give every data set a name of its own");
    }
    keep_lines(study, "dataset." + set.name, *table, lines);
    study.data_sets.push_back(std::move(set));
  }
}

toml::table parsed(std::string_view text, const std::string& file) {
  try {
    return toml::parse(text, std::string_view(file));
  } catch (const toml::parse_error& error) {
    throw InputError(file + ":" + std::to_string(error.source().begin.line),
                     "is no TOML (" + std::string(error.description()) + ")",
                     "see https://toml.io, or `fathom study init` for a file to begin with");
  }
}

}  // namespace

Study parse_study(std::string_view text, const std::string& file) {
  const toml::table root = parsed(text, file);
  Study study;
  study.file = file;
  TomlReader reader(root, file, "", study.lines);
  study.name = reader.text("name").value_or(std::filesystem::path(file).stem().string());
  study.models = reader.texts("models");
  study.seeds = reader.wholes("seeds");
  if (study.seeds.empty()) study.seeds = {0};
  study.split_seed = reader.whole("split_seed");
  study.class_seed = reader.whole("class_seed").value_or(0);
  study.keep_checkpoints = reader.flag("keep_checkpoints").value_or(false);
  Defaults defaults;
  read_defaults(reader, defaults);
  protocol_of(reader, defaults);
  if (const toml::table* const table = reader.table("recipe")) {
    read_recipe({*table, file, "recipe.", study.lines}, study);
  }
  if (const toml::table* const table = reader.table("measure")) {
    TomlReader measure(*table, file, "measure.", study.lines);
    study.measure = estimator_choice(measure, study.measure);
    measure.finish();
  }
  if (const toml::table* const table = reader.table("attack")) {
    study.attack = read_attack({*table, file, "attack.", study.lines});
  }
  if (const toml::table* const table = reader.table("represent")) {
    study.represent = read_represent({*table, file, "represent.", study.lines});
  }
  const std::vector<const toml::table*> tables = reader.tables("dataset");
  const std::vector<const toml::table*> rules = reader.tables("recipe_for");
  reader.finish();
  if (study.models.empty()) reader.refuse("models", "is missing", "write models = [\"resnet18\"]");
  if (tables.empty()) reader.refuse("dataset", "is missing", "add a [[dataset]] with name and path");
  read_data_sets(tables, defaults, study);
  read_rules(rules, study);
  return study;
}

Study read_study(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || !text || std::filesystem::is_directory(path)) {
    throw InputError(path.string(), "cannot be read",
                     "name a study file, or make one with `fathom study init`");
  }
  return parse_study(text.str(), path.string());
}

}  // namespace fathom
