#include "learn/judge.h"

#include <cstdint>
#include <string>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// LibTorch's own message names neither.
void check_labels(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto largest = labels.max().item<std::int64_t>();
  if (largest < logits.size(1)) return;
  throw InputError("the network",
                   "has " + std::to_string(logits.size(1)) + " outputs, and the data have " +
                       std::to_string(largest + 1) + " classes",
                   "give data of the network's classes, or choose among them with --classes");
}

torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& labels) {
  check_labels(logits, labels);
  namespace functional = torch::nn::functional;
  return functional::cross_entropy(logits, labels,
                                   functional::CrossEntropyFuncOptions().reduction(torch::kNone));
}

}  // namespace

Judged judge(Network& network, const torch::Tensor& images, const torch::Tensor& labels) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor logits = network.forward(images);
  return {losses(logits, labels), logits.argmax(1)};
}

JudgedWithGradient judge_with_gradient(Network& network, const torch::Tensor& images,
                                       const torch::Tensor& labels) {
  const torch::AutoGradMode with_gradient(true);
  const torch::Tensor input = images.detach().requires_grad_(true);
  const torch::Tensor logits = network.forward(input);
  const torch::Tensor loss = losses(logits, labels);
  // The gradient of the sum is, image by image, that of its own loss: in evaluation mode no image changes
  // what the network says of another. A mean would make it smaller, and more of it would vanish.
  const torch::Tensor gradient = torch::autograd::grad({loss.sum()}, {input}).front();
  FATHOM_CHECK(gradient.defined());
  return {{loss.detach(), logits.detach().argmax(1)}, gradient};
}

}  // namespace fathom
