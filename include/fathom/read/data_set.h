// A data set as found on disk: records in a stated order, and their pixels on request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/core/hash.h"
#include "fathom/core/progress.h"
#include "fathom/read/image.h"
#include "fathom/read/image_file.h"
#include "fathom/read/slices.h"
#include "fathom/read/view.h"

namespace fathom {

enum class Split : std::uint8_t { none, train, validation, test };

std::string_view split_name(Split split);  // "none", "train", "val", "test"
/// train, training / val, valid, validation / test, testing, in any case; otherwise nothing.
std::optional<Split> recognise_split(std::string_view name);

/// One image and everything that is known about it. Label, group and path never travel apart.
struct Record {
  /// Names the image everywhere: its path below the data set with '/' between folders, or its array index
  /// ("17"; "train/17" where the data have splits).
  std::string path;
  /// One class a label column: an index into LabelColumn::classes.
  std::vector<std::int32_t> labels;
  /// Opaque key (patient, volume); equal keys belong together. Never printed.
  std::optional<std::uint32_t> group;
  Split split = Split::none;
  /// Which image of the pixel source this is.
  std::size_t source = 0;
};

struct LabelColumn {
  std::string name;  ///< "label" unless a table names it
  /// Class names: by number when all are integers, by bytes otherwise.
  std::vector<std::string> classes;
};

/// Hands out images by Record::source. Thread-safe.
class PixelSource {
 public:
  virtual ~PixelSource() = default;
  /// Throws ImageError.
  virtual Image read(std::size_t source) const = 0;
  /// Differs from that of any other image, and from its own once the image may have changed: of a file by its
  /// path, size, time of modification and the limits on reading it; of an array's image by its values.
  virtual Hash128 identity(std::size_t source) const = 0;
  /// True when the rows are vectors (an N x D array) and not images.
  virtual bool vectors() const { return false; }
  /// Memory the images take for as long as the source is there: 0 where they stay in files.
  virtual std::size_t bytes_in_memory() const { return 0; }
  /// Some images are DICOM or NIfTI: a View says how they become grey levels, and no page shows them unasked.
  virtual bool medical() const { return false; }
  /// Images are slices of volumes, of which ReadOptions::slices chooses.
  virtual bool volumes() const { return false; }
};

/// Records are ordered by the bytes of their path (folders, tables) or by array index, splits in the order
/// train, val, test.
struct DataSet {
  std::string name;  ///< last component of the path
  std::string path;  ///< as the user gave it
  std::string
      format;  ///< "folder", "table", "npz", "npy", "idx", "cifar10", "cifar100", "dicom", "nifti", "svhn"
  std::vector<LabelColumn> label_columns;  ///< empty: the data have no labels
  std::vector<Record> records;
  std::shared_ptr<const PixelSource> pixels;
  /// Remarks on how the data were understood, each a sentence.
  std::vector<std::string> notes;
};

struct ReadOptions {
  /// "auto" or one of DataSet::format.
  std::string format = "auto";
  /// Table of labels for a folder of images; file of labels (.npy, IDX) for an array of images.
  std::optional<std::filesystem::path> labels;
  /// Default: the first of path, file, filename, image that the table has.
  std::optional<std::string> path_column;
  /// Default: the first of label, class, target that the table has.
  std::vector<std::string> label_columns;
  std::optional<std::string> group_column;
  std::optional<std::string> split_column;
  ImageLimits limits;
  /// How medical images become grey levels. Any but View::stored is refused of data without such images.
  View view = View::stored;
  /// Which slices of volumes are images. Any but the default is refused of data without volumes.
  SliceOptions slices;
  /// Used to look through the headers of many files. Nothing depends on it.
  unsigned threads = 1;
  /// Told how far opening the data is, and asked whether to go on.
  Progress* progress = &no_progress();
};

/// Opens DATA in whatever form it is: see image_folder.h, table.h, npz.h, npy.h, idx.h, cifar.h, dicom.h.
/// Array files are read whole, but for a .npy file that can be mapped (see read_npy); image files only on
/// request.
///
/// A file is recognised by its content, and by its suffix where the content does not tell; a folder by the
/// names of the files of MNIST and CIFAR, or else it is a folder of images. Throws Interrupted once
/// ReadOptions::progress says so. Throws InputError: nothing there,
/// form not recognised (naming the forms), what the readers refuse. Throws UsageError: an unknown format
/// (naming them), options that do not go with the form.
DataSet open_data_set(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace fathom
