#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "fathom/relate/reference_values.h"
#include "fathom/report/relate_report.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

/// What the quantities of one row share.
using Key = std::tuple<std::string, std::string, std::string, std::optional<std::size_t>>;

Key key_of(const ReferenceValue& value) {
  return {value.paper, value.location, value.dataset, value.samples};
}

bool is_listed(const ReferenceValue& value) {
  return !value.dataset.empty() && value.reading != "unconfirmed";
}

Json row_of(const ReferenceValue& value) {
  return {{"source", value.paper + ", " + value.location},
          {"reading", value.reading},
          {"dataset", value.dataset},
          {"domain", value.domain},
          {"model", value.model.empty() ? Json() : Json(value.model)},
          {"samples", value.samples ? Json(*value.samples) : Json()}};
}

/// A paper that measures a data set once means that dimension at every training size.
const ReferenceValue* dimension_of(const ReferenceValue& wanted) {
  for (const ReferenceValue& value : reference_values()) {
    if (value.quantity == "dimension" && value.paper == wanted.paper && value.dataset == wanted.dataset)
      return &value;
  }
  return nullptr;
}

}  // namespace

std::string reference_json() {
  std::map<Key, std::size_t> places;
  std::vector<Json> rows;
  for (const ReferenceValue& value : reference_values()) {
    if (!is_listed(value)) continue;
    const auto [place, is_new] = places.emplace(key_of(value), rows.size());
    if (is_new) rows.push_back(row_of(value));
    Json& row = rows[place->second];
    row[value.quantity] = value.value;
    if (value.quantity != "best_test_accuracy") continue;
    if (const ReferenceValue* dimension = dimension_of(value)) row["dimension"] = dimension->value;
  }
  return text_of(Json(std::move(rows)));
}

}  // namespace fathom
