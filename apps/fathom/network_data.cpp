#include "network_data.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

namespace {

/// The checkpoint's; options may say the same again.
Protocol protocol_of_checkpoint(const DataOptions& options, const NetworkDescription& network,
                                const std::string& weights) {
  const Protocol trained = protocol_of_name(network.protocol);
  Protocol given = options.protocol.empty() ? trained : named_protocol(options.protocol);
  if (!options.view.empty()) set_view(given, options.view);
  if (!options.size.empty()) set_size(given, options.size);
  if (!options.channels.empty()) set_channels(given, options.channels);
  if (!options.range.empty()) set_range(given, options.range);
  given.published_code = trained.published_code;
  if (given.name() == trained.name()) return trained;
  throw UsageError(
      "--protocol",
      "gives " + given.name() + ", and the network in " + weights + " was trained with " + trained.name(),
      "leave --protocol, --view, --size, --channels and --range out: the checkpoint knows them");
}

Protocol protocol_for(const DataOptions& options, const NetworkDescription& network,
                      const std::string& weights) {
  return network.protocol.empty() ? options.chosen_protocol(false)
                                  : protocol_of_checkpoint(options, network, weights);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text;
}

}  // namespace

NetworkData network_data(const DataOptions& options, const NetworkDescription& network,
                         const std::string& weights, Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  FATHOM_CHECK(options.data.size() == 1);
  Protocol protocol = protocol_for(options, network, weights);
  NetworkData result;
  result.data = options.open(options.data.front(), protocol.view, progress);
  if (result.data.pixels->vectors()) {
    throw InputError(result.data.path, "holds vectors, and a network takes images",
                     "give images: a folder, or an array of images");
  }
  PrepareOptions prepare_options;
  prepare_options.threads = options.threads;
  prepare_options.skip_bad = options.skip_bad;
  prepare_options.keep_pixels = true;
  result.prepared = prepare(result.data, protocol, prepare_options, progress);
  if (protocol.channels == Channels::automatic && network.channels > 0 &&
      result.prepared.channels != network.channels) {
    // Whether all of these images happen to be grey decides nothing: the network takes so many channels.
    protocol.channels = network.channels == 1 ? Channels::grey : Channels::rgb;
    result.prepared = {};
    result.prepared = prepare(result.data, protocol, prepare_options, progress);
  }
  result.data.pixels.reset();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  result.seconds_read = spent.count();
  return result;
}

std::vector<std::int32_t> outputs_of_classes(const PreparedData& prepared, const std::string& data,
                                             const NetworkDescription& network, const std::string& weights) {
  if (prepared.label_columns.empty()) {
    throw InputError(data, "has no labels, and the loss of an image needs one",
                     "name a file of labels with --labels");
  }
  const std::vector<std::string>& classes = prepared.label_columns.front().classes;
  std::vector<std::int32_t> outputs;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (network.classes.empty()) {
      outputs.push_back(static_cast<std::int32_t>(c));
      continue;
    }
    const auto found = std::ranges::find(network.classes, classes[c]);
    if (found == network.classes.end()) {
      throw InputError(data,
                       "has the class \"" + classes[c] + "\", and the network in " + weights +
                           " was trained on the classes " + joined(network.classes),
                       "give data of the same classes, or choose among them with --classes");
    }
    outputs.push_back(static_cast<std::int32_t>(found - network.classes.begin()));
  }
  if (network.outputs > 0 && classes.size() > network.outputs) {
    throw InputError(data,
                     "has " + std::to_string(classes.size()) + " classes, and the network in " + weights +
                         " has " + std::to_string(network.outputs) + " outputs",
                     "give data of the same classes, or choose among them with --classes");
  }
  return outputs;
}

}  // namespace fathom
