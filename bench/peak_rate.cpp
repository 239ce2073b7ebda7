#include "peak_rate.h"

#include <cstdint>

#include "fathom/core/parallel.h"
#include "fathom/core/simd_level.h"
#include "seconds.h"

namespace fathom::bench {

namespace {

#if defined(__x86_64__)

constexpr std::uint64_t kTurns = 50'000'000;
constexpr double kMultiplyAddsATurn = 12 * 64;  // twelve instructions of 64 bytes

// One block of assembly, since a compiler that owned the registers could spill them. Twelve sums hide the
// latency of the instruction on every processor that has it.
__attribute__((target("avx512f,avx512vnni"))) void multiply_add_in_registers(std::uint64_t turns) {
  asm volatile(
      "vpxord %%zmm12, %%zmm12, %%zmm12\n\t"
      "vpxord %%zmm13, %%zmm13, %%zmm13\n\t"
      ".balign 64\n"
      "1:\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm0\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm1\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm2\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm3\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm4\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm5\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm6\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm7\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm8\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm9\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm10\n\t"
      "vpdpbusd %%zmm12, %%zmm13, %%zmm11\n\t"
      "dec %0\n\t"
      "jnz 1b\n\t"
      "vzeroupper"
      : "+r"(turns)
      :
      : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
        "xmm11", "xmm12", "xmm13");
}

#endif

}  // namespace

std::optional<double> peak_rate([[maybe_unused]] unsigned threads) {
#if defined(__x86_64__)
  if (best_simd_level() >= SimdLevel::avx512_vnni) {
    const double time = seconds([&] {
      parallel_for(threads, threads, [](std::size_t, unsigned) { multiply_add_in_registers(kTurns); });
    });
    return static_cast<double>(threads) * static_cast<double>(kTurns) * kMultiplyAddsATurn / time;
  }
#endif
  return std::nullopt;
}

}  // namespace fathom::bench
