// The papers' published values, for figures that show a user's beside them.
#pragma once

#include <string>

namespace fathom {

/// JSON, an array: one object for each data set, network and training size of a figure, with `source`,
/// `dataset`, `domain`, `model`, `samples` and every quantity that the figure has of them. Where a figure has
/// no dimension, the paper's own of that data set is there too. Values that are only quoted from memory are
/// not.
std::string reference_json();

}  // namespace fathom
