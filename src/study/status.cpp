#include "fathom/study/status.h"

#include <algorithm>
#include <utility>

namespace fathom {

namespace {

struct Mean {
  double sum = 0.0;
  std::size_t count = 0;

  void add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return sum / static_cast<double>(count); }
};

void add(CellCounts& counts, CellState state) {
  switch (state) {
    case CellState::queued:
      ++counts.queued;
      return;
    case CellState::running:
      ++counts.running;
      return;
    case CellState::done:
      ++counts.done;
      return;
    case CellState::failed:
      ++counts.failed;
      return;
    case CellState::left_out:
      ++counts.left_out;
      return;
  }
}

CellCounts& counts_of(StudyStatus& status, const CellName& name) {
  const auto found = std::ranges::find_if(status.groups, [&](const CellGroup& group) {
    return group.dataset == name.dataset && group.model == name.model;
  });
  if (found != status.groups.end()) return found->counts;
  status.groups.push_back({name.dataset, name.model, {}});
  return status.groups.back().counts;
}

}  // namespace

std::optional<double> expected_seconds(std::span<const StoredCell> cells, const CellName& name) {
  Mean same, per_image;
  for (const StoredCell& cell : cells) {
    if (cell.state != CellState::done || cell.name.model != name.model) continue;
    per_image.add(cell.seconds / static_cast<double>(cell.name.samples));
    if (cell.name.samples == name.samples) same.add(cell.seconds);
  }
  if (same.count > 0) return same.value();
  if (per_image.count > 0) return per_image.value() * static_cast<double>(name.samples);
  return std::nullopt;
}

StudyStatus status_of(std::span<const StoredCell> cells, std::vector<UnreadDataSet> unread) {
  StudyStatus status;
  status.unread = std::move(unread);
  std::optional<double> left = 0.0;
  for (const StoredCell& cell : cells) {
    add(counts_of(status, cell.name), cell.state);
    add(status.counts, cell.state);
    if (cell.state == CellState::failed) status.failed.push_back(cell);
    if (cell.state == CellState::left_out) status.left_out.push_back(cell);
    if (cell.state != CellState::queued && cell.state != CellState::running) continue;
    const std::optional<double> seconds = expected_seconds(cells, cell.name);
    left = left && seconds ? std::optional(*left + *seconds) : std::nullopt;
  }
  status.seconds_left = left;
  return status;
}

}  // namespace fathom
