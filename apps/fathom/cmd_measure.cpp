#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "data_options.h"
#include "fathom/core/atomic_file.h"
#include "fathom/estimate/measure.h"
#include "fathom/prepare/prepare.h"
#include "fathom/report/measure_report.h"
#include "output_file.h"
#include "terminal_progress.h"

namespace fathom {

namespace {

struct MeasureCommand {
  DataOptions data;
  MeasureOptions measure;
  std::string simd = "auto";
  std::string json, csv;
  bool quiet = false;
};

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

MeasureRecord measure_one(const MeasureCommand& command, DataSet data) {
  const auto start = std::chrono::steady_clock::now();
  TerminalProgress progress(command.quiet);
  const Protocol protocol = command.data.chosen_protocol(data.pixels->vectors());
  PreparedData prepared =
      prepare(data, protocol, {command.data.threads, command.data.skip_bad}, progress);
  data.pixels.reset();  // the arrays are in the matrix now
  MeasureOptions options = command.measure;
  options.published_code = protocol.published_code;
  MeasureRecord record =
      make_measure_record(data, prepared, options, measure(prepared, data.path, options, progress));
  record.seconds_read = progress.seconds("reading");
  record.seconds_neighbors = progress.seconds("comparing");
  record.seconds_total = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  record.peak_memory_bytes = peak_memory_bytes();
  return record;
}

void run_measure(MeasureCommand& command, const std::vector<std::string>& line) {
  command.measure.seed = command.data.seed;
  command.measure.threads = command.data.threads;
  command.measure.simd = parse_simd_level(command.simd);
  command.data.chosen_protocol(false);  // a wrong option is found before any image is read
  if (!command.json.empty() && command.json != "-") check_output("--json", command.json);
  if (!command.csv.empty() && command.csv != "-") check_output("--csv", command.csv);
  if (command.json == "-" && command.csv == "-") {
    throw UsageError("--csv", "standard output can take one of JSON and CSV", "name a file for the other");
  }

  std::vector<DataSet> data_sets;
  for (const std::string& path : command.data.data) data_sets.push_back(command.data.open(path));
  std::vector<MeasureRecord> records;
  for (DataSet& data : data_sets) records.push_back(measure_one(command, std::move(data)));

  if (!command.json.empty() && command.json != "-") write_file(command.json, measure_json(records, line));
  if (!command.csv.empty() && command.csv != "-") write_file(command.csv, measure_csv(records));
  if (command.json == "-") {
    std::fputs(measure_json(records, line).c_str(), stdout);
  } else if (command.csv == "-") {
    std::fputs(measure_csv(records).c_str(), stdout);
  } else if (!command.quiet) {
    std::fputs(measure_table(records).c_str(), stdout);
  }
}

}  // namespace

void add_measure(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<MeasureCommand>();
  CLI::App* measure = app.add_subcommand("measure", "Measure intrinsic dimension and label sharpness");
  command->data.add_to(*measure);

  const std::string measuring = "Measuring";
  measure->add_option("-k", command->measure.k, "Neighbours of the headline MLE, 3 or more")
      ->capture_default_str()
      ->group(measuring);
  measure->add_option("--estimator", command->measure.estimators, "Estimators: mle, twonn, gride, comma-separated")
      ->delimiter(',')
      ->capture_default_str()
      ->group(measuring);
  measure->add_option("--draws", command->measure.draws, "Seeded draws of 1000 images for sampled label sharpness")
      ->check(CLI::Range(std::size_t{0}, std::size_t{10'000}))
      ->capture_default_str()
      ->group(measuring);
  measure->add_flag("--across-groups", command->measure.across_groups,
                    "Leave out pairs of one group (--group-column), such as slices of one patient")
      ->group(measuring);
  measure->add_option("--simd", command->simd, "Vector instructions: auto, scalar, avx2, avx512, avx512-vnni")
      ->capture_default_str()
      ->group("Running");

  const std::string output = "Output";
  measure->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")->group(output);
  measure->add_option("--csv", command->csv, "Write CSV to a file, or to standard output (-)")->group(output);
  measure->add_flag("--quiet", command->quiet, "No table and no progress bar")->group(output);
  measure->callback([command, line] { run_measure(*command, line); });
}

}  // namespace fathom
