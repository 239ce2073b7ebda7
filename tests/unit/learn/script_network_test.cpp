#include "learn/script_network.h"

#include <gtest/gtest.h>
#include <torch/version.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "unit/learn/torch_files.h"
#include "unit/read/array_files.h"

namespace fathom {
namespace {

constexpr double kTolerance = 1e-5;

/// Clones what it sees.
class Recorder : public LayerTap {
 public:
  void see(std::string_view layer, const torch::Tensor& output) override {
    seen.emplace_back(layer, output.detach().clone());
  }
  std::vector<std::pair<std::string, torch::Tensor>> seen;
};

class ScriptNetworkTest : public TorchFiles {
 protected:
  static std::string refusal(const std::string& name) {
    return message_of([&] { ScriptNetwork::open(torch_file(name)); });
  }

  static void expect_as_python(const std::string& program, const std::string& expected_name) {
    const TensorFile expected = TensorFile::open(torch_file(expected_name + "_expected.pth"));
    const auto network = ScriptNetwork::open(torch_file(program + ".pt"));
    const torch::NoGradGuard no_gradient;
    Recorder recorder;
    const torch::Tensor images = tensor_in(expected, "images");
    const torch::Tensor logits = network->forward(images, &recorder);
    EXPECT_LT(relative_difference(logits, tensor_in(expected, "logits")), kTolerance);
    EXPECT_TRUE(torch::equal(network->forward(images), logits));

    std::vector<std::string> names, wanted;
    for (const auto& layer : recorder.seen) names.push_back("layer:" + layer.first);
    for (const StoredTensor& tensor : expected.tensors()) {
      if (tensor.name.starts_with("layer:")) wanted.push_back(tensor.name);
    }
    EXPECT_EQ(names, wanted);
    for (const auto& layer : recorder.seen) {
      EXPECT_LT(relative_difference(layer.second, tensor_in(expected, "layer:" + layer.first)), kTolerance)
          << layer.first;
    }
  }
};

TEST_F(ScriptNetworkTest, ATracedModelShowsItsLayersAsPythonDoes) {
  expect_as_python("resnet18_trace", "resnet18_trace");
}

TEST_F(ScriptNetworkTest, AScriptedModelShowsItsLayersAsPythonDoes) {
  expect_as_python("resnet18_script", "resnet18_script");
}

TEST_F(ScriptNetworkTest, ControlFlowAndDefaultsWork) {
  expect_as_python("branches", "branches");
}

TEST_F(ScriptNetworkTest, HasTheStateOfTheModel) {
  const TensorFile weights = TensorFile::open(torch_file("resnet18.pth"));
  const auto network = ScriptNetwork::open(torch_file("resnet18_script.pt"));
  const auto state = network->state();
  EXPECT_EQ(state.size(), weights.tensors().size());
  for (const auto& each : state)
    EXPECT_TRUE(torch::equal(each.second, tensor_in(weights, each.first))) << each.first;
  EXPECT_EQ(network->parameters().size(), 62u);
  EXPECT_FALSE(network->is_training());
  EXPECT_TRUE(network->layer_depths().empty());
}

TEST_F(ScriptNetworkTest, WritingIntoTheStateChangesTheNetwork) {
  const auto network = ScriptNetwork::open(torch_file("resnet18_trace.pt"));
  const torch::NoGradGuard no_gradient;
  for (auto& each : network->state()) {
    if (each.first.starts_with("fc.")) each.second.zero_();
  }
  EXPECT_TRUE(network->forward(torch::ones({1, 3, 64, 64})).eq(0).all().item<bool>());
}

TEST_F(ScriptNetworkTest, GivesTheGradientOfTheImages) {
  for (const char* name : {"resnet18_trace.pt", "resnet18_script.pt"}) {
    const auto network = ScriptNetwork::open(torch_file(name));
    const torch::Tensor images =
        tensor_in(TensorFile::open(torch_file("resnet18_trace_expected.pth")), "images").requires_grad_();
    network->forward(images).pow(2).sum().backward();
    // Against a difference: along the gradient, twice the step changes the sum by its squared length.
    const torch::Tensor gradient = images.grad();
    const double length = gradient.norm().item<double>();
    ASSERT_GT(length, 0) << name;
    const torch::NoGradGuard no_gradient;
    const double step = 0.05;
    const auto value = [&](double along) {
      return network->forward(images + gradient * (along / length))
          .to(torch::kDouble)
          .pow(2)
          .sum()
          .item<double>();
    };
    EXPECT_NEAR((value(step) - value(-step)) / (2 * step) / length, 1.0, 0.02) << name;
  }
}

/// Fails when it sees a layer.
class Stopper : public LayerTap {
 public:
  void see(std::string_view, const torch::Tensor&) override { throw Interrupted(); }
};

TEST_F(ScriptNetworkTest, WhatATapThrowsIsThrownOn) {
  const auto network = ScriptNetwork::open(torch_file("resnet18_trace.pt"));
  const torch::NoGradGuard no_gradient;
  Stopper stopper;
  EXPECT_THROW(network->forward(torch::ones({1, 3, 64, 64}), &stopper), Interrupted);
  EXPECT_EQ(network->forward(torch::ones({1, 3, 64, 64})).size(1), 5);
}

TEST_F(ScriptNetworkTest, AFrozenModelHasNoLayers) {
  const auto network = ScriptNetwork::open(torch_file("frozen.pt"));
  const torch::NoGradGuard no_gradient;
  Recorder recorder;
  EXPECT_EQ(network->forward(torch::ones({1, 3, 64, 64}), &recorder).size(1), 5);
  EXPECT_TRUE(recorder.seen.empty());
}

TEST_F(ScriptNetworkTest, WhatIsNoClassifierIsRefused) {
  EXPECT_TRUE(says(refusal("two_inputs.pt"), {"two_inputs.pt", "takes \"mask\" beside the images"}));
  EXPECT_TRUE(says(refusal("two_outputs.pt"), {"gives Tuple[Tensor, Tensor], not one tensor of logits"}));
  EXPECT_TRUE(
      says(refusal("training.pt"), {"was traced in training mode", "model.eval() before torch.jit.trace"}));
  const auto flat = ScriptNetwork::open(torch_file("flat.pt"));
  EXPECT_TRUE(says(message_of([&] {
                     flat->forward(torch::ones({2, 3, 4, 4}));
                   }),
                   {"flat.pt", "gives 96 values for 2 images", "one row of logits"}));
}

TEST_F(ScriptNetworkTest, ImagesThatItCannotTakeAreNamed) {
  const auto network = ScriptNetwork::open(torch_file("resnet18_trace.pt"));
  EXPECT_TRUE(
      says(message_of([&] {
             network->forward(torch::ones({2, 1, 64, 64}));
           }),
           {"resnet18_trace.pt", "cannot take images of 2 x 1 x 64 x 64 (", "3 channels", "--channels"}));
  const auto raises = ScriptNetwork::open(torch_file("raises.pt"));
  const std::string message = message_of([&] { raises->forward(torch::ones({2, 1, 4, 4})); });
  EXPECT_TRUE(says(message, {"raises.pt", "three channels"}));
}

class DamagedScript : public ScriptNetworkTest {
 protected:
  static std::string contents(const std::string& name) {
    std::ifstream file(torch_file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string refusal_of(const std::string& bytes) {
    const std::filesystem::path path =
        std::filesystem::path(testing::TempDir()) / ("damaged_" + std::to_string(getpid()) + ".pt");
    std::ofstream(path, std::ios::binary) << bytes;
    const std::string message = message_of([&] { ScriptNetwork::open(path); });
    std::filesystem::remove(path);
    return message;
  }
};

TEST_F(DamagedScript, ACutFileIsRefused) {
  const std::string whole = contents("branches.pt");
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 30}) {
    EXPECT_TRUE(says(refusal_of(whole.substr(0, size)), {"cannot be loaded as TorchScript (", "download"}))
        << size;
  }
}

TEST_F(DamagedScript, ANewerFormatIsSaidToBeOne) {
  EXPECT_TRUE(
      says(refusal("newer.pt"), {"newer.pt", "is of a newer format than LibTorch " TORCH_VERSION " reads",
                                 "torch.jit.save of PyTorch " TORCH_VERSION " or older"}));
}

TEST_F(DamagedScript, AnOperatorOfOthersIsNamed) {
  EXPECT_TRUE(says(refusal("custom_operator.pt"), {"needs the operator torchvision::nms"}));
}

}  // namespace
}  // namespace fathom
