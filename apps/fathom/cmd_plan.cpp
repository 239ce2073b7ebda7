#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.h"
#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "fathom/relate/read_cells.h"
#include "fathom/report/plan_report.h"
#include "output_file.h"
#include "standard_streams.h"

namespace fathom {

namespace {

struct PlanCommand {
  std::vector<std::string> results;
  std::optional<std::string> pilot;
  PlanQuestion question;
  std::optional<std::string> json;  ///< a file, or "-" for standard output
  bool quiet = false;
};

void check(const PlanCommand& command) {
  if (command.pilot && !command.results.empty()) {
    throw UsageError("--pilot", "takes a data set's own curve, and RESULTS are given",
                     "leave one of them out");
  }
  if (!command.pilot && command.results.empty()) {
    throw UsageError("RESULTS", "is missing",
                     "name a table of cells, or a curve of the data set itself with --pilot");
  }
  if (command.json) check_output("--json", *command.json);
}

AnnotationPlan planned(const PlanCommand& command) {
  const std::string first = command.pilot ? *command.pilot : command.results.front();
  try {
    if (command.pilot) return plan_from_pilot(read_curve(*command.pilot).cells, command.question);
    const std::vector<std::filesystem::path> files(command.results.begin(), command.results.end());
    return plan_from_study(read_cells(files).cells, command.question);
  } catch (const InputError& error) {
    if (error.where() != "the cells") throw;
    throw InputError(first, error.reason(), error.remedy());
  }
}

void run_plan(const PlanCommand& command, const std::vector<std::string>& line) {
  check(command);
  const PlanRecord record{command.question, planned(command)};
  if (command.json && command.json != "-") write_file(*command.json, plan_json(record, line));
  if (command.json == "-") {
    write_output(plan_json(record, line));
  } else if (!command.quiet) {
    write_output(plan_summary(record));
  }
}

}  // namespace

void add_plan(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<PlanCommand>();
  CLI::App* plan = app.add_subcommand("plan", "Say how many annotated images a target will need");
  plan->group("Commands");
  plan->add_option("RESULTS", command->results,
                   "CSV tables of a study of other data sets, as fathom relate reads them");
  plan->add_option(
          "--pilot", command->pilot,
          "A learning curve of the data set itself instead: CSV with columns samples and test_loss or "
          "test_accuracy")
      ->type_name("FILE");
  const std::string question = "The question", output = "Output";
  PlanQuestion& asked = command->question;
  plan->add_option("--target-loss", asked.target_loss, "Test loss to be reached (cross-entropy, nats)")
      ->type_name("L")
      ->group(question);
  plan->add_option("--target-accuracy", asked.target_accuracy, "Test accuracy to be reached, between 0 and 1")
      ->type_name("A")
      ->group(question);
  plan->add_option("--dimension", asked.dimension, "Intrinsic dimension of the data set")
      ->type_name("D")
      ->group(question);
  plan->add_option("--label-sharpness", asked.label_sharpness,
                   "Label sharpness of the data set, for --target-loss")
      ->type_name("K")
      ->group(question);
  plan->add_option("--model", asked.model, "Use the cells of this model alone")
      ->type_name("NAME")
      ->group(question);
  plan->add_option("--domain", asked.domain, "Use the cells of this domain alone")
      ->type_name("NAME")
      ->group(question);
  plan->add_option("--max-extrapolation", asked.max_extrapolation,
                   "Refuse to go so many times beyond the largest training size fitted")
      ->type_name("X")
      ->capture_default_str()
      ->group(question);
  plan->add_flag("--extrapolate", asked.extrapolate, "Answer however far outside the cells fitted")
      ->group(question);
  plan->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  plan->add_flag("--quiet", command->quiet, "No summary")->group(output);
  plan->callback([command, line] { run_plan(*command, line); });
}

}  // namespace fathom
