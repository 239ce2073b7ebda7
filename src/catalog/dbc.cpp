#include <array>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kBoxes = {"Annotation_Boxes.xlsx", "Annotation_Boxes.csv"};
constexpr std::array<std::string_view, 2> kMapping = {"Breast-Cancer-MRI-filepath_filename-mapping.xlsx",
                                                      "Breast-Cancer-MRI-filepath_filename-mapping.csv"};
constexpr std::array<std::string_view, 1> kImages = {"Duke-Breast-Cancer-MRI"};

CatalogCard card() {
  CatalogCard card;
  card.name = "dbc";
  card.title = "Duke-Breast-Cancer-MRI";
  card.publisher = "The Cancer Imaging Archive";
  card.version = "922 patients";
  card.domain = "medical";
  card.tasks = {
      {"tumour",
       {"no tumour", "tumour"},
       "slices of the fat-saturated series before contrast: positive from Start Slice to before End Slice of "
       "the tumour's box; negative 5 or more before it or more than 5 behind it; left out between"}};
  card.files = {
      {"Annotation_Boxes.xlsx|.csv", "the box of each patient's tumour"},
      {"Breast-Cancer-MRI-filepath_filename-mapping.xlsx|.csv", "a row for each file"},
      {"[manifest-*/]Duke-Breast-Cancer-MRI/PATIENT/STUDY/SERIES/*.dcm",
       "the series named pre, with the \"Classic Directory Name\" of NBIA Data Retriever; others are not "
       "needed"}};
  card.columns = {
      {"Annotation_Boxes", "Patient ID", "the patient"},
      {"Annotation_Boxes", "Start Slice, End Slice", "from 1, in the order of the mapping's file names"},
      {"mapping", "original_path_and_filename", "PATIENT/pre/..._NNN.dcm: patient, series, slice"},
      {"mapping", "classic_path", "the file in the download"}};
  card.group = "the patient";
  card.counts = {{"groups", 922}};
  card.traps = {
      "some file names of the mapping have a zero too many (1-052.dcm for 1-52.dcm): both are tried",
      "the descriptive directory names of the archive put some files into wrong folders",
      "boxes belong to patients by Patient ID, not by the order of rows"};
  card.published =
      "each slice x 255 / its maximum, 8 bits, MONOCHROME1 inverted; 10,000 random slices a class, then the "
      "first of "
      "each label in listing order; slices of one patient on both sides of the split";
  card.fathom =
      "every depth the files have (--view), random subsets with the seed, whole patients on one side";
  return card;
}

fs::path images_home(const CatalogRequest& request) {
  if (find_in(request.folder, kImages)) return request.folder;
  for (const std::string& name : sub_folders(request.folder)) {
    if (name.starts_with("manifest") && find_in(request.folder / name, kImages)) return request.folder / name;
  }
  refuse_download(request, request.folder, "holds no Duke-Breast-Cancer-MRI");
}

fs::path table_file(const CatalogRequest& request, std::span<const std::string_view> names) {
  constexpr std::array<std::string_view, 2> below = {"", "maps"};
  const fs::path home = home_of(request, names, below);
  return file_in(request, home, names);
}

/// "1-052.dcm" is "1-52.dcm" in some folders.
std::string with_a_zero_less(const std::string& path) {
  const std::size_t name = path.rfind('/') + 1, zero = path.find("-0", name);
  std::string shorter = path;
  if (zero != std::string::npos) shorter.erase(zero + 1, 1);
  return shorter;
}

void find_files(ImageRows& rows, const fs::path& home) {
  for (ImageRow& row : rows.rows) {
    std::error_code error;
    if (fs::exists(home / row.path, error)) continue;
    std::string shorter = with_a_zero_less(row.path);
    if (fs::exists(home / shorter, error)) row.path = std::move(shorter);
  }
}

DataSet open(const CatalogRequest& request) {
  const fs::path home = images_home(request);
  const CatalogTable boxes = publisher_table(table_file(request, kBoxes));
  const CatalogTable mapping = publisher_table(table_file(request, kMapping));
  ImageRows rows = dbc_rows(boxes, mapping);
  find_files(rows, home);
  return image_file_data_set(request, home, std::move(rows), "dicom");
}

struct Box {
  std::int64_t start, end;
};

std::unordered_map<std::string, Box> boxes_of(const CatalogTable& table) {
  const std::size_t patient = table.column("Patient ID"), start = table.column("Start Slice"),
                    end = table.column("End Slice");
  std::unordered_map<std::string, Box> boxes;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const std::optional<std::int64_t> first = table.whole(i, start), last = table.whole(i, end);
    if (!first || !last || *first < 0 || *last < *first) {
      table.refuse(i, "has no box: Start Slice and End Slice are no range",
                   "take the table as it was published");
    }
    if (!boxes.emplace(std::string(table.cell(i, patient)), Box{*first, *last}).second) {
      table.refuse(i, "has a second box for one patient", "take the table as it was published");
    }
  }
  return boxes;
}

/// "DICOM_Images/Breast_MRI_001/pre/Breast_MRI_001_pre_012.dcm".
struct OriginalFile {
  std::string_view patient, series;
  std::int64_t slice;
};

std::optional<OriginalFile> original_file(std::string_view path) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = path.find('/');
    if ((end == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  std::string_view number = parts[3];
  if (number.ends_with(".dcm")) number.remove_suffix(4);
  number.remove_prefix(number.rfind('_') + 1);
  const std::optional<std::int64_t> slice = whole_number_in(number);
  if (!slice || *slice < 0) return std::nullopt;
  return OriginalFile{parts[1], parts[2], *slice};
}

/// Nothing for slices too near to the tumour to be called free of it.
std::optional<std::int32_t> label_of(std::int64_t slice, const Box& box) {
  constexpr std::int64_t margin = 5;
  if (slice >= box.start && slice < box.end) return 1;
  if (slice <= box.start - margin || slice > box.end + margin) return 0;
  return std::nullopt;
}

}  // namespace

ImageRows dbc_rows(const CatalogTable& boxes_table, const CatalogTable& mapping) {
  const std::unordered_map<std::string, Box> boxes = boxes_of(boxes_table);
  const std::size_t original = mapping.column("original_path_and_filename"),
                    classic = mapping.column("classic_path");
  ImageRows rows;
  rows.table = mapping.name();
  std::size_t near = 0;
  for (std::size_t i = 0; i < mapping.rows(); ++i) {
    const std::optional<OriginalFile> file = original_file(mapping.cell(i, original));
    if (!file) {
      mapping.refuse_cell(i, original, "is no path FOLDER/PATIENT/SERIES/..._NUMBER.dcm",
                          "take the table as it was published");
    }
    if (file->series != "pre") continue;
    const auto box = boxes.find(std::string(file->patient));
    if (box == boxes.end()) {
      mapping.refuse(i, "names a patient who has no box in " + boxes_table.name(),
                     "take both tables as they were published");
    }
    const std::optional<std::int32_t> label = label_of(file->slice, box->second);
    if (!label) {
      ++near;
      continue;
    }
    ImageRow row;
    row.path = mapping.cell(i, classic);
    row.label = *label;
    row.group = file->patient;
    row.line = mapping.line(i);
    rows.rows.push_back(std::move(row));
  }
  note_left_out(rows.notes, near, "within 5 slices of a tumour");
  return rows;
}

CatalogEntry dbc_entry() {
  return {card(), open};
}

}  // namespace fathom
