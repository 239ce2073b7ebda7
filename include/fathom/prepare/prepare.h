// Images -> N x D matrix, by a protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/core/hash.h"
#include "fathom/core/matrix.h"
#include "fathom/core/progress.h"
#include "fathom/prepare/matrix_shape.h"
#include "fathom/prepare/protocol.h"
#include "fathom/read/data_set.h"

namespace fathom {

struct RejectedImage {
  std::string path, reason;
};

/// Images could not be read, and nobody said that this is all right. Carries all of them.
class RejectedImages : public InputError {
 public:
  RejectedImages(const std::string& data, std::vector<RejectedImage> rejected, std::size_t images);
  const std::vector<RejectedImage>& rejected() const { return rejected_; }

 private:
  std::vector<RejectedImage> rejected_;
};

struct PreparedData {
  /// Row i is records[i].
  RowMatrix matrix;
  std::vector<Record> records;
  std::vector<LabelColumn> label_columns;
  std::vector<RejectedImage> rejected;

  Protocol protocol;
  std::size_t channels = 1;       ///< 1 or 3, after the protocol; vectors have 1
  std::optional<ImageSize> size;  ///< after the protocol; nothing for vectors
  /// Of the image that a row holds. Smaller or larger than `size` where whoever uses the pixels resizes them
  /// (PrepareOptions::keep_pixels); nothing for vectors and for rows that are no pixels (architecture.md).
  std::optional<ImageSize> row_size;
  std::optional<PixelRange> range;    ///< after the protocol; nothing when as stored
  std::size_t ambient_dimension = 0;  ///< channels x height x width, or the length of the vectors

  std::size_t alpha_dropped = 0;     ///< images that had an alpha channel
  std::vector<std::uint32_t> black;  ///< rows whose maximum was 0
  /// Of each row: (maximum - minimum) / full scale of the image before resizing; of floats, of their own
  /// range.
  std::vector<float> contrast;
  Hash128 content_hash;  ///< of all rows and their labels, in order

  std::size_t images_read =
      0;  ///< in this run: all of them, unless a working folder held what was prepared before
};

struct PrepareOptions {
  unsigned threads = 1;
  /// Go on without the images that cannot be used, and list them.
  bool skip_bad = false;
  /// Every row holds the pixels of an image: rows that only keep distances are not made. 8-bit images of one
  /// size stay as stored where that takes no more memory than resized ones; resize_bilinear() to
  /// PreparedData::size then gives the bits that preparing would have given.
  bool keep_pixels = false;
  /// Where rows are kept, and found again by the next run: docs/workdir.md. Empty: in memory.
  std::filesystem::path workdir{};
  /// The seed, where the choice of records used one: written down in the working folder.
  std::optional<std::uint64_t> selection_seed{};
  /// Called before a matrix is made, in memory or in the working folder, or one found there is used: when the
  /// first image has been read, and again when a later one changes the form of the rows. Throws to refuse it.
  std::function<void(const MatrixShape&)> check_matrix{};
};

/// Reads every record of `data` and prepares it. Memory holds the matrix and a few images a thread.
///
/// With a working folder rows are written into a file there and read from it as they are needed; memory holds
/// neither. The same images prepared by the same protocol are not read again, and a run that ended early is
/// gone on with; an interrupted one throws an Interrupted that names the folder.
///
/// Vectors (N x D arrays) are only ever native: any other protocol is an UsageError.
/// Throws RejectedImages after all images have been read; InputError when images differ in size or depth
/// under a protocol that does not bring them together, or when none is left; when a prepared file is damaged
/// or not one of Fathom's, or another run is preparing the same images in the same folder.
PreparedData prepare(const DataSet& data, const Protocol& protocol, const PrepareOptions& options,
                     Progress& progress = no_progress());

}  // namespace fathom
