// The cells of a study.
#pragma once

#include <string>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/learn/learn_library.h"
#include "fathom/prepare/train_test_split.h"
#include "fathom/study/cell.h"
#include "fathom/study/store.h"
#include "fathom/study/study.h"
#include "study_images.h"

namespace fathom {

struct StudyCell {
  PlannedCell planned;
  CellSettings settings;
  const StudyDataSet* data_set = nullptr;
  std::vector<std::string> classes;  ///< the choice, as class_choices() gives it
};

struct StudyPlan {
  std::vector<StudyCell> cells;
  std::vector<UnreadDataSet> unread;
};

/// How the images of a cell are split.
TrainTestOptions split_options(const CellSettings& settings);

/// What can be wrong with the networks of a study is found before any image is read. Throws InputError naming
/// file and line.
void check_networks(const Study& study, const LearnLibrary& library);

/// Data sets that cannot be read are listed, and the others planned. Training sizes that the data do not
/// allow are cells that are left out.
///
/// A store that knows the images of a choice and all its cells spares preparing them; without one (null), all
/// are prepared. Throws InputError: two data sets that are the same in all that counts.
StudyPlan plan_study(const Study& study, const LearnLibrary& library, StudyImages& images, StudyStore* store,
                     Progress& progress);

}  // namespace fathom
