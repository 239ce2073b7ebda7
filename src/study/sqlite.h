// SQLite, with its errors as ours.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace fathom {

class SqliteStatement;

/// One connection. Every function throws StoreError naming the file, or InternalError where the fault is in
/// the statement.
class SqliteConnection {
 public:
  SqliteConnection(const std::filesystem::path& path, bool read_only, std::chrono::milliseconds patience);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  void execute(const char* sql);
  /// Rows that the last statement changed.
  int changes() const { return sqlite3_changes(handle_); }
  /// Throws what a code stands for.
  void check(int code) const;

 private:
  friend class SqliteStatement;
  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
};

/// A statement with its values bound in turn.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteConnection& connection, const char* sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  SqliteStatement& bind(std::string_view text);
  SqliteStatement& bind(std::int64_t number);
  SqliteStatement& bind(double number);
  SqliteStatement& bind(const std::optional<double>& number);

  /// True while there is a row.
  bool step();
  /// Done with this row's values: they can be bound anew.
  void reset();

  std::string text(int column) const;
  std::int64_t whole(int column) const { return sqlite3_column_int64(statement_, column); }
  double number(int column) const { return sqlite3_column_double(statement_, column); }
  bool null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  const SqliteConnection& connection_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// Taken back unless it is committed. Immediate: nobody else writes meanwhile.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  void commit();

 private:
  SqliteConnection& connection_;
  bool open_ = true;
};

}  // namespace fathom
