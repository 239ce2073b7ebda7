#include "fathom/core/parallel_stage.h"

#include "fathom/core/parallel.h"

namespace fathom {

void parallel_stage(std::string_view stage, std::size_t count, unsigned threads, Progress& progress,
                    const std::function<void(std::size_t)>& body) {
  progress.begin(stage, count);
  parallel_for(count, threads, [&](std::size_t index, unsigned) {
    progress.check();
    body(index);
    progress.advance(1);
  });
  progress.end();
}

}  // namespace fathom
