#include "fathom/core/version.h"
#include "fathom/report/study_report.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

Json counts_json(const CellCounts& counts) {
  return {{"done", counts.done},
          {"running", counts.running},
          {"queued", counts.queued},
          {"failed", counts.failed},
          {"left_out", counts.left_out}};
}

Json cell_json(const StoredCell& cell, const char* text_key) {
  return {{"dataset", cell.name.dataset}, {"classes", cell.name.classes}, {"model", cell.name.model},
          {"samples", cell.name.samples}, {"seed", cell.name.seed},       {text_key, cell.error}};
}

}  // namespace

std::string study_status_json(const StudyStatus& status, const std::string& name,
                              std::span<const std::string> command) {
  Json document{{"schema", "fathom.study-status/1"},
                {"version", version()},
                {"command", command},
                {"name", name},
                {"cells", counts_json(status.counts)},
                {"seconds_left", status.seconds_left ? known(*status.seconds_left) : Json(nullptr)}};
  Json groups = Json::array(), failed = Json::array(), left_out = Json::array(), unread = Json::array();
  for (const CellGroup& group : status.groups) {
    groups.push_back(
        {{"dataset", group.dataset}, {"model", group.model}, {"cells", counts_json(group.counts)}});
  }
  for (const StoredCell& cell : status.failed) failed.push_back(cell_json(cell, "error"));
  for (const StoredCell& cell : status.left_out) left_out.push_back(cell_json(cell, "reason"));
  for (const UnreadDataSet& set : status.unread) {
    unread.push_back({{"dataset", set.name}, {"error", set.error}});
  }
  document["groups"] = groups;
  document["failed"] = failed;
  document["left_out"] = left_out;
  document["unread"] = unread;
  return text_of(document);
}

}  // namespace fathom
