#include "learn/evaluation.h"

#include "learn/image_batches.h"

namespace fathom {

namespace {

/// So that the activations of the largest networks at 224 x 224 fit in 2 GB.
constexpr std::size_t kBatch = 32;

/// Evaluation mode for a while.
class Evaluating {
 public:
  explicit Evaluating(Network& network) : network_(network), training_(network.is_training()) {
    network_.set_training(false);
  }
  ~Evaluating() { network_.set_training(training_); }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  Network& network_;
  bool training_;
};

}  // namespace

Evaluation evaluate(Network& network, const PreparedData& data, const std::vector<std::uint32_t>& rows,
                    const torch::Device& device, Progress& progress) {
  FATHOM_CHECK(!rows.empty());
  const torch::NoGradGuard no_gradient;
  const Evaluating evaluating(network);
  ImageBatches batches(data, rows, {.batch_size = kBatch, .pinned = device.is_cuda()});
  double loss = 0.0;
  std::int64_t correct = 0;
  while (const std::optional<ImageBatch> batch = batches.next()) {
    progress.check();
    const torch::Tensor labels = batch->labels.to(device, true);
    const torch::Tensor outputs = network.forward(batch->images.to(device, true));
    const torch::Tensor losses = torch::nn::functional::cross_entropy(
        outputs, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
    loss += losses.to(torch::kFloat64).sum().item<double>();
    correct += outputs.argmax(1).eq(labels).sum().item<std::int64_t>();
    progress.advance(batch->rows.size());
  }
  const auto count = static_cast<double>(rows.size());
  return {loss / count, static_cast<double>(correct) / count};
}

}  // namespace fathom
