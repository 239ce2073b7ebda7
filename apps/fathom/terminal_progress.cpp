#include "terminal_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "interrupt.h"

namespace fathom {

namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kRedraw = std::chrono::milliseconds(100);

double in_seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

std::string time_left(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

}  // namespace

TerminalProgress::TerminalProgress(bool quiet) : visible_(!quiet && isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() {
  erase();
}

void TerminalProgress::begin(std::string_view stage, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  total_ = total;
  done_ = 0;
  start_ = drawn_ = Clock::now();
}

void TerminalProgress::advance(std::uint64_t steps) {
  const std::lock_guard lock(mutex_);
  done_ += steps;
  if (!visible_) return;
  const auto now = Clock::now();
  if (now - start_ < kPatience || now - drawn_ < kRedraw) return;
  draw(now);
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  seconds_[stage_] += in_seconds(Clock::now() - start_);
  erase();
}

bool TerminalProgress::cancelled() const {
  return interrupted();
}

double TerminalProgress::seconds(std::string_view stage) const {
  double sum = 0.0;
  for (const auto& [name, time] : seconds_) {
    if (name.starts_with(stage)) sum += time;
  }
  return sum;
}

void TerminalProgress::draw(Clock::time_point now) {
  constexpr int width = 30;
  const double share =
      total_ == 0 ? 0.0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const int filled = static_cast<int>(share * width);
  const std::string bar = std::string(static_cast<std::size_t>(filled), '=') +
                          std::string(static_cast<std::size_t>(width - filled), ' ');
  const double spent = in_seconds(now - start_);
  const std::string left = share > 0.0 ? time_left(spent * (1.0 - share) / share) + " left" : "";
  std::fprintf(stderr, "\r\033[K%s [%s] %3.0f %%  %s", stage_.c_str(), bar.c_str(), 100.0 * share,
               left.c_str());
  std::fflush(stderr);
  drawn_ = now;
  on_screen_ = true;
}

void TerminalProgress::erase() {
  if (!on_screen_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  on_screen_ = false;
}

}  // namespace fathom
