#include "fathom/report/reference_json.h"

#include <map>
#include <vector>

#include "fathom/relate/reference_values.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

constexpr const char* kDimension = "dimension";

bool is_of_a_dataset(const ReferenceValue& value) {
  return !value.dataset.empty() && value.reading != "unconfirmed";
}

/// Of which networks on which data a value is, and where it stands.
Json identity_of(const ReferenceValue& value) {
  return {{"source", value.paper + ", " + value.location},
          {"dataset", value.dataset},
          {"domain", value.domain},
          {"model", value.model.empty() ? Json() : Json(value.model)},
          {"samples", value.samples ? Json(*value.samples) : Json()}};
}

/// Dimensions of whole data sets, by paper and data set.
std::map<std::string, double> dimensions() {
  std::map<std::string, double> found;
  for (const ReferenceValue& value : reference_values()) {
    if (!is_of_a_dataset(value) || value.quantity != kDimension || value.samples) continue;
    found.emplace(value.paper + "\n" + value.dataset, value.value);
  }
  return found;
}

}  // namespace

std::string reference_json() {
  std::vector<Json> entries;
  std::vector<std::string> papers;
  std::map<std::string, std::size_t> places;
  for (const ReferenceValue& value : reference_values()) {
    if (!is_of_a_dataset(value)) continue;
    const Json identity = identity_of(value);
    const auto [place, is_new] = places.emplace(identity.dump(), entries.size());
    if (is_new) {
      entries.push_back(identity);
      papers.push_back(value.paper);
    }
    entries[place->second][value.quantity] = known(value.value);
  }
  const std::map<std::string, double> overall = dimensions();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto found = overall.find(papers[i] + "\n" + entries[i]["dataset"].get<std::string>());
    if (found != overall.end() && !entries[i].contains(kDimension)) entries[i][kDimension] = found->second;
  }
  return text_of(Json(entries));
}

}  // namespace fathom
