// From a pickle to the tensors in it.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "read/pickle.h"
#include "read/tensor_contents.h"

namespace fathom {

/// The bytes of a storage: as many as it says. They last as long as what keeps them.
using StorageBytes = std::function<std::span<const std::byte>(const PickledStorage&)>;

/// Puts the weights in the pickle (TensorFile has what counts as such) into `contents`. Only storages that
/// these need are asked for, each as often as tensors look at it. Throws InputError: no tensors, a tensor
/// that reaches beyond its storage, one that repeats values of its storage or of which many copies would be
/// needed.
void take_tensors(const Pickle& pickle, const StorageBytes& bytes_of, const std::string& name,
                  TensorContents& contents);

}  // namespace fathom
