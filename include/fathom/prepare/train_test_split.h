// Which images a network learns from, and which it is tested on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fathom/prepare/prepare.h"

namespace fathom {

struct TrainTestOptions {
  /// Training images, as even as possible over the classes; 0: all there are.
  std::size_t train_samples = 0;
  /// Test images, as even as possible over the classes. Nothing: the whole of the data's own test split, and
  /// 750 (as P1 has them) of data without one.
  std::optional<std::size_t> test_samples{};
  std::uint64_t seed = 0;
  /// Where a class has too few training images for its share, the others have more. Otherwise an error.
  bool uneven = false;
};

struct TrainTestSplit {
  /// Rows of the prepared data, class after class in turn: a larger number of training images begins with the
  /// same ones.
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> test;  ///< rows, ascending; the same for every number of training images
  /// The data's own splits were followed.
  bool own = false;
  /// The protocol is the published code's, and so is the split.
  bool published = false;
  std::vector<std::size_t> train_classes, test_classes;  ///< images a class
  std::size_t available = 0;                             ///< images that training could choose from

  // Images that are in neither part although they could have been, so that the parts stay apart.
  std::size_t copies_left_out = 0;  ///< of the data's own training split: copies of test images
  std::size_t groups_left_out = 0;  ///< of the data's own training split: of a group in the test split
  std::size_t beside_test = 0;      ///< belong to a group or are copies of an image drawn for the test set

  /// As published: groups (patients, volumes) with images on both sides.
  std::size_t groups_on_both_sides = 0;
};

/// Splits prepared data by their first label column.
///
/// Where the data have both a training and a test split, images of the first are trained on and images of the
/// second tested on; a validation split is left alone. Otherwise a test set is drawn from all images.
/// Images of one group, and images with the same pixels after the protocol, are never on both sides. Of the
/// data's own training split those that would be are left out; where a test set is drawn, whole groups (and
/// all copies) go to one side, drawn at random from those that fit, and where none fits the one that leaves
/// the fewest images over.
///
/// Under the published code's protocol (--compat iclr2024-code) the split is the published one: of the first
/// images of each class in the order of the records (of the data's own training split, where they have one),
/// as many as both parts take, a permutation drawn as torch.utils.data.random_split draws it from
/// torch.Generator().manual_seed(seed) has the training images first and the test images behind them. Groups
/// and copies are on both sides, parts are balanced only together, and change with the number of training
/// images. Published: seed 1337, and 750 test images.
///
/// Throws InputError: no labels, one class, too few images in a class, with the numbers. `data_path` is what
/// errors name.
TrainTestSplit split_train_test(const PreparedData& data, const TrainTestOptions& options,
                                const std::string& data_path);

}  // namespace fathom
