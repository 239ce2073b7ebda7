#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "catalog/knee_halves.h"
#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel_stage.h"
#include "fathom/read/dicom.h"
#include "fathom/read/image_file.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kTable = {"kxr_sq_bu00.txt", "KXR_SQ_BU00.txt"};
constexpr std::array<std::string_view, 2> kParts = {"0.C.2", "0.E.1"};

CatalogCard card() {
  CatalogCard card;
  card.name = "oai";
  card.title = "OAI baseline knee X-rays";
  card.publisher = "Osteoarthritis Initiative, NIMH Data Archive";
  card.version = "OAIBaselineImages (0.C.2 and 0.E.1), readings kxr_sq_bu00";
  card.domain = "medical";
  card.tasks = {
      {"osteoarthritis",
       {"KL 0-1", "KL 2-4"},
       "a knee is positive where its Kellgren-Lawrence grade is 2, 3 or 4, negative where it is 0 or 1; left "
       "out where reading project 15 has no grade of it"}};
  card.files = {{"kxr_sq_bu00.txt", "a row for each reading of a knee, columns separated by |"},
                {"[results/][P001/]0.C.2|0.E.1/PARTICIPANT/DATE/BARCODE/001",
                 "X-rays of both knees, DICOM without suffix"},
                {"0/*.png, 1/*.png",
                 "instead of both: knees already cropped, as PARTICIPANT_R.png and PARTICIPANT_L.png in "
                 "the folder of their label"}};
  card.columns = {{"kxr_sq_bu00.txt", "ID", "the participant"},
                  {"kxr_sq_bu00.txt", "SIDE", "1 right, 2 left"},
                  {"kxr_sq_bu00.txt", "READPRJ", "the reading project; 15 is used"},
                  {"kxr_sq_bu00.txt", "V00XRKL", "the grade, 0 to 4"}};
  card.group = "the participant: both knees belong together";
  card.traps = {
      "an X-ray shows both knees, and a grade is of one: the right knee is on the left of the image",
      "several projects have read some knees; grades of others than 15 are not those of the papers",
      "the archive's packages hold other images too: magnetic resonance series and other joints"};
  card.published =
      "a crop of 672 x 672 pixels about each knee, which a YOLOv3-tiny network finds, as PNG; the first of "
      "each label in "
      "listing order; knees of one participant on both sides of the split";
  card.fathom =
      "the crop is yours: of uncropped X-rays each half is one knee, cut at the middle column; random "
      "subsets with the "
      "seed, both knees on one side of a split";
  return card;
}

/// The participant of "9002663_R.png" or "9002663R.png".
std::string participant_of(std::string_view file) {
  return std::string(file.substr(0, file.find_first_not_of("0123456789")));
}

DataSet open_cropped(const CatalogRequest& request) {
  ImageRows rows;
  for (const std::int32_t label : {0, 1}) {
    const std::string folder = std::to_string(label);
    for (const std::string& name : files_of(request.folder / folder)) {
      if (!has_image_suffix(name)) continue;
      ImageRow row;
      row.path = folder + "/" + name;
      row.label = label;
      row.group = participant_of(name);
      rows.rows.push_back(std::move(row));
    }
  }
  if (rows.rows.empty()) refuse_download(request, request.folder, "holds no image in 0 and 1");
  return image_file_data_set(request, request.folder, std::move(rows), "folder");
}

/// An X-ray of both knees, and whose.
struct Xray {
  std::string path, participant;
};

/// The modality tells X-rays from magnetic resonance, the description knees from other joints.
/// A file whose header cannot be read is taken for one: reading its pixels will say what is wrong with it.
bool shows_knees(const fs::path& path) {
  try {
    const DicomFile file = DicomFile::read_header(path);
    if (file.info().modality == "MR") return false;
    const std::optional<std::string> description = file.value(0x0008, 0x103e);
    return !description || description->find("Knee") != std::string::npos;
  } catch (const ImageError&) {
    return true;
  }
}

struct Found {
  std::vector<Xray> xrays;
  std::size_t others = 0;
};

/// What there is below PART/PARTICIPANT.
Found xrays_of(const fs::path& home, const std::string& of, const std::string& participant) {
  Found found;
  for (const std::string& date : sub_folders(home / of)) {
    for (const std::string& barcode : sub_folders(home / of / date)) {
      const std::string folder = of + "/" + date + "/" + barcode;
      for (const std::string& name : files_of(home / folder)) {
        const std::string path = folder + "/" + name;
        if (has_image_suffix(name) || !is_dicom_file(home / path)) continue;
        if (shows_knees(home / path)) {
          found.xrays.push_back({path, participant});
        } else {
          ++found.others;
        }
      }
    }
  }
  return found;
}

Found find_xrays(const CatalogRequest& request) {
  const fs::path& home = request.folder;
  constexpr std::array<std::string_view, 4> below = {"", "results", "results/P001", "P001"};
  const fs::path images = home_of(request, kParts, below);
  const std::string prefix = images == home ? "" : images.lexically_relative(home).generic_string() + "/";
  struct Participant {
    std::string name, folder;
    Found found;
  };
  std::vector<Participant> participants;
  for (const std::string_view part : kParts) {
    if (!fs::is_directory(images / part)) continue;
    for (const std::string& name : sub_folders(images / part)) {
      participants.push_back({name, prefix + std::string(part) + "/" + name, {}});
    }
  }
  parallel_stage("looking for X-rays of knees", participants.size(), request.options.threads,
                 *request.options.progress, [&](std::size_t i) {
                   Participant& one = participants[i];
                   one.found = xrays_of(home, one.folder, one.name);
                 });
  Found found;
  for (Participant& one : participants) {
    std::ranges::move(one.found.xrays, std::back_inserter(found.xrays));
    found.others += one.found.others;
  }
  if (found.xrays.empty()) refuse_download(request, images, "holds no X-ray of knees");
  return found;
}

DataSet open_xrays(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 3> below = {
      "", "results", "X-Ray Image Assessments_ASCII/Semi-Quant Scoring_ASCII"};
  const fs::path table = file_in(request, home_of(request, kTable, below), kTable);
  const OaiGrades grades = oai_grades(publisher_table(table));
  const Found found = find_xrays(request);
  ImageRows rows;
  std::vector<KneeHalf> images;
  std::size_t without = 0;
  for (const Xray& xray : found.xrays) {
    for (const KneeSide side : {KneeSide::right, KneeSide::left}) {
      const auto grade = grades.find({xray.participant, side});
      if (grade == grades.end()) {
        ++without;
        continue;
      }
      const bool right = side == KneeSide::right;
      ImageRow row;
      row.path = xray.path + (right ? "#R" : "#L");
      row.label = grade->second >= 2 ? 1 : 0;
      row.group = xray.participant;
      rows.rows.push_back(std::move(row));
      images.push_back({xray.path, right});
    }
  }
  if (rows.rows.empty())
    throw InputError(table.string(), "grades none of the X-rays", "give the table of their visit");
  note_left_out(rows.notes, without, "reading project 15 has no grade of the knee");
  note_left_out(rows.notes, found.others, "they do not show knees");
  DataSet data = data_set_of(request, rows);
  data.format = "dicom";
  data.pixels = knee_halves(request.folder, std::move(images), request.options);
  return data;
}

DataSet open(const CatalogRequest& request) {
  const bool cropped = fs::is_directory(request.folder / "0") && fs::is_directory(request.folder / "1");
  return cropped ? open_cropped(request) : open_xrays(request);
}

/// "2" of "2" and "2: Left"; nothing of ".", ".: Missing" and "".
std::optional<std::int64_t> code_of(std::string_view cell) {
  if (cell.empty() || cell.front() == '.') return std::nullopt;
  return whole_number_in(cell.substr(0, cell.find(':')));
}

}  // namespace

OaiGrades oai_grades(const CatalogTable& table) {
  const std::size_t id = table.column("ID"), side = table.column("SIDE"), project = table.column("READPRJ"),
                    grade = table.column("V00XRKL");
  OaiGrades grades;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (code_of(table.cell(i, project)) != 15) continue;
    const std::optional<std::int64_t> of_side = code_of(table.cell(i, side));
    if (of_side != 1 && of_side != 2) {
      table.refuse_cell(i, side, "is neither 1 nor 2", "take the table as it was published");
    }
    const std::string_view cell = table.cell(i, grade);
    if (cell.empty() || cell.front() == '.') continue;
    const std::optional<std::int64_t> value = code_of(cell);
    if (!value || *value < 0 || *value > 4) {
      table.refuse_cell(i, grade, "is no grade from 0 to 4", "take the table as it was published");
    }
    const KneeSide which = of_side == 1 ? KneeSide::right : KneeSide::left;
    const auto [found, is_new] = grades.emplace(std::pair(std::string(table.cell(i, id)), which), *value);
    if (!is_new && found->second != *value) {
      table.refuse(i, "gives a knee a second grade", "take the table as it was published");
    }
  }
  return grades;
}

CatalogEntry oai_entry() {
  return {card(), open};
}

}  // namespace fathom
