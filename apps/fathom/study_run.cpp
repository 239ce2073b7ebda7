#include "study_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <span>
#include <sstream>
#include <system_error>
#include <utility>

#include "cell_runner.h"
#include "fathom/core/error.h"
#include "fathom/core/hash.h"
#include "fathom/report/printable.h"
#include "fathom/report/study_report.h"
#include "fathom/study/status.h"
#include "fathom/study/store.h"
#include "lease_keeper.h"
#include "load_learn_library.h"
#include "redaction.h"
#include "run_owner.h"
#include "standard_streams.h"
#include "study_images.h"
#include "study_plan.h"
#include "terminal_progress.h"

namespace fathom {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string numbers_of(const CellResult& result) {
  std::string text = fmt::format("d {:.1f}, K_F {:.3g}, test loss {:.3g}, accuracy {:.3f}", *result.dimension,
                                 *result.label_sharpness, *result.test_loss, *result.test_accuracy);
  for (const AttackOutcome& attack : result.attacks) {
    if (attack.epsilon != result.attacks.back().epsilon) continue;
    text += fmt::format(", {} {} {:.3f}", attack.method, attack.epsilon, attack.accuracy);
  }
  return text;
}

/// "1 cell", "2 cells".
std::string cells_text(std::size_t count) {
  return fmt::format("{} cell{}", count, count == 1 ? "" : "s");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return;
  throw InputError(folder.string(), "cannot be made (" + error.message() + ")",
                   "choose a folder that can be written to with --output");
}

class StudyRun {
 public:
  StudyRun(const Study& study, const StudyRunOptions& options)
      : study_(study),
        options_(options),
        library_(load_learn_library()),
        progress_(options.quiet),
        images_(study, options.data, options.threads, options.line) {}

  void run() {
    library_.chosen_device(options_.device);
    check_networks(study_, library_);
    if (options_.dry_run) {
      show_plan();
      return;
    }
    make_folder(options_.folder);
    try {
      StudyStore store(store_in(options_.folder));
      work(store);
    } catch (const Interrupted&) {
      const std::string folder = options_.folder.string();
      throw Interrupted(redacts_paths(options_.line) ? hash_of_path(folder) : folder);
    }
  }

 private:
  void show_plan() {
    const fs::path path = store_in(options_.folder);
    const auto store =
        fs::exists(path) ? std::make_unique<StudyStore>(path, StudyStore::Access::read) : nullptr;
    plan_ = plan_study(study_, library_, images_, nullptr, progress_);
    std::size_t left = 0;
    for (const StudyCell& cell : plan_.cells) {
      if (!is_wanted(cell.planned.name, options_.only)) continue;
      const std::optional<CellState> known = store ? store->state_of(cell.planned.identity) : std::nullopt;
      const bool out = cell.planned.left_out.has_value();
      const CellState state = out ? CellState::left_out : known.value_or(CellState::queued);
      left += state == CellState::queued || state == CellState::running ? 1 : 0;
      say(fmt::format("{}: {}{}", text_of(cell.planned.name),
                      state == CellState::left_out ? "left out" : state_name(state),
                      out ? ", since " + *cell.planned.left_out : ""));
    }
    say(fmt::format("{}, {} to run; nothing was written", cells_text(plan_.cells.size()), left));
    check_unread();
  }

  void work(StudyStore& store) {
    plan_ = plan_study(study_, library_, images_, &store, progress_);
    std::vector<PlannedCell> planned;
    for (const StudyCell& cell : plan_.cells) {
      planned.push_back(cell.planned);
      if (is_wanted(cell.planned.name, options_.only)) wanted_.push_back(cell.planned.identity);
    }
    store.set_plan(planned, plan_.unread, study_hash(study_.file));
    store.want(wanted_);
    if (options_.retry_failed) store.retry_failed();
    say_left_out(store);
    CellRunner runner(library_, images_, store, runner_options(), progress_);
    for (std::size_t taken = 0; taken < options_.max_cells.value_or(SIZE_MAX); ++taken) {
      progress_.check();
      take_over(store);
      const std::optional<std::string> identity =
          store.take(owner_, seconds_now(), seconds_now() + kLeaseSeconds);
      if (!identity) break;
      run_cell(store, runner, cell_of(*identity));
    }
    conclude(store);
  }

  CellRunOptions runner_options() const {
    CellRunOptions made;
    made.threads = options_.threads;
    made.device = options_.device;
    made.checkpoints = options_.folder / "checkpoints";
    made.keep_checkpoints = study_.keep_checkpoints;
    made.clock = [start = Clock::now()] { return seconds_since(start); };
    return made;
  }

  const StudyCell& cell_of(const std::string& identity) const {
    const auto found = std::ranges::find_if(
        plan_.cells, [&](const StudyCell& cell) { return cell.planned.identity == identity; });
    FATHOM_CHECK(found != plan_.cells.end());
    return *found;
  }

  /// Cells of runs on this machine that were killed need not wait for the end of their lease.
  static void take_over(StudyStore& store) {
    for (const HeldCell& held : store.held()) {
      if (is_gone(held.owner)) store.give_back(held.identity, held.owner);
    }
  }

  void run_cell(StudyStore& store, CellRunner& runner, const StudyCell& cell) {
    const std::string& identity = cell.planned.identity;
    const auto start = Clock::now();
    try {
      const LeaseKeeper keeper(store.path(), identity, owner_);
      const CellOutcome outcome = runner.run(cell);
      const bool ours = store.finish(identity, owner_, outcome, seconds_since(start));
      if (ours) runner.clean_up(cell);
      say_done(store, cell, outcome, seconds_since(start), ours);
    } catch (const Interrupted&) {
      store.give_back(identity, owner_);
      throw;
    } catch (const StoreError&) {
      throw;
    } catch (const std::bad_alloc&) {
      fail(store, cell, "not enough memory");
    } catch (const std::exception& error) {
      fail(store, cell, shown_message(error, options_.line));
    }
  }

  void fail(StudyStore& store, const StudyCell& cell, const std::string& error) {
    store.fail(cell.planned.identity, owner_, error);
    say(count(store) + text_of(cell.planned.name) + ": failed: " + error);
  }

  void say_done(const StudyStore& store, const StudyCell& cell, const CellOutcome& outcome, double seconds,
                bool ours) {
    if (options_.quiet) return;
    const StudyStatus status = status_of(wanted_cells(store), {});
    const std::string left = status.seconds_left && *status.seconds_left > 0.0
                                 ? "; " + about_time(*status.seconds_left) + " left"
                                 : "";
    say(fmt::format("{}{}: {} ({:.0f} s{}){}", count(store), text_of(cell.planned.name),
                    numbers_of(outcome.result), seconds, left,
                    ours ? "" : "; another run has taken this cell over, whose result counts"));
  }

  std::vector<StoredCell> wanted_cells(const StudyStore& store) const {
    std::vector<StoredCell> cells = store.cells();
    std::erase_if(cells, [&](const StoredCell& cell) { return !is_wanted(cell.name, options_.only); });
    return cells;
  }

  /// "[3/36] "
  std::string count(const StudyStore& store) const {
    const CellCounts counts = status_of(wanted_cells(store), {}).counts;
    const std::size_t ended = counts.done + counts.failed;
    return fmt::format("[{}/{}] ", ended, ended + counts.queued + counts.running);
  }

  void say(const std::string& line) const {
    if (!options_.quiet) write_output(printable(line) + "\n");
  }

  void say_left_out(const StudyStore& store) const {
    for (const StoredCell& cell : wanted_cells(store)) {
      if (cell.state != CellState::left_out) continue;
      say(text_of(cell.name) + ": left out: " + cell.error);
    }
  }

  void conclude(const StudyStore& store) const {
    const CellCounts counts = status_of(wanted_cells(store), {}).counts;
    std::string text = cells_text(counts.done) + " done";
    if (counts.running > 0) text += fmt::format(", {} at work elsewhere", counts.running);
    if (counts.queued > 0) text += fmt::format(", {} left", counts.queued);
    if (counts.left_out > 0) text += fmt::format(", {} left out", counts.left_out);
    if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
    say(text);
    check_unread();
    if (counts.failed == 0) return;
    throw InputError(study_.file, cells_text(counts.failed) + " failed",
                     "see `fathom study status`, and run again with --retry-failed");
  }

  void check_unread() const {
    if (plan_.unread.empty()) return;
    for (const UnreadDataSet& set : plan_.unread) say(set.name + ": not planned: " + set.error);
    const UnreadDataSet& first = plan_.unread.front();
    throw InputError(study_.file,
                     fmt::format("{} of {} data sets could not be read: {}: {}", plan_.unread.size(),
                                 study_.data_sets.size(), first.name, first.error),
                     "the others were done; correct it and run the same command again");
  }

  const Study& study_;
  const StudyRunOptions& options_;
  const LearnLibrary& library_;
  TerminalProgress progress_;
  StudyImages images_;
  StudyPlan plan_;
  std::vector<std::string> wanted_;
  const std::string owner_ = own_name();
};

}  // namespace

fs::path store_in(const fs::path& folder) {
  return folder / "results.sqlite";
}

std::string study_hash(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string bytes = text.str();
  return hash128(std::as_bytes(std::span<const char>(bytes))).text();
}

void run_study(const Study& study, const StudyRunOptions& options) {
  StudyRun(study, options).run();
}

}  // namespace fathom
