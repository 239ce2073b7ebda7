// The warnings of `relate`, kind by kind.
#pragma once

#include <vector>

#include "fathom/report/relate_report.h"
#include "report/warning_lines.h"

namespace fathom {

/// As relate_warnings, which has them in one list.
std::vector<WarningKind> relate_warning_kinds(const RelateRecord& record);

}  // namespace fathom
