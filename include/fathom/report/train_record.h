// Everything one `train` has to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/learn/train.h"
#include "fathom/prepare/prepare.h"
#include "fathom/prepare/train_test_split.h"
#include "fathom/read/data_set.h"

namespace fathom {

struct TrainRecord {
  // The data.
  std::string name, path, format;
  std::vector<std::string> classes;
  Protocol protocol;
  ImageSize size{1, 1};         ///< that the network is given
  ImageSize stored_size{1, 1};  ///< kept in memory; images are resized from it when they are used
  std::size_t channels = 1;
  std::optional<PixelRange> range;
  std::string content_hash;
  std::vector<RejectedImage> rejected;
  std::vector<std::string> notes;

  TrainTestSplit split;
  std::string model;
  Recipe recipe;
  TrainSeeds seeds;
  std::string output;
  unsigned threads = 1;
  TrainResult result;

  double seconds_read = 0.0, seconds_train = 0.0, seconds_total = 0.0;  ///< of this run
  std::uint64_t peak_memory_bytes = 0;
};

/// Takes over what the earlier layers know; the rest is the caller's to fill in.
TrainRecord make_train_record(const DataSet& data, const PreparedData& prepared, TrainTestSplit split,
                              const TrainOptions& options, TrainResult result);

}  // namespace fathom
