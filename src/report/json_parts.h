// What the JSON of several commands shares.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fathom/estimate/dimension.h"
#include "fathom/estimate/label_sharpness.h"
#include "fathom/prepare/protocol.h"

namespace fathom {

using Json = nlohmann::ordered_json;

/// null for what is not finite.
Json known(double value);
template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}
/// What every document begins with: `schema`, `version`, `command`.
Json document_head(std::string_view schema, std::span<const std::string> command);
Json json_of(const CalibratedValue& calibrated);
Json json_of(const DimensionEstimate& estimate);
Json json_of(const LabelSharpness& sharpness);
Json json_of(const Protocol& protocol, const std::optional<ImageSize>& size, std::size_t channels,
             const std::optional<PixelRange>& range);

/// Ends with a newline. File names are bytes; those that are not UTF-8 are shown with replacement characters,
/// never a failure.
std::string text_of(const Json& json);

}  // namespace fathom
