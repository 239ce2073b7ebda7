// Files that export_torch_files.py has written with PyTorch.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fathom/read/tensor_file.h"
#include "learn/load_weights.h"

namespace fathom {

inline std::filesystem::path torch_file(const std::string& name) {
  return std::filesystem::path(FATHOM_TORCH_FILES) / name;
}

inline torch::Tensor tensor_in(const TensorFile& file, const std::string& name) {
  const StoredTensor* const stored = file.find(name);
  if (stored == nullptr) throw std::runtime_error("no tensor " + name);
  return tensor_of(*stored);
}

/// The largest difference, as a share of the largest magnitude.
inline double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

class TorchFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(torch_file("tensors.pth"))) GTEST_SKIP() << "needs python3-torchvision";
  }
};

}  // namespace fathom
