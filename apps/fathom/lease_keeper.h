// Keeps a cell while a run works at it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace fathom {

/// Seconds since 1970, the clock that all runs of a study share.
double seconds_now();

/// A cell whose run has not been heard of for so long belongs to whoever takes it.
inline constexpr double kLeaseSeconds = 180.0;

/// Renews the lease every now and then, over a connection of its own, as long as it lives.
class LeaseKeeper {
 public:
  LeaseKeeper(std::filesystem::path store, std::string identity, std::string owner);
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

 private:
  void keep();

  const std::filesystem::path store_;
  const std::string identity_, owner_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace fathom
