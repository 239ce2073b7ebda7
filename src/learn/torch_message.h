// What LibTorch's exceptions say, for people.
#pragma once

#include <exception>
#include <string>

namespace fathom {

/// The one line that says what went wrong, without traces of C++ or TorchScript; cut where it is very long.
std::string torch_message(const std::exception& error);

}  // namespace fathom
