// A network out of a file, and what the program may know of it.
#pragma once

#include <memory>

#include "fathom/learn/loaded_network.h"
#include "learn/network.h"

namespace fathom {

class LoadedNetwork {
 public:
  /// Throws what open_network throws.
  explicit LoadedNetwork(const NetworkFile& file);

  Network& network() { return *network_; }
  const NetworkFile& file() const { return file_; }
  const NetworkDescription& description() const { return description_; }
  /// The same architecture with seeded initial weights, and the same normalisation, in evaluation mode.
  /// Throws UsageError for a TorchScript program, which does not tell how its weights begin.
  std::unique_ptr<Network> untrained(std::uint64_t seed) const;

 private:
  NetworkFile file_;
  std::unique_ptr<Network> network_;
  NetworkDescription description_;
};

}  // namespace fathom
