#include "learn/represent.h"

#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "learn/device.h"
#include "learn/image_batches.h"
#include "learn/represent_run.h"
#include "learn/torch_errors.h"

namespace fathom {

namespace {

std::vector<std::uint32_t> all_rows(const PreparedData& data) {
  std::vector<std::uint32_t> rows(data.records.size());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

/// The images of one condition on the device.
class Feed {
 public:
  Feed(const PreparedData& data, const RepresentOptions& options, const NetworkRun& run,
       const torch::Device& device, Progress& progress)
      : data_(data), options_(options), run_(run), device_(device), progress_(progress) {}

  torch::Tensor first() const {
    ImageBatches batches(data_, all_rows(data_), batch_options());
    return shown(batches.next()->images);
  }

  void all(const TakeBatch& take) const {
    ImageBatches batches(data_, all_rows(data_), batch_options());
    progress_.begin("representing", data_.records.size());
    while (const std::optional<ImageBatch> batch = batches.next()) {
      progress_.check();
      take(shown(batch->images), batch->rows.front());
      progress_.advance(batch->rows.size());
    }
    progress_.end();
  }

 private:
  ImageBatchOptions batch_options() const {
    return {.batch_size = run_.batch_size, .pinned = device_.is_cuda()};
  }
  torch::Tensor shown(const torch::Tensor& images) const {
    const torch::Tensor here = images.to(device_);
    const bool shuffled = options_.control == RepresentControl::shuffled_pixels;
    return shuffled ? with_shuffled_pixels(here, options_.seed) : here;
  }

  const PreparedData& data_;
  const RepresentOptions& options_;
  const NetworkRun& run_;
  torch::Device device_;
  Progress& progress_;
};

}  // namespace

void represent(LoadedNetwork& network, const PreparedData& data, const RepresentOptions& options,
               const NetworkRun& run, const PassPlanner& plan, const LayerReceiver& receive,
               Progress& progress) {
  const torch::Device device = chosen_device(run.device);
  without_torch_errors([&] {
    torch::set_num_threads(static_cast<int>(run.threads));
    std::unique_ptr<Network> other;
    if (options.control == RepresentControl::untrained) other = network.untrained(options.seed);
    Network& used = other ? *other : network.network();
    used.to(device);
    const Feed feed(data, options, run, device, progress);
    represent_layers(
        used, data.records.size(), feed.first(), [&](const TakeBatch& take) { feed.all(take); }, options,
        plan, receive);
  });
}

}  // namespace fathom
