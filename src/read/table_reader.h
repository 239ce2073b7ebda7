// Delimited text, row after row: for tables too long to be kept.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/read/table.h"
#include "read/byte_source.h"

namespace fathom {

/// Reads what parse_table() tells of, and throws as it does. Keeps the row it is at and a block of the file.
class TableReader {
 public:
  /// Reads the header.
  TableReader(std::unique_ptr<ByteSource> source, std::string name, UnnamedColumns unnamed);

  const std::string& name() const { return name_; }
  const std::vector<std::string>& header() const { return header_; }
  /// The next row, as long as the header; false at the end.
  bool next(std::vector<std::string>& fields);
  /// First line of that row in the file, from 1.
  std::size_t line() const { return record_line_; }

 private:
  bool next_record(std::vector<std::string>& fields);
  void hold_record();
  bool read_on();
  char find_delimiter() const;
  bool at_end_of_field() const;
  bool skip_delimiter();
  bool skip_line_end();
  std::string field();
  std::string quoted_field();
  std::string checked(std::string value) const;
  [[noreturn]] void fail(const std::string& reason, const std::string& remedy) const;

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  std::vector<std::string> header_;
  std::string text_;  ///< the part of the file that is held
  std::size_t position_ = 0, line_ = 1, record_line_ = 1;
  char delimiter_ = ',';
};

}  // namespace fathom
