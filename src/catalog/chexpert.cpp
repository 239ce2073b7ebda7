#include <array>
#include <string_view>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 14> kObservations = {
    "Pleural Effusion", "Edema",          "No Finding",   "Enlarged Cardiomediastinum",
    "Cardiomegaly",     "Lung Opacity",   "Lung Lesion",  "Consolidation",
    "Pneumonia",        "Atelectasis",    "Pneumothorax", "Pleural Other",
    "Fracture",         "Support Devices"};

CatalogCard card() {
  CatalogCard card;
  card.name = "chexpert";
  card.title = "CheXpert-v1.0";
  card.publisher = "Stanford ML Group";
  card.version = "1.0, large or small images";
  card.domain = "medical";
  for (const std::string observation : kObservations) {
    card.tasks.push_back({observation,
                          {"not " + observation, observation},
                          "positive where the column is 1; negative where it is -1 (uncertain) or blank (not "
                          "mentioned); left out where it is an explicit 0"});
  }
  card.files = {{"train.csv", "a row for each training image"},
                {"train/patientN/studyM/view*.jpg", "223,414 training images"}};
  card.columns = {{"train.csv", "Path", "from the folder above CheXpert-v1.0[-small]"},
                  {"train.csv", "Pleural Effusion, Edema, ...", "1, 0, -1 or blank"}};
  card.group = "the patient: a folder of Path";
  card.counts = {{"images in train.csv", 223'414}};
  card.traps = {
      "an explicit 0 says that the report denies the observation; the published class code takes it for "
      "positive, "
      "which harms every task but Pleural Effusion, whose subset has none",
      "valid.csv has no blanks: its 0 means negative, and it is not read",
      "frontal and lateral views are both in the table"};
  card.published =
      "10,000 random images a class of train.csv without the explicit zeros of Pleural Effusion; then the "
      "first of "
      "each label in the order of that subset; patients on both sides of the split";
  card.fathom =
      "the same labels, explicit zeros left out whatever the observation; random subsets with the seed, "
      "whole "
      "patients on one side of a split";
  return card;
}

/// "CheXpert-v1.0-small/train/..." from the folder that holds train.
std::string below_download(std::string_view path) {
  const std::size_t first = path.find('/');
  if (path.starts_with("CheXpert") && first != std::string_view::npos) path.remove_prefix(first + 1);
  return std::string(path);
}

std::string patient_of(std::string_view path) {
  const std::size_t start = path.find("/patient");
  if (start == std::string_view::npos) return "";
  const std::size_t end = path.find('/', start + 1);
  return end == std::string_view::npos ? "" : std::string(path.substr(start + 1, end - start - 1));
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"train.csv"};
  constexpr std::array<std::string_view, 3> below = {"", "CheXpert-v1.0", "CheXpert-v1.0-small"};
  const fs::path home = home_of(request, names, below);
  const CatalogTable table = publisher_table(home / names[0]);
  ImageRows rows = chexpert_rows(table, request.task.name);
  return image_file_data_set(request, home, std::move(rows), "table");
}

}  // namespace

ImageRows chexpert_rows(const CatalogTable& table, const std::string& observation) {
  const std::size_t path = table.column("Path"), value = table.column(observation);
  ImageRows rows;
  rows.table = table.name();
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const std::optional<std::int64_t> found = table.whole(i, value);
    if (found && (*found < -1 || *found > 1)) {
      table.refuse_cell(i, value, "is neither 1, 0, -1 nor blank", "take the table as it was published");
    }
    if (found == 0) {
      ++zeros;
      continue;
    }
    ImageRow row;
    row.path = below_download(table.cell(i, path));
    row.group = patient_of("/" + row.path);
    if (row.group.empty()) {
      table.refuse_cell(i, path, "is no path with the folder of a patient",
                        "take the table as it was published");
    }
    row.label = found == 1 ? 1 : 0;
    row.split = Split::none;
    row.line = table.line(i);
    rows.rows.push_back(std::move(row));
  }
  note_left_out(rows.notes, zeros,
                "\"" + observation + "\" is an explicit 0, which is neither mentioned nor uncertain");
  return rows;
}

CatalogEntry chexpert_entry() {
  return {card(), open};
}

}  // namespace fathom
