#include "fathom/catalog/catalog.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "catalog/entry.h"
#include "fathom/core/error.h"
#include "fathom/core/nearest_word.h"
#include "read/lower_case.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

constexpr std::array kEntries = {brats_entry,   dbc_entry,      oai_entry,      chexpert_entry, mura_entry,
                                 rsna_entry,    prostate_entry, isic_entry,     mnist_entry,    svhn_entry,
                                 cifar10_entry, cifar100_entry, imagenet_entry, celeba_entry,   coco_entry};

std::optional<CatalogEntry> find_entry(std::string_view name) {
  const std::string wanted = lower_case(name);
  for (const auto make : kEntries) {
    CatalogEntry entry = make();
    if (entry.card.name == wanted) return entry;
  }
  return std::nullopt;
}

std::vector<std::string> entry_names() {
  std::vector<std::string> names;
  for (const auto make : kEntries) names.push_back(make().card.name);
  return names;
}

const CatalogTask* find_task(const CatalogCard& card, std::string_view name) {
  const std::string wanted = lower_case(name);
  const auto found = std::ranges::find_if(
      card.tasks, [&](const CatalogTask& task) { return lower_case(task.name) == wanted; });
  return found == card.tasks.end() ? nullptr : &*found;
}

[[noreturn]] void refuse_task(std::string_view data, const CatalogCard& card, std::string_view name) {
  std::string all;
  for (const CatalogTask& task : card.tasks) all += (all.empty() ? "" : ", ") + task.name;
  throw UsageError(std::string(data), card.name + " has no task \"" + std::string(name) + "\"",
                   (all.empty() ? "it has none" : "its tasks are: " + all) +
                       "; write ./ before a folder with a colon in its name");
}

void refuse_reading_options(const CatalogAddress& address, const ReadOptions& options) {
  const auto refuse = [&](const char* option) {
    throw UsageError(option, "does not go with " + address.name + ", whose files and columns are known",
                     "leave it out, or give the path alone to say yourself how it is read");
  };
  if (options.format != "auto") refuse("--format");
  if (options.labels) refuse("--labels");
  if (options.path_column) refuse("--path-column");
  if (!options.label_columns.empty()) refuse("--label-column");
  if (options.group_column) refuse("--group-column");
  if (options.split_column) refuse("--split-column");
}

void refuse_medical_options(const CatalogAddress& address, const ReadOptions& options, const DataSet& data) {
  if (options.view != View::stored && !data.pixels->medical()) {
    throw UsageError("--view", "is for DICOM and NIfTI, and " + address.name + " has neither",
                     "leave it out");
  }
  if (options.slices != SliceOptions()) {
    throw UsageError("--slices", "does not go with " + address.name + ", whose images are chosen by its rule",
                     "leave --slices, --slice-step, --slice-range and --min-foreground out");
  }
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  throw InputError(folder.string(), fs::exists(folder, error) ? "is no folder" : "does not exist",
                   "give the folder of the download");
}

/// "chexprt:DIR" is no path that is there, and nearly a name.
void refuse_unknown_name(const std::string& data, const fs::path& base) {
  const std::string name = data.substr(0, data.find(':'));
  std::error_code error;
  if (name.size() == data.size() || name.find('/') != std::string::npos || fs::exists(base / data, error))
    return;
  if (nearest_word(lower_case(name), entry_names())) catalog_card(name);
}

std::string address_text(const CatalogAddress& address, const CatalogCard& card) {
  const bool own = card.tasks.empty() || address.task == card.tasks.front().name;
  return own ? address.name : address.name + ":" + address.task;
}

}  // namespace

std::vector<CatalogCard> catalog() {
  std::vector<CatalogCard> cards;
  for (const auto make : kEntries) cards.push_back(make().card);
  return cards;
}

CatalogCard catalog_card(std::string_view name) {
  if (std::optional<CatalogEntry> entry = find_entry(name)) return std::move(entry->card);
  const std::vector<std::string> names = entry_names();
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  const std::optional<std::string> nearest = nearest_word(lower_case(name), names);
  throw UsageError("\"" + std::string(name) + "\"", "is not in the catalogue",
                   (nearest ? "did you mean " + *nearest + "? " : "") + std::string("it has: ") + all);
}

std::optional<CatalogAddress> catalog_address(std::string_view data) {
  const std::size_t colon = data.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<CatalogEntry> entry = find_entry(data.substr(0, colon));
  if (!entry) return std::nullopt;
  const CatalogCard& card = entry->card;
  CatalogAddress address{card.name, card.tasks.empty() ? "" : card.tasks.front().name, {}};
  std::string_view rest = data.substr(colon + 1);
  const std::size_t second = rest.find(':');
  if (second != std::string_view::npos && rest.substr(0, second).find('/') == std::string_view::npos) {
    const CatalogTask* const task = find_task(card, rest.substr(0, second));
    if (task == nullptr) refuse_task(data, card, rest.substr(0, second));
    address.task = task->name;
    rest.remove_prefix(second + 1);
  }
  if (rest.empty() || find_task(card, rest) != nullptr) {
    throw UsageError(std::string(data), "names no folder",
                     "write " + card.name + ":DIR, or " + card.name + ":TASK:DIR");
  }
  address.folder = rest;
  return address;
}

DataSet open_catalog(const CatalogAddress& address, const ReadOptions& options) {
  const std::optional<CatalogEntry> entry = find_entry(address.name);
  FATHOM_CHECK(entry.has_value());
  const CatalogCard& card = entry->card;
  static const CatalogTask none;
  const CatalogTask* const task = card.tasks.empty() ? &none : find_task(card, address.task);
  FATHOM_CHECK(task != nullptr);
  refuse_reading_options(address, options);
  check_folder(address.folder);
  DataSet data = entry->open({card, address.folder, *task, options});
  refuse_medical_options(address, options, data);
  data.name = address_text(address, card);
  data.path = data.name + ":" + address.folder.string();
  if (!task->classes.empty()) {
    data.notes.insert(data.notes.begin(), card.title + ", " + task->name + ": " + task->rule + ".");
  }
  return data;
}

DataSet open_data(const std::string& data, const ReadOptions& options, const fs::path& base) {
  const std::optional<CatalogAddress> address = catalog_address(data);
  if (!address) {
    refuse_unknown_name(data, base);
    return open_data_set(base / data, options);
  }
  CatalogAddress absolute = *address;
  absolute.folder = base / absolute.folder;
  return open_catalog(absolute, options);
}

}  // namespace fathom
