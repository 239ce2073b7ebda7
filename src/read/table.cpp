#include "fathom/read/table.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>

#include "fathom/core/nearest_word.h"
#include "read/table_header.h"
#include "read/table_reader.h"
#include "read/table_text.h"

namespace fathom {

void check_header(std::vector<std::string>& header, const std::string& where, UnnamedColumns unnamed) {
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < header.size(); ++i) {
    header[i] = std::string(trimmed(header[i]));
    if (header[i].empty() && unnamed == UnnamedColumns::allowed) continue;
    const bool row_numbers = i == 0 && header.size() > 1;
    if (header[i].empty() && !row_numbers) {
      throw InputError(where, "column " + std::to_string(i + 1) + " has no name",
                       "name every column in the first line");
    }
    if (!seen.insert(header[i]).second) {
      throw InputError(where, "two columns are named " + shown(header[i]),
                       "give every column a name of its own");
    }
  }
}

std::size_t Table::column(std::string_view wanted) const {
  const auto found = std::find(header.begin(), header.end(), wanted);
  if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  std::string there;
  for (const std::string& each : header) there += (there.empty() ? "" : ", ") + shown(each);
  const std::optional<std::string> nearest = nearest_word(wanted, header);
  throw InputError(name, "has no column " + shown(wanted) + " (its columns: " + there + ")",
                   nearest ? "did you mean " + shown(*nearest) + "?" : "name one of its columns");
}

namespace {

Table read_all(TableReader reader) {
  Table table;
  table.name = reader.name();
  table.header = reader.header();
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    table.rows.push_back(std::move(fields));
    table.lines.push_back(reader.line());
  }
  return table;
}

}  // namespace

Table parse_table(std::string_view text, std::string name, UnnamedColumns unnamed) {
  return read_all({open_bytes(std::as_bytes(std::span(text))), std::move(name), unnamed});
}

Table read_table(const std::filesystem::path& path, UnnamedColumns unnamed) {
  return read_all({open_bytes(path), path.string(), unnamed});
}

}  // namespace fathom
