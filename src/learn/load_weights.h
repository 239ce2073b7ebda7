// From a file of tensors into a network.
#pragma once

#include <torch/torch.h>

#include <string_view>
#include <vector>

#include "fathom/read/tensor_file.h"
#include "learn/network.h"

namespace fathom {

/// A copy of a stored tensor, in its type.
torch::Tensor tensor_of(const StoredTensor& stored);

/// The tensor's own bytes, contiguous on the CPU: what `kept` holds lasts as long as it.
StoredTensor stored_tensor(std::string name, const torch::Tensor& tensor, std::vector<torch::Tensor>& kept);

/// Whether a tensor of a Fathom checkpoint is the optimiser's, and no weight of the network.
bool belongs_to_training(std::string_view name);

/// The names of a file's weights as the network has them, each beside its tensor. What belongs to training is
/// left out; "module." (DataParallel) and "_orig_mod." (torch.compile) are taken off where every name begins
/// so; "denselayer1.norm.1.weight", as published DenseNets have it, becomes "denselayer1.norm1.weight".
struct NamedWeight {
  std::string name;
  const StoredTensor* tensor;
};
std::vector<NamedWeight> named_weights(const TensorFile& file);

/// Copies the file's weights into the network's state().
///
/// Every tensor of the state must be in the file with its shape, and nothing may be left over; only
/// "num_batches_tracked", which old files lack, may be missing. Values of other floating-point types are
/// converted. Throws InputError, and changes nothing: names missing, misshaped, of another kind of number, or
/// left over, with the shapes of the first few.
void load_weights(Network& network, const TensorFile& file);

}  // namespace fathom
