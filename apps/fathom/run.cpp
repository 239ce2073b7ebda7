#include "run.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "fathom/core/error.h"
#include "fathom/core/version.h"
#include "fathom/prepare/prepare.h"
#include "fathom/report/printable.h"
#include "help_formatter.h"
#include "interrupt.h"
#include "redaction.h"
#include "standard_streams.h"

namespace fathom {

namespace {

enum ExitCode { kDone = 0, kInternalFault = 1, kWrongUsage = 2, kUnusableData = 3, kInterrupted = 4 };

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "fathom: error: %s\n", printable(message).c_str());
  return code;
}

int fail_with_list(const RejectedImages& error) {
  for (const RejectedImage& image : error.rejected()) {
    std::fprintf(stderr, "%s\n", printable(image.path + ": " + image.reason).c_str());
  }
  return fail(kUnusableData, error.what());
}

/// CLI11 notices first that something is missing, and not that a word in its place is unknown.
std::string reason(const CLI::App& app, const CLI::App& shown, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = shown.remaining();
  const bool command = &shown != &app;
  if (unknown.empty()) return shown.get_subcommands({}).empty() ? error.what() : "a command is missing";
  const std::string word = "\"" + unknown.front() + "\"";
  if (unknown.front().starts_with("-")) return "there is no option " + word;
  return command ? word + " is one argument too many" : "there is no command " + word;
}

int explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* shown = &app;
  std::string before, name = app.get_name();
  while (!shown->get_subcommands().empty()) {
    shown = shown->get_subcommands().back();
    before = std::exchange(name, name + " " + shown->get_name());
  }
  if (error.get_exit_code() == 0) {  // --help, --version
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    write_output(version ? std::string(error.what()) + "\n" : shown->help(before));
    return kDone;
  }
  return fail(kWrongUsage, reason(app, *shown, error) + "; see " + name + " --help");
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("Intrinsic dimension and label sharpness of image data sets.", "fathom");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_version_flag("--version", "fathom " + std::string(version()), "Print the version and exit");
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  const std::vector<std::string> line = shown_line({argv, argv + argc});
  add_measure(app, line);
  add_represent(app, line);
  add_train(app, line);
  add_attack(app, line);
  add_relate(app, line);
  add_plan(app, line);
  add_study(app, line);
  add_catalog(app, line);
  add_synth(app);
  try {
    app.parse(argc, argv);
    return kDone;
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
}

}  // namespace

int run(int argc, char** argv) {
  occupy_closed_streams();
  catch_interrupts();
  try {
    return parse_and_run(argc, argv);
  } catch (const RejectedImages& error) {
    return fail_with_list(error);
  } catch (const InputError& error) {
    return fail(error.kind() == InputError::Kind::usage ? kWrongUsage : kUnusableData,
                shown_message(error, {argv, argv + argc}));
  } catch (const Interrupted& error) {
    return fail(kInterrupted, shown_text(error.what(), {argv, argv + argc}));
  } catch (const std::bad_alloc&) {
    return fail(kUnusableData,
                "not enough memory for these data; use fewer images (--samples) or a smaller --size");
  } catch (const std::exception& error) {
    return fail(kInternalFault, std::string("internal fault: ") + error.what() + "; please report it");
  }
}

}  // namespace fathom
