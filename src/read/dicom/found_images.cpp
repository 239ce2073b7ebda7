#include "read/dicom/found_images.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "fathom/core/parallel_stage.h"
#include "read/dicom/stored_pixels.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

struct File {
  std::string name;
  bool dicom = false, holds_image = true;
  std::optional<DicomInfo> info;  ///< nothing: no DICOM, or its header cannot be read
  std::string fault;
};

std::string holder(const std::string& name) {
  return name.substr(0, name.rfind('/') + 1);
}

void read_headers(const fs::path& root, std::vector<File>& files, const ReadOptions& options) {
  parallel_stage("headers of DICOM files", files.size(), options.threads, *options.progress,
                 [&](std::size_t i) {
                   try {
                     files[i].info = DicomFile::read_header(root / files[i].name).info();
                   } catch (const NoImage&) {
                     files[i].holds_image = false;
                   } catch (const ImageError&) {
                     // Reading the image will say the same, where it can be listed with the others.
                   }
                 });
}

/// Files of one series in one folder. A file whose series is not known is a series of its own.
using Series = std::vector<File*>;

std::vector<Series> series_of(std::vector<File>& files) {
  std::map<std::pair<std::string, std::uint64_t>, std::size_t> known;
  std::vector<Series> all;
  for (File& file : files) {
    const std::uint64_t key = file.info ? file.info->series : 0;
    const auto [found, is_new] = known.try_emplace({holder(file.name), key}, all.size());
    if (is_new || key == 0) {
      all.push_back({&file});
    } else {
      all[found->second].push_back(&file);
    }
  }
  return all;
}

std::string size_text(const DicomInfo& info) {
  return std::to_string(info.columns) + " x " + std::to_string(info.rows);
}

/// Slices have a place in space. Other images of one series, such as two views of a chest, may differ in
/// size.
void find_odd_sizes(Series& series) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> counts;
  const auto size_of = [](const File& file) { return std::pair(file.info->rows, file.info->columns); };
  Series slices;
  std::ranges::copy_if(series, std::back_inserter(slices),
                       [](const File* file) { return file->info && file->info->position; });
  for (const File* file : slices) ++counts[size_of(*file)];
  if (counts.size() < 2) return;
  const File* usual =
      *std::ranges::max_element(slices, {}, [&](const File* file) { return counts[size_of(*file)]; });
  for (File* file : slices) {
    if (size_of(*file) == size_of(*usual)) continue;
    file->fault = "is " + size_text(*file->info) + " pixels, and other slices of its series are " +
                  size_text(*usual->info);
  }
}

/// Along the normal where every file has a place, then by Instance Number where every file has one.
void order(Series& series) {
  const bool places = std::ranges::all_of(
      series, [](const File* file) { return file->info && file->info->position.has_value(); });
  const bool instances = std::ranges::all_of(
      series, [](const File* file) { return file->info && file->info->instance.has_value(); });
  std::ranges::stable_sort(series, {}, [&](const File* file) {
    return std::tuple(places ? *file->info->position : 0.0, instances ? *file->info->instance : 0);
  });
}

void add_frames(const File& file, std::vector<FoundImage>& images) {
  const std::size_t frames = file.info ? file.info->frames : 1;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    FoundImage image;
    image.path = frames == 1 ? file.name : file.name + '#' + std::to_string(frame + 1);
    image.image.file = file.name;
    if (file.dicom) image.image.frame = frame;
    image.image.fault = file.fault;
    if (file.info) image.patient = file.info->patient;
    images.push_back(std::move(image));
  }
}

}  // namespace

bool seems_dicom(const fs::path& path) {
  try {
    return is_dicom_file(path);
  } catch (const InputError&) {
    return false;
  }
}

FoundImages find_images(const fs::path& root, const std::vector<std::string>& names,
                        const std::vector<std::string>& others, const ReadOptions& options) {
  std::vector<File> files;
  for (const std::string& name : names) files.push_back({name, true, true, std::nullopt, ""});
  read_headers(root, files, options);
  FoundImages found;
  found.without_image =
      static_cast<std::size_t>(std::erase_if(files, [](const File& file) { return !file.holds_image; }));
  for (const std::string& name : others) files.push_back({name, false, true, std::nullopt, ""});
  std::ranges::sort(files, {}, [](const File& file) { return std::pair(holder(file.name), file.name); });
  // In the order of their first files now, and so are the folders.
  for (Series& series : series_of(files)) {
    find_odd_sizes(series);
    order(series);
    for (const File* file : series) add_frames(*file, found.images);
  }
  return found;
}

std::vector<std::optional<std::uint32_t>> groups_of(const std::vector<FoundImage>& images) {
  std::unordered_map<std::uint64_t, std::uint32_t> numbers;
  std::vector<std::optional<std::uint32_t>> groups;
  for (const FoundImage& image : images) {
    if (image.patient == 0) {
      groups.emplace_back();
    } else {
      groups.emplace_back(
          numbers.emplace(image.patient, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
  }
  return groups;
}

}  // namespace fathom
