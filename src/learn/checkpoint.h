// A checkpoint: a network as training left it, and all that training needs to go on. docs/train.md has the
// content of the file.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fathom/learn/train.h"
#include "learn/optimizer.h"

namespace fathom {

/// What a checkpoint says of the run it belongs to; a run that resumes it must say the same.
using RunIdentity = std::map<std::string, std::string>;

RunIdentity identity_of(const PreparedData& data, const TrainTestSplit& split, const TrainOptions& options,
                        std::int64_t outputs);

struct CheckpointState {
  RunIdentity identity;
  NamedTensors network;    ///< what state() gives
  NamedTensors optimizer;  ///< likewise
  std::int64_t steps = 0;  ///< of the optimiser
  std::vector<EpochRecord> epochs;
};

/// Whole or not at all, and on the disk. Throws InputError naming the file: disk full, no permission.
void write_checkpoint(const std::filesystem::path& path, const CheckpointState& state);

/// Fills the tensors of `state`, its steps and its epochs. Throws UsageError naming what the checkpoint has
/// otherwise than `state.identity`; InputError: no checkpoint, damaged.
void read_checkpoint(const std::filesystem::path& path, CheckpointState& state);

/// Lines of JSON, one an epoch.
std::string epoch_log(const std::vector<EpochRecord>& epochs);

}  // namespace fathom
