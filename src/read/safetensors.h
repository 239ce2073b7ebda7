// safetensors: a JSON header that says where each tensor lies, and their bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "read/tensor_contents.h"

namespace fathom {

/// Whether the bytes begin as a safetensors file does: a length, and JSON.
bool begins_as_safetensors(std::span<const std::byte> bytes);

/// The tensors lie in `bytes`. Throws InputError as TensorFile::open does.
TensorContents parse_safetensors(std::span<const std::byte> bytes, const std::string& name);

}  // namespace fathom
