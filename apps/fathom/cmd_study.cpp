#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.h"
#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/relate/relations.h"
#include "fathom/report/html_page.h"
#include "fathom/report/relate_report.h"
#include "fathom/report/study_json.h"
#include "fathom/report/study_report.h"
#include "fathom/study/status.h"
#include "fathom/study/store.h"
#include "fathom/study/study_file.h"
#include "output_file.h"
#include "redaction.h"
#include "slurm_script.h"
#include "standard_streams.h"
#include "study_run.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;

/// Options of all commands of a study; each uses its own.
struct StudyCommand {
  std::string file, output, data;
  std::vector<std::string> only;
  StudyRunOptions run;
  std::optional<std::string> json, csv, html, script;
  std::size_t tasks = 10, cpus = 4;
  bool redact_paths = false;
};

fs::path folder_of(const StudyCommand& command) {
  return command.output.empty() ? fs::path(command.file).replace_extension(".study")
                                : fs::path(command.output);
}

void check_paths(const StudyCommand& command) {
  check_folder(command.output.empty() ? command.file : "--output", folder_of(command).string());
  if (!command.data.empty() && !fs::is_directory(command.data)) {
    throw UsageError("--data", command.data + " is no folder", "name the folder that the data sets are in");
  }
}

/// What an output names the study by.
std::string shown_name(const StudyCommand& command, const Study& study) {
  const bool path = study.name == fs::path(study.file).stem();
  return command.redact_paths && path ? hash_of_path(study.name) : study.name;
}

/// The study as a page shows it.
Study shown_study(const StudyCommand& command, Study study) {
  if (!command.redact_paths) return study;
  study.name = shown_name(command, study);
  for (StudyDataSet& set : study.data_sets) set.path = hash_of_path(set.path);
  return study;
}

/// A run that was not asked to redact paths has left them in what it stored of errors.
std::vector<UnreadDataSet> shown_unread(const StudyStore& store, const std::vector<std::string>& line) {
  std::vector<UnreadDataSet> unread = store.unread();
  for (UnreadDataSet& set : unread) set.error = shown_text(set.error, line);
  return unread;
}

std::vector<StoredCell> shown_cells(const StudyStore& store, const std::vector<std::string>& line) {
  std::vector<StoredCell> cells = store.cells();
  for (StoredCell& cell : cells) {
    if (cell.state == CellState::failed) cell.error = shown_text(cell.error, line);
  }
  return cells;
}

void run_init(const StudyCommand& command) {
  if (fs::exists(command.file)) {
    throw UsageError("FILE", command.file + " exists", "name a file that is to be made");
  }
  write_file(command.file, study_template());
}

void run_run(StudyCommand& command, const std::vector<std::string>& line) {
  check_paths(command);
  command.run.folder = folder_of(command);
  command.run.data = command.data.empty() ? fs::path(command.file).parent_path() : fs::path(command.data);
  const Study study = read_study(command.file);
  command.run.only = cell_filter(command.only, study);
  command.run.line = line;
  run_study(study, command.run);
}

void run_status(const StudyCommand& command, const std::vector<std::string>& line) {
  check_paths(command);
  if (command.json) check_output("--json", *command.json);
  const Study study = read_study(command.file);
  const StudyStore store(store_in(folder_of(command)), StudyStore::Access::read);
  const StudyStatus status = status_of(shown_cells(store, line), shown_unread(store, line));
  const std::string name = shown_name(command, study);
  const bool shown = command.json == "-";
  if (command.json && !shown) write_file(*command.json, study_status_json(status, name, line));
  if (shown) {
    write_output(study_status_json(status, name, line));
    return;
  }
  if (store.study_hash().empty()) {
    write_output("no run has planned this study yet\n");
    return;
  }
  write_output(study_status_table(status));
  if (store.study_hash() == study_hash(command.file)) return;
  write_output("\nthe study file has changed since: the next `fathom study run` plans it anew\n");
}

/// Cells that are missing are said to be.
std::vector<std::string> warnings_of(const StudyStatus& status) {
  const CellCounts& counts = status.counts;
  const std::size_t left = counts.queued + counts.running;
  const auto of_all = [&](std::size_t count) {
    const std::size_t all = left + counts.done + counts.failed + counts.left_out;
    return std::to_string(count) + " of " + std::to_string(all) + " cells";
  };
  std::vector<std::string> warnings;
  if (left > 0) warnings.push_back(of_all(left) + " not done yet: `fathom study run` goes on");
  if (counts.left_out > 0) {
    warnings.push_back(of_all(counts.left_out) +
                       " left out, since the data do not allow them: `fathom study status` names them");
  }
  for (const UnreadDataSet& set : status.unread) {
    warnings.push_back("data set " + set.name + " could not be read: " + set.error);
  }
  return warnings;
}

/// Empty, with a warning, where the cells are too few for any law.
std::string laws_of(const StudyStore& store, const std::vector<std::string>& line,
                    std::vector<std::string>& warnings) {
  RelateRecord record;
  record.options.threads = available_threads();
  TerminalProgress progress(false);
  try {
    record.relations = relate_cells(read_results(store), record.options, progress);
  } catch (const InputError& error) {
    warnings.push_back("no law is fitted: the cells that are done " + error.reason());
    return "";
  }
  return relate_json(record, line);
}

void check_report(const StudyCommand& command) {
  check_paths(command);
  if (command.json) check_output("--json", *command.json);
  if (command.html) check_html_output(*command.html);
  if (command.html && command.json) check_different("--html", *command.html, "--json", *command.json);
}

/// Asked for neither, the page beside the study file.
void complete_report(StudyCommand& command) {
  if (command.html || command.json) return;
  command.html = fs::path(command.file).replace_extension(".html").string();
}

void run_report(StudyCommand& command, const std::vector<std::string>& line) {
  complete_report(command);
  check_report(command);
  const Study study = read_study(command.file);
  const StudyStore store(store_in(folder_of(command)), StudyStore::Access::read);
  const std::vector<StoredCell> cells = shown_cells(store, line);
  StudyParts parts;
  parts.warnings = warnings_of(status_of(cells, shown_unread(store, line)));
  parts.relate = laws_of(store, line, parts.warnings);
  parts.reference = reference_json();
  const std::string text = study_json(shown_study(command, study), cells, parts, line);
  if (command.html) write_file(*command.html, html_page(std::vector{text}));
  if (command.json == "-") {
    write_output(text);
    return;
  }
  if (command.json) write_file(*command.json, text);
  if (command.html && !command.redact_paths) write_output("the page is " + *command.html + "\n");
}

void run_results(const StudyCommand& command) {
  check_paths(command);
  const std::string csv = command.csv.value_or("-");
  check_output("--csv", csv);
  read_study(command.file);
  const StudyStore store(store_in(folder_of(command)), StudyStore::Access::read);
  const std::string text = cell_results_csv(read_results(store));
  if (csv == "-") {
    write_output(text);
  } else {
    write_file(csv, text);
  }
}

void run_slurm(const StudyCommand& command) {
  check_paths(command);
  const std::string script = command.script.value_or("-");
  check_output("--script", script);
  const Study study = read_study(command.file);
  SlurmJob job;
  job.name = study.name;
  job.tasks = command.tasks;
  job.cpus = command.cpus;
  job.gpu = command.run.device == "cuda";
  job.log = fs::absolute(folder_of(command)).string() + "-%A-%a.log";
  job.command = {fs::read_symlink("/proc/self/exe").string(), "study",    "run",
                 fs::absolute(command.file).string(),         "--device", command.run.device};
  if (!command.output.empty()) {
    job.command.insert(job.command.end(), {"--output", fs::absolute(command.output).string()});
  }
  if (!command.data.empty()) {
    job.command.insert(job.command.end(), {"--data", fs::absolute(command.data).string()});
  }
  if (command.redact_paths) job.command.push_back("--redact-paths");
  if (command.run.max_cells) {
    job.command.insert(job.command.end(), {"--max-cells", std::to_string(*command.run.max_cells)});
  }
  const std::string text = slurm_script(job);
  if (script == "-") {
    write_output(text);
  } else {
    write_file(script, text);
  }
}

CLI::App* add_command(CLI::App& study, StudyCommand& command, const char* name, const char* words) {
  CLI::App* const added = study.add_subcommand(name, words);
  added->group("Commands");
  added->add_option("FILE", command.file, "Study file (TOML)")->required();
  return added;
}

void add_output(CLI::App& app, StudyCommand& command) {
  app.add_option("--output", command.output,
                 "Folder of the results and checkpoints (default: FILE with .study for .toml)")
      ->type_name("DIR");
}

void add_data(CLI::App& app, StudyCommand& command) {
  app.add_option("--data", command.data,
                 "Folder that paths of data sets are relative to (default: that of FILE)")
      ->type_name("DIR");
}

void add_max_cells(CLI::App& app, StudyCommand& command) {
  app.add_option("--max-cells", command.run.max_cells, "Run so many cells at most")
      ->check(whole_number(1, 1'000'000'000))
      ->type_name("N");
}

void add_device(CLI::App& app, StudyCommand& command) {
  app.add_option("--device", command.run.device, "Where networks compute: auto, cpu, cuda")
      ->type_name("NAME")
      ->capture_default_str();
}

void add_redact_paths(CLI::App& app, StudyCommand& command, const char* words) {
  app.add_flag("--redact-paths", command.redact_paths, words);
}

void add_init(CLI::App& study, const std::shared_ptr<StudyCommand>& command) {
  CLI::App* const init =
      add_command(study, *command, "init", "Write a study file with the grid of the papers");
  init->callback([command] { run_init(*command); });
}

void add_run(CLI::App& study, const std::shared_ptr<StudyCommand>& command,
             const std::vector<std::string>& line) {
  CLI::App* const run = add_command(study, *command, "run", "Run all cells that are not done yet");
  add_data(*run, *command);
  add_output(*run, *command);
  run->add_option("--only", command->only,
                  "Cells of these alone: dataset=NAME, model=NAME, samples=N, seed=N")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE,...");
  add_max_cells(*run, *command);
  run->add_flag("--dry-run", command->run.dry_run, "Say which cells there are, and write nothing");
  run->add_flag("--retry-failed", command->run.retry_failed, "Run failed cells again");
  command->run.threads = available_threads();
  run->add_option("--threads", command->run.threads,
                  "Threads; the last bits of a network depend on it (default: all processors)")
      ->check(whole_number(1, 4096))
      ->type_name("N");
  add_device(*run, *command);
  add_redact_paths(*run, *command,
                   "Store and show hashes in place of paths, in errors too; new ones in every run");
  run->add_flag("--quiet", command->run.quiet, "No lines and no progress bar");
  run->callback([command, line] { run_run(*command, line); });
}

void add_status(CLI::App& study, const std::shared_ptr<StudyCommand>& command,
                const std::vector<std::string>& line) {
  CLI::App* const status =
      add_command(study, *command, "status", "Say what is done, what is left and what has failed");
  add_output(*status, *command);
  status->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE");
  add_redact_paths(*status, *command, "Show hashes in place of paths, in errors too");
  status->callback([command, line] { run_status(*command, line); });
}

void add_report(CLI::App& study, const std::shared_ptr<StudyCommand>& command,
                const std::vector<std::string>& line) {
  CLI::App* const report =
      add_command(study, *command, "report", "Fit the laws, and write the page of the study");
  add_output(*report, *command);
  report->add_option("--html", command->html, "Write the page to a file (default: FILE with .html for .toml)")
      ->type_name("FILE");
  report->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE");
  add_redact_paths(*report, *command, "Show hashes in place of paths, on the page and in errors too");
  report->callback([command, line] { run_report(*command, line); });
}

void add_results(CLI::App& study, const std::shared_ptr<StudyCommand>& command) {
  CLI::App* const results =
      add_command(study, *command, "results", "Write a table of the cells that are done");
  add_output(*results, *command);
  results->add_option("--csv", command->csv, "Write CSV to a file, or to standard output (-)")
      ->type_name("FILE")
      ->default_str("-");
  add_redact_paths(*results, *command, "Show hashes in place of paths in errors");
  results->callback([command] { run_results(*command); });
}

void add_slurm(CLI::App& study, const std::shared_ptr<StudyCommand>& command) {
  CLI::App* const slurm = add_command(study, *command, "slurm", "Write a job script for sbatch");
  add_data(*slurm, *command);
  add_output(*slurm, *command);
  slurm->add_option("--tasks", command->tasks, "Tasks of the array job; each takes cells until none is left")
      ->check(whole_number(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
  slurm->add_option("--cpus", command->cpus, "Processors of a task")
      ->check(whole_number(1, 4096))
      ->type_name("N")
      ->capture_default_str();
  add_max_cells(*slurm, *command);
  add_device(*slurm, *command);
  slurm->add_option("--script", command->script, "Write to a file, or to standard output (-)")
      ->type_name("FILE")
      ->default_str("-");
  add_redact_paths(*slurm, *command, "Let the tasks store and show hashes in place of paths");
  slurm->callback([command] { run_slurm(*command); });
}

}  // namespace

void add_study(CLI::App& app, const std::vector<std::string>& line) {
  CLI::App* const study = app.add_subcommand("study", "Run a grid of data sets, models, sizes and seeds");
  study->group("Commands");
  study->require_subcommand(1);
  const auto command = std::make_shared<StudyCommand>();
  add_init(*study, command);
  add_run(*study, command, line);
  add_status(*study, command, line);
  add_results(*study, command);
  add_report(*study, command, line);
  add_slurm(*study, command);
}

}  // namespace fathom
