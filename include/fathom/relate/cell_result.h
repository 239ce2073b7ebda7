// One finished cell of a study: what was measured on its training images, and what the network did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fathom {

/// One attack of one network: means over the test images.
struct AttackOutcome {
  std::string method;     ///< "fgsm" or "pgd"
  double epsilon = 0.0;   ///< in grey levels of 0..255
  double loss = 0.0;      ///< cross-entropy, nats, of the attacked images
  double accuracy = 0.0;  ///< share of the attacked images, 0..1
};

/// One layer of the trained network.
struct LayerDimension {
  std::string name;
  double relative_depth = 0.0;  ///< 0 (input) to 1 (output)
  double dimension = 0.0;       ///< d_repr of the layer's output
};

/// A cell is one (data set, classes, model, training size, seed). What was not asked for is empty.
struct CellResult {
  std::string dataset;               ///< its name in the study; cells of one data set are one cluster
  std::string domain;                ///< "medical", "natural", or the user's own word; may be empty
  std::vector<std::string> classes;  ///< by label: label 0 first
  std::string model;                 ///< "resnet18", ...
  std::size_t samples = 0;           ///< N, training images
  std::uint64_t seed = 0;

  std::optional<double> dimension;                 ///< d_data of the training images
  std::optional<double> label_sharpness;           ///< K_F of the training images, per grey level of 0..255
  std::optional<double> representation_dimension;  ///< d_repr of the last hidden layer
  std::vector<LayerDimension> layers;              ///< by depth

  std::optional<double> test_loss;           ///< cross-entropy, nats, after the last epoch; above 0
  std::optional<double> test_accuracy;       ///< after the last epoch, 0..1
  std::optional<double> best_test_accuracy;  ///< the highest of all epochs, as P2 reports it
  std::vector<AttackOutcome> attacks;
};

}  // namespace fathom
