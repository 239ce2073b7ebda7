// Many steps on several threads, told of and stopped on request.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "fathom/core/progress.h"

namespace fathom {

/// parallel_for as a stage of `progress`, a step an index. Throws Interrupted once the user has asked to
/// stop, and what the calls throw.
void parallel_stage(std::string_view stage, std::size_t count, unsigned threads, Progress& progress,
                    const std::function<void(std::size_t index)>& body);

}  // namespace fathom
