#include "study/sqlite.h"

#include "fathom/core/error.h"
#include "fathom/study/store.h"

namespace fathom {

SqliteConnection::SqliteConnection(const std::filesystem::path& path, bool read_only,
                                   std::chrono::milliseconds patience)
    : path_(path) {
  const int flags = read_only ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
  try {
    check(code);
    sqlite3_extended_result_codes(handle_, 1);
    check(sqlite3_busy_timeout(handle_, static_cast<int>(patience.count())));
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  sqlite3_close(handle_);
}

void SqliteConnection::check(int code) const {
  const std::string again = "run the same command again; nothing that is done is lost";
  switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw StoreError(path_.string(), "is locked by another program", "end that program and " + again);
    case SQLITE_FULL:
      throw StoreError(path_.string(), "cannot be written (no space left)", "free some space and " + again);
    case SQLITE_IOERR:
      throw StoreError(path_.string(), "cannot be read or written (disk error " + std::to_string(code) + ")",
                       "see whether the disk has space and is in order, and " + again);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      throw StoreError(path_.string(), std::string("cannot be opened (") + sqlite3_errstr(code) + ")",
                       "see whether its folder is there and may be written to");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw StoreError(path_.string(), "is damaged, or no store of a study",
                       "move it away to begin the study anew; checkpoints are used again");
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    default:
      throw InternalError("SQLite: " + std::string(sqlite3_errmsg(handle_)));
  }
}

void SqliteConnection::execute(const char* sql) {
  check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

SqliteStatement::SqliteStatement(const SqliteConnection& connection, const char* sql)
    : connection_(connection) {
  connection_.check(sqlite3_prepare_v2(connection.handle_, sql, -1, &statement_, nullptr));
}

SqliteStatement::~SqliteStatement() {
  sqlite3_finalize(statement_);
}

SqliteStatement& SqliteStatement::bind(std::string_view text) {
  connection_.check(
      sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::bind(std::int64_t number) {
  connection_.check(sqlite3_bind_int64(statement_, ++bound_, number));
  return *this;
}

SqliteStatement& SqliteStatement::bind(double number) {
  connection_.check(sqlite3_bind_double(statement_, ++bound_, number));
  return *this;
}

SqliteStatement& SqliteStatement::bind(const std::optional<double>& number) {
  if (number) return bind(*number);
  connection_.check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_);
  connection_.check(code);
  return code == SQLITE_ROW;
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_);
  bound_ = 0;
}

std::string SqliteStatement::text(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  if (!open_) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // A full disk has already taken it back.
  }
}

void SqliteTransaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace fathom
