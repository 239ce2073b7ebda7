// The document fathom.relate/1, and its parts that other documents hold.
#pragma once

#include <span>
#include <string>

#include "fathom/report/relate_report.h"
#include "report/json_parts.h"

namespace fathom {

Json relate_document(const RelateRecord& record, std::span<const std::string> command);
Json json_of(const LawFit& fit);

}  // namespace fathom
