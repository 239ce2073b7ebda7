#include "fathom/study/store.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <utility>

#include "study/cell_json.h"
#include "study/sqlite.h"

namespace fathom {

namespace {

constexpr int kApplication = 0x46746873;  // marks the file as one of Fathom's studies
constexpr int kVersion = 1;

/// plan: what the study file asks for; cells: what is known of an identity, whether it is planned or not.
constexpr const char* kTables = R"(
CREATE TABLE cells(
  identity TEXT PRIMARY KEY,
  settings TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('queued', 'running', 'done', 'failed', 'left_out')),
  owner TEXT NOT NULL DEFAULT '',
  lease_end REAL,
  seconds REAL,
  error TEXT NOT NULL DEFAULT '',
  dimension REAL, label_sharpness REAL, representation_dimension REAL,
  test_loss REAL, test_accuracy REAL, best_test_accuracy REAL,
  outcome TEXT) WITHOUT ROWID;
CREATE TABLE plan(
  position INTEGER PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL, domain TEXT NOT NULL, classes TEXT NOT NULL, model TEXT NOT NULL,
  samples INTEGER NOT NULL, seed INTEGER NOT NULL);
CREATE TABLE unread(position INTEGER PRIMARY KEY, dataset TEXT NOT NULL, error TEXT NOT NULL);
CREATE TABLE contents(fingerprint TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE measurements(identity TEXT PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIEW results AS
  SELECT dataset, domain, classes, model, samples, seed, state, dimension, label_sharpness,
    representation_dimension, test_loss, test_accuracy, best_test_accuracy, seconds, error
  FROM plan JOIN cells USING(identity) ORDER BY position;
)";

constexpr std::array kStates{CellState::queued, CellState::running, CellState::done, CellState::failed,
                             CellState::left_out};

CellState state_of_name(const std::string& name) {
  const auto* const found = std::ranges::find(kStates, name, state_name);
  FATHOM_CHECK(found != kStates.end());
  return *found;
}

/// Of the folder's file system, by the numbers in statfs(2) and in the file systems' own sources.
bool on_network(const std::filesystem::path& folder) {
  struct statfs status = {};
  if (statfs(folder.c_str(), &status) != 0) return false;
  constexpr std::array<std::uint32_t, 9> networks{0x6969,       // NFS
                                                  0x517b,       // SMB
                                                  0xff534d42,   // CIFS
                                                  0xfe534d42,   // SMB 2
                                                  0x0bd00bd0,   // Lustre
                                                  0x47504653,   // GPFS
                                                  0x19830326,   // BeeGFS
                                                  0x00c36400,   // Ceph
                                                  0x5346414f};  // AFS
  return std::ranges::find(networks, static_cast<std::uint32_t>(status.f_type)) != networks.end();
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

std::int64_t pragma(const SqliteConnection& connection, const char* sql) {
  SqliteStatement statement(connection, sql);
  return statement.step() ? statement.whole(0) : 0;
}

bool has_tables(const SqliteConnection& connection) {
  return pragma(connection, "SELECT count(*) FROM sqlite_master") > 0;
}

void check_is_ours(const SqliteConnection& connection, const std::filesystem::path& path) {
  if (pragma(connection, "PRAGMA application_id") != kApplication) {
    throw StoreError(path.string(), "is no store of a study",
                     "move it away, or give the study file another name");
  }
  const std::int64_t found = pragma(connection, "PRAGMA user_version");
  if (found > kVersion) {
    throw StoreError(path.string(),
                     "was made by a newer Fathom (version " + std::to_string(found) +
                         " of the store; this one knows version " + std::to_string(kVersion) + ")",
                     "use that Fathom, or give the study file another name");
  }
}

void make_tables(SqliteConnection& connection, const std::filesystem::path& path) {
  connection.execute(on_network(folder_of(path)) ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL");
  SqliteTransaction transaction(connection);
  if (!has_tables(connection)) {  // another run may have made them by now
    connection.execute(kTables);
    connection.execute(("PRAGMA application_id=" + std::to_string(kApplication)).c_str());
    connection.execute(("PRAGMA user_version=" + std::to_string(kVersion)).c_str());
  }
  transaction.commit();
}

}  // namespace

struct StudyStore::Database {
  Database(const std::filesystem::path& path, Access access, std::chrono::milliseconds patience)
      : connection(path, access == Access::read, patience) {}
  SqliteConnection connection;
};

std::string_view state_name(CellState state) {
  switch (state) {
    case CellState::queued:
      return "queued";
    case CellState::running:
      return "running";
    case CellState::done:
      return "done";
    case CellState::failed:
      return "failed";
    case CellState::left_out:
      return "left_out";
  }
  throw InternalError("unknown state of a cell");
}

StudyStore::StudyStore(std::filesystem::path path, Access access, std::chrono::milliseconds patience)
    : path_(std::move(path)) {
  if (access == Access::read && !std::filesystem::exists(path_)) {
    throw StoreError(path_.string(), "is not there: no run has begun this study",
                     "begin with `fathom study run`");
  }
  database_ = std::make_unique<Database>(path_, access, patience);
  SqliteConnection& connection = database_->connection;
  if (!has_tables(connection) && access == Access::make) make_tables(connection, path_);
  check_is_ours(connection, path_);
  connection.execute("PRAGMA synchronous=FULL");
}

StudyStore::~StudyStore() = default;

void StudyStore::set_plan(std::span<const PlannedCell> cells, std::span<const UnreadDataSet> unread,
                          const std::string& study_hash) {
  SqliteConnection& connection = database_->connection;
  SqliteTransaction transaction(connection);
  connection.execute("DELETE FROM plan; DELETE FROM unread");
  SqliteStatement planned(connection, "INSERT INTO plan VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  SqliteStatement added(connection,
                        "INSERT INTO cells(identity, settings, state, error) VALUES(?1, ?2, ?3, ?4) "
                        "ON CONFLICT DO UPDATE SET state = ?3, error = ?4 "
                        "WHERE ?3 = 'left_out' AND state != 'done'");
  std::int64_t position = 0;
  for (const PlannedCell& cell : cells) {
    planned.bind(position++).bind(cell.identity).bind(cell.name.dataset).bind(cell.name.domain);
    planned.bind(json_of(cell.name.classes)).bind(cell.name.model);
    planned.bind(static_cast<std::int64_t>(cell.name.samples))
        .bind(static_cast<std::int64_t>(cell.name.seed));
    planned.step();
    planned.reset();
    const CellState state = cell.left_out ? CellState::left_out : CellState::queued;
    added.bind(cell.identity).bind(json_of(cell.settings)).bind(state_name(state));
    added.bind(cell.left_out.value_or(""));
    added.step();
    added.reset();
  }
  SqliteStatement lost(connection, "INSERT INTO unread(dataset, error) VALUES(?, ?)");
  for (const UnreadDataSet& set : unread) {
    lost.bind(set.name).bind(set.error).step();
    lost.reset();
  }
  SqliteStatement(connection, "INSERT OR REPLACE INTO about VALUES('study_hash', ?)").bind(study_hash).step();
  transaction.commit();
}

std::vector<UnreadDataSet> StudyStore::unread() const {
  SqliteStatement rows(database_->connection, "SELECT dataset, error FROM unread ORDER BY position");
  std::vector<UnreadDataSet> found;
  while (rows.step()) found.push_back({rows.text(0), rows.text(1)});
  return found;
}

std::string StudyStore::study_hash() const {
  SqliteStatement row(database_->connection, "SELECT value FROM about WHERE name = 'study_hash'");
  return row.step() ? row.text(0) : "";
}

std::vector<StoredCell> StudyStore::cells() const {
  SqliteStatement rows(
      database_->connection,
      "SELECT identity, dataset, domain, classes, model, samples, seed, state, owner, seconds, "
      "error, outcome FROM plan JOIN cells USING(identity) ORDER BY position");
  std::vector<StoredCell> found;
  while (rows.step()) {
    StoredCell& cell = found.emplace_back();
    cell.identity = rows.text(0);
    cell.name = {rows.text(1),
                 rows.text(2),
                 words_from(rows.text(3), path_.string()),
                 rows.text(4),
                 static_cast<std::size_t>(rows.whole(5)),
                 static_cast<std::uint64_t>(rows.whole(6))};
    cell.state = state_of_name(rows.text(7));
    cell.owner = rows.text(8);
    cell.seconds = rows.number(9);
    cell.error = rows.text(10);
    if (cell.state != CellState::done) continue;
    cell.outcome = outcome_from(rows.text(11), path_.string());
    // The names may have changed since; what was computed has not.
    CellResult& result = cell.outcome->result;
    result.dataset = cell.name.dataset;
    result.domain = cell.name.domain;
    result.classes = cell.name.classes;
  }
  return found;
}

std::optional<CellState> StudyStore::state_of(const std::string& identity) const {
  SqliteStatement row(database_->connection, "SELECT state FROM cells WHERE identity = ?");
  row.bind(identity);
  return row.step() ? std::optional(state_of_name(row.text(0))) : std::nullopt;
}

void StudyStore::want(std::span<const std::string> identities) {
  SqliteConnection& connection = database_->connection;
  connection.execute("DROP TABLE IF EXISTS temp.wanted");
  connection.execute("CREATE TEMP TABLE wanted(position INTEGER PRIMARY KEY, identity TEXT NOT NULL)");
  SqliteTransaction transaction(connection);
  SqliteStatement row(connection, "INSERT INTO temp.wanted(identity) VALUES(?)");
  for (const std::string& identity : identities) {
    row.bind(identity).step();
    row.reset();
  }
  transaction.commit();
}

std::optional<std::string> StudyStore::take(const std::string& owner, double now, double lease_end) {
  SqliteConnection& connection = database_->connection;
  SqliteTransaction transaction(connection);
  std::string identity;
  {
    SqliteStatement row(
        connection,
        "SELECT identity FROM temp.wanted JOIN cells USING(identity) WHERE state = 'queued' OR "
        "(state = 'running' AND lease_end < ?) ORDER BY position LIMIT 1");
    row.bind(now);
    if (!row.step()) return std::nullopt;
    identity = row.text(0);
  }
  SqliteStatement(
      connection,
      "UPDATE cells SET state = 'running', owner = ?, lease_end = ?, error = '' WHERE identity = ?")
      .bind(owner)
      .bind(lease_end)
      .bind(identity)
      .step();
  transaction.commit();
  return identity;
}

bool StudyStore::renew(const std::string& identity, const std::string& owner, double lease_end) {
  SqliteStatement(database_->connection,
                  "UPDATE cells SET lease_end = ? WHERE identity = ? AND owner = ? AND state = 'running'")
      .bind(lease_end)
      .bind(identity)
      .bind(owner)
      .step();
  return database_->connection.changes() > 0;
}

bool StudyStore::finish(const std::string& identity, const std::string& owner, const CellOutcome& outcome,
                        double seconds) {
  const CellResult& result = outcome.result;
  SqliteStatement(
      database_->connection,
      "UPDATE cells SET state = 'done', owner = '', lease_end = NULL, error = '', outcome = ?, "
      "seconds = ?, dimension = ?, label_sharpness = ?, representation_dimension = ?, test_loss = ?, "
      "test_accuracy = ?, best_test_accuracy = ? "
      "WHERE identity = ? AND owner = ? AND state = 'running'")
      .bind(json_of(outcome))
      .bind(seconds)
      .bind(result.dimension)
      .bind(result.label_sharpness)
      .bind(result.representation_dimension)
      .bind(result.test_loss)
      .bind(result.test_accuracy)
      .bind(result.best_test_accuracy)
      .bind(identity)
      .bind(owner)
      .step();
  return database_->connection.changes() > 0;
}

bool StudyStore::end(const std::string& identity, const std::string& owner, CellState state,
                     const std::string& error) {
  SqliteStatement(database_->connection,
                  "UPDATE cells SET state = ?, owner = '', lease_end = NULL, error = ? "
                  "WHERE identity = ? AND owner = ? AND state = 'running'")
      .bind(state_name(state))
      .bind(error)
      .bind(identity)
      .bind(owner)
      .step();
  return database_->connection.changes() > 0;
}

bool StudyStore::fail(const std::string& identity, const std::string& owner, const std::string& error) {
  return end(identity, owner, CellState::failed, error);
}

bool StudyStore::leave_out(const std::string& identity, const std::string& owner, const std::string& reason) {
  return end(identity, owner, CellState::left_out, reason);
}

bool StudyStore::give_back(const std::string& identity, const std::string& owner) {
  return end(identity, owner, CellState::queued, "");
}

std::vector<HeldCell> StudyStore::held() const {
  SqliteStatement rows(database_->connection, "SELECT identity, owner FROM cells WHERE state = 'running'");
  std::vector<HeldCell> found;
  while (rows.step()) found.push_back({rows.text(0), rows.text(1)});
  return found;
}

std::size_t StudyStore::retry_failed() {
  database_->connection.execute(
      "UPDATE cells SET state = 'queued', error = '' WHERE state = 'failed' AND identity IN "
      "(SELECT identity FROM temp.wanted)");
  return static_cast<std::size_t>(database_->connection.changes());
}

std::optional<std::string> StudyStore::content(const std::string& fingerprint) const {
  SqliteStatement row(database_->connection, "SELECT content FROM contents WHERE fingerprint = ?");
  row.bind(fingerprint);
  return row.step() ? std::optional(row.text(0)) : std::nullopt;
}

void StudyStore::keep_content(const std::string& fingerprint, const std::string& content) {
  SqliteStatement(database_->connection, "INSERT OR REPLACE INTO contents VALUES(?, ?)")
      .bind(fingerprint)
      .bind(content)
      .step();
}

std::optional<MeasuredImages> StudyStore::measured(const std::string& identity) const {
  SqliteStatement row(database_->connection, "SELECT outcome FROM measurements WHERE identity = ?");
  row.bind(identity);
  return row.step() ? std::optional(measured_from(row.text(0), path_.string())) : std::nullopt;
}

void StudyStore::keep_measured(const std::string& identity, const MeasuredImages& measured) {
  SqliteStatement(database_->connection, "INSERT OR REPLACE INTO measurements VALUES(?, ?)")
      .bind(identity)
      .bind(json_of(measured))
      .step();
}

std::vector<CellResult> read_results(const StudyStore& store) {
  std::vector<CellResult> results;
  for (StoredCell& cell : store.cells()) {
    if (cell.outcome) results.push_back(std::move(cell.outcome->result));
  }
  return results;
}

}  // namespace fathom
