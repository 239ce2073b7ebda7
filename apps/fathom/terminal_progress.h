// A progress bar on standard error, and the time each stage took.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "fathom/core/progress.h"

namespace fathom {

/// Draws only on a terminal, and only once a stage has taken a second.
class TerminalProgress : public Progress {
 public:
  explicit TerminalProgress(bool quiet);
  ~TerminalProgress() override;

  void begin(std::string_view stage, std::uint64_t total) override;
  void advance(std::uint64_t steps) override;
  void end() override;
  bool cancelled() const override;

  /// Seconds spent in stages whose name begins so.
  double seconds(std::string_view stage) const;

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now);
  void erase();

  const bool visible_;
  std::mutex mutex_;
  std::string stage_;
  std::uint64_t total_ = 0, done_ = 0;
  Clock::time_point start_{}, drawn_{};
  bool on_screen_ = false;
  std::map<std::string, double, std::less<>> seconds_;
};

}  // namespace fathom
