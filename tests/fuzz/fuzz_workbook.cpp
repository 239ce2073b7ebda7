// The parts of a workbook, without the archive around them, whose checksums would end every attempt: the
// texts between NULs are the sheet, the shared texts, the styles and the workbook itself.
#include <zlib.h>

#include <array>
#include <string>
#include <string_view>

#include "fathom/read/spreadsheet.h"
#include "read_everything.h"

namespace {

std::string little(std::size_t value, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i)
    text += static_cast<char>(i < sizeof(value) ? value >> 8 * i & 0xff : 0);
  return text;
}

/// A zip archive of stored members. Source: APPNOTE.TXT 4.3.
class Archive {
 public:
  void add(const std::string& name, std::string_view contents) {
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(contents.data()), static_cast<uInt>(contents.size()));
    const std::string fields = little(20, 2) + little(0, 8) + little(crc, 4) + little(contents.size(), 4) +
                               little(contents.size(), 4) + little(name.size(), 2) + little(0, 2);
    directory_ += "PK\1\2" + little(20, 2) + fields + little(0, 10) + little(local_.size(), 4) + name;
    local_ += "PK\3\4" + fields + name + std::string(contents);
    ++members_;
  }
  std::string bytes() const {
    return local_ + directory_ + "PK\5\6" + little(0, 4) + little(members_, 2) + little(members_, 2) +
           little(directory_.size(), 4) + little(local_.size(), 4) + little(0, 2);
  }

 private:
  std::string local_, directory_;
  std::size_t members_ = 0;
};

constexpr std::string_view relations =
    "<r><Relationship Id=\"a\" Type=\"/officeDocument\" Target=\"/book\"/>"
    "<Relationship Id=\"b\" Type=\"/worksheet\" Target=\"/sheet\"/>"
    "<Relationship Id=\"c\" Type=\"/sharedStrings\" Target=\"/texts\"/>"
    "<Relationship Id=\"d\" Type=\"/styles\" Target=\"/styles\"/></r>";
constexpr std::string_view book = "<workbook><sheets><sheet name=\"s\" r:id=\"b\"/></sheets></workbook>";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 4> parts = {"", "<sst/>", "<styleSheet/>", book};
  for (std::string_view& part : parts) {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    if (end > 0) part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Archive archive;
  archive.add("_rels/.rels", relations);
  archive.add("_rels/book.rels", relations);
  archive.add("sheet", parts[0]);
  archive.add("texts", parts[1]);
  archive.add("styles", parts[2]);
  archive.add("book", parts[3]);
  const std::string file = archive.bytes();
  try {
    const fathom::Spreadsheet table = fathom::parse_workbook(std::as_bytes(std::span(file)), "fuzz.xlsx");
    FATHOM_CHECK(table.lines.size() == table.rows.size());
    for (const auto& row : table.rows) FATHOM_CHECK(row.size() == table.header.size());
  } catch (const fathom::InputError&) {
  }
  return 0;
}
