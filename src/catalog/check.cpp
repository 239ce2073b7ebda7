#include "fathom/catalog/check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "fathom/core/parallel_stage.h"

namespace fathom {

namespace {

constexpr std::array kSplits = {Split::train, Split::validation, Split::test};

std::size_t count_split(const DataSet& data, Split split) {
  return static_cast<std::size_t>(std::ranges::count(data.records, split, &Record::split));
}

void count(const DataSet& data, CatalogCheck& check) {
  check.images = data.records.size();
  std::set<std::uint32_t> groups;
  for (const Record& record : data.records) {
    if (record.group) {
      groups.insert(*record.group);
    } else {
      ++check.ungrouped;
    }
  }
  check.groups = groups.size();
  for (const Split split : kSplits) {
    if (const std::size_t images = count_split(data, split); images > 0) {
      check.splits.emplace_back(split_name(split), images);
    }
  }
  if (data.label_columns.empty()) return;
  const std::vector<std::string>& classes = data.label_columns.front().classes;
  std::vector<std::size_t> counts(classes.size());
  for (const Record& record : data.records) ++counts[static_cast<std::size_t>(record.labels.front())];
  for (std::size_t c = 0; c < classes.size(); ++c) check.classes.emplace_back(classes[c], counts[c]);
}

/// Nothing for what cannot be told from the images of a task.
std::optional<std::size_t> found(const std::string& of, const DataSet& data, const CatalogCheck& check) {
  if (of == "images") return check.images;
  if (of == "groups") return check.groups;
  for (const Split split : kSplits) {
    if (of == split_name(split)) return count_split(data, split);
  }
  return std::nullopt;
}

void compare(const CatalogCard& card, const DataSet& data, CatalogCheck& check) {
  for (const CatalogCount& count : card.counts) {
    const std::optional<std::size_t> there = found(count.of, data, check);
    if (!there) continue;
    const bool left_out = !count.needed && *there == 0;
    check.comparisons.push_back({count.of, count.count, *there, left_out || *there == count.count});
  }
}

/// The first of each class and split, or all.
std::vector<std::size_t> to_decode(const DataSet& data, bool every_image) {
  std::vector<std::size_t> chosen;
  std::set<std::pair<std::int32_t, Split>> seen;
  for (std::size_t i = 0; i < data.records.size(); ++i) {
    const Record& record = data.records[i];
    const std::int32_t label = record.labels.empty() ? 0 : record.labels.front();
    if (every_image || seen.emplace(label, record.split).second) chosen.push_back(i);
  }
  return chosen;
}

void decode(const DataSet& data, const CatalogCheckOptions& options, CatalogCheck& check,
            Progress& progress) {
  const std::vector<std::size_t> chosen = to_decode(data, options.every_image);
  std::vector<std::string> reasons(chosen.size());
  parallel_stage("reading " + data.name, chosen.size(), options.threads, progress, [&](std::size_t i) {
    try {
      data.pixels->read(data.records[chosen[i]].source);
    } catch (const ImageError& error) {
      reasons[i] = error.what();
    }
  });
  check.decoded = chosen.size();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!reasons[i].empty()) check.unreadable.push_back({data.records[chosen[i]].path, reasons[i]});
  }
}

}  // namespace

bool CatalogCheck::whole() const {
  return unreadable.empty() && std::ranges::all_of(comparisons, &CatalogComparison::good);
}

CatalogCheck check_download(const CatalogAddress& address, const ReadOptions& options,
                            const CatalogCheckOptions& wanted, Progress& progress) {
  ReadOptions reading = options;
  reading.progress = &progress;
  const DataSet data = open_catalog(address, reading);
  CatalogCheck check;
  check.address = address;
  check.notes = data.notes;
  count(data, check);
  compare(catalog_card(address.name), data, check);
  decode(data, wanted, check, progress);
  return check;
}

}  // namespace fathom
