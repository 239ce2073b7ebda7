#include "fathom/report/train_record.h"

#include <utility>

namespace fathom {

TrainRecord make_train_record(const DataSet& data, const PreparedData& prepared, TrainTestSplit split,
                              const TrainOptions& options, TrainResult result) {
  TrainRecord record;
  record.name = data.name;
  record.path = data.path;
  record.format = data.format;
  record.classes = prepared.label_columns.front().classes;
  record.protocol = prepared.protocol;
  record.size = prepared.size.value();
  record.stored_size = prepared.row_size.value();
  record.channels = prepared.channels;
  record.range = prepared.range;
  record.content_hash = "xxh3:" + prepared.content_hash.text();
  record.rejected = prepared.rejected;
  record.notes = data.notes;
  record.split = std::move(split);
  record.model = options.model;
  record.recipe = options.recipe;
  record.seeds = options.seeds;
  record.output = options.output.string();
  record.threads = options.threads;
  record.result = std::move(result);
  return record;
}

}  // namespace fathom
