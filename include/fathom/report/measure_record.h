// Everything one `measure` of one data set has to say: the record behind table, JSON and CSV.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/estimate/measure.h"
#include "fathom/prepare/prepare.h"
#include "fathom/read/data_set.h"

namespace fathom {

struct MeasureRecord {
  std::string name, path, format;
  std::string split;  ///< "all", "train", "val", "test"
  Protocol protocol;
  std::optional<ImageSize> size;
  std::size_t channels = 1;
  std::optional<PixelRange> range;
  std::size_t ambient_dimension = 0;
  bool vectors = false;
  std::string content_hash;
  std::uint64_t seed = 0;
  unsigned threads = 1;
  std::string simd;
  std::size_t k = 20;

  std::vector<RejectedImage> rejected;
  std::vector<std::string> black;  ///< paths of images whose maximum is 0
  std::size_t low_contrast = 0;    ///< images below the threshold of warnings.h, black ones included
  std::size_t alpha_dropped = 0;
  std::optional<std::string> workdir;  ///< where rows are kept, if anywhere
  std::size_t images_read = 0;         ///< in this run
  std::vector<std::string> notes;      ///< how the data were understood

  Measurement measurement;
  std::vector<std::string> images;  ///< their paths, where values of images were asked for

  double seconds_read = 0.0, seconds_neighbors = 0.0, seconds_total = 0.0;
  std::uint64_t peak_memory_bytes = 0;
};

/// Takes over what the earlier layers know; the working folder, times and memory are the caller's to
/// fill in.
MeasureRecord make_measure_record(const DataSet& data, const PreparedData& prepared,
                                  const MeasureOptions& options, Measurement measurement);

}  // namespace fathom
