#include "learn/image_batches.h"

#include <algorithm>
#include <span>
#include <utility>

#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::size_t kAhead = 2;

std::vector<std::size_t> batch_ends(std::size_t images, const ImageBatchOptions& options) {
  FATHOM_CHECK(options.batch_size > 0);
  std::vector<std::size_t> ends;
  for (std::size_t begin = 0; begin < images; begin += options.batch_size) {
    ends.push_back(std::min(images, begin + options.batch_size));
  }
  if (options.no_single_image && ends.size() > 1 && ends.back() - ends[ends.size() - 2] == 1) {
    ends.erase(ends.end() - 2);
  }
  return ends;
}

}  // namespace

ImageBatches::ImageBatches(const PreparedData& data, std::vector<std::uint32_t> rows,
                           const ImageBatchOptions& options)
    : data_(data),
      planes_(data),
      rows_(std::move(rows)),
      options_(options),
      ends_(batch_ends(rows_.size(), options)) {
  thread_ = std::thread([this] { prepare_all(); });
}

ImageBatches::~ImageBatches() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

ImageBatch ImageBatches::prepare_batch(std::size_t begin, std::size_t end) const {
  ImageBatch batch;
  batch.rows.assign(rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                    rows_.begin() + static_cast<std::ptrdiff_t>(end));
  const auto count = static_cast<std::int64_t>(batch.rows.size());
  const auto options = torch::TensorOptions().pinned_memory(options_.pinned);
  batch.images = torch::empty(
      {count, static_cast<std::int64_t>(data_.channels), static_cast<std::int64_t>(data_.size->height),
       static_cast<std::int64_t>(data_.size->width)},
      options.dtype(torch::kFloat32));
  batch.labels = torch::empty({count}, options.dtype(torch::kInt64));
  auto* const pixels = batch.images.data_ptr<float>();
  auto* const labels = batch.labels.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    const std::span<float> image(pixels + i * planes_.values(), planes_.values());
    planes_.write(batch.rows[i], image);
    if (!options_.augmentation.none()) {
      Generator generator = make_generator(options_.augmentation_seed, begin + i);
      augment(options_.augmentation, planes_.channels(), planes_.size(), generator, image);
    }
    const Record& record = data_.records[batch.rows[i]];
    labels[i] = record.labels.empty() ? -1 : record.labels.front();
  }
  return batch;
}

bool ImageBatches::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || ready_.size() < kAhead; });
  return !stopped_;
}

void ImageBatches::prepare_all() {
  try {
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      if (!wait_for_room()) return;
      ImageBatch batch = prepare_batch(std::exchange(begin, end), end);
      {
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(batch));
      }
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
}

std::optional<ImageBatch> ImageBatches::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_ || !ready_.empty(); });
  if (ready_.empty()) {
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }
  std::optional<ImageBatch> batch(std::move(ready_.front()));
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return batch;
}

}  // namespace fathom
