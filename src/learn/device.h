// Where a network computes.
#pragma once

#include <torch/torch.h>

#include <string>

namespace fathom {

/// "cpu", "cuda", or "auto": cuda where LibTorch finds one. Throws UsageError: another word, cuda where there
/// is none.
torch::Device chosen_device(const std::string& name);

}  // namespace fathom
