// What the publishers' tables say, as pure functions of the tables: the only place that knows their columns.
//
// Every function throws InputError for a table without a column and for a cell that cannot be, naming file,
// line and column, and never what stands there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/catalog_table.h"
#include "catalog/image_rows.h"

namespace fathom {

/// Columns Path and `observation`: 1 is positive; blank and -1 are negative; an explicit 0 is left out.
/// Paths lose the name of the download before them.
ImageRows chexpert_rows(const CatalogTable& table, const std::string& observation);

/// Columns image and `diagnosis` (1 or 0); of the metadata image and lesion_id.
ImageRows isic_rows(const CatalogTable& truth, const CatalogTable* metadata, const std::string& diagnosis);

/// One path a line: .../patientN/studyM_positive/image1.png.
ImageRows mura_rows(std::span<const TextLine> lines, const std::string& name, Split split);

/// Image id and synset of every validation image: columns ImageId and PredictionString, whose first word is
/// the synset.
std::map<std::string, std::string> imagenet_validation(const CatalogTable& table);

/// Columns ID ("ID_12ab_any") and Label (1 or 0): the rows of one kind of hemorrhage. Paths are those of the
/// DICOM files.
ImageRows rsna_rows(CatalogRows& rows, const std::string& kind);

struct ProstateSeries {
  std::string uid, patient;
  std::int64_t score = 0;  ///< the highest of its targets
  std::size_t line = 0;    ///< of the first
};

struct ProstateTargets {
  std::vector<ProstateSeries> series;  ///< in the order of their first rows
  std::vector<std::string> notes;
};

/// Columns Patient ID, seriesInstanceUID_US, UCLA Score (Similar to PIRADS v2).
ProstateTargets prostate_targets(const CatalogTable& table);

/// Of the boxes Patient ID, Start Slice, End Slice; of the mapping original_path_and_filename, classic_path.
ImageRows dbc_rows(const CatalogTable& boxes, const CatalogTable& mapping);

enum class KneeSide { right, left };
/// Kellgren-Lawrence grades of reading project 15, by participant and side.
using OaiGrades = std::map<std::pair<std::string, KneeSide>, std::int64_t>;

/// Columns ID, SIDE, READPRJ, V00XRKL.
OaiGrades oai_grades(const CatalogTable& table);

/// Second word of every line, by the first: "000001.jpg 2880".
std::map<std::string, std::string> celeba_values(std::span<const TextLine> lines, const std::string& name);

}  // namespace fathom
