// The working folder: one prepared file a data set, and what an unfinished one has so far.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fathom/core/file_lock.h"
#include "fathom/core/hash.h"
#include "fathom/core/mapped_file.h"
#include "fathom/prepare/matrix_shape.h"
#include "prepare/preparation.h"
#include "prepare/prepared_file.h"

namespace fathom {

/// The prepared file of one data set in a working folder, found or being made. File names are the identity of
/// the data set: ID.prepared when complete; while it is made ID.rows0 (ID.rows1, ... after a change of form),
/// ID.progress and ID.lock.
class Workdir {
 public:
  Workdir(std::filesystem::path folder, PreparedOrigin origin, unsigned threads);
  /// Lets go of the lock, and removes a folder that was made for nothing.
  ~Workdir();
  Workdir(const Workdir&) = delete;
  Workdir& operator=(const Workdir&) = delete;

  /// May throw to refuse rows of this shape before they are looked at.
  using Check = std::function<void(const MatrixShape&)>;

  /// The complete file. Throws InputError when it is damaged or foreign.
  std::optional<Prepared> prepared(const Check& check, Progress& progress) const;

  /// Nobody else prepares these images here until the object goes. The folder is made where there is none.
  /// Throws InputError when that fails, or somebody does.
  void lock();

  struct Resumed {
    Preparation found;
    std::shared_ptr<std::byte[]> place;  ///< of the rows; null before the first
  };
  /// What an earlier run has left, where it can be trusted; otherwise what there is of it is removed.
  std::optional<Resumed> resume(const Check& check, Progress& progress);

  /// A new place for rows. The one before stays until keep() has noted the new one.
  std::shared_ptr<std::byte[]> make_room(const MatrixShape& shape);

  /// Notes the progress when so much has been done since the last time that it is worth the writing.
  void offer(const Preparation& found);
  /// Brings the rows to the disk and notes that they are there.
  void keep(const Preparation& found);

  /// Makes the file complete. Nobody may hold the place of the rows any more.
  Prepared complete(Preparation found);
  /// Removes what has been made.
  void discard();

 private:
  std::filesystem::path file(const std::string& suffix) const;
  std::filesystem::path rows_file(std::size_t generation) const;
  void remove_rows_but(std::optional<std::size_t> generation) const;

  std::filesystem::path folder_;
  PreparedOrigin origin_;
  unsigned threads_;
  std::unique_ptr<FileLock> lock_;
  bool folder_made_ = false;
  std::shared_ptr<MappedFile> file_;
  MatrixShape shape_;            ///< with the rows there is room for
  std::size_t generation_ = 0;   ///< of the next file of rows
  std::vector<Hash128> hashes_;  ///< of the rows kept
  std::size_t tried_ = 0;        ///< records when kept
};

}  // namespace fathom
