// Everything one `plan` has to say, and its two forms.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fathom/relate/annotation_plan.h"

namespace fathom {

struct PlanRecord {
  PlanQuestion question;
  AnnotationPlan plan;
};

/// Schema fathom.plan/1: docs/json.md and docs/schema/plan-1.schema.json. Ends with a newline.
std::string plan_json(const PlanRecord& record, std::span<const std::string> command);

/// For a terminal: the number of images, the fit, and what is to be expected at other numbers.
std::string plan_summary(const PlanRecord& record);

/// Sentences for the user, each saying what is the matter and what to do. Empty when all is well.
std::vector<std::string> plan_warnings(const PlanRecord& record);

}  // namespace fathom
