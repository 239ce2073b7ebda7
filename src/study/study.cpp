#include "fathom/study/study.h"

#include <algorithm>
#include <span>

#include "fathom/core/error.h"
#include "fathom/core/hash.h"
#include "fathom/core/random.h"

namespace fathom {

bool is_for(const RecipeRule& rule, const std::string& data_set, const std::string& model) {
  const auto holds = [](const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
  };
  return holds(rule.data_sets, data_set) && holds(rule.models, model);
}

std::string place_of(const Study& study, const std::string& key) {
  for (std::string part = key;;) {
    const auto found = study.lines.find(part);
    if (found != study.lines.end()) return study.file + ":" + std::to_string(found->second);
    const std::size_t dot = part.rfind('.');
    if (dot == std::string::npos) return study.file;
    part.resize(dot);
  }
}

std::vector<std::vector<std::string>> class_choices(const Study& study, const StudyDataSet& data_set,
                                                    const std::vector<std::string>& classes) {
  if (data_set.class_pairs == 0) {
    return data_set.classes.empty() ? std::vector<std::vector<std::string>>{{}} : data_set.classes;
  }
  std::vector<std::vector<std::string>> pairs;
  for (std::size_t a = 0; a < classes.size(); ++a) {
    for (std::size_t b = a + 1; b < classes.size(); ++b) pairs.push_back({classes[a], classes[b]});
  }
  if (pairs.size() < data_set.class_pairs) {
    throw InputError(place_of(study, "dataset." + data_set.name + ".class_pairs"),
                     "class_pairs is " + std::to_string(data_set.class_pairs) + ", and the " +
                         std::to_string(classes.size()) + " classes of " + data_set.name + " make " +
                         std::to_string(pairs.size()) + " pairs",
                     "ask for fewer");
  }
  const std::uint64_t stream = hash128(std::as_bytes(std::span<const char>(data_set.name))).low;
  Generator generator = make_generator(study.class_seed, stream);
  shuffle(std::span(pairs), generator);
  pairs.resize(data_set.class_pairs);
  return pairs;
}

}  // namespace fathom
