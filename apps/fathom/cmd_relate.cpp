#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.h"
#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/relate/read_cells.h"
#include "fathom/relate/reference_values.h"
#include "fathom/report/relate_report.h"
#include "output_file.h"
#include "standard_streams.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

struct RelateCommand {
  std::vector<std::string> results;
  bool reference = false;
  RelateOptions relate;
  std::optional<std::string> json, csv;  ///< files, or "-" for standard output
  bool quiet = false;
};

void check(const RelateCommand& command) {
  if (command.reference && !command.results.empty()) {
    throw UsageError("--reference", "takes the papers' values, and RESULTS are given",
                     "leave one of them out");
  }
  if (!command.reference && command.results.empty()) {
    throw UsageError("RESULTS", "is missing",
                     "name a table of cells, or take the papers' values with --reference");
  }
  if (command.json) check_output("--json", *command.json);
  if (command.csv) check_output("--csv", *command.csv);
  if (command.json && command.csv) check_different("--csv", *command.csv, "--json", *command.json);
}

RelateRecord related(const RelateCommand& command) {
  TerminalProgress progress(command.quiet);
  RelateRecord record;
  record.options = command.relate;
  record.reference = command.reference;
  if (command.reference) {
    record.relations = relate_reference(command.relate, progress);
    return record;
  }
  const std::vector<std::filesystem::path> files(command.results.begin(), command.results.end());
  CellTable table = read_cells(files);
  record.unused_columns = std::move(table.unused_columns);
  record.repeated = table.repeated;
  try {
    record.relations = relate_cells(table.cells, command.relate, progress);
  } catch (const InputError& error) {
    throw InputError(command.results.front(), error.reason(), error.remedy());
  }
  return record;
}

void write(const RelateCommand& command, const RelateRecord& record, const std::vector<std::string>& line) {
  const bool json_shown = command.json == "-", csv_shown = command.csv == "-";
  if (command.json && !json_shown) write_file(*command.json, relate_json(record, line));
  if (command.csv && !csv_shown) write_file(*command.csv, relate_csv(record));
  if (json_shown) {
    write_output(relate_json(record, line));
  } else if (csv_shown) {
    write_output(relate_csv(record));
  } else if (!command.quiet) {
    write_output(relate_table(record));
  }
}

}  // namespace

void add_relate(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<RelateCommand>();
  command->relate.threads = available_threads();
  CLI::App* relate = app.add_subcommand("relate", "Fit the papers' laws to the results of a study");
  relate->group("Commands");
  relate->add_option(
      "RESULTS", command->results,
      "CSV tables, one row a trained network: columns dataset, samples, and any of domain, classes, "
      "model, seed, dimension, label_sharpness, representation_dimension, test_loss, "
      "test_accuracy, best_test_accuracy, fgsm_2_loss, fgsm_2_accuracy, peak_dimension, "
      "peak_relative_depth");
  relate->add_flag("--reference", command->reference, "Fit the values that the papers publish instead");
  const std::string fitting = "Fitting", output = "Output";
  relate->add_option("--resamples", command->relate.resamples, "Bootstrap resamples of whole data sets")
      ->check(whole_number(0, 1'000'000))
      ->type_name("N")
      ->capture_default_str()
      ->group(fitting);
  relate->add_option("--seed", command->relate.seed, "Seed of the resamples")
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str()
      ->group(fitting);
  relate
      ->add_option("--threads", command->relate.threads,
                   "Threads (default: all processors); results do not depend on it")
      ->check(whole_number(1, 4096))
      ->type_name("N")
      ->group(fitting);
  relate->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  relate->add_option("--csv", command->csv, "Write CSV to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  relate->add_flag("--quiet", command->quiet, "No table and no progress bar")->group(output);
  relate->callback([command, line] {
    check(*command);
    write(*command, related(*command), line);
  });
}

}  // namespace fathom
