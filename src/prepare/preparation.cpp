#include "prepare/preparation.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace fathom {

namespace {

using Json = nlohmann::json;

Json json_of(ImageSize size) {
  return {size.height, size.width};
}

ImageSize size_from(const Json& json) {
  return {json.at(0).get<std::size_t>(), json.at(1).get<std::size_t>()};
}

Json json_of(const RowWriter::Layout& layout) {
  return {{"form", static_cast<int>(layout.form)},
          {"type", static_cast<int>(layout.type)},
          {"stored", json_of(layout.stored)},
          {"size", json_of(layout.size)},
          {"channels", layout.channels}};
}

RowWriter::Layout layout_from(const Json& json) {
  return {static_cast<RowWriter::Form>(json.at("form").get<int>()),
          static_cast<PixelType>(json.at("type").get<int>()), size_from(json.at("stored")),
          size_from(json.at("size")), json.at("channels").get<std::size_t>()};
}

/// Floats as their bytes: as numbers they would take several times as many.
Json json_of(const std::vector<float>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(float));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return Json::binary(std::move(bytes));
}

std::vector<float> floats_from(const Json& json) {
  const auto& bytes = json.get_binary();
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

/// Whether the parts count the same images.
bool agrees(const Preparation& preparation) {
  const auto in_rows = [&](std::uint32_t row) { return row < preparation.rows(); };
  const auto tried = [&](const Rejection& rejection) { return rejection.record < preparation.tried; };
  return preparation.rows() + preparation.rejected.size() == preparation.tried &&
         (preparation.layout || preparation.rows() == 0) && std::ranges::all_of(preparation.black, in_rows) &&
         std::ranges::all_of(preparation.rejected, tried) &&
         std::ranges::is_sorted(preparation.rejected, {}, &Rejection::record);
}

}  // namespace

std::size_t Preparation::first_record() const {
  std::size_t first = 0;
  while (first < rejected.size() && rejected[first].record == first) ++first;
  return first;
}

std::vector<std::uint8_t> pack(const Preparation& preparation) {
  Json rejected = Json::array();
  for (const Rejection& rejection : preparation.rejected) {
    // A reason may quote bytes of the file, which need not be text.
    rejected.push_back({rejection.record, Json::binary({rejection.reason.begin(), rejection.reason.end()})});
  }
  Json json{{"tried", preparation.tried},
            {"rejected", std::move(rejected)},
            {"alpha_dropped", preparation.alpha_dropped},
            {"black", preparation.black},
            {"contrast", json_of(preparation.contrast)},
            {"kept_colour", preparation.kept_colour}};
  if (preparation.full_scale) json["full_scale"] = *preparation.full_scale;
  if (preparation.layout) json["layout"] = json_of(*preparation.layout);
  return Json::to_cbor(json);
}

std::optional<Preparation> unpack(std::span<const std::uint8_t> bytes) {
  try {
    const Json json = Json::from_cbor(bytes.begin(), bytes.end());
    Preparation preparation;
    preparation.tried = json.at("tried").get<std::size_t>();
    for (const Json& entry : json.at("rejected")) {
      const auto& reason = entry.at(1).get_binary();
      preparation.rejected.push_back({entry.at(0).get<std::size_t>(), {reason.begin(), reason.end()}});
    }
    preparation.alpha_dropped = json.at("alpha_dropped").get<std::size_t>();
    preparation.black = json.at("black").get<std::vector<std::uint32_t>>();
    preparation.contrast = floats_from(json.at("contrast"));
    preparation.kept_colour = json.at("kept_colour").get<bool>();
    if (json.contains("full_scale")) preparation.full_scale = json["full_scale"].get<double>();
    if (json.contains("layout")) preparation.layout = layout_from(json["layout"]);
    return agrees(preparation) ? std::optional(std::move(preparation)) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace fathom
