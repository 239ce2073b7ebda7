#include "read/table_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "fathom/core/error.h"
#include "read/table_header.h"
#include "read/table_text.h"

namespace fathom {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}

}  // namespace

TableReader::TableReader(std::unique_ptr<ByteSource> source, std::string name, UnnamedColumns unnamed)
    : source_(std::move(source)), name_(std::move(name)) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  hold_record();
  if (text_.starts_with(byte_order_mark)) position_ = byte_order_mark.size();
  hold_record();  // of the mark alone there may be a first line
  delimiter_ = find_delimiter();
  if (!next_record(header_)) {
    throw InputError(name_, "is empty", "give a table whose first line names its columns");
  }
  check_header(header_, line_of(name_, record_line_), unnamed);
}

bool TableReader::next(std::vector<std::string>& fields) {
  if (!next_record(fields)) return false;
  if (fields.size() == header_.size()) return true;
  fail(std::to_string(fields.size()) + " fields where the header has " + std::to_string(header_.size()),
       "quote fields that hold the delimiter");
}

/// The next record that is not an empty line.
bool TableReader::next_record(std::vector<std::string>& fields) {
  hold_record();
  while (position_ < text_.size() && skip_line_end()) {
  }
  if (position_ == text_.size()) return false;
  record_line_ = line_;
  fields.clear();
  do {
    fields.push_back(field());
  } while (skip_delimiter());
  return true;
}

/// Reads on until the record at position_ is held to its end, and the character behind it, which may belong
/// to the end of its line.
void TableReader::hold_record() {
  bool within_quotes = false, anything = false;
  for (std::size_t at = position_;;) {
    for (; at < text_.size(); ++at) {
      if (text_[at] == '"') within_quotes = !within_quotes;
      const bool line_end = !within_quotes && ends_line(text_[at]);
      if (line_end && anything) break;
      anything = anything || !line_end;
    }
    if (at + 1 < text_.size()) return;
    at -= position_;
    if (!read_on()) return;
  }
}

/// False at the end of the file. What has been read is let go of.
bool TableReader::read_on() {
  text_.erase(0, std::exchange(position_, 0));
  const std::size_t held = text_.size();
  text_.resize(held + static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, source_->at_most())));
  const std::size_t got = source_->read(std::as_writable_bytes(std::span(text_).subspan(held)));
  text_.resize(held + got);
  return got > 0;
}

/// The most frequent candidate in the header, outside quotes; a comma where there is none.
char TableReader::find_delimiter() const {
  constexpr std::array<char, 4> candidates = {',', ';', '\t', '|'};
  std::array<std::size_t, 4> counts = {};
  bool within_quotes = false;
  bool anything = false;
  for (const char c : std::string_view(text_).substr(position_)) {
    if (c == '"') within_quotes = !within_quotes;
    if (within_quotes) continue;
    if (ends_line(c) && anything) break;
    anything |= !ends_line(c);
    for (std::size_t i = 0; i < candidates.size(); ++i) counts[i] += c == candidates[i] ? 1 : 0;
  }
  return candidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                             counts.begin())];
}

bool TableReader::at_end_of_field() const {
  return position_ == text_.size() || text_[position_] == delimiter_ || ends_line(text_[position_]);
}

bool TableReader::skip_delimiter() {
  if (position_ == text_.size() || text_[position_] != delimiter_) return false;
  ++position_;
  return true;
}

/// LF, CRLF, or the CR of old spreadsheets.
bool TableReader::skip_line_end() {
  if (!ends_line(text_[position_])) return false;
  const bool pair = std::string_view(text_).substr(position_, 2) == "\r\n";
  position_ += pair ? 2 : 1;
  ++line_;
  return true;
}

std::string TableReader::field() {
  if (position_ < text_.size() && text_[position_] == '"') return quoted_field();
  const std::size_t start = position_;
  while (!at_end_of_field()) ++position_;
  return checked(text_.substr(start, position_ - start));
}

std::string TableReader::quoted_field() {
  std::string value;
  ++position_;
  while (true) {
    const std::size_t quote = text_.find('"', position_);
    if (quote == std::string::npos)
      fail("a quote opens and never closes", "close it, or double it to mean a quote");
    value.append(text_, position_, quote - position_);
    position_ = quote + 1;
    if (position_ == text_.size() || text_[position_] != '"') break;
    value += '"';
    ++position_;
  }
  if (!at_end_of_field()) fail("text follows a closing quote", "double a quote that is part of the text");
  line_ += static_cast<std::size_t>(std::count(value.begin(), value.end(), '\n'));
  return checked(std::move(value));
}

std::string TableReader::checked(std::string value) const {
  if (value.find('\0') != std::string::npos) fail("holds a NUL byte", "save the table as text in UTF-8");
  return value;
}

void TableReader::fail(const std::string& reason, const std::string& remedy) const {
  throw InputError(line_of(name_, record_line_), reason, remedy);
}

}  // namespace fathom
