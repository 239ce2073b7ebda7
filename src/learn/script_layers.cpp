#include "learn/script_layers.h"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/library.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fathom {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

constexpr const char* kShowLayer = "fathom::show_layer";

thread_local LayerShow* current_show = nullptr;

void show_layer(const torch::Tensor& output, c10::string_view layer) {
  if (current_show != nullptr) current_show->see({layer.data(), layer.size()}, output);
}

/// "forward"; tracing calls the second call of a module "forward1".
bool is_forward(std::string_view method) {
  constexpr std::string_view forward = "forward";
  return method.starts_with(forward) && std::all_of(method.begin() + forward.size(), method.end(),
                                                    [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_tensor(const Value& value) {
  return value.type()->isSubtypeOf(*c10::TensorType::get());
}

/// Inlines calls from the outermost to the innermost, since a call knows the path of its module only while
/// the way to it is known.
class Inliner {
 public:
  explicit Inliner(Graph& graph) : graph_(graph) {
    paths_.emplace(graph.inputs().at(0), "");
    walk(*graph.block()->nodes().begin(), graph.block()->return_node());
  }

 private:
  /// The nodes from `node` to before `end`, which all lie in one block.
  void walk(Node* node, Node* end) {
    while (node != end) {
      Node* const next = node->next();
      visit(node, next);
      node = next;
    }
  }

  void visit(Node* node, Node* next) {
    if (node->kind() == c10::prim::GetAttr) {
      note_path(*node);
    } else if (node->kind() == c10::prim::CallMethod) {
      visit_call(node, next);
    } else {
      for (Block* const block : node->blocks()) {
        walk(*block->nodes().begin(), block->return_node());
      }
    }
  }

  void note_path(const Node& node) {
    const auto owner = paths_.find(node.input(0));
    if (owner == paths_.end()) return;
    const std::string& name = node.s(c10::attr::name);
    // A copy: the map may move its own.
    const std::string path = owner->second.empty() ? name : owner->second + "." + name;
    paths_.emplace(node.output(), path);
  }

  void visit_call(Node* call, Node* next) {
    const auto found = paths_.find(call->input(0));
    const std::string path = found == paths_.end() ? "" : found->second;
    const bool is_layer = !path.empty() && is_forward(call->s(c10::attr::name));
    // Shown before it is inlined: what takes the place of its output takes it here too.
    Node* const end = is_layer && is_tensor(*call->output()) ? show(path, call->output(), next) : next;
    const auto type = call->input(0)->type()->cast<c10::ClassType>();
    if (type == nullptr) return;  // an interface, whose code is known only when it runs
    torch::jit::GraphFunction* const code =
        torch::jit::tryToGraphFunction(type->getMethod(call->s(c10::attr::name)));
    if (code == nullptr) return;
    code->ensure_defined();
    Node* const before = call->prev();
    torch::jit::inlineCallTo(call, code, code->graph().get());
    walk(before->next(), end);
  }

  Node* show(const std::string& path, Value* output, Node* next) {
    const torch::jit::WithInsertPoint here(next);
    Value* const name = graph_.insertConstant(path);
    Node* const shown =
        graph_.insertNode(graph_.create(c10::Symbol::fromQualString(kShowLayer), {output, name}, 0));
    Node*& last = last_shown_[path];
    if (last != nullptr) last->destroy();
    last = shown;
    return shown;
  }

  Graph& graph_;
  std::unordered_map<const Value*, std::string> paths_;
  std::map<std::string, Node*> last_shown_;
};

}  // namespace

TORCH_LIBRARY_FRAGMENT(fathom, library) {
  library.def("show_layer(Tensor output, str layer) -> ()", &show_layer);
}

std::shared_ptr<Graph> graph_with_layers(const torch::jit::Method& method) {
  std::shared_ptr<Graph> graph = method.graph()->copy();
  const Inliner inliner(*graph);
  torch::jit::Inline(*graph);
  return graph;
}

LayerShow::LayerShow(LayerTap* tap) : tap_(tap), outer_(current_show) {
  current_show = this;
}

LayerShow::~LayerShow() {
  current_show = outer_;
}

void LayerShow::rethrow() const {
  if (thrown_ != nullptr) std::rethrow_exception(thrown_);
}

void LayerShow::see(std::string_view layer, const torch::Tensor& output) {
  if (tap_ == nullptr) return;
  try {
    tap_->see(layer, output);
  } catch (...) {
    thrown_ = std::current_exception();
    throw;
  }
}

}  // namespace fathom
