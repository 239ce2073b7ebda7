#include "memory_check.h"

#include "byte_size.h"
#include "fathom/core/available_memory.h"
#include "fathom/core/error.h"
#include "fathom/estimate/memory_need.h"

namespace fathom {

std::function<void(const MatrixShape&)> memory_check(const std::string& cap, const std::string& data,
                                                     std::uint64_t arrays, bool in_file,
                                                     const MeasureOptions& options) {
  return [=](const MatrixShape& shape) {
    const MemoryNeed need = memory_need(shape, arrays, in_file, options);
    const std::string takes = "about " + byte_size_text(need.total()) + " of memory (" +
                              (in_file ? "" : "matrix " + byte_size_text(need.matrix) + ", ") + "search " +
                              byte_size_text(need.search) + ", neighbours " + byte_size_text(need.neighbors) +
                              (need.estimates > 0 ? ", estimators " + byte_size_text(need.estimates) : "") +
                              ", rest " + byte_size_text(need.rest) + ")";
    const std::string remedy =
        std::string(in_file ? "" : "keep the matrix in a file with --workdir DIR, or ") +
        "measure fewer images with --samples or --anchors";
    if (!cap.empty() && need.total() > parse_byte_size(cap)) {
      throw UsageError("--memory " + cap, data + " takes " + takes, remedy);
    }
    const std::uint64_t available = available_memory();
    // The arrays have been taken already.
    if (need.total() - need.arrays > available) {
      throw InputError(
          data, "takes " + takes + ", and this machine has " + byte_size_text(available) + " left", remedy);
    }
  };
}

}  // namespace fathom
