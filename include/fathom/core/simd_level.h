// Which vector instructions the kernels use: chosen once, at run time, and recorded in every result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fathom {

/// Ascending: a level may use everything the levels before it may.
enum class SimdLevel { scalar, avx2, avx512, avx512_vnni };

/// Highest level this processor and operating system support.
SimdLevel best_simd_level();
/// All levels this machine can run, ascending; the first is scalar.
std::vector<SimdLevel> supported_simd_levels();

/// "scalar", "avx2", "avx512", "avx512-vnni".
std::string_view simd_name(SimdLevel level);
/// Inverse of simd_name; "auto" is best_simd_level(). Throws UsageError for an unknown name or a level that
/// this machine cannot run, naming those it can.
SimdLevel parse_simd_level(std::string_view name);

}  // namespace fathom
