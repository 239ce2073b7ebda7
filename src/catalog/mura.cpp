#include <array>
#include <string_view>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"
#include "read/table_text.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

CatalogCard card() {
  CatalogCard card;
  card.name = "mura";
  card.title = "MURA-v1.1";
  card.publisher = "Stanford ML Group";
  card.version = "1.1";
  card.domain = "medical";
  card.tasks = {
      {"abnormality",
       {"normal", "abnormal"},
       "abnormal where the folder of the study ends in _positive, normal where it ends in _negative"}};
  card.files = {{"train_image_paths.csv", "one path a line, without a header"},
                {"train/XR_*/patientN/studyM_LABEL/*.png", "36,808 training images"},
                {"valid_image_paths.csv", "likewise, of the validation images", false},
                {"valid/XR_*/patientN/studyM_LABEL/*.png", "3,197 validation images", false}};
  card.columns = {{"train_image_paths.csv", "(one)", "path from the folder above MURA-v1.1"}};
  card.group = "the patient: a folder of the path, the same in every body part";
  card.counts = {{"train", 36'808}, {"val", 3'197, false}};
  card.traps = {
      "the table is ordered by body part: its first images are shoulders alone, so that a subset in listing "
      "order "
      "is of shoulders",
      "a label is of a study, and every image of the study has it",
      "a patient has images of several body parts"};
  card.published =
      "training images, the first of each label in listing order; positive by the word anywhere in the path; "
      "patients on both sides of the split";
  card.fathom = "random subsets with the seed, whole patients on one side of a split";
  return card;
}

/// The name of the folder that holds the image, and that of the patient above it.
struct Place {
  std::string_view study, patient;
};

std::optional<Place> place_of(std::string_view path) {
  const std::size_t file = path.rfind('/');
  if (file == std::string_view::npos || file == 0) return std::nullopt;
  const std::size_t study = path.rfind('/', file - 1);
  if (study == std::string_view::npos || study == 0) return std::nullopt;
  const std::size_t patient = path.rfind('/', study - 1);
  const std::size_t start = patient == std::string_view::npos ? 0 : patient + 1;
  return Place{path.substr(study + 1, file - study - 1), path.substr(start, study - start)};
}

/// "MURA-v1.1/train/..." from the folder that holds train.
std::string below_download(std::string_view path) {
  constexpr std::string_view name = "MURA-v1.1/";
  if (path.starts_with(name)) path.remove_prefix(name.size());
  return std::string(path);
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"train_image_paths.csv"},
                                            validation = {"valid_image_paths.csv"};
  constexpr std::array<std::string_view, 2> below = {"", "MURA-v1.1"};
  const fs::path home = home_of(request, names, below);
  const fs::path table = home / names[0];
  ImageRows rows = mura_rows(read_lines(table), table.string(), Split::train);
  drop_repeated(rows);
  check_files(request, home, rows);
  if (const std::optional<fs::path> other = find_in(home, validation)) {
    ImageRows more = mura_rows(read_lines(*other), other->string(), Split::validation);
    check_files(request, home, more);
    for (ImageRow& row : more.rows) rows.rows.push_back(std::move(row));
  }
  if (rows.rows.empty())
    throw InputError(table.string(), "names no image", "take the table as it was published");
  return image_file_data_set(request, home, std::move(rows), "table");
}

}  // namespace

ImageRows mura_rows(std::span<const TextLine> lines, const std::string& name, Split split) {
  ImageRows rows;
  rows.table = name;
  for (const TextLine& line : lines) {
    const std::optional<Place> place = place_of(line.text);
    const bool positive = place && place->study.ends_with("_positive");
    if (!positive && !(place && place->study.ends_with("_negative"))) {
      throw InputError(line_of(name, line.number),
                       "is no path of an image in a study whose name ends in _positive or _negative",
                       "take the table as it was published");
    }
    ImageRow row;
    row.path = below_download(line.text);
    row.label = positive ? 1 : 0;
    row.group = place->patient;
    row.split = split;
    row.line = line.number;
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

CatalogEntry mura_entry() {
  return {card(), open};
}

}  // namespace fathom
