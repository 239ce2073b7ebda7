// A network out of a file, as the program sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fathom/prepare/protocol.h"

namespace fathom {

struct NetworkFile {
  std::string model;              ///< "resnet18", ...; empty where the file says
  std::filesystem::path weights;  ///< a checkpoint of Fathom, a state dict, or TorchScript
};

struct NetworkDescription {
  std::string form;                  ///< "checkpoint", "state dict" or "TorchScript"
  std::string model;                 ///< empty: TorchScript
  std::size_t channels = 0;          ///< of the images it takes; 0: TorchScript, which does not tell
  std::size_t outputs = 0;           ///< likewise
  std::vector<std::string> classes;  ///< of the first outputs; empty but of a checkpoint
  std::string protocol;              ///< name of the protocol it was trained with; empty but of a checkpoint
  std::optional<ImageSize> size;     ///< of the images it was trained on; nothing but of a checkpoint
  std::map<std::string, std::string> facts;  ///< all that a checkpoint says
};

/// How images are passed through it.
struct NetworkRun {
  std::string device = "auto";  ///< "cpu", "cuda", or "auto": cuda where there is one
  unsigned threads = 1;
  std::size_t batch_size = 32;
};

/// In evaluation mode. Made, used and destroyed by the library alone.
class LoadedNetwork;

}  // namespace fathom
