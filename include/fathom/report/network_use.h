// A network and the images it was shown: what `attack` and `represent` tell of both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fathom/prepare/prepare.h"
#include "fathom/read/data_set.h"

namespace fathom {

struct ShownImages {
  std::string name, path, format;
  std::string split;  ///< "all", "train", "val", "test", or "drawn": a test set drawn with the split's seed
  std::size_t images = 0;
  std::vector<std::pair<std::string, std::size_t>> classes;  ///< name and images; empty without labels
  Protocol protocol;
  std::optional<ImageSize> size;
  std::size_t channels = 1;
  std::optional<PixelRange> range;
  std::string content_hash;  ///< of all images that were prepared
  std::vector<RejectedImage> rejected;
  std::vector<std::string> notes;
};

struct UsedNetwork {
  std::string path;   ///< of its weights
  std::string form;   ///< "checkpoint", "state dict", "safetensors", "TorchScript"
  std::string model;  ///< "resnet18"; of TorchScript the name of its class
  std::size_t outputs = 0;
  std::vector<std::string> classes;  ///< of the outputs, where the file tells
  std::string device;                ///< "cpu", "cuda"
};

/// Of the prepared rows that were shown.
ShownImages shown_images(const DataSet& data, const PreparedData& prepared,
                         std::span<const std::uint32_t> rows);

}  // namespace fathom
