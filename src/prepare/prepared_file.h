// A prepared file: rows that were prepared once, and all that is known about them. The format is in
// docs/workdir.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fathom/core/hash.h"
#include "fathom/core/mapped_file.h"
#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"
#include "fathom/prepare/protocol.h"
#include "prepare/preparation.h"

namespace fathom {

/// Where the rows begin: a page, and the header has the room before it.
inline constexpr std::size_t kRowsOffset = 4096;

struct Prepared {
  Preparation found;
  RowMatrix matrix;  ///< with unit 1
  Hash128 rows_hash;
};

/// What the header of a prepared file says of its origin.
struct PreparedOrigin {
  Hash128 identity;  ///< of the images, their order and the protocol
  Protocol protocol;
  std::size_t images = 0;                       ///< chosen to be prepared
  std::optional<std::uint64_t> selection_seed;  ///< where their choice used one
};

/// Adds all that stands beside the rows, which are in `file` from kRowsOffset on, and brings the file to the
/// disk. `shape` has the rows there are.
void finish_prepared_file(MappedFile& file, const MatrixShape& shape, const Preparation& found,
                          const Hash128& rows_hash, const PreparedOrigin& origin);

/// A prepared file that is there.
class PreparedFile {
 public:
  /// Throws InputError naming it: no prepared file, of another version, of other images, damaged.
  PreparedFile(std::filesystem::path path, const Hash128& identity);

  const MatrixShape& shape() const { return shape_; }
  /// The rows where they are in the file. With `check` they are read first, and damaged ones are an
  /// InputError too.
  Prepared rows(bool check, unsigned threads, Progress& progress) const;

 private:
  void parse(const Hash128& identity);
  [[noreturn]] void fail(const std::string& reason) const;
  std::string_view text(std::size_t offset, std::size_t bytes) const;
  std::string_view header_json() const;

  std::filesystem::path path_;
  std::shared_ptr<const MappedFile> file_;
  MatrixShape shape_;
  Hash128 rows_hash_;
  Preparation found_;
};

}  // namespace fathom
