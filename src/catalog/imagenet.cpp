#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/read/image_file.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 1> kSolution = {"LOC_val_solution.csv"};

CatalogCard card() {
  CatalogCard card;
  card.name = "imagenet";
  card.title = "ImageNet (ILSVRC 2012-2017, CLS-LOC)";
  card.publisher = "ImageNet; Kaggle's imagenet-object-localization-challenge";
  card.version = "ILSVRC2012, as ImageFolder or as Kaggle ships it";
  card.domain = "natural";
  card.tasks = {
      {"synset",
       {},
       "the thousand synsets, by their WordNet ids; --classes A,B or a study's class_pairs choose two"}};
  card.files = {
      {"train/nNNNNNNNN/*.JPEG|ILSVRC/Data/CLS-LOC/train/nNNNNNNNN/*.JPEG", "1,281,167 training images"},
      {"val/nNNNNNNNN/*.JPEG|ILSVRC/Data/CLS-LOC/val/*.JPEG", "50,000 validation images", false},
      {"LOC_val_solution.csv", "labels of Kaggle's validation images, which lie in one folder", false}};
  card.columns = {{"LOC_val_solution.csv", "ImageId", "file name without .JPEG"},
                  {"LOC_val_solution.csv", "PredictionString", "the first word is the synset"}};
  card.group = "none";
  card.counts = {{"train", 1'281'167}, {"val", 50'000, false}};
  card.traps = {"Kaggle's validation images lie in one folder: an ImageFolder reader finds no classes there",
                "one image is a PNG named .JPEG (read by its content), and some are CMYK, which are refused: "
                "--skip-bad",
                "torchvision's samples and targets must be filtered together"};
  card.published =
      "two synsets drawn at random; labels are filtered and paths are not, so that every pair shows the "
      "images of "
      "the first two synsets, whatever was drawn";
  card.fathom = "each image has the label of the folder it lies in, or of the table of its publisher";
  return card;
}

struct Home {
  fs::path folder;  ///< holds train
  fs::path lists;   ///< holds LOC_val_solution.csv, if it is there
};

Home find(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"train"};
  constexpr std::array<std::string_view, 4> below = {"", "ILSVRC/Data/CLS-LOC", "Data/CLS-LOC", "CLS-LOC"};
  const fs::path folder = home_of(request, names, below);
  fs::path lists = folder;
  for (int above = 0; above < 4 && !find_in(lists, kSolution); ++above) lists /= "..";
  return {folder, find_in(lists, kSolution) ? lists : folder};
}

void add_synset(ImageRows& rows, std::vector<std::string>& synsets, const Home& home,
                const std::string& split, const std::string& synset) {
  const std::string folder = split + "/" + synset;
  for (const std::string& name : files_of(home.folder / folder)) {
    if (!has_image_suffix(name)) continue;
    ImageRow row;
    row.path = folder + "/" + name;
    row.split = *recognise_split(split);
    rows.rows.push_back(std::move(row));
    synsets.push_back(synset);
  }
}

void add_folders(ImageRows& rows, std::vector<std::string>& synsets, const Home& home,
                 const std::string& split) {
  for (const std::string& synset : sub_folders(home.folder / split)) {
    add_synset(rows, synsets, home, split, synset);
  }
}

/// Kaggle's: all in one folder.
void add_validation(ImageRows& rows, std::vector<std::string>& synsets, const Home& home) {
  const std::vector<std::string> files = files_of(home.folder / "val");
  const auto images = static_cast<std::size_t>(std::ranges::count_if(files, has_image_suffix));
  if (images == 0) return;
  const std::optional<fs::path> solution = find_in(home.lists, kSolution);
  if (!solution) {
    note_left_out(rows.notes, images,
                  "val holds them without folders, and LOC_val_solution.csv is not there");
    return;
  }
  const std::map<std::string, std::string> labels = imagenet_validation(publisher_table(*solution));
  std::size_t without = 0;
  for (const std::string& name : files) {
    if (!has_image_suffix(name)) continue;
    const auto found = labels.find(fs::path(name).stem().string());
    if (found == labels.end()) {
      ++without;
      continue;
    }
    ImageRow row;
    row.path = "val/" + name;
    row.split = Split::validation;
    rows.rows.push_back(std::move(row));
    synsets.push_back(found->second);
  }
  note_left_out(rows.notes, without, "LOC_val_solution.csv does not name them");
}

/// By their bytes, as ImageFolder numbers them.
void label_by_synset(ImageRows& rows, const std::vector<std::string>& synsets) {
  const std::set<std::string> all(synsets.begin(), synsets.end());
  rows.column = LabelColumn{"synset", {all.begin(), all.end()}};
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const auto found = std::ranges::lower_bound(rows.column->classes, synsets[i]);
    rows.rows[i].label = static_cast<std::int32_t>(found - rows.column->classes.begin());
  }
}

DataSet open(const CatalogRequest& request) {
  const Home home = find(request);
  ImageRows rows;
  std::vector<std::string> synsets;
  add_folders(rows, synsets, home, "train");
  if (fs::is_directory(home.folder / "val")) {
    add_folders(rows, synsets, home, "val");
    add_validation(rows, synsets, home);
  }
  if (rows.rows.empty()) refuse_download(request, home.folder, "holds no image in the folders of train");
  label_by_synset(rows, synsets);
  return image_file_data_set(request, home.folder, std::move(rows), "folder");
}

}  // namespace

std::map<std::string, std::string> imagenet_validation(const CatalogTable& table) {
  const std::size_t image = table.column("ImageId"), prediction = table.column("PredictionString");
  std::map<std::string, std::string> labels;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::vector<std::string_view> words = words_of(table.cell(row, prediction));
    if (words.empty()) {
      table.refuse_cell(row, prediction, "names no synset", "take the table as its publisher has it");
    }
    labels.emplace(table.cell(row, image), words.front());
  }
  return labels;
}

CatalogEntry imagenet_entry() {
  return {card(), open};
}

}  // namespace fathom
