// What LibTorch throws, as Fathom's own errors.
#pragma once

#include <c10/util/Exception.h>

#include <new>
#include <string>
#include <utility>

#include "fathom/core/error.h"

namespace fathom {

/// Calls `work`, and turns what LibTorch throws into std::bad_alloc where memory was short and into an
/// InternalError otherwise.
template <class Work>
decltype(auto) without_torch_errors(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    if (message.find("allocate memory") != std::string::npos ||
        message.find("out of memory") != std::string::npos) {
      throw std::bad_alloc();
    }
    throw InternalError("LibTorch: " + message.substr(0, message.find('\n')));
  }
}

}  // namespace fathom
