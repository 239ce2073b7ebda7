#include "read/one_data_set.h"

#include <utility>

#include "fathom/core/error.h"
#include "fathom/read/idx.h"
#include "fathom/read/npy.h"

namespace fathom {

DataSet named(DataSet data, const std::filesystem::path& path, std::string_view format) {
  // "digits/" and "." have no last component of their own.
  const std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  data.name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  data.path = path.string();
  data.format = format;
  return data;
}

std::optional<Array> read_given_labels(const ReadOptions& options) {
  if (!options.labels) return std::nullopt;
  if (is_npy_file(*options.labels)) return read_npy(*options.labels);
  if (is_idx_file(*options.labels)) return read_idx(*options.labels);
  throw UsageError("--labels",
                   options.labels->string() + " is neither a .npy nor an IDX file that can be read",
                   "give the labels of an array as an array of integers, one for each image");
}

std::string given_labels_name(const ReadOptions& options) {
  return options.labels ? options.labels->string() : std::string();
}

void refuse_given_labels(const ReadOptions& options, std::string_view format) {
  if (!options.labels) return;
  throw UsageError("--labels", std::string(format) + " data have their labels within", "leave it out");
}

}  // namespace fathom
