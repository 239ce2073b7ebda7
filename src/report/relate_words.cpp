#include "report/relate_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace fathom {

namespace {

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string words_of(const CellSubset& subset) {
  std::vector<std::string> parts;
  if (subset.model) parts.push_back(*subset.model);
  if (subset.domain) parts.push_back(*subset.domain);
  if (subset.samples) parts.push_back(fmt::format("N = {}", *subset.samples));
  return joined(parts);
}

std::string words_of(const CorrelationSubset& subset) {
  std::vector<std::string> parts;
  if (subset.model) parts.push_back(*subset.model);
  if (subset.method) parts.push_back(*subset.method);
  if (subset.epsilon) parts.push_back(fmt::format("epsilon {:g}", *subset.epsilon));
  return joined(parts);
}

std::string words_of(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

}  // namespace fathom
