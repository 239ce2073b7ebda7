// The store of a study: which cells there are, who works at them, what came of them. One SQLite file.
//
// Several runs share it: a cell is taken, kept alive and finished in transactions of its own. A run that ends
// without a word leaves cells behind whose lease ends, and which the next run takes over.
// On a local disk the file has a write-ahead log. Network file systems have no shared memory, which that
// needs (https://sqlite.org/wal.html, section 1): there it has a rollback journal.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/estimate/dimension.h"
#include "fathom/relate/cell_result.h"
#include "fathom/study/cell.h"

namespace fathom {

/// The store cannot be used: locked, damaged, of a newer Fathom, no space.
class StoreError : public InputError {
 public:
  using InputError::InputError;
};

enum class CellState {
  queued,
  running,
  done,
  failed,
  left_out,  ///< the data do not allow it, such as a training size that is larger than they are
};
std::string_view state_name(CellState state);

/// What was measured on the training images. The same for every model.
struct MeasuredImages {
  double dimension = 0.0;
  std::optional<Interval> dimension_interval;
  double label_sharpness = 0.0;
};

/// A finished cell.
struct CellOutcome {
  CellResult result;
  std::optional<Interval> dimension_interval, representation_interval;
  std::size_t epochs = 0;  ///< trained
  std::string device;      ///< "cpu", "cuda"
  unsigned threads = 1;
  std::string fathom_version, torch_version;
};

struct PlannedCell {
  CellName name;
  SettingTexts settings;
  std::string identity;
  std::optional<std::string> left_out;  ///< why
};

/// A data set that could not be planned.
struct UnreadDataSet {
  std::string name, error;
};

struct StoredCell {
  CellName name;
  std::string identity;
  CellState state = CellState::queued;
  std::string owner;     ///< of a running cell
  double seconds = 0.0;  ///< that a done cell took
  std::string error;     ///< of a failed one; why one is left out
  std::optional<CellOutcome> outcome;
};

/// A cell that somebody works at.
struct HeldCell {
  std::string identity, owner;
};

class StudyStore {
 public:
  enum class Access { make, read };

  /// `patience`: how long a locked store is waited for. Access::read throws where there is none.
  /// Every function throws StoreError.
  explicit StudyStore(std::filesystem::path path, Access access = Access::make,
                      std::chrono::milliseconds patience = std::chrono::seconds(10));
  ~StudyStore();
  StudyStore(const StudyStore&) = delete;
  StudyStore& operator=(const StudyStore&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Replaces the plan. Cells that are new are queued; of the others state and result stay.
  /// `study_hash`: of the study file's bytes.
  void set_plan(std::span<const PlannedCell> cells, std::span<const UnreadDataSet> unread,
                const std::string& study_hash);
  std::vector<UnreadDataSet> unread() const;
  std::string study_hash() const;  ///< empty: there has been no plan
  /// In the order of the plan.
  std::vector<StoredCell> cells() const;
  /// Nothing for an identity that the store does not have.
  std::optional<CellState> state_of(const std::string& identity) const;

  /// What take() chooses from, in this order.
  void want(std::span<const std::string> identities);
  /// A cell that is queued, or whose lease has ended before `now`; it is running then, until `lease_end`.
  /// Times are seconds of one clock that all runs share.
  std::optional<std::string> take(const std::string& owner, double now, double lease_end);
  /// The following are false where the cell has another owner by now, and change nothing then.
  bool renew(const std::string& identity, const std::string& owner, double lease_end);
  bool finish(const std::string& identity, const std::string& owner, const CellOutcome& outcome,
              double seconds);
  bool fail(const std::string& identity, const std::string& owner, const std::string& error);
  bool leave_out(const std::string& identity, const std::string& owner, const std::string& reason);
  bool give_back(const std::string& identity, const std::string& owner);
  std::vector<HeldCell> held() const;
  /// Failed cells among those wanted are queued again. How many.
  std::size_t retry_failed();

  /// What has been found out about images, by a hash of all that decides it.
  std::optional<std::string> content(const std::string& fingerprint) const;
  void keep_content(const std::string& fingerprint, const std::string& content);
  std::optional<MeasuredImages> measured(const std::string& identity) const;
  void keep_measured(const std::string& identity, const MeasuredImages& measured);

 private:
  struct Database;
  bool end(const std::string& identity, const std::string& owner, CellState state, const std::string& error);

  std::filesystem::path path_;
  std::unique_ptr<Database> database_;
};

/// The results of all cells that are done, in the order of the plan.
std::vector<CellResult> read_results(const StudyStore& store);

}  // namespace fathom
