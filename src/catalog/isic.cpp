#include <array>
#include <string_view>
#include <unordered_map>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 1> kTruth = {"ISIC_2019_Training_GroundTruth.csv"};
constexpr std::array<std::string_view, 1> kMetadata = {"ISIC_2019_Training_Metadata.csv"};
constexpr std::array<const char*, 8> kDiagnoses = {"NV", "MEL", "BCC", "AK", "BKL", "DF", "VASC", "SCC"};

CatalogCard card() {
  CatalogCard card;
  card.name = "isic";
  card.title = "ISIC 2019, training";
  card.publisher = "International Skin Imaging Collaboration";
  card.version = "2019 challenge";
  card.domain = "medical";
  for (const std::string diagnosis : kDiagnoses) {
    card.tasks.push_back({diagnosis,
                          {"not " + diagnosis, diagnosis},
                          "positive where the column is 1, negative where it is 0"});
  }
  card.files = {{"ISIC_2019_Training_GroundTruth.csv", "a row for each image"},
                {"ISIC_2019_Training_Input/*.jpg", "25,331 images"},
                {"ISIC_2019_Training_Metadata.csv", "the lesion on each image", false}};
  card.columns = {
      {"ISIC_2019_Training_GroundTruth.csv", "image", "file name without .jpg"},
      {"ISIC_2019_Training_GroundTruth.csv", "NV, MEL, ...", "1.0 or 0.0; NV is melanocytic nevus"},
      {"ISIC_2019_Training_Metadata.csv", "lesion_id", "images of one lesion, blank where unknown"}};
  card.group = "the lesion, where the metadata are there and name one";
  card.counts = {{"images", 25'331}};
  card.traps = {"several images show one lesion: without the metadata a split may part them",
                "images are in colour and of many sizes, some already cropped and downsampled"};
  card.published = "the first of each label in listing order, in three channels";
  card.fathom = "random subsets with the seed, whole lesions on one side of a split";
  return card;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> below = {""};
  const fs::path home = home_of(request, kTruth, below);
  const CatalogTable truth = publisher_table(home / kTruth[0]);
  std::optional<CatalogTable> metadata;
  if (const std::optional<fs::path> file = find_in(home, kMetadata)) metadata.emplace(publisher_table(*file));
  ImageRows rows = isic_rows(truth, metadata ? &*metadata : nullptr, request.task.name);
  // Kaggle's archive has the folder twice, one in the other.
  constexpr std::array<std::string_view, 2> folders = {"ISIC_2019_Training_Input/ISIC_2019_Training_Input",
                                                       "ISIC_2019_Training_Input"};
  const std::string folder = fs::relative(file_in(request, home, folders), home).generic_string();
  for (ImageRow& row : rows.rows) row.path = folder + "/" + row.path;
  return image_file_data_set(request, home, std::move(rows), "table");
}

std::unordered_map<std::string, std::string> lesions_of(const CatalogTable& metadata) {
  const std::size_t image = metadata.column("image"), lesion = metadata.column("lesion_id");
  std::unordered_map<std::string, std::string> lesions;
  for (std::size_t i = 0; i < metadata.rows(); ++i) {
    if (!metadata.missing(i, lesion)) lesions.emplace(metadata.cell(i, image), metadata.cell(i, lesion));
  }
  return lesions;
}

}  // namespace

ImageRows isic_rows(const CatalogTable& truth, const CatalogTable* metadata, const std::string& diagnosis) {
  const std::size_t image = truth.column("image"), value = truth.column(diagnosis);
  std::unordered_map<std::string, std::string> lesions;
  if (metadata != nullptr) lesions = lesions_of(*metadata);
  ImageRows rows;
  rows.table = truth.name();
  std::size_t without = 0;
  for (std::size_t i = 0; i < truth.rows(); ++i) {
    const std::optional<std::int64_t> found = truth.whole(i, value);
    if (!found || (*found != 0 && *found != 1)) {
      truth.refuse_cell(i, value, "is neither 1 nor 0", "take the table as it was published");
    }
    ImageRow row;
    const std::string name(truth.cell(i, image));
    row.path = name + ".jpg";
    row.label = static_cast<std::int32_t>(*found);
    if (const auto lesion = lesions.find(name); lesion != lesions.end()) row.group = lesion->second;
    if (row.group.empty()) ++without;
    row.line = truth.line(i);
    rows.rows.push_back(std::move(row));
  }
  if (without > 0) {
    rows.notes.push_back(std::to_string(without) + " of " + std::to_string(truth.rows()) +
                         " images are of no known lesion and taken to be in no group.");
  }
  return rows;
}

CatalogEntry isic_entry() {
  return {card(), open};
}

}  // namespace fathom
