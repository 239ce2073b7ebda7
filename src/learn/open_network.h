// The network that a command is asked for, whatever its weights are in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/prepare/protocol.h"
#include "learn/network.h"

namespace fathom {

/// "format" in the metadata of a checkpoint that Fathom writes: a safetensors file of the network's tensors
/// under their plain names ("normalization.mean" and "normalization.std" where it is a NormalizedNetwork),
/// and of the optimiser's under "training.". Its other metadata are texts:
///
/// | key | is |
/// | --- | --- |
/// | model, channels, outputs | what make_network was given; required |
/// | classes | names, as a JSON array; the first outputs are theirs |
/// | protocol, size | of the images it was trained on; size as "64x64", height first |
///
/// and what training adds for itself.
inline constexpr std::string_view kCheckpointFormat = "fathom.checkpoint/1";

struct OpenNetworkOptions {
  std::string model = {};              ///< one of model_names(); empty: the file says
  std::filesystem::path weights = {};  ///< empty: untrained
  std::int64_t channels = 0;           ///< of the images; 0: as the weights have it, 3 where untrained
  std::int64_t classes = 0;  ///< outputs; 0: as the weights have it, torchvision's 1000 where untrained
  std::uint64_t seed = 0;    ///< of untrained weights
};

/// A network in evaluation mode, and what is known of it. Whether that fits the data is for the caller.
struct OpenedNetwork {
  enum class Origin { untrained, checkpoint, state_dict, torchscript };

  std::unique_ptr<Network> network;
  Origin origin = Origin::untrained;
  std::string model;                            ///< empty: TorchScript
  std::int64_t channels = 0;                    ///< 0: TorchScript
  std::int64_t outputs = 0;                     ///< 0: TorchScript, whose logits show it
  std::vector<std::string> classes;             ///< of a checkpoint; otherwise empty
  std::string protocol;                         ///< as classes
  std::optional<ImageSize> size;                ///< as classes
  std::map<std::string, std::string> metadata;  ///< all that a checkpoint says
};

/// The format of the weights is recognised by content: a checkpoint of Fathom, a state dict of torch.save or
/// safetensors (which need options.model), TorchScript (which must have none).
///
/// Throws UsageError for an option that does not go with the file, InputError for what TensorFile::open,
/// load_weights and ScriptNetwork::open refuse, and for a checkpoint that is incomplete.
OpenedNetwork open_network(const OpenNetworkOptions& options);

}  // namespace fathom
