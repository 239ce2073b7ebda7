#include "learn/open_network.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fathom/core/error.h"
#include "learn/load_weights.h"
#include "learn/normalized_network.h"
#include "unit/learn/torch_files.h"
#include "unit/read/array_files.h"

namespace fathom {
namespace {

using Metadata = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

OpenedNetwork open(const std::filesystem::path& weights, const std::string& model = "",
                   std::int64_t channels = 0, std::int64_t classes = 0) {
  return open_network({.model = model, .weights = weights, .channels = channels, .classes = classes});
}

std::string refusal(const std::filesystem::path& weights, const std::string& model = "",
                    std::int64_t channels = 0, std::int64_t classes = 0) {
  return message_of([&] { open(weights, model, channels, classes); });
}

class OpenNetwork : public ArrayFiles {
 protected:
  std::filesystem::path written(Network& network, const Metadata& metadata, bool with_training) const {
    std::vector<torch::Tensor> kept;
    std::vector<StoredTensor> tensors;
    for (const auto& each : network.state()) {
      tensors.push_back(stored_tensor(each.first, each.second, kept));
    }
    if (with_training) tensors.push_back(stored_tensor("training.step", torch::ones({}), kept));
    const std::filesystem::path path = folder() / "c.safetensors";
    write_safetensors(path, tensors, metadata);
    return path;
  }

  /// The smallest model there is.
  static std::unique_ptr<Network> squeezenet(std::int64_t channels = 1, std::int64_t outputs = 3) {
    return make_network({.model = "squeezenet1_1", .channels = channels, .classes = outputs, .seed = 8});
  }

  std::filesystem::path checkpoint(const Metadata& metadata) const {
    return written(*squeezenet(), metadata, true);
  }

  static Metadata complete() {
    return {{"format", "fathom.checkpoint/1"},
            {"model", "squeezenet1_1"},
            {"channels", "1"},
            {"outputs", "3"},
            {"classes", R"(["cat","dog"])"},
            {"protocol", "iclr2024+size=64"},
            {"size", "48x64"},
            {"epoch", "12"}};
  }
};

TEST_F(OpenNetwork, ACheckpointSaysWhatItIs) {
  const OpenedNetwork opened = open(checkpoint(complete()));
  EXPECT_EQ(opened.origin, OpenedNetwork::Origin::checkpoint);
  EXPECT_EQ(opened.model, "squeezenet1_1");
  EXPECT_EQ(opened.channels, 1);
  EXPECT_EQ(opened.outputs, 3);
  EXPECT_EQ(opened.classes, (Names{"cat", "dog"}));
  EXPECT_EQ(opened.protocol, "iclr2024+size=64");
  EXPECT_EQ(opened.size, (ImageSize{48, 64}));
  EXPECT_EQ(opened.metadata.at("epoch"), "12");
  EXPECT_FALSE(opened.network->is_training());

  const auto wanted = squeezenet();
  wanted->set_training(false);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor images = torch::linspace(0, 1, 32 * 32).view({1, 1, 32, 32});
  EXPECT_TRUE(torch::equal(opened.network->forward(images), wanted->forward(images)));
}

TEST_F(OpenNetwork, TheNormalizationOfACheckpointIsPartOfIt) {
  NormalizedNetwork wanted(squeezenet(), {{100.0}, {50.0}});
  wanted.set_training(false);
  const OpenedNetwork opened = open(written(wanted, complete(), true));
  const torch::NoGradGuard no_gradient;
  const torch::Tensor images = torch::linspace(0, 255, 32 * 32).view({1, 1, 32, 32});
  EXPECT_TRUE(torch::equal(opened.network->forward(images), wanted.forward(images)));
  EXPECT_FALSE(torch::equal(opened.network->forward(images), squeezenet()->forward(images)));
  EXPECT_EQ(opened.network->published_layers().size(), squeezenet()->published_layers().size());
  EXPECT_EQ(opened.network->layer_depths().size(), squeezenet()->layer_depths().size());
  EXPECT_GT(opened.network->published_layers().size(), 1u);
}

TEST_F(OpenNetwork, ADamagedCheckpointIsRefused) {
  for (const char* key : {"model", "channels", "outputs"}) {
    Metadata metadata = complete();
    metadata.erase(key);
    EXPECT_TRUE(says(refusal(checkpoint(metadata)),
                     {"c.safetensors", "damaged checkpoint", std::string("lacks \"") + key}));
  }
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"channels", "x"}, {"outputs", "-1"},  {"outputs", "3 "}, {"size", "64"},
      {"size", "64x"},   {"classes", "cat"}, {"classes", "[1]"}};
  for (const auto& each : wrong) {
    Metadata metadata = complete();
    metadata[each.first] = each.second;
    EXPECT_TRUE(says(refusal(checkpoint(metadata)), {"damaged checkpoint"})) << each.first << each.second;
  }
  Metadata newer = complete();
  newer["format"] = "fathom.checkpoint/2";
  EXPECT_TRUE(says(refusal(checkpoint(newer)), {"another version of Fathom (fathom.checkpoint/2)"}));
}

TEST_F(OpenNetwork, OptionsMustGoWithTheCheckpoint) {
  const std::filesystem::path path = checkpoint(complete());
  EXPECT_EQ(open(path, "squeezenet1_1", 1, 3).outputs, 3);
  EXPECT_TRUE(says(refusal(path, "resnet18"),
                   {"--model: is resnet18, and", "is of squeezenet1_1", "leave --model out"}));
  EXPECT_TRUE(says(refusal(path, "", 3), {"another number of channels"}));
  EXPECT_TRUE(
      says(refusal(path, "", 0, 5), {"another number of classes", "classifier.1.weight is 3 x 512 x 1 x 1"}));
}

TEST_F(OpenNetwork, AStateDictNeedsItsModel) {
  const std::filesystem::path path = written(*squeezenet(3, 7), {}, false);
  EXPECT_TRUE(says(refusal(path), {"--model: is missing", "c.safetensors", "squeezenet1_1"}));
  const OpenedNetwork opened = open(path, "squeezenet1_1");
  EXPECT_EQ(opened.origin, OpenedNetwork::Origin::state_dict);
  EXPECT_EQ(opened.outputs, 7);
  EXPECT_EQ(opened.channels, 3);
  EXPECT_TRUE(opened.classes.empty());
  EXPECT_FALSE(opened.size);
  EXPECT_TRUE(
      says(refusal(path, "resnet18"), {"does not fit the model", "lacks conv1.weight (64 x 3 x 7 x 7)"}));
  EXPECT_TRUE(says(refusal(path, "no_such_model"), {"no_such_model"}));
}

TEST_F(OpenNetwork, UntrainedNetworksAreThoseOfTheirSeed) {
  const OpenedNetwork a = open_network({.model = "squeezenet1_1", .channels = 1, .classes = 2, .seed = 5});
  const auto b = make_network({.model = "squeezenet1_1", .channels = 1, .classes = 2, .seed = 5});
  EXPECT_EQ(a.origin, OpenedNetwork::Origin::untrained);
  EXPECT_FALSE(a.network->is_training());
  const auto state = a.network->state(), wanted = b->state();
  ASSERT_EQ(state.size(), wanted.size());
  for (std::size_t i = 0; i < state.size(); ++i) EXPECT_TRUE(torch::equal(state[i].second, wanted[i].second));
  EXPECT_EQ(open_network({.model = "squeezenet1_1"}).outputs, 1000);
  EXPECT_TRUE(says(refusal(""), {"--model: is missing", "resnet18"}));
}

TEST_F(OpenNetwork, AnythingElseIsRefused) {
  EXPECT_TRUE(says(refusal(write("a.txt", "hello")), {"a.txt", "no file of weights that is known"}));
  EXPECT_TRUE(says(refusal(folder() / "none.pth"), {"none.pth", "cannot be read"}));
  EXPECT_TRUE(says(refusal(folder()), {"not a regular file"}));
}

using OpenTorchFile = TorchFiles;

TEST_F(OpenTorchFile, AStateDictComputesWhatPythonDoes) {
  const torch::NoGradGuard no_gradient;
  const TensorFile of_resnet = TensorFile::open(torch_file("resnet18_trace_expected.pth"));
  const OpenedNetwork resnet = open(torch_file("resnet18.pth"), "resnet18");
  EXPECT_EQ(resnet.outputs, 5);
  EXPECT_LT(relative_difference(resnet.network->forward(tensor_in(of_resnet, "images")),
                                tensor_in(of_resnet, "logits")),
            1e-5);

  const TensorFile expected = TensorFile::open(torch_file("plain_expected.pth"));
  for (const char* name :
       {"plain.pth", "old.pth", "checkpoint.pth", "parallel.pth", "double.pth", "half.pth"}) {
    const OpenedNetwork opened = open(torch_file(name), "squeezenet1_1");
    EXPECT_EQ(opened.outputs, 7) << name;
    const torch::Tensor logits = opened.network->forward(tensor_in(expected, "images"));
    const double tolerance = std::string(name) == "half.pth" ? 1e-2 : 1e-5;
    EXPECT_LT(relative_difference(logits, tensor_in(expected, "logits")), tolerance) << name;
  }
}

TEST_F(OpenTorchFile, AnotherModelsWeightsAreNamed) {
  EXPECT_TRUE(says(refusal(torch_file("plain.pth"), "resnet18"), {"plain.pth", "does not fit the model"}));
  EXPECT_TRUE(says(refusal(torch_file("resnet18.pth"), "resnet18", 0, 2),
                   {"fc.weight is 5 x 512 there and 2 x 512 here", "--classes"}));
}

TEST_F(OpenTorchFile, AFileThatIsCutShortIsRefused) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("cut_" + std::to_string(getpid()));
  for (const char* name : {"plain.pth", "old.pth", "resnet18_trace.pt"}) {
    std::filesystem::copy_file(torch_file(name), path, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1000);
    EXPECT_TRUE(says(refusal(path, "squeezenet1_1"), {path.string(), "copy or download the file again"}))
        << name;
  }
  std::filesystem::remove(path);
}

TEST_F(OpenTorchFile, TorchScriptBringsItsModel) {
  const OpenedNetwork opened = open(torch_file("resnet18_trace.pt"));
  EXPECT_EQ(opened.origin, OpenedNetwork::Origin::torchscript);
  EXPECT_EQ(opened.outputs, 0);
  EXPECT_TRUE(
      says(refusal(torch_file("resnet18_trace.pt"), "resnet18"),
           {"--model: does not go with", "resnet18_trace.pt, a TorchScript program", "leave --model out"}));
}

}  // namespace
}  // namespace fathom
