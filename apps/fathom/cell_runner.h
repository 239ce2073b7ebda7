// One cell of a study: measured, trained, attacked, represented.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "fathom/core/progress.h"
#include "fathom/estimate/measure.h"
#include "fathom/learn/learn_library.h"
#include "fathom/study/store.h"
#include "study_images.h"
#include "study_plan.h"

namespace fathom {

struct CellRunOptions {
  unsigned threads = 1;
  std::string device = "auto";
  std::filesystem::path checkpoints;  ///< folder of the folders of training runs
  bool keep_checkpoints = false;
  std::function<double()> clock;  ///< seconds since some moment
};

class CellRunner {
 public:
  /// `store` holds what is measured of training images, which cells share.
  CellRunner(const LearnLibrary& library, StudyImages& images, StudyStore& store, CellRunOptions options,
             Progress& progress);

  /// Goes on with a training run that was stopped. Throws InputError: whatever makes the cell impossible;
  /// Interrupted, with the training kept; StoreError.
  CellOutcome run(const StudyCell& cell);

  /// What is not needed once the outcome is stored.
  void clean_up(const StudyCell& cell) const;

 private:
  MeasuredImages measured(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split);
  MeasuredImages measure_now(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split);
  TrainResult train(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split);
  void attack(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split,
              LoadedNetwork& network, CellOutcome& outcome);
  void represent(const StudyCell& cell, const ChosenImages& images, const TrainTestSplit& split,
                 LoadedNetwork& network, CellOutcome& outcome);
  std::filesystem::path folder_of(const StudyCell& cell) const;
  std::filesystem::path checkpoint_of(const StudyCell& cell) const;
  MeasureOptions measure_options(const EstimatorChoice& choice, std::uint64_t seed) const;

  const LearnLibrary& library_;
  StudyImages& images_;
  StudyStore& store_;
  CellRunOptions options_;
  Progress& progress_;
};

}  // namespace fathom
