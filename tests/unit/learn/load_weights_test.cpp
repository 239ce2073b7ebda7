#include "learn/load_weights.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "unit/learn/torch_files.h"
#include "unit/read/array_files.h"

namespace fathom {
namespace {

/// Tensors without a computation.
class BareNetwork : public Network {
 public:
  explicit BareNetwork(std::vector<std::pair<std::string, torch::Tensor>> state) : state_(std::move(state)) {}

  torch::Tensor forward(const torch::Tensor& images, LayerTap*) override { return images; }
  void set_training(bool) override {}
  bool is_training() const override { return false; }
  void to(const torch::Device&) override {}
  std::vector<std::pair<std::string, torch::Tensor>> state() override { return state_; }
  std::vector<torch::Tensor> parameters() override { return {}; }

 private:
  std::vector<std::pair<std::string, torch::Tensor>> state_;
};

using State = std::vector<std::pair<std::string, torch::Tensor>>;

State zeros() {
  return {{"conv1.weight", torch::zeros({2, 3, 1, 1}).requires_grad_()},
          {"bn1.running_mean", torch::zeros({2})},
          {"bn1.num_batches_tracked", torch::zeros({}, torch::kLong)},
          {"fc.weight", torch::zeros({4, 2})},
          {"fc.bias", torch::zeros({4})}};
}

State counted() {
  State state = zeros();
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i].second = state[i].second.detach() + static_cast<std::int64_t>(i + 1);
  }
  return state;
}

class LoadWeights : public ArrayFiles {
 protected:
  TensorFile file_of(const State& state) const {
    std::vector<torch::Tensor> kept;
    std::vector<StoredTensor> tensors;
    for (const auto& each : state) tensors.push_back(stored_tensor(each.first, each.second, kept));
    const std::filesystem::path path = folder() / "w.safetensors";
    write_safetensors(path, tensors, {});
    return TensorFile::open(path);
  }

  /// The state of a network of zeros after loading.
  State loaded(const State& state) const {
    BareNetwork network(zeros());
    load_weights(network, file_of(state));
    return network.state();
  }

  std::string refusal(const State& state) const {
    BareNetwork network(zeros());
    const std::string message = message_of([&] { load_weights(network, file_of(state)); });
    for (const auto& each : network.state()) EXPECT_TRUE(each.second.eq(0).all().item<bool>()) << each.first;
    return message;
  }
};

void expect_equal(const State& found, const State& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(torch::equal(found[i].second, wanted[i].second)) << found[i].first;
  }
}

TEST_F(LoadWeights, EveryTensorFindsItsPlace) {
  const State state = loaded(counted());
  expect_equal(state, counted());
  EXPECT_TRUE(state[0].second.requires_grad());
}

TEST_F(LoadWeights, NetworksThatWrapOthersAreUnwrapped) {
  for (const std::string prefix : {"module.", "_orig_mod.", "module._orig_mod."}) {
    State state = counted();
    for (auto& each : state) each.first.insert(0, prefix);
    expect_equal(loaded(state), counted());
  }
  State state = counted();
  state[1].first.insert(0, "module.");
  EXPECT_TRUE(says(refusal(state), {"lacks bn1.running_mean", "takes its module.bn1.running_mean (2)"}));
}

TEST_F(LoadWeights, OtherFractionsAreConverted) {
  for (const auto type : {torch::kHalf, torch::kBFloat16, torch::kDouble}) {
    State state = counted();
    for (auto& each : state)
      each.second = each.second.is_floating_point() ? each.second.to(type) : each.second;
    expect_equal(loaded(state), counted());
  }
  State state = counted();
  state[0].second = state[0].second.to(torch::kChar);
  EXPECT_TRUE(says(refusal(state), {"conv1.weight has values of type int8"}));
}

TEST_F(LoadWeights, OldFilesLackACount) {
  State state = counted();
  state.erase(state.begin() + 2);
  State wanted = counted();
  wanted[2].second.zero_();
  expect_equal(loaded(state), wanted);
}

TEST_F(LoadWeights, WhatBelongsToTrainingIsLeftOut) {
  State state = counted();
  state.emplace_back("training.exp_avg.fc.bias", torch::ones({4}));
  expect_equal(loaded(state), counted());
}

TEST_F(LoadWeights, OldNamesOfDenseNetsAreKnown) {
  const auto named = [](const std::string& norm, const std::string& conv) {
    const std::string layer = "features.denseblock1.denselayer2.";
    return State{{layer + norm + ".running_var", torch::ones({2})},
                 {layer + conv + ".weight", torch::ones({2, 2, 1, 1})},
                 {"features.norm0.weight", torch::ones({2})}};
  };
  State zero = named("norm1", "conv2");
  for (auto& each : zero) each.second = torch::zeros_like(each.second);
  BareNetwork network(zero);
  load_weights(network, file_of(named("norm.1", "conv.2")));
  expect_equal(network.state(), named("norm1", "conv2"));
}

TEST_F(LoadWeights, AMisfitIsNamedAndNothingIsLoaded) {
  State state = counted();
  state[0].second = torch::ones({2, 1, 1, 1});
  state.erase(state.begin() + 1);
  state.emplace_back("layer9.weight", torch::ones({7, 8}));
  EXPECT_TRUE(says(refusal(state), {"w.safetensors", "does not fit the model",
                                    "conv1.weight is 2 x 1 x 1 x 1 there and 2 x 3 x 1 x 1 here",
                                    "it lacks bn1.running_mean (2)",
                                    "nothing here takes its layer9.weight (7 x 8)", "--model"}));
  for (int i = 0; i < 9; ++i) state.emplace_back(std::string("x") + std::to_string(i), torch::ones({}));
  EXPECT_TRUE(
      says(refusal(state), {"layer9.weight (7 x 8), x0 (a single value), x1 (a single value) and 7 more"}));
  EXPECT_TRUE(
      says(refusal({}),
           {"lacks conv1.weight (2 x 3 x 1 x 1), bn1.running_mean (2), fc.weight (4 x 2) and 1 more"}));
}

TEST_F(LoadWeights, AnotherNumberOfClassesSaysSo) {
  State state = counted();
  state[3].second = torch::ones({1000, 2});
  state[4].second = torch::ones({1000});
  EXPECT_TRUE(
      says(refusal(state), {"is for another number of classes", "fc.weight is 1000 x 2 there and 4 x 2 here",
                            "--classes", "--head published"}));
}

TEST_F(LoadWeights, AnotherNumberOfChannelsSaysSo) {
  State state = counted();
  state[0].second = torch::ones({2, 1, 1, 1});
  EXPECT_TRUE(
      says(refusal(state), {"is for images of another number of channels",
                            "conv1.weight is 2 x 1 x 1 x 1 there and 2 x 3 x 1 x 1 here", "--channels"}));
}

TEST(TensorOf, ATruthValueIsOneOrNone) {
  const std::string bytes("\0\1\2\xff", 4);
  const torch::Tensor tensor = tensor_of({"x", TensorType::boolean, {4}, bytes_of(bytes)});
  EXPECT_EQ(tensor.sum().item<std::int64_t>(), 3);
}

using StoredByTorch = TorchFiles;

TEST_F(StoredByTorch, EveryTypeAndLayoutIsRead) {
  const TensorFile expected = TensorFile::open(torch_file("tensors_expected.pth"));
  ASSERT_EQ(expected.tensors().size(), 18u);
  for (const char* name : {"tensors.pth", "tensors_protocol4.pth", "tensors_old.pth"}) {
    const TensorFile file = TensorFile::open(torch_file(name));
    ASSERT_EQ(file.tensors().size(), expected.tensors().size()) << name;
    for (const StoredTensor& tensor : expected.tensors()) {
      const torch::Tensor found = tensor_in(file, tensor.name), wanted = tensor_of(tensor);
      EXPECT_EQ(found.sizes(), wanted.sizes()) << name << " " << tensor.name;
      EXPECT_TRUE(torch::equal(found.to(torch::kDouble), wanted)) << name << " " << tensor.name;
    }
    EXPECT_EQ(file.find("bfloat16")->type, TensorType::bfloat16);
    EXPECT_EQ(file.find("boolean")->type, TensorType::boolean);
  }
}

TEST_F(StoredByTorch, EveryFormOfAStateDictIsTheSame) {
  const TensorFile plain = TensorFile::open(torch_file("plain.pth"));
  EXPECT_EQ(plain.tensors().size(), 52u);
  for (const char* name : {"old.pth", "checkpoint.pth", "parallel.pth"}) {
    const TensorFile file = TensorFile::open(torch_file(name));
    const std::vector<NamedWeight> weights = named_weights(file);
    ASSERT_EQ(weights.size(), plain.tensors().size()) << name;
    for (const NamedWeight& weight : weights) {
      EXPECT_TRUE(torch::equal(tensor_of(*weight.tensor), tensor_in(plain, weight.name)))
          << name << weight.name;
    }
  }
}

TEST_F(StoredByTorch, AWholeModelIsRefusedByItsName) {
  EXPECT_TRUE(says(message_of([] { TensorFile::open(torch_file("model.pth")); }),
                   {"model.pth", "is a pickle of torchvision.models.squeezenet.SqueezeNet, not of tensors",
                    "nothing in it was run", "torch.save(model.state_dict(), FILE)"}));
}

}  // namespace
}  // namespace fathom
