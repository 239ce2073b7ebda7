// What a network does, by Fathom, one job a line of the standard input. Usage: bench_networks DATA THREADS
//
//   forward SIDE IMAGES     seconds; ResNet-18 on random grey images, 32 at a time, in evaluation mode
//   training SIDE IMAGES    seconds; training steps with Adam
//   fgsm SIDE IMAGES        seconds; the gradient of the images alone
//   epoch SIDE IMAGES       seconds; the first images of DATA from their files, and a training step a batch
//   peak                    largest memory of this process so far, MB of 10^6 bytes
#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>

#include "fathom/core/keep_freed_memory.h"
#include "fathom/learn/recipe.h"
#include "fathom/prepare/prepare.h"
#include "learn/fgsm.h"
#include "learn/frozen_parameters.h"
#include "learn/image_batches.h"
#include "learn/network.h"
#include "learn/optimizer.h"
#include "learn/tensor_memory.h"
#include "seconds.h"

namespace {

using namespace fathom;

constexpr std::size_t kBatch = 32;
constexpr double kEpsilon = 2.0;
constexpr double kLearningRate = 1e-3;

class Jobs {
 public:
  Jobs(std::string data, unsigned threads)
      : data_(std::move(data)), threads_(threads), network_(make_network({"resnet18", 1, 2, 0})) {
    torch::set_num_threads(static_cast<int>(threads));
  }

  double forward(std::int64_t side, std::int64_t images) {
    network_->set_training(false);
    const torch::NoGradGuard no_gradient;
    const torch::Tensor batch = random_images(side);
    return bench::seconds([&] {
      for (std::int64_t i = 0; i < images; i += kBatch) network_->forward(batch);
    });
  }

  double training(std::int64_t side, std::int64_t images) {
    network_->set_training(true);
    const torch::Tensor batch = random_images(side), labels = alternating_labels();
    return bench::seconds([&] {
      for (std::int64_t i = 0; i < images; i += kBatch) step(batch, labels);
    });
  }

  double fgsm(std::int64_t side, std::int64_t images) {
    network_->set_training(false);
    const FrozenParameters frozen(*network_);
    const torch::Tensor labels = alternating_labels();
    return bench::seconds([&] {
      for (std::int64_t i = 0; i < images; i += kBatch) {
        const torch::Tensor batch = random_images(side).requires_grad_();
        const torch::Tensor loss = torch::cross_entropy_loss(network_->forward(batch), labels);
        const torch::Tensor gradient = torch::autograd::grad({loss}, {batch}).front();
        fathom::fgsm(batch.detach(), gradient, {kEpsilon, {0.0, 255.0}});
      }
    });
  }

  double epoch(std::int64_t side, std::int64_t images) {
    network_->set_training(true);
    return bench::seconds([&] {
      DataSet data = open_data_set(data_);
      data.records.resize(std::min<std::size_t>(data.records.size(), static_cast<std::size_t>(images)));
      Protocol protocol = named_protocol("miccai2022");
      set_size(protocol, std::to_string(side));
      PrepareOptions options;
      options.threads = threads_;
      options.keep_pixels = true;
      const PreparedData prepared = prepare(data, protocol, options);
      std::vector<std::uint32_t> rows(prepared.records.size());
      std::iota(rows.begin(), rows.end(), 0U);
      ImageBatches batches(prepared, rows, {.batch_size = kBatch});
      while (const auto batch = batches.next()) step(batch->images, batch->labels);
    });
  }

 private:
  static torch::Tensor random_images(std::int64_t side) {
    return 255.0 * torch::rand({static_cast<std::int64_t>(kBatch), 1, side, side});
  }
  static torch::Tensor alternating_labels() { return torch::arange(static_cast<std::int64_t>(kBatch)) % 2; }

  static NamedTensors learned(Network& network) {
    NamedTensors named = network.state();
    std::erase_if(named, [](const auto& each) { return !each.second.requires_grad(); });
    return named;
  }

  void step(const torch::Tensor& images, const torch::Tensor& labels) {
    // Its moments belong to training's memory alone, as in Python.
    if (!optimizer_) optimizer_.emplace(named_recipe("iclr2024", "resnet18"), learned(*network_), threads_);
    optimizer_->clear_gradients();
    torch::cross_entropy_loss(network_->forward(images), labels).backward();
    optimizer_->step(kLearningRate);
  }

  std::string data_;
  unsigned threads_;
  std::unique_ptr<Network> network_;
  std::optional<Optimizer> optimizer_;
};

double peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  keep_freed_memory();
  use_large_pages_for_tensors();
  Jobs jobs(argv[1], static_cast<unsigned>(std::stoul(argv[2])));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t side = 0, images = 0;
    words >> name >> side >> images;
    const double answer = name == "forward"    ? jobs.forward(side, images)
                          : name == "training" ? jobs.training(side, images)
                          : name == "fgsm"     ? jobs.fgsm(side, images)
                          : name == "epoch"    ? jobs.epoch(side, images)
                                               : peak();
    std::printf("%.5f\n", answer);
    std::fflush(stdout);
  }
  return 0;
}
