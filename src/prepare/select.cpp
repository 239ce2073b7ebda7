#include "fathom/prepare/select.h"

#include <algorithm>

#include "fathom/core/random.h"

namespace fathom {

namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most) text += ", ... (" + std::to_string(names.size()) + " in all)";
  return text;
}

LabelColumn& only_column(DataSet& data, const char* option) {
  if (data.label_columns.size() == 1) return data.label_columns.front();
  throw UsageError(
      option,
      data.label_columns.empty() ? data.path + " has no labels" : data.path + " has several label columns",
      data.label_columns.empty() ? "leave the option out, or give --labels"
                                 : "choose one with --label-column");
}

std::int32_t class_index(const LabelColumn& column, const std::string& name, const std::string& option,
                         const std::string& data) {
  const auto found = std::ranges::find(column.classes, name);
  if (found == column.classes.end()) {
    throw UsageError(option, data + " has no class \"" + name + "\"",
                     "its classes are: " + listed(column.classes));
  }
  return static_cast<std::int32_t>(found - column.classes.begin());
}

void keep_split(DataSet& data, Split split) {
  std::vector<std::string> present;
  for (const Split other : {Split::train, Split::validation, Split::test}) {
    const auto in_it = [other](const Record& record) { return record.split == other; };
    if (std::ranges::any_of(data.records, in_it)) present.emplace_back(split_name(other));
  }
  std::erase_if(data.records, [split](const Record& record) { return record.split != split; });
  if (!data.records.empty()) return;
  if (present.empty()) throw UsageError("--split", data.path + " has no splits", "leave --split out");
  throw UsageError("--split", data.path + " has no split \"" + std::string(split_name(split)) + "\"",
                   "its splits are: " + listed(present));
}

void keep_classes(DataSet& data, const std::vector<std::string>& classes) {
  const LabelColumn& column = only_column(data, "--classes");
  std::vector<std::int32_t> wanted;
  for (const std::string& name : classes) wanted.push_back(class_index(column, name, "--classes", data.path));
  std::erase_if(data.records, [&](const Record& record) {
    return std::ranges::find(wanted, record.labels[0]) == wanted.end();
  });
}

void oppose(DataSet& data, const std::string& positive) {
  LabelColumn& column = only_column(data, "--positive");
  const std::int32_t index = class_index(column, positive, "--positive", data.path);
  for (Record& record : data.records) record.labels[0] = record.labels[0] == index ? 1 : 0;
  column.classes = {"not " + positive, positive};
}

void drop_empty_classes(DataSet& data) {
  for (std::size_t c = 0; c < data.label_columns.size(); ++c) {
    LabelColumn& column = data.label_columns[c];
    std::vector<std::int32_t> renumbered(column.classes.size(), -1);
    for (const Record& record : data.records) renumbered[static_cast<std::size_t>(record.labels[c])] = 0;
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < renumbered.size(); ++i) {
      if (renumbered[i] < 0) continue;
      renumbered[i] = static_cast<std::int32_t>(kept.size());
      kept.push_back(column.classes[i]);
    }
    column.classes = std::move(kept);
    for (Record& record : data.records)
      record.labels[c] = renumbered[static_cast<std::size_t>(record.labels[c])];
  }
}

void draw_samples(DataSet& data, const Selection& selection) {
  const std::uint32_t samples = *selection.samples;
  if (samples > data.records.size()) {
    throw InputError(data.path,
                     "has " + std::to_string(data.records.size()) + " images, fewer than the " +
                         std::to_string(samples) + " wanted",
                     "ask for fewer with --samples");
  }
  const bool labelled = data.label_columns.size() == 1;
  const std::size_t classes = labelled ? data.label_columns[0].classes.size() : 1;
  std::vector<std::vector<std::uint32_t>> members(classes);
  for (std::uint32_t i = 0; i < data.records.size(); ++i) {
    members[labelled ? static_cast<std::size_t>(data.records[i].labels[0]) : 0].push_back(i);
  }
  std::vector<bool> keep(data.records.size(), false);
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t wanted = samples / classes + (c < samples % classes ? 1 : 0);
    if (wanted > members[c].size()) {
      throw InputError(data.path,
                       "class \"" + data.label_columns[0].classes[c] + "\" has " +
                           std::to_string(members[c].size()) + " images, fewer than its share of " +
                           std::to_string(wanted),
                       "ask for fewer with --samples");
    }
    if (!selection.listing_order) {
      Generator generator = make_generator(selection.seed, c);
      shuffle(std::span(members[c]), generator);
    }
    for (std::size_t i = 0; i < wanted; ++i) keep[members[c][i]] = true;
  }
  std::size_t next = 0;
  std::erase_if(data.records, [&](const Record&) { return !keep[next++]; });
  if (selection.listing_order) {
    data.notes.push_back(
        "The first images of each class were taken, in the order of the data, as the published code does: "
        "they may be of few patients, and of one kind.");
  }
}

}  // namespace

void select_records(DataSet& data, const Selection& selection) {
  if (selection.split) keep_split(data, *selection.split);
  if (!selection.classes.empty()) keep_classes(data, selection.classes);
  drop_empty_classes(data);
  if (selection.positive) oppose(data, *selection.positive);
  if (selection.samples) draw_samples(data, selection);
  drop_empty_classes(data);
  if (data.records.empty()) {
    throw InputError(data.path, "no image is left", "loosen --classes, --split or --samples");
  }
}

}  // namespace fathom
