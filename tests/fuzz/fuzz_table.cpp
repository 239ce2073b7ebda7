#include "fathom/core/error.h"
#include "fathom/read/table.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fathom::Table table =
        fathom::parse_table(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.csv");
    FATHOM_CHECK(table.lines.size() == table.rows.size());
    for (const auto& row : table.rows) FATHOM_CHECK(row.size() == table.header.size());
    for (std::size_t i = 0; i < table.header.size(); ++i) FATHOM_CHECK(table.column(table.header[i]) == i);
  } catch (const fathom::InputError&) {
  }
  return 0;
}
