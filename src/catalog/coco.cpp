#include <array>
#include <string_view>

#include "catalog/image_rows.h"
#include "catalog/locate.h"
#include "fathom/read/image_file.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

CatalogCard card() {
  CatalogCard card;
  card.name = "coco";
  card.title = "MS COCO 2017";
  card.publisher = "the COCO Consortium";
  card.version = "2017";
  card.domain = "natural";
  card.files = {{"train2017/*.jpg", "118,287 training images"},
                {"val2017/*.jpg", "5,000 validation images", false}};
  card.group = "none";
  card.counts = {{"train", 118'287}, {"val", 5'000, false}};
  card.traps = {
      "an image holds many objects, so that it has no one label: there is a dimension and no sharpness",
      "some images are grey; under a protocol of automatic channels they are taken as colour"};
  card.published = "dimension alone, as its authors' source for natural images gives it";
  card.fathom = "dimension alone; annotations are not read, test2017 and unlabeled2017 are not looked for";
  return card;
}

void add_images(ImageRows& rows, const fs::path& home, const std::string& folder, Split split) {
  for (const std::string& name : files_of(home / folder)) {
    if (!has_image_suffix(name)) continue;
    ImageRow row;
    row.path = folder + "/" + name;
    row.split = split;
    rows.rows.push_back(std::move(row));
  }
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 2> names = {"train2017", "val2017"};
  constexpr std::array<std::string_view, 2> below = {"", "images"};
  const fs::path home = home_of(request, names, below);
  ImageRows rows;
  if (fs::is_directory(home / "train2017")) add_images(rows, home, "train2017", Split::train);
  if (fs::is_directory(home / "val2017")) add_images(rows, home, "val2017", Split::validation);
  if (rows.rows.empty()) refuse_download(request, home, "holds no image in train2017 and val2017");
  return image_file_data_set(request, home, std::move(rows), "folder");
}

}  // namespace

CatalogEntry coco_entry() {
  return {card(), open};
}

}  // namespace fathom
