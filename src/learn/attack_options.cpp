#include <algorithm>
#include <cmath>
#include <span>

#include "fathom/core/error.h"
#include "fathom/learn/attack.h"

namespace fathom {

namespace {

void check_epsilons(const std::vector<double>& epsilons) {
  if (epsilons.empty()) throw UsageError("--epsilon", "names none", "give grey levels such as 1,2,4,8");
  for (std::size_t i = 0; i < epsilons.size(); ++i) {
    if (!(epsilons[i] >= 0.0 && epsilons[i] <= 255.0)) {
      throw UsageError("--epsilon", "a change of a pixel is 0 to 255 grey levels",
                       "give grey levels such as 1,2,4,8");
    }
    if (i > 0 && epsilons[i] == epsilons[i - 1]) {
      throw UsageError("--epsilon", "names a value twice", "give each once");
    }
    FATHOM_CHECK(i == 0 || epsilons[i] > epsilons[i - 1]);
  }
}

}  // namespace

void check_attack_options(const AttackOptions& options) {
  if (options.methods.empty()) throw UsageError("--method", "names none", "use fgsm, pgd or both");
  for (std::size_t i = 1; i < options.methods.size(); ++i) {
    const auto before = std::span(options.methods).first(i);
    if (std::ranges::find(before, options.methods[i]) == before.end()) continue;
    throw UsageError("--method", "names a method twice", "name each once");
  }
  check_epsilons(options.epsilons);
  if (options.steps == 0) throw UsageError("--steps", "PGD takes at least one step", "give 1 or more");
  if (options.step_size && !(*options.step_size > 0.0 && std::isfinite(*options.step_size))) {
    throw UsageError("--step-size", "is not a size above 0", "give grey levels such as 2");
  }
}

}  // namespace fathom
