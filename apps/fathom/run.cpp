#include "run.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "commands.h"
#include "fathom/core/error.h"
#include "fathom/core/version.h"
#include "fathom/prepare/prepare.h"
#include "interrupt.h"

namespace fathom {

namespace {

enum ExitCode { kDone = 0, kInternalFault = 1, kWrongUsage = 2, kUnusableData = 3, kInterrupted = 4 };

int fail(int code, const std::string& message) {
  std::fprintf(stderr, "fathom: error: %s\n", message.c_str());
  return code;
}

int fail_with_list(const RejectedImages& error) {
  for (const RejectedImage& image : error.rejected()) {
    std::fprintf(stderr, "%s: %s\n", image.path.c_str(), image.reason.c_str());
  }
  return fail(kUnusableData, error.what());
}

int explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* shown = &app;
  for (const CLI::App* command : app.get_subcommands()) shown = command;
  if (error.get_exit_code() == 0) {  // --help, --version
    const bool version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
    std::fputs((version ? std::string(error.what()) + "\n" : shown->help()).c_str(), stdout);
    return kDone;
  }
  const std::string name = shown == &app ? "fathom" : "fathom " + shown->get_name();
  return fail(kWrongUsage, std::string(error.what()) + "; see " + name + " --help");
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Intrinsic dimension and label sharpness of image data sets.", "fathom");
  app.set_version_flag("--version", "fathom " + std::string(version()));
  app.require_subcommand(1);
  app.get_formatter()->column_width(36);
  const std::vector<std::string> command(argv, argv + argc);
  add_measure(app, command);
  add_synth(app);
  try {
    catch_interrupts();
    app.parse(argc, argv);
    return kDone;
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  } catch (const RejectedImages& error) {
    return fail_with_list(error);
  } catch (const InputError& error) {
    return fail(error.kind() == InputError::Kind::usage ? kWrongUsage : kUnusableData, error.what());
  } catch (const Interrupted&) {
    return fail(kInterrupted, "interrupted; nothing was written");
  } catch (const std::bad_alloc&) {
    return fail(kUnusableData, "not enough memory for these data; use fewer images (--samples) or a smaller --size");
  } catch (const std::exception& error) {
    return fail(kInternalFault, std::string("internal fault: ") + error.what() + "; please report it");
  }
}

}  // namespace fathom
