#include "lease_keeper.h"

#include <utility>

#include "fathom/study/store.h"

namespace fathom {

namespace {
constexpr auto kEvery = std::chrono::seconds(30);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

LeaseKeeper::LeaseKeeper(std::filesystem::path store, std::string identity, std::string owner)
    : store_(std::move(store)),
      identity_(std::move(identity)),
      owner_(std::move(owner)),
      thread_([this] { keep(); }) {}

LeaseKeeper::~LeaseKeeper() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void LeaseKeeper::keep() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kEvery, [this] { return end_; })) {
    try {
      StudyStore(store_, StudyStore::Access::read).renew(identity_, owner_, seconds_now() + kLeaseSeconds);
    } catch (const std::exception&) {
      // A store that is locked or full for a while: the lease outlives several such failures.
    }
  }
}

}  // namespace fathom
