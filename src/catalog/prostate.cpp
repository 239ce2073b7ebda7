#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel_stage.h"
#include "fathom/read/dicom.h"
#include "read/image_files.h"
#include "read/table_text.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kTargets = {
    "Target Data_2019-12-05.xlsx", "Target Data_2019-12-05.csv", "Target-Data_2019-12-05-2.xlsx"};
constexpr std::array<std::string_view, 1> kImages = {"Prostate-MRI-US-Biopsy"};
constexpr const char* kScore = "UCLA Score (Similar to PIRADS v2)";

CatalogCard card() {
  CatalogCard card;
  card.name = "prostate";
  card.title = "Prostate-MRI-US-Biopsy";
  card.publisher = "The Cancer Imaging Archive";
  card.version = "targets of 2019-12-05";
  card.domain = "medical";
  card.tasks = {
      {"score",
       {"UCLA score 0-1", "UCLA score 2-5"},
       "positive where the highest UCLA score of the series' targets is 2 or more, negative where it is 0 or "
       "1"},
      {"hard",
       {"UCLA score 2", "UCLA score 3-5"},
       "positive where the highest UCLA score is above 2, negative where it is 2, left out below"}};
  card.files = {{"Target Data_2019-12-05.xlsx|.csv", "a row for each target"},
                {"[manifest-*/]Prostate-MRI-US-Biopsy/PATIENT/STUDY/SERIES/*.dcm",
                 "the series, with the \"Classic Directory Name\" of NBIA Data Retriever"}};
  card.columns = {{"Target Data_2019-12-05", "Patient ID", "the patient"},
                  {"Target Data_2019-12-05", "seriesInstanceUID_US", "the folder of the series"},
                  {"Target Data_2019-12-05", kScore, "0 to 5"}};
  card.group = "the patient: column Patient ID";
  card.traps = {
      "the series of the papers are ULTRASOUND: they are found by seriesInstanceUID_US, although the data "
      "set is "
      "called prostate MRI",
      "a series has several targets with scores of their own: a row a target gives the same slices different "
      "labels",
      "neighbouring slices are nearly equal; where they are on both sides of a split, test loss falls to "
      "0.003"};
  card.published =
      "slices of the central half of each ultrasound series, once for every target, with the score of that "
      "target; "
      "the first of each label in listing order; slices of one series on both sides of the split";
  card.fathom =
      "the same slices, each once, with the highest score of its series; random subsets with the seed, whole "
      "patients "
      "on one side of a split";
  return card;
}

/// The folder that holds a folder Prostate-MRI-US-Biopsy: the one given, or one named manifest-... in it.
fs::path images_home(const CatalogRequest& request) {
  if (find_in(request.folder, kImages)) return request.folder;
  for (const std::string& name : sub_folders(request.folder)) {
    if (name.starts_with("manifest") && find_in(request.folder / name, kImages)) return request.folder / name;
  }
  refuse_download(request, request.folder, "holds no Prostate-MRI-US-Biopsy");
}

fs::path targets_file(const CatalogRequest& request, const fs::path& home) {
  if (const std::optional<fs::path> file = find_in(request.folder, kTargets)) return *file;
  return file_in(request, home, kTargets);
}

/// Folders of series, by their name, which is the UID; paths from `home`.
std::map<std::string, std::string> series_folders(const fs::path& home) {
  std::map<std::string, std::string> folders;
  const std::string top(kImages[0]);
  for (const std::string& patient : sub_folders(home / top)) {
    for (const std::string& study : sub_folders(home / top / patient)) {
      const std::string below = top + "/" + patient + "/" + study;
      for (const std::string& series : sub_folders(home / below))
        folders.emplace(series, below + "/" + series);
    }
  }
  return folders;
}

/// The label of a score in the task, or nothing where it is left out.
std::optional<std::int32_t> label_of(std::int64_t score, bool hard) {
  if (!hard) return score >= 2 ? 1 : 0;
  if (score < 2) return std::nullopt;
  return score > 2 ? 1 : 0;
}

struct Slices {
  ImageRows rows;
  std::vector<FileImage> images;
};

struct SeriesFile {
  std::string path;
  const ProstateSeries* series;
  std::int32_t label;
  std::size_t frames = 0;
};

void add_central_half(Slices& slices, const SeriesFile& file) {
  for (std::size_t frame = file.frames / 4; frame < 3 * file.frames / 4; ++frame) {
    ImageRow row;
    row.path = file.path + "#" + std::to_string(frame + 1);
    row.label = file.label;
    row.group = file.series->patient;
    slices.rows.rows.push_back(std::move(row));
    slices.images.push_back({file.path, frame, ""});
  }
}

std::size_t frames_of(const fs::path& path) {
  try {
    return DicomFile::read_header(path).info().frames;
  } catch (const ImageError& error) {
    throw InputError(path.string(), error.what(), "take the file as it was published");
  }
}

DataSet open(const CatalogRequest& request) {
  const fs::path home = images_home(request);
  const CatalogTable table = publisher_table(targets_file(request, home));
  const ProstateTargets targets = prostate_targets(table);
  const std::map<std::string, std::string> folders = series_folders(home);
  const bool hard = request.task.name == "hard";
  Slices slices;
  slices.rows.notes = targets.notes;
  std::size_t below = 0;
  std::vector<SeriesFile> files;
  for (const ProstateSeries& series : targets.series) {
    const auto folder = folders.find(series.uid);
    if (folder == folders.end()) {
      throw InputError(line_of(table.name(), series.line), "names a series that is not in " + home.string(),
                       "complete the download; `fathom catalog prostate` shows what belongs to it");
    }
    const std::optional<std::int32_t> label = label_of(series.score, hard);
    if (!label) {
      ++below;
      continue;
    }
    for (const std::string& file : files_of(home / folder->second)) {
      files.push_back({folder->second + "/" + file, &series, *label});
    }
  }
  parallel_stage("headers of DICOM files", files.size(), request.options.threads, *request.options.progress,
                 [&](std::size_t i) { files[i].frames = frames_of(home / files[i].path); });
  for (const SeriesFile& file : files) add_central_half(slices, file);
  if (below > 0) {
    slices.rows.notes.push_back(std::to_string(below) +
                                (below == 1 ? " series with a score below 2 was left out."
                                            : " series with a score below 2 were left out."));
  }
  DataSet data = data_set_of(request, slices.rows);
  data.format = "dicom";
  data.pixels = std::make_shared<ImageFiles>(home, std::move(slices.images), request.options);
  return data;
}

}  // namespace

ProstateTargets prostate_targets(const CatalogTable& table) {
  const std::size_t patient = table.column("Patient ID"), uid = table.column("seriesInstanceUID_US"),
                    score = table.column(kScore);
  ProstateTargets targets;
  std::map<std::string, std::size_t> of_uid;
  std::size_t without = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const std::optional<std::int64_t> value = table.whole(i, score);
    if (value && (*value < 0 || *value > 5)) {
      table.refuse_cell(i, score, "is no score from 0 to 5", "take the table as it was published");
    }
    if (!value || table.missing(i, uid)) {
      ++without;
      continue;
    }
    const std::string patient_id(table.cell(i, patient));
    const auto [found, is_new] = of_uid.emplace(std::string(table.cell(i, uid)), targets.series.size());
    if (is_new) {
      targets.series.push_back({found->first, patient_id, *value, table.line(i)});
      continue;
    }
    ProstateSeries& series = targets.series[found->second];
    if (series.patient != patient_id) {
      table.refuse(i, "gives the series of line " + std::to_string(series.line) + " to another patient",
                   "take the table as it was published");
    }
    series.score = std::max(series.score, *value);
  }
  if (without > 0) {
    targets.notes.push_back(std::to_string(without) + (without == 1 ? " target" : " targets") +
                            " without a score or an ultrasound series " + (without == 1 ? "was" : "were") +
                            " passed over.");
  }
  return targets;
}

CatalogEntry prostate_entry() {
  return {card(), open};
}

}  // namespace fathom
