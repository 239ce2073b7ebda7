#include "learn/script_network.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/version.h>

#include <array>
#include <string_view>

#include "fathom/core/error.h"
#include "fathom/read/tensor_file.h"
#include "learn/script_layers.h"
#include "learn/torch_message.h"

namespace fathom {

namespace {

using torch::jit::Graph;
using torch::jit::Node;

constexpr const char* save_again = "save it again with torch.jit.save";

/// The name after `mark` in a message of LibTorch; empty where there is none.
std::string word_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + mark.size());
  std::string word(text.substr(0, text.find_first_of(" \n")));
  if (word.ends_with('.')) word.pop_back();
  return word;
}

[[noreturn]] void refuse_unloadable(const std::string& name, const std::exception& error) {
  const std::string_view text = error.what();
  if (text.find("maximum supported version") != std::string_view::npos) {
    throw InputError(name, "is of a newer format than LibTorch " TORCH_VERSION " reads",
                     "save it with torch.jit.save of PyTorch " TORCH_VERSION " or older");
  }
  if (const std::string missing = word_after(text, "Unknown builtin op: "); !missing.empty()) {
    throw InputError(name,
                     "needs the operator " + missing + ", which LibTorch " TORCH_VERSION " does not have",
                     "save a model that uses operators of PyTorch " TORCH_VERSION " alone");
  }
  throw InputError(name, "cannot be loaded as TorchScript (" + torch_message(error) + ")",
                   "copy or download the file again, or save it again with torch.jit.save");
}

torch::jit::Module loaded(const std::string& name) {
  try {
    return torch::jit::load(name, torch::kCPU);
  } catch (const std::exception& error) {
    refuse_unloadable(name, error);
  }
}

/// The defaults of what forward takes beside itself and the images.
std::vector<c10::IValue> checked_defaults(const std::string& name, const c10::FunctionSchema& forward) {
  const auto& arguments = forward.arguments();
  const auto is_tensor = [](const c10::Argument& argument) {
    return c10::TensorType::get()->isSubtypeOf(*argument.type());
  };
  if (arguments.size() < 2 || !is_tensor(arguments[1])) {
    throw InputError(name, "has a forward that does not take images", save_again);
  }
  std::vector<c10::IValue> defaults;
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    if (!arguments[i].default_value()) {
      throw InputError(name, "has a forward that takes \"" + arguments[i].name() + "\" beside the images",
                       "save a model whose forward takes one tensor");
    }
    defaults.push_back(*arguments[i].default_value());
  }
  const auto& returns = forward.returns();
  if (returns.size() != 1 || !is_tensor(returns[0])) {
    const std::string what = returns.size() == 1 ? returns[0].type()->repr_str() : "several values";
    throw InputError(name, "has a forward that gives " + what + ", not one tensor of logits",
                     "save a model whose forward gives N x classes logits");
  }
  return defaults;
}

/// Operators that work differently in training, and the place of the argument that says so.
struct ModedOperator {
  const char* name;
  std::size_t argument;
};
constexpr std::array<ModedOperator, 4> kModedOperators = {
    {{"aten::batch_norm", 5}, {"aten::dropout", 2}, {"aten::dropout_", 2}, {"aten::feature_dropout", 2}}};

/// Tracing writes the mode down as a constant.
void check_mode(const std::string& name, Graph& graph) {
  for (const ModedOperator& moded : kModedOperators) {
    const c10::Symbol kind = c10::Symbol::fromQualString(moded.name);
    for (Node* const node : torch::jit::findAllNodes(graph, kind, true)) {
      const c10::optional<c10::IValue> mode = torch::jit::toIValue(node->input(moded.argument));
      if (!mode || !mode->isBool() || !mode->toBool()) continue;
      throw InputError(name,
                       std::string("was traced in training mode: it has ") + moded.name + " of that mode",
                       "call model.eval() before torch.jit.trace");
    }
  }
}

torch::jit::Method forward_of(const std::string& name, const torch::jit::Module& module) {
  auto forward = module.find_method("forward");
  if (!forward) throw InputError(name, "has no forward", save_again);
  return *std::move(forward);
}

}  // namespace

std::unique_ptr<ScriptNetwork> ScriptNetwork::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  torch::jit::Module module = loaded(name);
  try {
    return std::unique_ptr<ScriptNetwork>(new ScriptNetwork(name, std::move(module)));
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    refuse_unloadable(name, error);
  }
}

ScriptNetwork::ScriptNetwork(std::string name, torch::jit::Module module)
    : name_(std::move(name)), module_(std::move(module)) {
  const torch::jit::Method forward = forward_of(name_, module_);
  defaults_ = checked_defaults(name_, forward.function().getSchema());
  module_.eval();
  const std::shared_ptr<Graph> graph = graph_with_layers(forward);
  check_mode(name_, *graph);
  code_ = torch::jit::Code(graph, "forward");
}

torch::Tensor ScriptNetwork::forward(const torch::Tensor& images, LayerTap* tap) {
  torch::jit::Stack stack = {module_._ivalue(), images};
  stack.insert(stack.end(), defaults_.begin(), defaults_.end());
  const LayerShow show(tap);
  try {
    torch::jit::InterpreterState(code_).run(stack);
  } catch (const std::exception& error) {
    show.rethrow();
    throw InputError(name_,
                     "cannot take images of " + shape_text({images.sizes().data(), images.sizes().size()}) +
                         " (" + torch_message(error) + ")",
                     "prepare the images as the model expects them, with --size and --channels");
  }
  torch::Tensor logits = stack.at(0).toTensor();
  if (logits.dim() != 2 || logits.size(0) != images.size(0)) {
    throw InputError(name_,
                     "gives " + shape_text({logits.sizes().data(), logits.sizes().size()}) + " values for " +
                         std::to_string(images.size(0)) + " images, not one row of logits an image",
                     "save a model that classifies images");
  }
  return logits;
}

void ScriptNetwork::set_training(bool training) {
  module_.train(training);
  training_ = training;
}

void ScriptNetwork::to(const torch::Device& device) {
  module_.to(device);
}

std::vector<std::pair<std::string, torch::Tensor>> ScriptNetwork::state() {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& parameter : module_.named_parameters())
    tensors.emplace_back(parameter.name, parameter.value);
  for (const auto& buffer : module_.named_buffers()) tensors.emplace_back(buffer.name, buffer.value);
  return tensors;
}

std::vector<torch::Tensor> ScriptNetwork::parameters() {
  std::vector<torch::Tensor> tensors;
  for (const auto& parameter : module_.parameters()) tensors.push_back(parameter);
  return tensors;
}

}  // namespace fathom
