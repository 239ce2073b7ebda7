#include "fathom/core/version.h"
#include "fathom/report/catalog_report.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

Json json_of(const CatalogCard& card) {
  Json tasks = Json::array(), files = Json::array(), columns = Json::array(), counts = Json::array();
  for (const CatalogTask& task : card.tasks) {
    tasks.push_back({{"name", task.name}, {"classes", task.classes}, {"rule", task.rule}});
  }
  for (const CatalogFile& file : card.files) {
    files.push_back({{"path", file.path}, {"holds", file.holds}, {"needed", file.needed}});
  }
  for (const CatalogColumn& column : card.columns) {
    columns.push_back({{"table", column.table}, {"column", column.column}, {"meaning", column.meaning}});
  }
  for (const CatalogCount& count : card.counts) {
    counts.push_back({{"of", count.of}, {"count", count.count}, {"needed", count.needed}});
  }
  return {{"name", card.name},           {"title", card.title},           {"publisher", card.publisher},
          {"version", card.version},     {"domain", card.domain},         {"tasks", std::move(tasks)},
          {"files", std::move(files)},   {"columns", std::move(columns)}, {"group", card.group},
          {"counts", std::move(counts)}, {"traps", card.traps},           {"published", card.published},
          {"fathom", card.fathom}};
}

Json counted(const std::vector<std::pair<std::string, std::size_t>>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}

Json json_of(const CatalogCheck& check) {
  Json comparisons = Json::array(), unreadable = Json::array();
  for (const CatalogComparison& one : check.comparisons) {
    comparisons.push_back(
        {{"of", one.of}, {"published", one.published}, {"found", one.found}, {"good", one.good}});
  }
  for (const CatalogUnreadable& image : check.unreadable) {
    unreadable.push_back({{"path", image.path}, {"reason", image.reason}});
  }
  return {{"name", check.address.name},
          {"task", check.address.task},
          {"path", check.address.folder.string()},
          {"whole", check.whole()},
          {"images", check.images},
          {"groups", check.groups},
          {"ungrouped", check.ungrouped},
          {"classes", counted(check.classes)},
          {"splits", counted(check.splits)},
          {"comparisons", std::move(comparisons)},
          {"decoded", check.decoded},
          {"unreadable", std::move(unreadable)},
          {"notes", check.notes}};
}

}  // namespace

std::string catalog_json(std::span<const CatalogCard> cards, const std::optional<CatalogCheck>& check,
                         std::span<const std::string> command) {
  Json entries = Json::array();
  for (const CatalogCard& card : cards) entries.push_back(json_of(card));
  return text_of({{"schema", "fathom.catalog/1"},
                  {"version", version()},
                  {"command", std::vector<std::string>(command.begin(), command.end())},
                  {"entries", std::move(entries)},
                  {"check", check ? json_of(*check) : Json()}});
}

}  // namespace fathom
