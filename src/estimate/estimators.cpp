#include "fathom/estimate/estimators.h"

#include <algorithm>

#include "fathom/estimate/abide.h"
#include "fathom/estimate/binomial.h"
#include "fathom/estimate/calibrated.h"
#include "fathom/estimate/corrint.h"
#include "fathom/estimate/danco.h"
#include "fathom/estimate/ess.h"
#include "fathom/estimate/fishers.h"
#include "fathom/estimate/geodesic.h"
#include "fathom/estimate/geomle.h"
#include "fathom/estimate/gride.h"
#include "fathom/estimate/hidalgo.h"
#include "fathom/estimate/knn_graph.h"
#include "fathom/estimate/lpca.h"
#include "fathom/estimate/mada.h"
#include "fathom/estimate/mind_kl.h"
#include "fathom/estimate/mind_ml.h"
#include "fathom/estimate/minimum_spanning_tree.h"
#include "fathom/estimate/mle.h"
#include "fathom/estimate/mle_noise.h"
#include "fathom/estimate/mom.h"
#include "fathom/estimate/participation_ratio.h"
#include "fathom/estimate/tle.h"
#include "fathom/estimate/twonn.h"
#include "fathom/estimate/twonn_bayes.h"

namespace fathom {

std::span<const Estimator> all_estimators() {
  // One a line, so that adding one changes one.
  // clang-format off
  static const std::vector<Estimator> all{
      mle_estimator(),
      twonn_estimator(),
      gride_estimator(),
      twonn_bayes_estimator(),
      mom_estimator(),
      mada_estimator(),
      mind_ml_estimator(),
      binomial_estimator(),
      geomle_estimator(),
      corrint_estimator(),
      tle_estimator(),
      ess_estimator(),
      danco_estimator(),
      lpca_estimator(),
      participation_ratio_estimator(),
      fishers_estimator(),
      mind_kl_estimator(),
      knn_graph_estimator(),
      minimum_spanning_tree_estimator(),
      geodesic_estimator(),
      abide_estimator(),
      hidalgo_estimator(),
      mle_noise_estimator(),
      calibrated_estimator(),
  };
  // clang-format on
  return all;
}

std::vector<const Estimator*> chosen_estimators(std::span<const std::string> names) {
  std::string known;
  for (const Estimator& estimator : all_estimators()) {
    known += known.empty() ? estimator.name : ", " + estimator.name;
  }
  for (const std::string& name : names) {
    if (name == "all" || std::ranges::count(all_estimators(), name, &Estimator::name) > 0) continue;
    throw UsageError("--estimator", "there is no estimator \"" + name + "\"",
                     "choose all, or some of " + known);
  }
  const bool every = std::ranges::count(names, "all") > 0;
  std::vector<const Estimator*> chosen;
  for (const Estimator& estimator : all_estimators()) {
    if (every || std::ranges::count(names, estimator.name) > 0) chosen.push_back(&estimator);
  }
  return chosen;
}

}  // namespace fathom
