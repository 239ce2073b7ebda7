#include <array>
#include <string_view>
#include <unordered_map>

#include "catalog/locate.h"
#include "catalog/patients.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 1> kTable = {"stage_2_train.csv"};

CatalogCard card() {
  CatalogCard card;
  card.name = "rsna";
  card.title = "RSNA intracranial hemorrhage CT";
  card.publisher = "RSNA; Kaggle's rsna-intracranial-hemorrhage-detection";
  card.version = "stage 2, 2019";
  card.domain = "medical";
  card.tasks = {
      {"any", {"no hemorrhage", "hemorrhage"}, "positive where the row ID_..._any has the Label 1"}};
  for (const std::string kind :
       {"subarachnoid", "epidural", "intraparenchymal", "intraventricular", "subdural"}) {
    card.tasks.push_back({kind,
                          {"no " + kind + " hemorrhage", kind + " hemorrhage"},
                          "positive where the row ID_..._" + kind + " has the Label 1"});
  }
  card.files = {{"stage_2_train.csv", "six rows for each image"},
                {"stage_2_train/ID_*.dcm", "752,803 CT slices"}};
  card.columns = {
      {"stage_2_train.csv", "ID", "ID_ and the image's number, _ and the kind of hemorrhage or any"},
      {"stage_2_train.csv", "Label", "1 or 0"}};
  card.group = "the patient: Patient ID of each DICOM file";
  card.counts = {{"images", 752'803}};
  card.traps = {
      "slices of a patient lie scattered over one folder, and only their headers say whose they are",
      "some images are listed twice, with the same labels",
      "a file of the download is damaged: ID_6431af929.dcm; --skip-bad leaves it out",
      "stored values are no Hounsfield units, and below 0 in many files, which scaling by the maximum "
      "refuses: use "
      "--view ct:brain, or --view published for what the papers' scripts made of them"};
  card.published =
      "stored values x 255 / maximum of the image, without a window, resized to 224 x 224; the first of each "
      "label "
      "in listing order; patients on both sides of the split";
  card.fathom =
      "every depth the files have (--view), random subsets with the seed, whole patients on one side";
  return card;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 2> below = {"", "rsna-intracranial-hemorrhage-detection"};
  const fs::path home = home_of(request, kTable, below);
  CatalogRows table = publisher_rows(home / kTable[0]);
  ImageRows rows = rsna_rows(table, request.task.name);
  drop_repeated(rows);
  check_files(request, home, rows);
  group_by_patient(rows, home, request.options);
  return data_set_of_files(request, home, std::move(rows), "dicom");
}

}  // namespace

ImageRows rsna_rows(CatalogRows& all, const std::string& kind) {
  const CatalogTable& table = all.table();
  const std::size_t id = table.column("ID"), label = table.column("Label");
  ImageRows rows;
  rows.table = table.name();
  while (all.next()) {
    const std::string_view text = table.cell(0, id);
    const std::size_t last = text.rfind('_');
    if (last == std::string_view::npos || last == 0) {
      table.refuse_cell(0, id, "is not made of an image's number and a kind of hemorrhage",
                        "take the table as it was published");
    }
    if (text.substr(last + 1) != kind) continue;
    const std::optional<std::int64_t> value = table.whole(0, label);
    if (!value || (*value != 0 && *value != 1)) {
      table.refuse_cell(0, label, "is neither 1 nor 0", "take the table as it was published");
    }
    ImageRow row;
    row.path = "stage_2_train/" + std::string(text.substr(0, last)) + ".dcm";
    row.label = static_cast<std::int32_t>(*value);
    row.line = table.line(0);
    rows.rows.push_back(std::move(row));
  }
  rows.rows.shrink_to_fit();
  if (rows.rows.empty()) {
    throw InputError(table.name(), "has no row of the kind \"" + kind + "\"",
                     "take the table as it was published");
  }
  return rows;
}

CatalogEntry rsna_entry() {
  return {card(), open};
}

}  // namespace fathom
