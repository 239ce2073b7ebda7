// Against torchvision itself: tools/export_torchvision has written what its models are and compute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "learn/network.h"
#include "learn/seeded_generator.h"

namespace fathom {
namespace {

struct Case {
  std::string name;
  NetworkOptions options;
  bool trains = false;
};

void PrintTo(const Case& tested, std::ostream* out) {
  *out << tested.name;
}

std::vector<Case> all_cases() {
  std::ifstream file(FATHOM_PARITY_CASES);
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Case one;
    int height = 0, width = 0;
    std::string mode;
    std::istringstream(line) >> one.name >> one.options.model >> one.options.channels >>
        one.options.classes >> one.options.seed >> height >> width >> mode;
    one.trains = mode == "train";
    cases.push_back(one);
  }
  return cases;
}

using Dict = c10::Dict<c10::IValue, c10::IValue>;

std::vector<std::string> keys(const Dict& dict) {
  std::vector<std::string> all;
  for (const auto& entry : dict) all.push_back(entry.key().toStringRef());
  return all;
}

std::string checksum(const torch::Tensor& tensor) {
  const torch::Tensor bytes = tensor.contiguous();
  const uLong sum = crc32_z(0, static_cast<const Bytef*>(bytes.data_ptr()), bytes.nbytes());
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08lx", sum);
  return text.data();
}

/// The largest difference, as a part of the largest absolute value of `expected`, or of `smallest`.
double relative_difference(const torch::Tensor& actual, const torch::Tensor& expected, double smallest = 0) {
  const double largest = std::max(smallest, expected.abs().max().item<double>());
  const double difference = (actual - expected).abs().max().item<double>();
  return difference == 0 ? 0 : difference / largest;
}

/// What a network in float64 computes depends on the order of its sums by little, unlike one in float32.
void make_double(Network& network) {
  for (auto& [name, tensor] : network.state()) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.to(torch::kFloat64));
  }
}

/// As the exporter thins gradients out.
torch::Tensor sample(const torch::Tensor& values) {
  using torch::indexing::None;
  return values.reshape({-1}).index({torch::indexing::Slice(None, None, 1 + values.numel() / (1 << 18))});
}

/// docs/networks.md, without the commas in numbers.
std::string documentation() {
  std::ifstream file(FATHOM_DOCS "/networks.md");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  return text;
}

/// Keeps a copy of every layer.
class Collector : public LayerTap {
 public:
  void see(std::string_view layer, const torch::Tensor& output) override {
    names.emplace_back(layer);
    layers[names.back()] = output.clone();
  }
  std::vector<std::string> names;
  std::map<std::string, torch::Tensor> layers;
};

class Parity : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::ifstream file(std::string(FATHOM_PARITY_FOLDER) + "/" + GetParam().name + ".pt", std::ios::binary);
    if (!file)
      GTEST_SKIP() << "nothing to compare with: ctest runs tools/export_torchvision first, where "
                      "python3-torchvision is installed";
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    reference_ = torch::pickle_load(bytes);
    network_ = make_network(GetParam().options);
  }

  Dict part(const std::string& name) const { return reference_.toGenericDict().at(name).toGenericDict(); }
  torch::Tensor tensor(const std::string& name) const {
    return reference_.toGenericDict().at(name).toTensor();
  }

  void expect_the_initial_state() const;
  void expect_the_layers() const;
  void expect_the_step(const Dict& expected) const;

  c10::IValue reference_;
  std::unique_ptr<Network> network_;
};

void Parity::expect_the_initial_state() const {
  std::vector<std::string> names;
  for (const auto& entry : network_->state()) {
    names.push_back(entry.first);
    ASSERT_TRUE(part("shapes").contains(entry.first)) << entry.first;
    EXPECT_EQ(c10::str(entry.second.sizes()), part("shapes").at(entry.first).toStringRef()) << entry.first;
    EXPECT_EQ(checksum(entry.second), part("checksums").at(entry.first).toStringRef()) << entry.first;
  }
  EXPECT_EQ(names, keys(part("shapes")));
}

void Parity::expect_the_layers() const {
  constexpr double kTolerance = 1e-5;
  const torch::NoGradGuard no_gradient;
  network_->set_training(false);
  Collector seen;
  const torch::Tensor logits = network_->forward(tensor("images"), &seen);
  EXPECT_LE(relative_difference(logits, tensor("logits")), kTolerance);
  EXPECT_EQ(seen.names, keys(part("layers")));
  for (const auto& layer : part("layers")) {
    const std::string name = layer.key().toStringRef();
    ASSERT_EQ(seen.layers[name].sizes(), layer.value().toTensor().sizes()) << name;
    EXPECT_LE(relative_difference(seen.layers[name], layer.value().toTensor()), kTolerance) << name;
  }
  EXPECT_TRUE(torch::equal(network_->forward(tensor("images")), logits)) << "without a tap";
}

void Parity::expect_the_step(const Dict& expected) const {
  constexpr double kTolerance = 1e-9;
  // The gradient of a bias that a normalisation follows is 0, and computed as what rounding leaves.
  constexpr double kSmallest = 1e-3;
  network_->set_training(true);
  make_double(*network_);
  const torch::Tensor images = tensor("images").to(torch::kFloat64).requires_grad_();
  const torch::Tensor labels = torch::arange(images.size(0)) % GetParam().options.classes;
  const SeededGenerator dropout(GetParam().options.seed + 1);
  const torch::Tensor loss = torch::nn::functional::cross_entropy(network_->forward(images), labels);
  loss.backward();
  EXPECT_LE(relative_difference(loss, expected.at("loss").toTensor()), kTolerance);

  std::map<std::string, torch::Tensor> gradients = {{"input", images.grad()}};
  std::map<std::string, torch::Tensor> buffers;
  for (const auto& entry : network_->state())
    (entry.second.requires_grad() ? gradients : buffers)[entry.first] =
        entry.second.requires_grad() ? entry.second.grad() : entry.second;

  const Dict expected_gradients = expected.at("gradients").toGenericDict();
  EXPECT_EQ(gradients.size(), expected_gradients.size());
  for (const auto& entry : expected_gradients) {
    const torch::Tensor& actual = gradients.at(entry.key().toStringRef());
    EXPECT_LE(relative_difference(sample(actual), entry.value().toTensor(), kSmallest), kTolerance)
        << entry.key();
    const torch::Tensor norm = expected.at("norms").toGenericDict().at(entry.key()).toTensor();
    EXPECT_LE(relative_difference(actual.norm(), norm, kSmallest), kTolerance) << entry.key();
  }
  const Dict expected_buffers = expected.at("buffers").toGenericDict();
  EXPECT_EQ(buffers.size(), expected_buffers.size());
  for (const auto& entry : expected_buffers)
    EXPECT_LE(relative_difference(buffers.at(entry.key().toStringRef()), entry.value().toTensor()),
              kTolerance)
        << entry.key();
}

TEST_P(Parity, HoldsWithTorchvision) {
  const std::int64_t smallest = reference_.toGenericDict().at("smallest").toInt();
  const std::int64_t parameters = reference_.toGenericDict().at("parameters").toInt();
  EXPECT_THAT(documentation(), testing::HasSubstr(c10::str("| ", GetParam().options.model, " | ", parameters,
                                                           " | ", smallest, " x ", smallest, " |")));
  expect_the_initial_state();
  expect_the_layers();
  if (GetParam().trains) expect_the_step(part("train"));
}

INSTANTIATE_TEST_SUITE_P(Models, Parity, testing::ValuesIn(all_cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace fathom
