// Work without the interpreter's lock that Ctrl-C stops.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "fathom/core/progress.h"

namespace fathom::python {

/// Of one call: whether it should stop, and the time each stage took.
class CallProgress : public Progress {
 public:
  void begin(std::string_view stage, std::uint64_t total) override;
  void end() override;
  bool cancelled() const override { return stopped_.load(std::memory_order_relaxed); }

  void stop() { stopped_ = true; }
  /// Seconds spent in stages whose name begins so.
  double seconds(std::string_view stage) const;

 private:
  std::atomic<bool> stopped_{false};
  std::string stage_;
  std::chrono::steady_clock::time_point start_{};
  std::map<std::string, double, std::less<>> seconds_;
};

/// Runs `work` on a thread of its own, without the interpreter's lock, which `work` must not need. The
/// calling thread looks for signals meanwhile: only the main thread of Python can, and a scan may keep every
/// other one busy. A signal whose handler raises stops the work, and what it raised is raised here.
void run_interruptibly(CallProgress& progress, const std::function<void()>& work);

}  // namespace fathom::python
