#include "fathom/read/slices.h"

#include <charconv>
#include <string>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// A whole number; nothing for an empty text. Throws UsageError.
std::optional<std::size_t> slice_number(std::string_view text, std::string_view all) {
  if (text.empty()) return std::nullopt;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  throw UsageError("--slice-range", "\"" + std::string(all) + "\" is no range of slices",
                   "give FIRST:END, such as 40:120, counted from 0; END is not used itself");
}

}  // namespace

std::string_view slice_axis_name(SliceAxis axis) {
  switch (axis) {
    case SliceAxis::axial:
      return "axial";
    case SliceAxis::coronal:
      return "coronal";
    case SliceAxis::sagittal:
      return "sagittal";
  }
  throw InternalError("unknown slice axis");
}

SliceAxis parse_slice_axis(std::string_view name) {
  for (const SliceAxis axis : {SliceAxis::axial, SliceAxis::coronal, SliceAxis::sagittal}) {
    if (slice_axis_name(axis) == name) return axis;
  }
  throw UsageError("--slices", "\"" + std::string(name) + "\" is no direction of slices",
                   "use axial, coronal or sagittal");
}

void set_slice_range(SliceOptions& options, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) slice_number("-", text);
  options.first = slice_number(text.substr(0, colon), text).value_or(0);
  options.end = slice_number(text.substr(colon + 1), text);
  if (options.end && *options.end <= options.first) {
    throw UsageError("--slice-range", "\"" + std::string(text) + "\" holds no slice", "give FIRST below END");
  }
}

}  // namespace fathom
