#include "learn/attack.h"

#include <optional>
#include <variant>

#include "fathom/core/error.h"
#include "learn/attack_run.h"
#include "learn/device.h"
#include "learn/image_batches.h"
#include "learn/torch_errors.h"

namespace fathom {

namespace {

/// Of the pixels as the network gets them.
PixelRange range_of(const PreparedData& data) {
  if (data.range) return *data.range;
  const bool grey_levels = std::holds_alternative<Matrix<std::uint8_t>>(data.matrix.stored);
  if (!grey_levels) {
    throw UsageError("--epsilon",
                     "is in grey levels of 0..255, and the pixels of these images have no known range",
                     "train and attack with a protocol that has one, such as --range 0,1");
  }
  return {0.0, 255.0};
}

}  // namespace

AttackResult attack(LoadedNetwork& network, const PreparedData& data, const std::vector<std::uint32_t>& rows,
                    const std::vector<std::int32_t>& outputs, const AttackOptions& options,
                    const NetworkRun& run, Progress& progress) {
  const torch::Device device = chosen_device(run.device);
  return without_torch_errors([&] {
    torch::set_num_threads(static_cast<int>(run.threads));
    network.network().to(device);
    const std::vector<std::int64_t> of_class(outputs.begin(), outputs.end());
    const torch::Tensor output_of_class = torch::tensor(of_class, torch::kInt64);
    AttackRun attacked(network.network(), range_of(data), options);
    ImageBatches batches(data, rows, {.batch_size = run.batch_size, .pinned = device.is_cuda()});
    progress.begin("attacking", rows.size());
    while (const std::optional<ImageBatch> batch = batches.next()) {
      progress.check();
      attacked.add(batch->images.to(device), output_of_class.index_select(0, batch->labels).to(device));
      progress.advance(batch->rows.size());
    }
    progress.end();
    return attacked.finish(network.file().weights.string());
  });
}

}  // namespace fathom
