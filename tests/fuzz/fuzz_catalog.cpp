#include <span>
#include <string>
#include <string_view>

#include "catalog/publisher_tables.h"
#include "catalog/tumour_slices.h"
#include "fathom/core/error.h"

namespace {

using namespace fathom;

void check(const ImageRows& rows, std::int32_t classes) {
  for (const ImageRow& row : rows.rows) {
    FATHOM_CHECK(row.label >= 0 && row.label < classes);
    FATHOM_CHECK(row.line > 0);
  }
}

void read_with_repeats(ImageRows rows) {
  check(rows, 2);
  const std::size_t before = rows.rows.size();
  drop_repeated(rows);
  FATHOM_CHECK(rows.rows.size() <= before);
}

CatalogTable table_of(std::string_view text) {
  return CatalogTable(parse_table(text, "fuzz.csv", UnnamedColumns::allowed));
}

void read_prostate(const CatalogTable& table) {
  for (const ProstateSeries& series : prostate_targets(table).series) {
    FATHOM_CHECK(series.score >= 0 && series.score <= 5);
  }
}

void read_oai(const CatalogTable& table) {
  for (const auto& [knee, grade] : oai_grades(table)) FATHOM_CHECK(grade >= 0 && grade <= 4);
}

void read_slices(std::string_view text) {
  std::vector<bool> tumour;
  for (const char c : text) tumour.push_back(c == '1');
  const CaseSlices slices = tumour_slices(tumour);
  FATHOM_CHECK(slices.kept.size() + slices.ambiguous == tumour.size());
  for (const LabelledSlice& slice : slices.kept) FATHOM_CHECK(slice.tumour == tumour[slice.index]);
}

void read_rsna(std::string_view text) {
  CatalogRows rows(
      TableReader(open_bytes(std::as_bytes(std::span(text))), "fuzz.csv", UnnamedColumns::allowed));
  read_with_repeats(rsna_rows(rows, "any"));
}

/// Two tables, with a NUL byte between them.
void read_two(std::string_view text, bool isic) {
  const std::size_t end = text.find('\0');
  const CatalogTable first = table_of(text.substr(0, end));
  if (isic && end == std::string_view::npos) return read_with_repeats(isic_rows(first, nullptr, "NV"));
  const CatalogTable second = table_of(end == std::string_view::npos ? text : text.substr(end + 1));
  if (isic) return read_with_repeats(isic_rows(first, &second, "NV"));
  read_with_repeats(dbc_rows(first, second));
}

void read(char which, std::string_view text) {
  switch (which) {
    case 'b':
      return read_slices(text);
    case 'c':
      return read_with_repeats(chexpert_rows(table_of(text), "Pleural Effusion"));
    case 'd':
      return read_two(text, false);
    case 'f':
      celeba_values(parse_lines(text, "fuzz.txt"), "fuzz.txt");
      return;
    case 'i':
      return read_two(text, true);
    case 'm':
      return read_with_repeats(mura_rows(parse_lines(text, "fuzz.csv"), "fuzz.csv", Split::train));
    case 'n':
      imagenet_validation(table_of(text));
      return;
    case 'o':
      return read_oai(table_of(text));
    case 'p':
      return read_prostate(table_of(text));
    default:
      return read_rsna(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    read(static_cast<char>(data[0]), {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const fathom::InputError& error) {
    // An error is one line.
    FATHOM_CHECK(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
