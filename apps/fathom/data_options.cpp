#include "data_options.h"

#include <CLI/CLI.hpp>

#include "fathom/catalog/catalog.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "redaction.h"
#include "slice_options.h"
#include "whole_number.h"

namespace fathom {

namespace {

/// An option that takes one comma-separated list, and leaves the arguments after it to DATA.
CLI::Option* add_list(CLI::App& command, const char* name, std::vector<std::string>& values,
                      const char* words) {
  return command.add_option(name, values, words)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...");
}

}  // namespace

void DataOptions::add_to(CLI::App& command, Sets sets) {
  const std::string forms =
      "Folder with one sub-folder a class, CSV manifest, DICOM, NIfTI, .npz, .npy, IDX or CIFAR binary file "
      "or "
      "folder, or a data set by name (brats:DIR, see fathom catalog)";
  CLI::Option* const named =
      command.add_option("DATA", data, forms + (sets == Sets::several ? "; several make one table" : ""))
          ->required();
  if (sets == Sets::one) named->expected(1);

  const std::string reading = "Reading";
  command
      .add_option("--format", read.format,
                  "Form of DATA: auto, folder, table, npz, npy, idx, cifar10, cifar100, dicom, nifti, svhn")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(reading);
  command
      .add_option("--labels", labels,
                  "Labels kept apart: CSV file for a folder of images, .npy or IDX file for an array")
      ->type_name("FILE")
      ->group(reading);
  command
      .add_option("--path-column", read.path_column,
                  "Column of image paths in a table (default: path, file, ...)")
      ->type_name("NAME")
      ->group(reading);
  add_list(command, "--label-column", read.label_columns,
           "Columns of labels, each measured and ranked (default: label, ...)")
      ->group(reading);
  command
      .add_option("--group-column", read.group_column, "Column of groups, such as patients; never printed")
      ->type_name("NAME")
      ->group(reading);
  command.add_option("--split-column", read.split_column, "Column of splits: train, val, test")
      ->type_name("NAME")
      ->group(reading);
  command.add_flag("--ignore-labels", ignore_labels, "Measure the dimension alone")->group(reading);
  command.add_flag("--skip-bad", skip_bad, "Leave out images that cannot be used, and list them")
      ->group(reading);
  command
      .add_flag("--redact-paths", redact_paths,
                "Show hashes in place of paths in all outputs and errors, new ones in every run")
      ->group(reading);
  command.add_option("--max-side", read.limits.max_side, "Refuse images higher or wider than so many pixels")
      ->check(whole_number(1, 1'000'000))
      ->type_name("PIXELS")
      ->capture_default_str()
      ->group(reading);

  add_slice_options(command, read.slices);

  const std::string preparing = "Preparing";
  command
      .add_option(
          "--protocol", protocol,
          "How pixels become a vector: iclr2024, miccai2022, pope2021, native (default: iclr2024; native for "
          "arrays of vectors)")
      ->type_name("NAME")
      ->group(preparing);
  command
      .add_option(
          "--view", view,
          "How DICOM and NIfTI values become grey levels: stored, window, ct:brain, ct:subdural, ct:bone, "
          "percentile, published (default: stored)")
      ->type_name("NAME")
      ->group(preparing);
  command
      .add_option("--size", size, "Change the protocol's size: pixels (64), height x width (48x64) or native")
      ->type_name("SIZE")
      ->group(preparing);
  command.add_option("--channels", channels, "Change the protocol's channels: auto, grey, rgb")
      ->type_name("NAME")
      ->group(preparing);
  command.add_option("--range", range, "Change the protocol's range of pixel values, such as 0,1")
      ->type_name("LOW,HIGH")
      ->group(preparing);
  command
      .add_option("--compat", compat,
                  "iclr2024-code: the arithmetic and sampling of the published code, beside ours")
      ->type_name("NAME")
      ->group(preparing);

  const std::string choosing = "Choosing";
  add_list(command, "--classes", classes, "Keep these classes")->group(choosing);
  command.add_option("--positive", positive, "This class against the rest")
      ->type_name("CLASS")
      ->group(choosing);
  command.add_option("--split", split, "Images to use: train, val, test, all (default: all)")
      ->type_name("NAME")
      ->group(choosing);
  command.add_option("--samples", samples, "Use so many images, drawn evenly from the classes with --seed")
      ->check(whole_number(1, 2'000'000'000))
      ->type_name("N")
      ->group(choosing);
}

void DataOptions::add_running_to(CLI::App& command) {
  const std::string running = "Running";
  command.add_option("--seed", seed, "Seed of every random choice")
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str()
      ->group(running);
  threads = available_threads();
  command.add_option("--threads", threads, "Threads; results do not depend on it (default: all processors)")
      ->check(whole_number(1, 4096))
      ->type_name("N")
      ->group(running);
}

Protocol DataOptions::chosen_protocol(bool vectors) const {
  Protocol chosen = named_protocol(!protocol.empty() ? protocol : vectors ? "native" : "iclr2024");
  if (!view.empty()) set_view(chosen, view);
  if (!size.empty()) set_size(chosen, size);
  if (!channels.empty()) set_channels(chosen, channels);
  if (!range.empty()) set_range(chosen, range);
  if (!compat.empty()) {
    if (compat != "iclr2024-code") {
      throw UsageError("--compat", "\"" + compat + "\" is not known", "the one there is: iclr2024-code");
    }
    chosen.published_code = true;
  }
  return chosen;
}

Selection DataOptions::selection() const {
  Selection chosen;
  chosen.classes = classes;
  if (!positive.empty()) chosen.positive = positive;
  if (!split.empty() && split != "all") {
    chosen.split = recognise_split(split);
    if (!chosen.split)
      throw UsageError("--split", "\"" + split + "\" is not a split", "use train, val, test or all");
  }
  if (samples > 0) chosen.samples = samples;
  chosen.seed = seed;
  chosen.listing_order = !compat.empty();
  return chosen;
}

std::string DataOptions::shown_path(const std::string& path) const {
  return redact_paths ? hash_of_path(path) : path;
}

DataSet DataOptions::open(const std::string& path, Progress& progress) const {
  return open(path, chosen_protocol(false).view, progress);
}

DataSet DataOptions::open(const std::string& path, View chosen, Progress& progress) const {
  ReadOptions options = read;
  options.view = chosen;
  options.threads = threads;
  options.progress = &progress;
  if (!labels.empty()) options.labels = labels;
  DataSet opened = open_data(path, options);
  if (ignore_labels) {
    opened.label_columns.clear();
    for (Record& record : opened.records) record.labels.clear();
  }
  select_records(opened, selection());
  if (redact_paths) redact(opened);
  return opened;
}

}  // namespace fathom
