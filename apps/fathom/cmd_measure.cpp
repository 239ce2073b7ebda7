#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "byte_size.h"
#include "commands.h"
#include "data_options.h"
#include "fathom/core/atomic_file.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/measure.h"
#include "fathom/prepare/prepare.h"
#include "fathom/report/html_page.h"
#include "fathom/report/measure_report.h"
#include "fathom/report/pair_images.h"
#include "memory_check.h"
#include "output_file.h"
#include "process_memory.h"
#include "standard_streams.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

struct MeasureCommand {
  DataOptions data;
  MeasureOptions measure;
  std::string simd = "auto", search = "auto";
  std::string workdir, memory;           ///< empty: not given
  std::optional<std::string> json, csv;  ///< files, or "-" for standard output
  std::optional<std::string> local;      ///< the same
  std::optional<std::string> html;       ///< a file
  bool thumbnails = false;
  bool quiet = false;
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Array files are read when they are opened, so that this is a part of the reading.
struct Opened {
  DataSet data;
  double seconds;
};

void check_groups(const DataSet& data) {
  if (std::ranges::any_of(data.records, [](const Record& record) { return record.group.has_value(); }))
    return;
  throw UsageError("--across-groups", "needs to know the groups, and " + data.path + " tells of none",
                   "name their column with --group-column");
}

Opened open_one(const MeasureCommand& command, const std::string& path) {
  const auto start = Clock::now();
  TerminalProgress progress(command.quiet);
  DataSet data = command.data.open(path, progress);
  if (command.measure.across_groups) check_groups(data);
  return {std::move(data), seconds_since(start)};
}

PrepareOptions prepare_options(const MeasureCommand& command, const DataSet& data, std::uint64_t arrays) {
  PrepareOptions options;
  options.threads = command.data.threads;
  options.skip_bad = command.data.skip_bad;
  options.workdir = command.workdir;
  if (command.data.samples > 0) options.selection_seed = command.data.seed;
  options.check_matrix =
      memory_check(command.memory, data.path, arrays, !command.workdir.empty(), command.measure);
  return options;
}

/// `arrays`: bytes of input arrays in memory, those of later data sets too.
MeasureRecord measure_one(const MeasureCommand& command, Opened opened, std::uint64_t arrays) {
  const auto start = Clock::now();
  DataSet& data = opened.data;
  TerminalProgress progress(command.quiet);
  const Protocol protocol = command.data.chosen_protocol(data.pixels->vectors());
  PreparedData prepared = prepare(data, protocol, prepare_options(command, data, arrays), progress);
  data.pixels.reset();  // the arrays are in the matrix now, and the records beside it
  data.records = std::vector<Record>();
  MeasureOptions options = command.measure;
  options.published_code = protocol.published_code;
  MeasureRecord record =
      make_measure_record(data, prepared, options, measure(prepared, data.path, options, progress));
  if (!command.workdir.empty()) record.workdir = command.data.shown_path(command.workdir);
  record.seconds_read = opened.seconds + progress.seconds("reading");
  record.seconds_neighbors = progress.seconds("comparing");
  record.seconds_total = opened.seconds + seconds_since(start);
  record.peak_memory_bytes = peak_memory_bytes();
  return record;
}

/// What can be wrong with the options is found before any image is read.
void check(const MeasureCommand& command) {
  command.data.chosen_protocol(false);
  command.data.selection();
  check_measure_options(command.measure);
  if (!command.workdir.empty()) check_folder("--workdir", command.workdir);
  if (command.json) check_output("--json", *command.json);
  if (command.csv) check_output("--csv", *command.csv);
  if (command.local) check_output("--local", *command.local);
  if (command.html) check_html_output(*command.html);
  const std::pair<const char*, const std::optional<std::string>*> outputs[] = {{"--json", &command.json},
                                                                               {"--csv", &command.csv},
                                                                               {"--local", &command.local},
                                                                               {"--html", &command.html}};
  for (std::size_t later = 1; later < std::size(outputs); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!*outputs[later].second || !*outputs[earlier].second) continue;
      check_different(outputs[later].first, **outputs[later].second, outputs[earlier].first,
                      **outputs[earlier].second);
    }
  }
}

/// Opens the data again: their arrays did not stay in memory while they were measured.
std::vector<PageImage> pictures(const MeasureCommand& command, const std::vector<MeasureRecord>& records) {
  std::vector<PageImage> images;
  TerminalProgress progress(command.quiet);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].measurement.tasks.empty()) continue;
    std::ranges::move(
        pair_images(command.data.open(command.data.data[i], progress), records[i], i, command.thumbnails),
        std::back_inserter(images));
  }
  return images;
}

void write(const MeasureCommand& command, const std::vector<MeasureRecord>& records,
           const std::vector<std::string>& line) {
  const bool json_shown = command.json == "-", csv_shown = command.csv == "-",
             local_shown = command.local == "-";
  if (command.json && !json_shown) write_file(*command.json, measure_json(records, line));
  if (command.csv && !csv_shown) write_file(*command.csv, measure_csv(records));
  if (command.local && !local_shown) write_file(*command.local, local_csv(records));
  if (command.html) {
    write_file(*command.html,
               html_page(std::vector{measure_json(records, line)}, pictures(command, records)));
  }
  if (json_shown) {
    write_output(measure_json(records, line));
  } else if (csv_shown) {
    write_output(measure_csv(records));
  } else if (local_shown) {
    write_output(local_csv(records));
  } else if (!command.quiet) {
    write_output(measure_table(records));
  }
}

void run_measure(MeasureCommand& command, const std::vector<std::string>& line) {
  command.measure.local = command.local.has_value();
  command.measure.seed = command.data.seed;
  command.measure.threads = command.data.threads;
  command.measure.simd = parse_simd_level(command.simd);
  command.measure.search = parse_search_mode(command.search);
  check(command);
  std::vector<Opened> data_sets;
  for (const std::string& path : command.data.data) data_sets.push_back(open_one(command, path));
  std::uint64_t arrays = 0;
  for (const Opened& opened : data_sets) arrays += opened.data.pixels->bytes_in_memory();
  std::vector<MeasureRecord> records;
  try {
    for (Opened& opened : data_sets) {
      const std::uint64_t own = opened.data.pixels->bytes_in_memory();
      records.push_back(measure_one(command, std::move(opened), arrays));
      arrays -= own;
    }
  } catch (const Interrupted&) {
    // Whatever was prepared before is there for the next run, wherever this one was stopped.
    if (command.workdir.empty()) throw;
    throw Interrupted(command.workdir);
  }
  write(command, records, line);
}

std::string estimator_help() {
  std::string names;
  for (const Estimator& estimator : all_estimators()) names += ", " + estimator.name;
  return "Estimators of dimension: all" + names;
}

}  // namespace

void add_measure(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<MeasureCommand>();
  CLI::App* measure = app.add_subcommand("measure", "Measure intrinsic dimension and label sharpness");
  measure->group("Commands");
  command->data.add_to(*measure);

  const std::string measuring = "Measuring";
  measure->add_option("-k", command->measure.k, "Neighbours of the headline MLE, 3 or more")
      ->check(whole_number(3, 1'000'000))
      ->type_name("N")
      ->capture_default_str()
      ->group(measuring);
  measure->add_option("--estimator", command->measure.estimators, estimator_help())
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...")
      ->default_str("mle,twonn,gride")
      ->group(measuring);
  measure
      ->add_option("--noise-std", command->measure.noise_std,
                   "Standard deviation of the noise in every pixel, in pixel units, of mle_noise")
      ->check(CLI::PositiveNumber)
      ->type_name("SIGMA")
      ->group(measuring);
  measure
      ->add_option("--components", command->measure.components,
                   "Manifolds of different dimensions that hidalgo looks for")
      ->check(whole_number(1, 100))
      ->type_name("N")
      ->capture_default_str()
      ->group(measuring);
  measure
      ->add_option("--draws", command->measure.draws,
                   "Seeded draws of 1000 images for sampled label sharpness")
      ->check(whole_number(0, 10'000))
      ->type_name("N")
      ->capture_default_str()
      ->group(measuring);
  measure
      ->add_option("--anchors", command->measure.anchors,
                   "Measure so many seeded random images, each against all: for very large data")
      ->check(whole_number(1, 2'000'000'000))
      ->type_name("N")
      ->group(measuring);
  measure
      ->add_flag("--across-groups", command->measure.across_groups,
                 "Leave out pairs of one group (--group-column; DICOM: patient), such as its slices")
      ->group(measuring);

  command->data.add_running_to(*measure);
  measure->add_option("--simd", command->simd, "Vector instructions: auto, scalar, avx2, avx512, avx512-vnni")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Running");
  measure
      ->add_option("--search", command->search,
                   "How pairs are searched: auto, tiles, rows, filter; results do not depend on it")
      ->type_name("MODE")
      ->capture_default_str()
      ->group("Running");
  measure
      ->add_option(
          "--workdir", command->workdir,
          "Keep the prepared images in files in this folder: for data larger than memory, to read them once, "
          "and to go on after an interruption")
      ->type_name("DIR")
      ->group("Running");
  measure
      ->add_option(
          "--memory", command->memory,
          "Refuse to take more memory than this, such as 800M or 4G (default: what the machine has left)")
      ->check(byte_size())
      ->type_name("SIZE")
      ->group("Running");

  const std::string output = "Output";
  measure->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  measure->add_option("--csv", command->csv, "Write CSV to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  measure
      ->add_option(
          "--local", command->local,
          "Write the dimension at every image, by the estimators that have one, as CSV to a file, or to "
          "standard output (-)")
      ->type_name("FILE")
      ->group(output);
  measure
      ->add_option("--html", command->html,
                   "Write a page of figures and tables, one file that needs no network")
      ->type_name("FILE")
      ->group(output);
  measure
      ->add_flag("--thumbnails", command->thumbnails,
                 "Picture pairs of DICOM and NIfTI images on the page, too: they may show names")
      ->group(output);
  measure->add_flag("--quiet", command->quiet, "No table and no progress bar")->group(output);
  measure->callback([command, line] { run_measure(*command, line); });
}

}  // namespace fathom
