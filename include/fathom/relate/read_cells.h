// Cells of studies from tables: one row a cell, columns named as the members of CellResult.
//
//   dataset, samples                              must be there
//   domain, classes (a;b), model, seed            empty where they are not
//   dimension, label_sharpness, representation_dimension, test_loss, test_accuracy, best_test_accuracy
//   METHOD_EPSILON_loss, METHOD_EPSILON_accuracy  such as fgsm_2_loss and fgsm_2_accuracy: always both
//   peak_dimension, peak_relative_depth           of the layer of largest dimension
//
// A number that is not known is an empty field, "nan" or "NA". Other columns are passed over;
// `layers`, which fathom study results writes, without a word.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/relate/cell_result.h"

namespace fathom {

struct CellTable {
  std::vector<CellResult> cells;            ///< in the order of the files and their rows
  std::vector<std::string> unused_columns;  ///< each once, in that order
  std::size_t repeated = 0;  ///< cells equal to an earlier one in data set, classes, model, samples and seed
};

/// Throws InputError naming file and line: what Table refuses, a column that is missing, a value that is no
/// number or cannot be (a dimension that is not above 0, a loss below 0, an accuracy outside 0..1), a file
/// without rows.
CellTable read_cells(std::span<const std::filesystem::path> files);

/// The learning curve of one data set: as read_cells, of one file whose column dataset may be missing. Throws
/// InputError also where the cells are of several data sets.
CellTable read_curve(const std::filesystem::path& file);

/// As read_cells, of text. `name`: for messages.
CellTable parse_cells(std::string_view text, const std::string& name);

}  // namespace fathom
