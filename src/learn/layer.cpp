#include "learn/layer.h"

namespace fathom {

void Chain::add(const std::string& name, const std::shared_ptr<Layer>& layer) {
  register_module(name, layer);
  steps_.push_back(
      [layer](Signal signal, LayerPass& pass) { return layer->forward(std::move(signal), pass); });
}

Signal Chain::forward(Signal signal, LayerPass& pass) {
  for (const auto& step : steps_) signal = step(std::move(signal), pass);
  return pass.show(*this, std::move(signal));
}

}  // namespace fathom
