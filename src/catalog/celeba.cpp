#include <array>
#include <string_view>

#include "catalog/locate.h"
#include "catalog/publisher_tables.h"
#include "fathom/core/error.h"
#include "fathom/read/image_file.h"
#include "read/table_text.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

CatalogCard card() {
  CatalogCard card;
  card.name = "celeba";
  card.title = "CelebA, aligned and cropped";
  card.publisher = "MMLab, The Chinese University of Hong Kong";
  card.version = "img_align_celeba of 2015";
  card.domain = "natural";
  card.files = {{"img_align_celeba/*.jpg", "202,599 images"},
                {"list_eval_partition.txt", "the publisher's splits", false},
                {"identity_CelebA.txt", "the person on each image", false}};
  card.columns = {{"list_eval_partition.txt", "(second)", "0 train, 1 val, 2 test"},
                  {"identity_CelebA.txt", "(second)", "number of the person"}};
  card.group = "the person, where identity_CelebA.txt is there";
  card.counts = {{"images", 202'599},
                 {"groups", 10'177, false},
                 {"train", 162'770, false},
                 {"val", 19'867, false},
                 {"test", 19'962, false}};
  card.traps = {
      "the lists lie in Anno and Eval in the publisher's archive and beside the images elsewhere: both are "
      "looked into"};
  card.published = "dimension alone, as its authors' source for natural images gives it";
  card.fathom = "dimension alone; attributes are not read";
  return card;
}

std::optional<Split> split_of(std::string_view number) {
  if (number == "0") return Split::train;
  if (number == "1") return Split::validation;
  if (number == "2") return Split::test;
  return std::nullopt;
}

using Values = std::map<std::string, std::string>;

Values values_of(const fs::path& folder, const std::string& name, const std::string& below) {
  const std::array<std::string, 2> places = {name, below + "/" + name};
  const std::array<std::string_view, 2> names = {places[0], places[1]};
  const std::optional<fs::path> file = find_in(folder, names);
  return file ? celeba_values(read_lines(*file), file->string()) : Values();
}

std::string value_of(const Values& values, const std::string& image) {
  const auto found = values.find(image);
  return found == values.end() ? "" : found->second;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"img_align_celeba"};
  constexpr std::array<std::string_view, 3> below = {"", "celeba", "Img"};
  const fs::path home = home_of(request, names, below);
  // Kaggle's archive has the folder twice, one in the other.
  const bool twice = fs::is_directory(home / "img_align_celeba" / "img_align_celeba");
  const std::string folder = twice ? "img_align_celeba/img_align_celeba" : "img_align_celeba";
  const fs::path lists = home.filename() == "Img" ? home.parent_path() : home;
  const Values splits = values_of(lists, "list_eval_partition.txt", "Eval");
  const Values persons = values_of(lists, "identity_CelebA.txt", "Anno");
  ImageRows rows;
  for (const std::string& name : files_of(home / folder)) {
    if (!has_image_suffix(name)) continue;
    ImageRow row;
    row.path = folder + "/" + name;
    row.group = value_of(persons, name);
    row.split = split_of(value_of(splits, name)).value_or(Split::none);
    rows.rows.push_back(std::move(row));
  }
  if (rows.rows.empty()) refuse_download(request, home / folder, "holds no image");
  return image_file_data_set(request, home, std::move(rows), "folder");
}

}  // namespace

Values celeba_values(std::span<const TextLine> lines, const std::string& name) {
  Values values;
  for (const TextLine& line : lines) {
    const std::vector<std::string_view> words = words_of(line.text);
    if (words.size() != 2) {
      throw InputError(line_of(name, line.number), "has not two words, a file and a number",
                       "take the list as its publisher has it");
    }
    values.emplace(words[0], words[1]);
  }
  return values;
}

CatalogEntry celeba_entry() {
  return {card(), open};
}

}  // namespace fathom
