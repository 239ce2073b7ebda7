#include "report/csv_parts.h"

#include <fmt/format.h>

namespace fathom {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string estimate_fields(const DimensionEstimate* estimate) {
  if (estimate == nullptr) return ",,,";
  if (!estimate->uncertainty) return fmt::format("{},,,", estimate->value);
  const Uncertainty& uncertainty = *estimate->uncertainty;
  return fmt::format("{},{},{},{}", estimate->value, uncertainty.std_error, uncertainty.interval.low,
                     uncertainty.interval.high);
}

}  // namespace fathom
