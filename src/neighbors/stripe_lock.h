// Locks shared by neighbouring positions.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace fathom {

/// Holds the lock of one stripe, the last asked for: pairs that follow one another often share it.
class StripeLock {
 public:
  explicit StripeLock(std::vector<std::mutex>& locks) : locks_(locks) {}
  void hold(std::size_t stripe) {
    if (held_.mutex() == &locks_[stripe]) return;
    if (held_.owns_lock()) held_.unlock();
    held_ = std::unique_lock(locks_[stripe]);
  }

 private:
  std::vector<std::mutex>& locks_;
  std::unique_lock<std::mutex> held_;
};

}  // namespace fathom
