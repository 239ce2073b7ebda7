// Where the library reports how far it is, and asks whether it should go on.
#pragma once

#include <cstdint>
#include <string_view>

#include "fathom/core/error.h"

namespace fathom {

/// Receives progress. All calls but begin() and end() may come from several threads at once.
class Progress {
 public:
  virtual ~Progress() = default;
  /// A stage of `total` steps begins; stages do not nest.
  virtual void begin(std::string_view /*stage*/, std::uint64_t /*total*/) {}
  virtual void advance(std::uint64_t /*steps*/) {}
  virtual void end() {}
  /// True once the user has asked to stop.
  virtual bool cancelled() const { return false; }

  /// Throws Interrupted once the user has asked to stop.
  void check() const {
    if (cancelled()) throw Interrupted();
  }
};

/// Reports nothing and never stops.
Progress& no_progress();

}  // namespace fathom
