#include "cell_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "fathom/core/error.h"
#include "fathom/core/nearest_word.h"

namespace fathom {

namespace {

constexpr const char* kForm =
    "give dataset=NAME, model=NAME, samples=N or seed=N, with commas between several";

std::vector<std::string> texts_of(const auto& numbers) {
  std::vector<std::string> texts;
  for (const auto number : numbers) texts.push_back(std::to_string(number));
  return texts;
}

/// What cells of a study are called, by key.
std::map<std::string, std::vector<std::string>> names_in(const Study& study) {
  std::vector<std::string> data_sets;
  std::set<std::size_t> samples;
  for (const StudyDataSet& set : study.data_sets) {
    data_sets.push_back(set.name);
    samples.insert(set.samples.begin(), set.samples.end());
  }
  return {{"dataset", data_sets},
          {"model", study.models},
          {"samples", texts_of(samples)},
          {"seed", texts_of(study.seeds)}};
}

/// "did you mean model=vgg16?" for a name without its key, or with another.
std::optional<std::string> nearest_pair(const std::string& name,
                                        const std::map<std::string, std::vector<std::string>>& known) {
  std::vector<std::string> all;
  for (const auto& [key, names] : known) all.insert(all.end(), names.begin(), names.end());
  const std::optional<std::string> nearest = nearest_word(name, all);
  if (!nearest) return std::nullopt;
  for (const auto& [key, names] : known) {
    if (std::ranges::find(names, *nearest) != names.end()) {
      return fmt::format("did you mean {}={}?", key, *nearest);
    }
  }
  return std::nullopt;
}

[[noreturn]] void refuse_name(const std::string& key, const std::string& name,
                              const std::vector<std::string>& names) {
  const bool is_number = key == "samples" || key == "seed";
  const auto nearest = is_number ? std::nullopt : nearest_word(name, names);
  throw UsageError("--only", fmt::format("no cell of this study has {}={}", key, name),
                   fmt::format("{}there {} {}={}", nearest ? "did you mean " + *nearest + "? " : "",
                               names.size() == 1 ? "is" : "are", key, fmt::join(names, ", ")));
}

/// Every data set has its own training sizes.
void check_together(const CellFilter& filter, const Study& study) {
  if (!filter.contains("dataset") || !filter.contains("samples")) return;
  std::vector<std::string> sizes;
  for (const StudyDataSet& set : study.data_sets) {
    if (!filter.at("dataset").contains(set.name)) continue;
    for (const std::string& size : texts_of(set.samples)) {
      if (filter.at("samples").contains(size)) return;
      sizes.push_back(size);
    }
  }
  throw UsageError("--only",
                   fmt::format("no cell of this study has dataset={} and samples={}",
                               fmt::join(filter.at("dataset"), ","), fmt::join(filter.at("samples"), ",")),
                   fmt::format("there are samples={}", fmt::join(sizes, ", ")));
}

}  // namespace

CellFilter cell_filter(const std::vector<std::string>& words, const Study& study) {
  const auto known = names_in(study);
  CellFilter filter;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string name = equals == std::string::npos ? word : word.substr(equals + 1);
    const auto names = known.find(key);
    if (equals == std::string::npos || name.empty() || names == known.end()) {
      const std::optional<std::string> meant = nearest_pair(name, known);
      throw UsageError("--only", "\"" + word + "\" chooses no cells", (meant ? *meant + " " : "") + kForm);
    }
    if (std::ranges::find(names->second, name) == names->second.end()) {
      refuse_name(key, name, names->second);
    }
    filter[key].insert(name);
  }
  check_together(filter, study);
  return filter;
}

bool is_wanted(const CellName& name, const CellFilter& only) {
  const std::map<std::string, std::string> own{{"dataset", name.dataset},
                                               {"model", name.model},
                                               {"samples", std::to_string(name.samples)},
                                               {"seed", std::to_string(name.seed)}};
  return std::ranges::all_of(only,
                             [&](const auto& rule) { return rule.second.contains(own.at(rule.first)); });
}

}  // namespace fathom
