#include "report/json_parts.h"

#include <cmath>
#include <utility>
#include <vector>

#include "fathom/core/version.h"

namespace fathom {

namespace {

Json interval(const Interval& interval) {
  return Json::array({interval.low, interval.high});
}

Json json_of(const NeighborhoodSizes& sizes) {
  return {{"mean", sizes.mean},
          {"min", sizes.smallest},
          {"median", sizes.median},
          {"max", sizes.largest},
          {"at_limit", sizes.at_limit}};
}

Json json_of(const std::vector<DimensionComponent>& components) {
  Json list = Json::array();
  for (const DimensionComponent& one : components) {
    list.push_back({{"weight", one.weight}, {"value", one.value}, {"std_error", one.std_error}});
  }
  return list;
}

Json sampled(const SampledSharpness& sampled) {
  const auto drawn = [&](double value) { return sampled.draws > 0 ? Json(value) : Json(); };
  return {{"m", sampled.m},
          {"draws", sampled.draws},
          {"mean", drawn(sampled.mean)},
          {"sd", drawn(sampled.sd)},
          {"quantiles",
           {{"0.05", drawn(sampled.quantiles[0])},
            {"0.5", drawn(sampled.quantiles[1])},
            {"0.95", drawn(sampled.quantiles[2])}}}};
}

}  // namespace

Json known(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json document_head(std::string_view schema, std::span<const std::string> command) {
  return {{"schema", schema},
          {"version", version()},
          {"command", std::vector<std::string>(command.begin(), command.end())}};
}

Json json_of(const CalibratedValue& calibrated) {
  return {{"value", calibrated.value},
          {"std_error", calibrated.std_error},
          {"interval", interval(calibrated.interval)},
          {"ball", calibrated.ball},
          {"sphere", calibrated.sphere},
          {"torus", calibrated.torus}};
}

Json json_of(const DimensionEstimate& estimate) {
  Json json{{"estimator", estimate.estimator}, {"variant", estimate.variant}};
  if (estimate.k) json["k"] = *estimate.k;
  if (estimate.n1) json["n1"] = *estimate.n1;
  if (estimate.n2) json["n2"] = *estimate.n2;
  json["value"] = estimate.value;
  json["std_error"] = estimate.uncertainty ? Json(estimate.uncertainty->std_error) : Json();
  json["interval"] = estimate.uncertainty ? interval(estimate.uncertainty->interval) : Json();
  json["interval_method"] = estimate.interval_method;
  json["analytic_std_error"] = estimate.analytic ? Json(estimate.analytic->std_error) : Json();
  json["analytic_interval"] = estimate.analytic ? interval(estimate.analytic->interval) : Json();
  json["n"] = estimate.n;
  if (estimate.largest) json["largest"] = *estimate.largest;
  if (estimate.p_value) json["p_value"] = *estimate.p_value;
  if (estimate.k_star) json["k_star"] = json_of(*estimate.k_star);
  if (!estimate.components.empty()) json["components"] = json_of(estimate.components);
  if (estimate.noise_std) json["noise_std"] = *estimate.noise_std;
  if (estimate.calibrated) json["calibrated"] = json_of(*estimate.calibrated);
  if (!estimate.calibration_note.empty()) json["calibration_note"] = estimate.calibration_note;
  return json;
}

Json json_of(const LabelSharpness& sharpness) {
  Json pairs = Json::array();
  for (const SharpnessPair& pair : sharpness.pairs) {
    pairs.push_back({{"a", pair.a},
                     {"b", pair.b},
                     {"label_a", pair.label_a},
                     {"label_b", pair.label_b},
                     {"distance", pair.distance.value}});
  }
  Json json{{"value", sharpness.value},
            {"smallest_distance", sharpness.smallest_distance.value},
            {"pairs", std::move(pairs)},
            {"pair_count", sharpness.pair_count},
            {"per_pixel", sharpness.per_pixel},
            {"per_rms", sharpness.per_rms},
            {"quantile_pairs", sharpness.quantile_pairs},
            {"quantiles",
             {{"0.5", sharpness.quantiles[0]},
              {"0.9", sharpness.quantiles[1]},
              {"0.99", sharpness.quantiles[2]},
              {"0.999", sharpness.quantiles[3]},
              {"1", sharpness.value}}},
            {"sampled", sampled(sharpness.sampled)}};
  if (sharpness.as_published) {
    json["as_published"] = {{"m", sharpness.as_published->m},
                            {"pairs", sharpness.as_published->pairs},
                            {"value", sharpness.as_published->value}};
  }
  return json;
}

Json json_of(const Protocol& protocol, const std::optional<ImageSize>& size, std::size_t channels,
             const std::optional<PixelRange>& range) {
  return {{"name", protocol.name()},
          {"view", view_name(protocol.view)},
          {"size", size ? Json::array({size->height, size->width}) : Json()},
          {"channels", channels},
          {"range", range ? Json::array({range->low, range->high}) : Json()}};
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fathom
