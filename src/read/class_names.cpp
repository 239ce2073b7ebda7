#include "read/class_names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace fathom {

namespace {

bool parse_integer(const std::string& name, std::int64_t& value) {
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, value);
  return error == std::errc() && stop == end;
}

/// Of equal numbers ("1", "01") the bytes decide.
void sort_by_number_or_bytes(std::vector<std::string>& names) {
  std::vector<std::pair<std::int64_t, std::string>> numbered;
  numbered.reserve(names.size());
  for (const std::string& name : names) {
    std::int64_t value = 0;
    if (!parse_integer(name, value)) {
      std::sort(names.begin(), names.end());
      return;
    }
    numbered.emplace_back(value, name);
  }
  std::sort(numbered.begin(), numbered.end());
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = std::move(numbered[i].second);
}

}  // namespace

IndexedClasses index_classes(std::string column, std::span<const std::string> names) {
  IndexedClasses result;
  result.column.name = std::move(column);
  std::unordered_map<std::string, std::int32_t> index;
  for (const std::string& name : names) {
    if (index.emplace(name, 0).second) result.column.classes.push_back(name);
  }
  sort_by_number_or_bytes(result.column.classes);
  for (std::size_t i = 0; i < result.column.classes.size(); ++i) {
    index[result.column.classes[i]] = static_cast<std::int32_t>(i);
  }
  result.labels.reserve(names.size());
  for (const std::string& name : names) result.labels.push_back(index[name]);
  return result;
}

}  // namespace fathom
