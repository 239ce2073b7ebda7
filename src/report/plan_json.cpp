#include "fathom/report/plan_report.h"
#include "report/relate_json.h"

namespace fathom {

namespace {

Json curve_of(const AnnotationPlan& plan) {
  Json points = Json::array();
  for (const PlanPoint& point : plan.curve) {
    const Prediction& outcome = point.outcome;
    points.push_back(
        {{"samples", point.samples},
         {"predicted", known(outcome.value)},
         {"interval", Json::array({known(outcome.interval.low), known(outcome.interval.high)})}});
  }
  return points;
}

}  // namespace

std::string plan_json(const PlanRecord& record, std::span<const std::string> command) {
  const PlanQuestion& question = record.question;
  const AnnotationPlan& plan = record.plan;
  const double target = question.target_loss ? *question.target_loss : *question.target_accuracy;
  Json json = document_head("fathom.plan/1", command);
  json.update(
      {{"source", plan.pilot ? "pilot" : "study"},
       {"target", {{"quantity", plan.quantity}, {"value", target}}},
       {"dimension", or_null(question.dimension)},
       {"label_sharpness", or_null(question.label_sharpness)},
       {"model", or_null(question.model)},
       {"domain", or_null(question.domain)},
       {"samples", {{"value", plan.samples}, {"interval", Json::array({plan.low, or_null(plan.high)})}}},
       {"confidence", question.confidence},
       {"samples_fitted", Json::array({plan.smallest_samples, plan.largest_samples})},
       {"extrapolation", plan.samples / static_cast<double>(plan.largest_samples)},
       {"fit", json_of(plan.fit)},
       {"curve", curve_of(plan)},
       {"warnings", plan_warnings(record)}});
  return text_of(json);
}

}  // namespace fathom
