// The images of a study's cells: opened, chosen from, prepared, and kept for the next cell.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/prepare/prepare.h"
#include "fathom/read/data_set.h"
#include "fathom/study/study.h"

namespace fathom {

/// One choice of classes of one data set.
struct ChosenImages {
  DataSet data;
  PreparedData prepared;  ///< with the pixels of all images
  std::string content;    ///< hash of all that a cell can see of them
};

class StudyImages {
 public:
  /// `folder`: what the paths of data sets are relative to.
  /// `line`: the command line, which may ask for hashes in place of paths.
  StudyImages(const Study& study, std::filesystem::path folder, unsigned threads,
              const std::vector<std::string>& line);

  /// The whole data set; of its labels one column. Throws InputError, naming the study file where it is
  /// wrong.
  DataSet open(const StudyDataSet& set, Progress& progress) const;
  /// The images of a choice, not yet prepared. Likewise.
  DataSet choose(DataSet opened, const StudyDataSet& set, const std::vector<std::string>& classes) const;
  /// What an error says, as the command line wants it.
  std::string shown(const InputError& error) const;
  /// Of what is known before any pixel of a file is read: equal ones have equal images.
  static std::string fingerprint(const DataSet& chosen, const StudyDataSet& set);
  /// Prepared; the last ones that were asked for are kept. `chosen`: what choose() gave.
  const ChosenImages& prepare_chosen(const StudyDataSet& set, const std::vector<std::string>& classes,
                                     DataSet chosen, Progress& progress);
  /// The same, from the beginning.
  const ChosenImages& images(const StudyDataSet& set, const std::vector<std::string>& classes,
                             Progress& progress);

 private:
  const Study& study_;
  std::filesystem::path folder_;
  unsigned threads_;
  const std::vector<std::string>& line_;
  std::string kept_key_;
  std::unique_ptr<ChosenImages> kept_;
};

/// What is wrong with an option, as an error of the study file's key that stands for it: "--learning-rate" is
/// the key "learning_rate" of the part `prefix`, such as "recipe.".
[[noreturn]] void refuse_key(const Study& study, const std::string& prefix, const UsageError& error);

}  // namespace fathom
