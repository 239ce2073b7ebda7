// A cell of a study: one data set, choice of classes, model, training size and seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fathom/learn/attack.h"
#include "fathom/learn/recipe.h"
#include "fathom/learn/train.h"
#include "fathom/study/study.h"

namespace fathom {

/// What a cell is called.
struct CellName {
  std::string dataset, domain;
  std::vector<std::string> classes;  ///< by label
  std::string model;
  std::size_t samples = 0;
  std::uint64_t seed = 0;
};

/// "cifar10 cat/dog resnet18 N=500 seed=0"
std::string text_of(const CellName& name);

/// Everything that determines the result of a cell.
struct CellSettings {
  CellName name;
  std::string content;   ///< hash of the prepared images, their labels, splits and groups
  std::string protocol;  ///< its name
  std::optional<std::size_t> test_samples;
  bool uneven = false;
  TrainSeeds seeds;
  Recipe recipe;
  EstimatorChoice measure;
  std::optional<AttackOptions> attack;
  std::optional<RepresentChoice> represent;
};

/// By name, as texts: all settings; those that decide what is measured on the training images; those that
/// decide what is learned. Names of data set and domain are in none of them: only what the images are counts.
using SettingTexts = std::map<std::string, std::string>;
SettingTexts cell_settings(const CellSettings& cell);
SettingTexts measure_settings(const CellSettings& cell);
SettingTexts train_settings(const CellSettings& cell);

/// 32 hexadecimal digits. Two cells with the same identity have the same result.
std::string identity_of(const SettingTexts& settings);

/// Version of the arithmetic of results, which is among the settings: a program that computes them in another
/// way makes the cells anew.
inline constexpr int kResultVersion = 1;

}  // namespace fathom
