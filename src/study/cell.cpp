#include "fathom/study/cell.h"

#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "fathom/core/hash.h"

namespace fathom {

namespace {

std::string text_of_value(double number) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}
std::string text_of_value(bool yes) {
  return yes ? "true" : "false";
}
std::string text_of_value(std::size_t count) {
  return std::to_string(count);
}
std::string text_of_value(std::string_view word) {
  return std::string(word);
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

void add(SettingTexts& settings, const std::string& prefix, const EstimatorChoice& choice) {
  settings[prefix + ".estimator"] = choice.estimator;
  settings[prefix + ".variant"] = choice.variant;
  if (choice.estimator == "mle") settings[prefix + ".k"] = std::to_string(choice.k);
}

void add(SettingTexts& settings, const Recipe& recipe) {
  visit_fields(recipe, [&](const char* name, const auto& value) {
    settings[std::string("recipe.") + name] = text_of_value(value);
  });
}

void add(SettingTexts& settings, const AttackOptions& attack) {
  std::vector<std::string> methods, epsilons;
  for (const AttackMethod method : attack.methods) methods.emplace_back(attack_method_name(method));
  for (const double epsilon : attack.epsilons) epsilons.push_back(text_of_value(epsilon));
  settings["attack.method"] = joined(methods, ",");
  settings["attack.epsilon"] = joined(epsilons, ",");
  if (settings["attack.method"].find("pgd") == std::string::npos) return;
  settings["attack.steps"] = std::to_string(attack.steps);
  settings["attack.step_size"] = attack.step_size ? text_of_value(*attack.step_size) : "2.5 epsilon / steps";
  settings["attack.seed"] = std::to_string(attack.seed);
}

/// Which images are trained on.
SettingTexts image_settings(const CellSettings& cell) {
  SettingTexts settings;
  settings["result_version"] = std::to_string(kResultVersion);
  settings["content"] = cell.content;
  settings["protocol"] = cell.protocol;
  settings["samples"] = std::to_string(cell.name.samples);
  settings["test_samples"] = cell.test_samples ? std::to_string(*cell.test_samples) : "default";
  settings["uneven"] = text_of_value(cell.uneven);
  settings["seed.split"] = std::to_string(cell.seeds.split);
  return settings;
}

}  // namespace

std::string text_of(const CellName& name) {
  std::string text = name.dataset;
  if (!name.classes.empty()) text.append(" ").append(joined(name.classes, "/"));
  return text + " " + name.model + " N=" + std::to_string(name.samples) +
         " seed=" + std::to_string(name.seed);
}

SettingTexts measure_settings(const CellSettings& cell) {
  SettingTexts settings = image_settings(cell);
  add(settings, "measure", cell.measure);
  return settings;
}

SettingTexts train_settings(const CellSettings& cell) {
  SettingTexts settings = image_settings(cell);
  settings["model"] = cell.name.model;
  settings["seed.initialization"] = std::to_string(cell.seeds.initialization);
  settings["seed.order"] = std::to_string(cell.seeds.order);
  add(settings, cell.recipe);
  return settings;
}

SettingTexts cell_settings(const CellSettings& cell) {
  SettingTexts settings = train_settings(cell);
  settings.merge(measure_settings(cell));
  if (cell.attack) add(settings, *cell.attack);
  if (cell.represent) {
    settings["represent.layers"] = joined(cell.represent->layers, ",");
    settings["represent.pool"] = cell.represent->pool;
    add(settings, "represent", cell.represent->estimator);
  }
  return settings;
}

std::string identity_of(const SettingTexts& settings) {
  std::string text;
  for (const auto& [key, value] : settings) {
    text += key + "=" + std::to_string(value.size()) + ":" + value + "\n";
  }
  return hash128(std::as_bytes(std::span<const char>(text))).text();
}

}  // namespace fathom
