#include "fathom/read/nifti.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/parallel_stage.h"
#include "read/byte_source.h"
#include "read/folder_classes.h"
#include "read/folder_listing.h"
#include "read/lower_case.h"
#include "read/nifti_header.h"
#include "read/nifti_view.h"
#include "read/one_data_set.h"
#include "read/volume_values.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

/// Slices of one volume that are used, by time and index, ascending.
struct UsedSlices {
  NiftiInfo info;
  std::vector<NiftiSlice> slices;
};

double foreground_of(const Image& slice, double threshold) {
  std::size_t above = 0;
  const auto count = [&](const auto values) {
    for (const auto value : values) above += static_cast<double>(value) >= threshold ? 1 : 0;
  };
  switch (slice.type()) {
    case PixelType::uint8:
      count(slice.pixels<std::uint8_t>());
      break;
    case PixelType::uint16:
      count(slice.pixels<std::uint16_t>());
      break;
    case PixelType::float32:
      count(slice.pixels<float>());
      break;
    case PixelType::float64:
      count(slice.pixels<double>());
      break;
  }
  return static_cast<double>(above) / static_cast<double>(slice.size());
}

void drop_background(std::vector<NiftiSlice>& slices, const fs::path& file, const ReadOptions& options) {
  const NiftiVolume volume(file, options.limits);
  std::vector<double> thresholds;
  for (std::size_t time = 0; time < volume.info().times; ++time) {
    const std::vector<double> values = finite_values(volume, time);
    thresholds.push_back(values.empty() ? std::numeric_limits<double>::infinity() : otsu_threshold(values));
  }
  std::erase_if(slices, [&](const NiftiSlice& each) {
    options.progress->check();
    const Image slice = volume.slice(each.axis, each.index, each.time);
    return foreground_of(slice, thresholds[each.time]) < options.slices.min_foreground;
  });
}

UsedSlices used_slices(const fs::path& file, std::size_t volume, const ReadOptions& options) {
  const SliceOptions& wanted = options.slices;
  UsedSlices used{read_nifti_info(file, options.limits), {}};
  const std::size_t end = std::min(wanted.end.value_or(SIZE_MAX), used.info.slices(wanted.axis));
  for (std::size_t time = 0; time < used.info.times; ++time) {
    for (std::size_t index = wanted.first; index < end; index += wanted.step) {
      used.slices.push_back({volume, wanted.axis, index, time});
    }
  }
  if (wanted.min_foreground > 0.0 && !used.slices.empty()) drop_background(used.slices, file, options);
  return used;
}

/// With as many digits as the largest has, so that names are ordered as numbers are.
std::string padded(std::size_t number, std::size_t count) {
  std::ostringstream text;
  text << std::setw(static_cast<int>(std::to_string(count - 1).size())) << std::setfill('0') << number;
  return text.str();
}

std::string name_of(const std::string& path, const NiftiSlice& slice, const NiftiInfo& info) {
  std::string name = path + '#';
  if (info.times > 1) name += 't' + padded(slice.time, info.times) + '/';
  name += slice_axis_name(slice.axis);
  name += '/';
  return name + padded(slice.index, info.slices(slice.axis));
}

void note_slices(DataSet& data, std::size_t volumes, std::size_t all, SliceAxis axis) {
  std::string note = "The images are " + std::to_string(data.records.size()) + " " +
                     std::string(slice_axis_name(axis)) + " slices of " + std::to_string(volumes) +
                     (volumes == 1 ? " volume" : " volumes");
  if (data.records.size() < all) note += ", chosen from " + std::to_string(all);
  data.notes.push_back(note + ".");
}

DataSet volumes_of(const std::vector<std::string>& names) {
  const bool splits = std::ranges::all_of(
      names, [](const std::string& name) { return recognise_split(top_folder(name)).has_value(); });
  DataSet data;
  std::vector<std::string> classes;
  for (const std::string& name : names) {
    Record record;
    record.path = name;
    record.source = data.records.size();
    if (splits) record.split = *recognise_split(top_folder(name));
    const std::string_view below = splits ? std::string_view(name).substr(top_folder(name).size() + 1) : name;
    classes.emplace_back(last_folder(folders(below)));
    data.records.push_back(std::move(record));
  }
  add_folder_labels(data, classes);
  return data;
}

DataSet open_folder(const fs::path& folder, const ReadOptions& options) {
  std::vector<std::string> names = list_files(folder).others;
  const std::size_t all = names.size();
  std::erase_if(names, [](const std::string& name) { return !has_nifti_suffix(name); });
  if (names.empty()) {
    throw InputError(folder.string(),
                     "holds no volume (.nii, .nii.gz) among " + std::to_string(all) + " files",
                     "give a folder of volumes, best with one sub-folder for each class");
  }
  std::vector<fs::path> files;
  for (const std::string& name : names) files.push_back(folder / name);
  DataSet data = slices_of_volumes(volumes_of(names), files, options);
  if (names.size() < all) {
    data.notes.push_back(std::to_string(all - names.size()) +
                         (all - names.size() == 1 ? " file that is" : " files that are") +
                         " no volume passed over.");
  }
  return data;
}

}  // namespace

bool is_nifti_file(const fs::path& path) {
  try {
    return begins_as_nifti(*open_unzipped(path));
  } catch (const InputError&) {
    return false;
  }
}

bool has_nifti_suffix(const fs::path& path) {
  const std::string name = lower_case(path.filename().string());
  return name.ends_with(".nii") || name.ends_with(".nii.gz");
}

bool is_nifti_folder(const fs::path& path) {
  std::error_code error;
  bool volumes = false;
  const auto options = fs::directory_options::follow_directory_symlink;
  for (fs::recursive_directory_iterator entry(path, options, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (has_image_suffix(entry->path())) {
      return false;
    } else {
      volumes |= has_nifti_suffix(entry->path());
    }
  }
  return volumes;
}

DataSet slices_of_volumes(DataSet volumes, const std::vector<fs::path>& files, const ReadOptions& options) {
  check_nifti_view(options.view);
  std::vector<UsedSlices> used(files.size());
  const bool all_voxels = options.slices.min_foreground > 0.0;
  parallel_stage(all_voxels ? "choosing slices by their foreground" : "headers of volumes", files.size(),
                 options.threads, *options.progress,
                 [&](std::size_t i) { used[i] = used_slices(files[i], i, options); });
  std::uint32_t first_own = 0;  // group of volumes that have none
  for (const Record& volume : volumes.records)
    first_own = std::max(first_own, volume.group ? *volume.group + 1 : 0);
  std::vector<NiftiSlice> slices;
  std::vector<Record> records;
  std::size_t all = 0;
  for (const Record& volume : volumes.records) {
    const UsedSlices& own = used[volume.source];
    all += own.info.slices(options.slices.axis) * own.info.times;
    for (const NiftiSlice& slice : own.slices) {
      Record record = volume;
      record.path = name_of(volume.path, slice, own.info);
      if (!record.group) record.group = first_own + static_cast<std::uint32_t>(volume.source);
      record.source = slices.size();
      slices.push_back(slice);
      records.push_back(std::move(record));
    }
  }
  if (records.empty()) {
    throw InputError(files.empty() ? "volumes" : files.front().string(),
                     "has no slice left, nor has any other volume",
                     "loosen --slice-range or --min-foreground");
  }
  const std::size_t count = volumes.records.size();
  volumes.records = std::move(records);
  note_slices(volumes, count, all, options.slices.axis);
  volumes.pixels = nifti_slices(files, std::move(slices), options);
  return volumes;
}

DataSet open_nifti(const fs::path& path, const ReadOptions& options) {
  refuse_column_options(options);
  if (options.labels) {
    throw UsageError("--labels", "--format nifti takes folders for classes", "leave --format out");
  }
  std::error_code error;
  if (fs::is_directory(path, error)) return named(open_folder(path, options), path, "nifti");
  DataSet one;
  one.records.resize(1);
  one.records[0].path = path.filename().string();
  return named(slices_of_volumes(std::move(one), {path}, options), path, "nifti");
}

}  // namespace fathom
