#include "fathom/report/pair_images.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "report/picture.h"

namespace fathom {

namespace {

std::unordered_set<std::string> pictured_paths(const MeasureRecord& record) {
  std::unordered_set<std::string> paths;
  for (const TaskMeasurement& task : record.measurement.tasks) {
    const std::vector<SharpnessPair>& pairs = task.label_sharpness.pairs;
    for (std::size_t i = 0; i < std::min(pairs.size(), kPicturedPairs); ++i) {
      paths.insert(pairs[i].a);
      paths.insert(pairs[i].b);
    }
  }
  return paths;
}

bool made_of_files(const std::string& format) {
  return format == "folder" || format == "table";
}

}  // namespace

std::vector<PageImage> pair_images(const DataSet& data, const MeasureRecord& record, std::size_t dataset,
                                   bool medical) {
  std::vector<PageImage> images;
  const bool shown = medical || !data.pixels->medical();
  if (data.pixels->vectors() || !shown) return images;
  const std::unordered_set<std::string> wanted = pictured_paths(record);
  for (const Record& image : data.records) {
    if (!wanted.contains(image.path)) continue;
    if (made_of_files(data.format) && !has_image_suffix(image.path) && !data.pixels->medical()) continue;
    try {
      std::string png = picture_png(data.pixels->read(image.source), kPictureSide);
      if (!png.empty()) images.push_back({dataset, image.path, std::move(png)});
    } catch (const ImageError&) {
      // It was measured, and its file has changed since: the page shows its name alone.
      continue;
    }
  }
  return images;
}

}  // namespace fathom
