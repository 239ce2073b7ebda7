// The one way to use several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace fathom {

/// Processors this process may use, at least 1.
unsigned available_threads();

/// Calls body(index, worker) for every index in 0..count-1 on up to `threads` threads; worker < threads.
///
/// Indices are handed out in ascending order. When calls throw, the exception of the lowest index that threw
/// is rethrown here after all threads have stopped; indices not yet handed out are then skipped.
void parallel_for(std::size_t count, unsigned threads,
                  const std::function<void(std::size_t index, unsigned worker)>& body);

}  // namespace fathom
