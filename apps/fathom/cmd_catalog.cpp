#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "commands.h"
#include "fathom/catalog/check.h"
#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/report/catalog_report.h"
#include "output_file.h"
#include "redaction.h"
#include "standard_streams.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

struct CatalogCommand {
  std::string name;   ///< empty: all
  std::string check;  ///< a folder; empty: none
  CatalogCheckOptions options;
  std::optional<std::string> json;
  bool quiet = false, redact_paths = false;
};

/// NAME or NAME:TASK.
CatalogAddress address_of(const CatalogCommand& command) {
  const std::optional<CatalogAddress> address = catalog_address(command.name + ":" + command.check);
  if (address) return *address;
  catalog_card(command.name.substr(0, command.name.find(':')));  // throws: it is unknown
  throw InternalError("a name of the catalogue is no address");
}

void check_options(const CatalogCommand& command) {
  if (command.json) check_output("--json", *command.json);
  if (!command.check.empty() && command.name.empty()) {
    throw UsageError("--check", "needs to know which data set the folder holds",
                     "name it: fathom catalog NAME --check DIR");
  }
  if (command.options.every_image && command.check.empty()) {
    throw UsageError("--every-image", "is for --check", "name the folder of the download with --check");
  }
}

void show(const CatalogCommand& command, const std::string& json, const std::string& text) {
  if (command.json && command.json != "-") write_file(*command.json, json);
  if (command.json == "-") {
    write_output(json);
  } else if (!command.quiet) {
    write_output(text);
  }
}

void redact(CatalogCheck& check) {
  check.address.folder = hash_of_path(check.address.folder.string());
  for (CatalogUnreadable& image : check.unreadable) image.path = hash_of_path(image.path);
}

void run_check(const CatalogCommand& command, const std::vector<std::string>& line) {
  const CatalogAddress address = address_of(command);
  TerminalProgress progress(command.quiet);
  ReadOptions reading;
  reading.threads = command.options.threads;
  CatalogCheck check = check_download(address, reading, command.options, progress);
  if (command.redact_paths) redact(check);
  const std::vector<CatalogCard> cards = {catalog_card(address.name)};
  show(command, catalog_json(cards, check, line), catalog_check_text(check));
  if (check.whole()) return;
  throw InputError(command.check, "is not all of " + cards.front().title + " as its publisher has it",
                   "compare the counts above, and download what is missing or damaged again");
}

void run_catalog(const CatalogCommand& command, const std::vector<std::string>& line) {
  check_options(command);
  if (!command.check.empty()) return run_check(command, line);
  const std::vector<CatalogCard> cards =
      command.name.empty() ? catalog() : std::vector<CatalogCard>{catalog_card(command.name)};
  show(command, catalog_json(cards, std::nullopt, line),
       command.name.empty() ? catalog_list(cards) : catalog_card_text(cards.front()));
}

}  // namespace

void add_catalog(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<CatalogCommand>();
  CLI::App* catalog = app.add_subcommand("catalog", "List data sets known by name, check a download");
  catalog->group("Commands");
  catalog->add_option("NAME", command->name,
                      "Print the card of this data set, such as brats (default: list all)");
  catalog
      ->add_option("--check", command->check,
                   "Folder of a download: read its tables, look for its files, count, and read images")
      ->type_name("DIR");
  catalog->add_flag("--every-image", command->options.every_image,
                    "With --check: read every image, not the first of each class alone");
  command->options.threads = available_threads();
  catalog->add_option("--threads", command->options.threads, "Threads (default: all processors)")
      ->check(whole_number(1, 4096))
      ->type_name("N")
      ->group("Running");
  catalog->add_flag("--redact-paths", command->redact_paths,
                    "Show hashes in place of paths in all outputs and errors, new ones in every run");
  const std::string output = "Output";
  catalog->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  catalog->add_flag("--quiet", command->quiet, "No text and no progress bar")->group(output);
  catalog->callback([command, line] { run_catalog(*command, line); });
}

}  // namespace fathom
