#include "learn/device.h"

#include "fathom/core/error.h"

namespace fathom {

torch::Device chosen_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  if (name == "auto") return torch::cuda::is_available() ? torch::kCUDA : torch::kCPU;
  if (name != "cuda") {
    throw UsageError("--device", "there is no device \"" + name + "\"", "use one of: auto, cpu, cuda");
  }
  if (!torch::cuda::is_available()) {
    throw UsageError("--device", "LibTorch finds no CUDA device here", "use --device cpu");
  }
  return torch::kCUDA;
}

}  // namespace fathom
