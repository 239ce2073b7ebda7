#include "learn/models/pooled_classifier.h"

namespace fathom {

PooledClassifier::PooledClassifier(std::shared_ptr<Chain> features, std::int64_t side,
                                   std::shared_ptr<Chain> classifier)
    : features_(std::move(features)), avgpool_(nullptr), classifier_(std::move(classifier)) {
  register_module("features", features_);
  avgpool_ = register_module("avgpool", torch::nn::AdaptiveAvgPool2d(side));
  register_module("classifier", classifier_);
}

Signal PooledClassifier::forward(Signal signal, LayerPass& pass) {
  signal = features_->forward(std::move(signal), pass);
  signal = pass.through(*avgpool_, std::move(signal));
  return classifier_->forward(flattened(std::move(signal)), pass);
}

}  // namespace fathom
