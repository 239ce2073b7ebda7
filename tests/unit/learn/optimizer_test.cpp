// Steps against those of torch.optim.
#include "learn/optimizer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

namespace fathom {
namespace {

constexpr int kSteps = 7;

struct Case {
  const char* name;
  OptimizerKind kind;
  Decay decay;
};

/// A matrix large enough for several threads, in an order of its own, and a bias.
std::vector<torch::Tensor> parameters(torch::ScalarType type) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(3);
  const auto options = torch::TensorOptions().dtype(type);
  std::vector<torch::Tensor> made = {torch::empty({300, 500}, options).normal_(0, 1, generator),
                                     torch::empty({4, 3, 5, 5}, options)
                                         .normal_(0, 1, generator)
                                         .contiguous(torch::MemoryFormat::ChannelsLast),
                                     torch::empty({11}, options).normal_(0, 1, generator)};
  for (torch::Tensor& tensor : made) tensor.set_requires_grad(true);
  return made;
}

/// Another gradient at every step, of the plain order of values.
torch::Tensor gradient_of(const torch::Tensor& parameter, int step) {
  return (parameter.detach() * (0.3 * step) + 0.1 * step).contiguous();
}

std::unique_ptr<torch::optim::Optimizer> peer(const Recipe& recipe, std::vector<torch::Tensor> of) {
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (const torch::Tensor& parameter : of) {
    const double decay = recipe.decay == Decay::all || parameter.dim() > 1 ? recipe.weight_decay : 0.0;
    std::unique_ptr<torch::optim::OptimizerOptions> options;
    if (recipe.optimizer == OptimizerKind::sgd) {
      options = std::make_unique<torch::optim::SGDOptions>(
          torch::optim::SGDOptions(1).momentum(recipe.momentum).weight_decay(decay));
    } else if (recipe.optimizer == OptimizerKind::adam) {
      options = std::make_unique<torch::optim::AdamOptions>(torch::optim::AdamOptions(1).weight_decay(decay));
    } else {
      options =
          std::make_unique<torch::optim::AdamWOptions>(torch::optim::AdamWOptions(1).weight_decay(decay));
    }
    groups.emplace_back(std::vector<torch::Tensor>{parameter}, std::move(options));
  }
  if (recipe.optimizer == OptimizerKind::sgd) {
    return std::make_unique<torch::optim::SGD>(groups, torch::optim::SGDOptions(1));
  }
  if (recipe.optimizer == OptimizerKind::adam) return std::make_unique<torch::optim::Adam>(groups);
  return std::make_unique<torch::optim::AdamW>(groups);
}

void set_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

NamedTensors named(const std::vector<torch::Tensor>& tensors) {
  NamedTensors made;
  for (const torch::Tensor& tensor : tensors) made.emplace_back(std::to_string(made.size()), tensor);
  return made;
}

class Steps : public testing::TestWithParam<Case> {
 protected:
  Recipe recipe() const {
    Recipe made;
    made.optimizer = GetParam().kind;
    made.decay = GetParam().decay;
    made.weight_decay = 0.03;
    return made;
  }

  /// In the mean; where a gradient all but cancels, its rounding decides the direction of Adam's step.
  void expect_agreement(torch::ScalarType type, double tolerance) {
    std::vector<torch::Tensor> own = parameters(type), theirs = parameters(type);
    Optimizer optimizer(recipe(), named(own), 2);
    const auto other = peer(recipe(), theirs);
    for (int step = 1; step <= kSteps; ++step) {
      for (std::size_t i = 0; i < own.size(); ++i) {
        own[i].mutable_grad() = gradient_of(own[i], step);
        theirs[i].mutable_grad() = gradient_of(theirs[i], step);
      }
      set_rate(*other, 0.01 * step);
      optimizer.step(0.01 * step);
      other->step();
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
      EXPECT_LT((own[i] - theirs[i]).abs().mean().item<double>(), tolerance) << i;
      EXPECT_FALSE(torch::allclose(own[i], parameters(type)[i], 0.01, 0.01)) << i;
    }
  }
};

TEST_P(Steps, AreThoseOfTorch) {
  expect_agreement(torch::kFloat32, 1e-6);
}

TEST_P(Steps, AreThoseOfTorchWhereverTheTensorsAre) {
  expect_agreement(torch::kFloat64, 1e-12);
}

TEST_P(Steps, DoNotDependOnThreadsAndGoOnFromTheirState) {
  std::vector<torch::Tensor> one = parameters(torch::kFloat32), two = parameters(torch::kFloat32);
  Optimizer whole(recipe(), named(one), 1), first(recipe(), named(two), 3);
  const auto step = [](Optimizer& optimizer, std::vector<torch::Tensor>& tensors, int number) {
    optimizer.clear_gradients();
    for (torch::Tensor& tensor : tensors) tensor.mutable_grad() = gradient_of(tensor, number);
    optimizer.step(0.01);
  };
  for (int number = 1; number <= 3; ++number) {
    step(whole, one, number);
    step(first, two, number);
  }
  Optimizer second(recipe(), named(two), 3);
  NamedTensors from = first.state(), to = second.state();
  for (std::size_t i = 0; i < to.size(); ++i) {
    EXPECT_EQ(from[i].first, to[i].first);
    to[i].second.copy_(from[i].second);
  }
  second.set_steps(first.steps());
  for (int number = 4; number <= 6; ++number) {
    step(whole, one, number);
    step(second, two, number);
  }
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(torch::equal(one[i], two[i])) << i;
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Steps,
                         testing::Values(Case{"sgd", OptimizerKind::sgd, Decay::all},
                                         Case{"adam", OptimizerKind::adam, Decay::all},
                                         Case{"adamw", OptimizerKind::adamw, Decay::weights},
                                         Case{"adam_weights", OptimizerKind::adam, Decay::weights}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Optimizer, LeavesParametersWithoutGradientAlone) {
  std::vector<torch::Tensor> tensors = parameters(torch::kFloat32);
  Optimizer optimizer(Recipe{}, named(tensors), 1);
  tensors[0].mutable_grad() = torch::ones_like(tensors[0]);
  optimizer.step(0.1);
  EXPECT_FALSE(torch::equal(tensors[0], parameters(torch::kFloat32)[0]));
  EXPECT_TRUE(torch::equal(tensors[2], parameters(torch::kFloat32)[2]));
  optimizer.clear_gradients();
  EXPECT_FALSE(tensors[0].grad().defined());
}

}  // namespace
}  // namespace fathom
