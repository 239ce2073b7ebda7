#include "fathom/core/simd_level.h"

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr SimdLevel kAll[] = {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512, SimdLevel::avx512_vnni};

bool supported(SimdLevel level) {
#if defined(__x86_64__)
  // GCC's feature test asks the operating system too: a level whose registers are not saved is not reported.
  switch (level) {
    case SimdLevel::scalar:
      return true;
    case SimdLevel::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case SimdLevel::avx512:
      return supported(SimdLevel::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    case SimdLevel::avx512_vnni:
      return supported(SimdLevel::avx512) && __builtin_cpu_supports("avx512vnni");
  }
  return false;
#else
  return level == SimdLevel::scalar;
#endif
}

}  // namespace

std::vector<SimdLevel> supported_simd_levels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level : kAll) {
    if (supported(level)) levels.push_back(level);
  }
  return levels;
}

SimdLevel best_simd_level() {
  return supported_simd_levels().back();
}

std::string_view simd_name(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      return "scalar";
    case SimdLevel::avx2:
      return "avx2";
    case SimdLevel::avx512:
      return "avx512";
    case SimdLevel::avx512_vnni:
      return "avx512-vnni";
  }
  throw InternalError("unknown SIMD level");
}

SimdLevel parse_simd_level(std::string_view name) {
  if (name == "auto") return best_simd_level();
  std::string known;
  for (const SimdLevel level : supported_simd_levels()) {
    if (simd_name(level) == name) return level;
    known += (known.empty() ? "" : ", ") + std::string(simd_name(level));
  }
  throw UsageError("--simd", "\"" + std::string(name) + "\" is not a level that this machine can run",
                   "use auto or one of: " + known);
}

}  // namespace fathom
