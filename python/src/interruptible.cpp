#include "interruptible.h"

#include <pybind11/pybind11.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace fathom::python {

namespace {

namespace py = pybind11;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

void CallProgress::begin(std::string_view stage, std::uint64_t /*total*/) {
  stage_ = stage;
  start_ = Clock::now();
}

void CallProgress::end() {
  seconds_[stage_] += std::chrono::duration<double>(Clock::now() - start_).count();
}

double CallProgress::seconds(std::string_view stage) const {
  double sum = 0.0;
  for (const auto& [name, seconds] : seconds_) {
    if (name.starts_with(stage)) sum += seconds;
  }
  return sum;
}

void run_interruptibly(CallProgress& progress, const std::function<void()>& work) {
  std::exception_ptr failure;
  std::optional<py::error_already_set> raised;
  {
    const py::gil_scoped_release unlocked;
    std::mutex mutex;
    std::condition_variable finished;
    bool done = false;
    const std::jthread worker([&] {
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex);
      done = true;
      finished.notify_one();
    });
    std::unique_lock lock(mutex);
    while (!finished.wait_for(lock, kBetweenLooks, [&] { return done; })) {
      if (raised) continue;
      lock.unlock();
      {
        const py::gil_scoped_acquire locked;
        if (PyErr_CheckSignals() != 0) {
          raised.emplace();
          progress.stop();
        }
      }
      lock.lock();
    }
  }
  if (raised) throw py::error_already_set(*raised);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace fathom::python
