// Batches of images for a network, prepared while it works on the ones before.
#pragma once

#include <torch/torch.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "fathom/prepare/prepare.h"
#include "learn/augmentation.h"
#include "learn/image_planes.h"

namespace fathom {

struct ImageBatch {
  torch::Tensor images;             ///< n x channels x height x width, float32, in the range of the protocol
  torch::Tensor labels;             ///< n, int64: the first label column; -1 of data without labels
  std::vector<std::uint32_t> rows;  ///< n, rows of the prepared data
};

struct ImageBatchOptions {
  std::size_t batch_size = 32;
  /// A last batch of one image joins the batch before it: one image has no batch statistics.
  bool no_single_image = false;
  /// In page-locked memory, from which CUDA copies while it computes. Only where there is CUDA.
  bool pinned = false;
  Augmentation augmentation{};
  std::uint64_t augmentation_seed = 0;
};

/// Hands out the images of `rows`, in that order, as batches. A thread of its own prepares up to two batches
/// ahead; what it hands out does not depend on when.
class ImageBatches {
 public:
  /// The data, prepared with keep_pixels, must outlive it. Throws UsageError when they are vectors.
  ImageBatches(const PreparedData& data, std::vector<std::uint32_t> rows, const ImageBatchOptions& options);
  /// Stops the thread, whatever is left.
  ~ImageBatches();
  ImageBatches(const ImageBatches&) = delete;
  ImageBatches& operator=(const ImageBatches&) = delete;

  /// Of all, handed out or not.
  std::size_t batch_count() const { return ends_.size(); }
  /// Nothing after the last. Throws what went wrong in the thread.
  std::optional<ImageBatch> next();

 private:
  void prepare_all();
  ImageBatch prepare_batch(std::size_t begin, std::size_t end) const;
  /// Waits for room. False when nobody wants more.
  bool wait_for_room();

  const PreparedData& data_;
  const ImagePlanes planes_;
  const std::vector<std::uint32_t> rows_;
  const ImageBatchOptions options_;
  const std::vector<std::size_t> ends_;  ///< of each batch, in rows_

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ImageBatch> ready_;
  std::exception_ptr failure_;
  bool done_ = false, stopped_ = false;
  std::thread thread_;
};

}  // namespace fathom
