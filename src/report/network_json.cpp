#include "report/network_json.h"

#include <utility>

namespace fathom {

Json json_of(const ShownImages& images) {
  Json classes = Json::object();
  for (const auto& [name, count] : images.classes) classes[name] = count;
  Json rejected = Json::array();
  for (const RejectedImage& image : images.rejected)
    rejected.push_back({{"path", image.path}, {"reason", image.reason}});
  return {{"name", images.name},
          {"path", images.path},
          {"format", images.format},
          {"split", images.split},
          {"images", images.images},
          {"classes", std::move(classes)},
          {"protocol", json_of(images.protocol, images.size, images.channels, images.range)},
          {"content_hash", images.content_hash},
          {"rejected", std::move(rejected)}};
}

Json json_of(const UsedNetwork& network) {
  return {{"path", network.path},       {"form", network.form},       {"model", network.model},
          {"outputs", network.outputs}, {"classes", network.classes}, {"device", network.device}};
}

}  // namespace fathom
