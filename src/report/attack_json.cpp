#include <utility>

#include "fathom/core/version.h"
#include "fathom/report/attack_report.h"
#include "report/json_parts.h"
#include "report/network_json.h"

namespace fathom {

namespace {

Json losses(const SampleLosses& losses) {
  return {{"loss", known(losses.loss)},
          {"loss_std_error", known(losses.loss_std_error)},
          {"accuracy", losses.accuracy},
          {"accuracy_interval", Json::array({losses.accuracy_low, losses.accuracy_high})},
          {"loss_as_published", known(losses.published_loss)}};
}

Json outcome(const AttackRecord& record, const AttackEvaluation& outcome) {
  const bool pgd = outcome.method == AttackMethod::pgd;
  Json json{{"method", attack_method_name(outcome.method)},
            {"epsilon", outcome.epsilon},
            {"epsilon_stored", outcome.epsilon_stored},
            {"steps", pgd ? Json(record.options.steps) : Json()},
            {"step_size", outcome.step_size ? Json(*outcome.step_size) : Json()}};
  json.update(losses(outcome.attacked));
  json["loss_penalty"] = known(outcome.loss_penalty);
  json["loss_penalty_std_error"] = known(outcome.loss_penalty_std_error);
  return json;
}

}  // namespace

std::string attack_json(const AttackRecord& record, std::span<const std::string> command) {
  Json attacks = Json::array();
  for (const AttackEvaluation& attack : record.result.outcomes) attacks.push_back(outcome(record, attack));
  const PixelRange& range = record.result.range;
  const Json json{
      {"schema", "fathom.attack/1"},
      {"version", version()},
      {"command", std::vector<std::string>(command.begin(), command.end())},
      {"dataset", json_of(record.images)},
      {"network", json_of(record.network)},
      {"seed", record.options.seed},
      {"threads", record.threads},
      {"batch_size", record.batch_size},
      {"range", Json::array({range.low, range.high})},
      {"clean", losses(record.result.clean)},
      {"attacks", std::move(attacks)},
      {"seconds",
       {{"read", record.seconds_read}, {"attack", record.seconds_attack}, {"total", record.seconds_total}}},
      {"peak_memory_bytes", record.peak_memory_bytes},
      {"notes", record.images.notes}};
  return text_of(json);
}

}  // namespace fathom
