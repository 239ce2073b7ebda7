#include "room.h"

#include <cstdint>
#include <string>

#include "byte_size.h"
#include "fathom/core/available_memory.h"
#include "fathom/core/error.h"

namespace fathom::python {

namespace {

constexpr std::size_t kMostRows = (std::size_t{1} << 31) - 1;
/// Candidates while pairs are compared, the table, and the arrays handed out.
constexpr double kBytesEach = 46.0;
/// So little is always there, and asking takes as long as measuring few rows.
constexpr double kNegligible = 32.0 * (1 << 20);

}  // namespace

void check_room(std::size_t rows, std::size_t neighbors) {
  if (rows > kMostRows) {
    throw InputError("X",
                     "has " + std::to_string(rows) + " rows, and " + std::to_string(kMostRows) +
                         " are the most that can be compared",
                     "give fewer rows");
  }
  const double bytes = kBytesEach * static_cast<double>(rows) * static_cast<double>(neighbors);
  if (bytes <= kNegligible) return;
  const auto available = static_cast<double>(available_memory());
  if (bytes <= available) return;
  throw InputError("X",
                   std::to_string(neighbors) + " neighbors of each of " + std::to_string(rows) +
                       " rows take about " + byte_size_text(static_cast<std::uint64_t>(bytes)) +
                       " of memory, and this machine has " +
                       byte_size_text(static_cast<std::uint64_t>(available)) + " left",
                   "ask for fewer neighbors, or give fewer rows");
}

}  // namespace fathom::python
