#include "fathom/report/network_use.h"

#include <algorithm>

namespace fathom {

ShownImages shown_images(const DataSet& data, const PreparedData& prepared,
                         std::span<const std::uint32_t> rows) {
  ShownImages shown;
  shown.name = data.name;
  shown.path = data.path;
  shown.format = data.format;
  shown.images = rows.size();
  const Split first = rows.empty() ? Split::none : prepared.records[rows.front()].split;
  const bool one =
      std::ranges::all_of(rows, [&](std::uint32_t row) { return prepared.records[row].split == first; });
  shown.split = one && first != Split::none ? std::string(split_name(first)) : "all";
  if (!prepared.label_columns.empty()) {
    for (const std::string& name : prepared.label_columns.front().classes)
      shown.classes.emplace_back(name, 0);
    for (const std::uint32_t row : rows) {
      ++shown.classes[static_cast<std::size_t>(prepared.records[row].labels.front())].second;
    }
  }
  shown.protocol = prepared.protocol;
  shown.size = prepared.size;
  shown.channels = prepared.channels;
  shown.range = prepared.range;
  shown.content_hash = "xxh3:" + prepared.content_hash.text();
  shown.rejected = prepared.rejected;
  shown.notes = data.notes;
  return shown;
}

}  // namespace fathom
