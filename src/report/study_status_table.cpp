#include <fmt/format.h>

#include <cmath>

#include "fathom/report/printable.h"
#include "fathom/report/study_report.h"
#include "report/table_parts.h"

namespace fathom {

namespace {

Cells row(const std::string& dataset, const std::string& model, const CellCounts& counts) {
  const auto text = [](std::size_t count) { return fmt::format("{}", count); };
  return {printable(dataset),  printable(model),    text(counts.done),    text(counts.running),
          text(counts.queued), text(counts.failed), text(counts.left_out)};
}

}  // namespace

std::string about_time(double seconds) {
  const auto minutes = static_cast<long>(std::lround(seconds / 60.0));
  if (seconds < 99.5) return fmt::format("about {:.0f} s", std::ceil(seconds));
  if (minutes < 60) return fmt::format("about {} min", minutes);
  return fmt::format("about {} h {} min", minutes / 60, minutes % 60);
}

std::string study_status_table(const StudyStatus& status) {
  std::vector<Cells> rows{{"data set", "model", "done", "running", "left", "failed", "left out"}};
  for (const CellGroup& group : status.groups) rows.push_back(row(group.dataset, group.model, group.counts));
  if (status.groups.size() != 1) rows.push_back(row("all", "", status.counts));
  std::string text = aligned(rows);
  if (status.counts.queued + status.counts.running > 0) {
    text += status.seconds_left
                ? fmt::format("\n{} left for one run\n", about_time(*status.seconds_left))
                : std::string("\nno time left can be told yet: a model has no cell that is done\n");
  }
  if (!status.failed.empty()) text += "\nfailed (run again with --retry-failed):\n";
  for (const StoredCell& cell : status.failed) {
    text += printable("  " + text_of(cell.name) + ": " + cell.error) + "\n";
  }
  if (!status.left_out.empty()) text += "\nleft out, since the data do not allow them:\n";
  for (const StoredCell& cell : status.left_out) {
    text += printable("  " + text_of(cell.name) + ": " + cell.error) + "\n";
  }
  if (!status.unread.empty()) text += "\ndata sets that could not be read:\n";
  for (const UnreadDataSet& set : status.unread) text += printable("  " + set.name + ": " + set.error) + "\n";
  return text;
}

}  // namespace fathom
