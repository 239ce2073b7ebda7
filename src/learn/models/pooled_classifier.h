// The shape of AlexNet and VGG.
#pragma once

#include "learn/layer.h"

namespace fathom {

/// Convolutions, one adaptive average pool, linear layers.
class PooledClassifier : public Layer {
 public:
  /// The pool makes feature maps of side x side.
  PooledClassifier(std::shared_ptr<Chain> features, std::int64_t side, std::shared_ptr<Chain> classifier);

  Signal forward(Signal signal, LayerPass& pass) override;

 private:
  std::shared_ptr<Chain> features_;
  torch::nn::AdaptiveAvgPool2d avgpool_;
  std::shared_ptr<Chain> classifier_;
};

}  // namespace fathom
