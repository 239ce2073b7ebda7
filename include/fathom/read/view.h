// How the stored values of a medical image become grey levels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fathom {

/// | name | values | type |
/// | --- | --- | --- |
/// | stored | as stored: DICOM before rescaling, NIfTI after scl_slope and scl_inter | uint8, uint16, float32
/// | | window | through the file's own window | uint16 | | ct:brain, ct:subdural, ct:bone | Hounsfield units
/// through a fixed window | uint16 | | percentile | from the 0.1 to the 99.9 percentile, values beyond them
/// clipped | uint16 | | published | as the papers' scripts made 8-bit images of them | uint8 |
///
/// The 16-bit ones use all of 0..65535, rounded to the nearest: a protocol that scales by the maximum of the
/// image finds black at 0 and white at 65535.
enum class View : std::uint8_t { stored, window, ct_brain, ct_subdural, ct_bone, percentile, published };

/// "stored", "window", "ct:brain", ...: those that --view takes.
std::vector<std::string> view_names();
std::string_view view_name(View view);
/// Throws UsageError naming --view, listing those there are.
View parse_view(std::string_view name);

}  // namespace fathom
