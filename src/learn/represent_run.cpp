#include "learn/represent_run.h"

#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/random.h"
#include "learn/activations.h"
#include "learn/choose_layers.h"

namespace fathom {

namespace {

constexpr std::uint64_t kPixelStream = 0x706978656c;  // apart from every other use of the seed

/// One pass: the images go through the network once, and some layers' outputs are copied.
std::vector<Matrix<float>> collect(Network& network, std::size_t images, const ImageFeed& feed,
                                   const std::vector<LayerOutput>& layers,
                                   const std::vector<const ChosenLayer*>& wanted, Pooling pooling) {
  std::vector<Matrix<float>> rows;
  for (const ChosenLayer* layer : wanted) rows.emplace_back(images, layer->description.width);
  std::vector<ActivationCollector::Wanted> tapped;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]->position) tapped.push_back({*wanted[i]->position, &rows[i]});
  }
  ActivationCollector collector(layers, pooling, tapped);
  feed([&](const torch::Tensor& batch, std::size_t first_row) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]->position) copy_rows(batch, pooling, rows[i], first_row);
    }
    if (tapped.empty()) return;
    collector.begin(first_row);
    network.forward(batch, &collector);
    collector.end();
  });
  return rows;
}

std::vector<LayerDescription> descriptions(const std::vector<ChosenLayer>& layers) {
  std::vector<LayerDescription> all;
  for (const ChosenLayer& layer : layers) all.push_back(layer.description);
  return all;
}

}  // namespace

void represent_layers(Network& network, std::size_t images, const torch::Tensor& first, const ImageFeed& feed,
                      const RepresentOptions& options, const PassPlanner& plan,
                      const LayerReceiver& receive) {
  FATHOM_CHECK(!network.is_training());
  const torch::NoGradGuard no_gradient;
  LayerLister lister(first.size(0));
  network.forward(first, &lister);
  const std::vector<ChosenLayer> chosen =
      choose_layers(network, lister.layers(), first.sizes().slice(1).vec(), options);
  for (const std::vector<std::size_t>& pass : plan(descriptions(chosen))) {
    std::vector<const ChosenLayer*> wanted;
    for (const std::size_t layer : pass) wanted.push_back(&chosen[layer]);
    std::vector<Matrix<float>> rows =
        collect(network, images, feed, lister.layers(), wanted, options.pooling);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      receive(wanted[i]->description, std::exchange(rows[i], Matrix<float>()));
    }
  }
}

torch::Tensor with_shuffled_pixels(const torch::Tensor& images, std::uint64_t seed) {
  const torch::Tensor flat = images.flatten(2);
  Generator generator = make_generator(seed, kPixelStream);
  const std::vector<std::uint32_t> order =
      random_permutation(static_cast<std::uint32_t>(flat.size(2)), generator);
  const std::vector<std::int64_t> places(order.begin(), order.end());
  const torch::Tensor index = torch::tensor(places, torch::kInt64).to(images.device());
  return flat.index_select(2, index).view_as(images);
}

}  // namespace fathom
