#include "fathom/estimate/hidalgo.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "estimate/halved_estimates.h"
#include "estimate/mixture_chain.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/estimate/twonn.h"

namespace fathom {

namespace {

constexpr std::uint64_t kChainStream = 0x6869646c;  // apart from every other use of the seed
constexpr std::size_t kNeighbors = 3;               // q
constexpr unsigned kChains = 4;
constexpr unsigned kBurnIn = 1000, kSweeps = 1000;
constexpr double kZeta = 0.8, kFirstZeta = 0.5;
constexpr unsigned kStages = 10, kSweepsOfStage = 50;  // of the burn-in, on the way to zeta
constexpr std::size_t kFewestPoints = 10;              // a component

/// Means over the sweeps of a chain.
struct Posterior {
  double log_posterior = 0.0;
  std::vector<double> weight, dimension, dimension_sd;
  std::vector<double> value;        ///< of every sweep
  std::vector<double> probability;  ///< point by point those of all components
  std::vector<double> point_dimension;
};

/// Points that have q neighbours, and the row of each.
struct Members {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> number;  ///< of every row; past the end where it is none
};

Members members_of(const Sample& sample) {
  Members members;
  const auto none = std::numeric_limits<std::uint32_t>::max();
  for (std::uint32_t i = 0; i < sample.neighbors.rows(); ++i) {
    const bool has = sample.neighbors.found(i) >= kNeighbors;
    members.number.push_back(has ? static_cast<std::uint32_t>(members.rows.size()) : none);
    if (has) members.rows.push_back(i);
  }
  return members;
}

MixtureData data_of(const Sample& sample, const Members& members, std::size_t components, double dimension) {
  MixtureData data{{}, {}, kNeighbors, components, dimension};
  data.links.resize(members.rows.size());
  for (std::uint32_t i = 0; i < members.rows.size(); ++i) {
    data.log_ratios.push_back(log_ratio(sample.distances.row(members.rows[i]), 1, 2));
    for (const ImageIndex neighbor : sample.neighbors.index(members.rows[i]).first(kNeighbors)) {
      const std::uint32_t other = members.number[number(neighbor)];
      if (other >= members.rows.size()) continue;
      data.links[i].push_back(other);
      data.links[other].push_back(i);
    }
  }
  return data;
}

void add(const MixtureChain& chain, std::size_t components, Posterior& posterior) {
  const auto d = chain.dimensions();
  const auto p = chain.weights();
  double value = 0.0;
  for (std::size_t k = 0; k < components; ++k) {
    posterior.weight[k] += p[k] / kSweeps;
    posterior.dimension[k] += d[k] / kSweeps;
    posterior.dimension_sd[k] += d[k] * d[k] / kSweeps;
    value += p[k] * d[k];
  }
  posterior.value.push_back(value);
  posterior.log_posterior += chain.log_posterior() / kSweeps;
  for (std::size_t i = 0; i < posterior.point_dimension.size(); ++i) {
    const std::uint32_t own = chain.assignments()[i];
    posterior.probability[i * components + own] += 1.0 / kSweeps;
    posterior.point_dimension[i] += d[own] / kSweeps;
  }
}

/// The law of neighbours stage by stage: at its full strength from the start, the patches of random
/// components would freeze.
std::vector<NeighborLaw> laws_of(const MixtureData& data) {
  std::vector<NeighborLaw> laws;
  for (unsigned stage = 0; stage <= kStages; ++stage) {
    const double zeta = kFirstZeta + (kZeta - kFirstZeta) * stage / kStages;
    laws.emplace_back(data.log_ratios.size(), data.neighbors, zeta);
  }
  return laws;
}

Posterior run_chain(const MixtureData& data, const std::vector<NeighborLaw>& laws, std::uint64_t seed,
                    std::size_t number, const Progress& progress) {
  MixtureChain chain(data, laws.front(), make_generator(seed, (kChainStream << 32) + number));
  const std::size_t points = data.log_ratios.size();
  Posterior posterior;
  for (std::vector<double>* means : {&posterior.weight, &posterior.dimension, &posterior.dimension_sd}) {
    means->assign(data.components, 0.0);
  }
  posterior.probability.assign(points * data.components, 0.0);
  posterior.point_dimension.assign(points, 0.0);
  for (unsigned sweep = 0; sweep < kBurnIn + kSweeps; ++sweep) {
    progress.check();
    chain.set_law(laws[std::min(sweep / kSweepsOfStage, kStages)]);
    chain.sweep();
    if (sweep >= kBurnIn) add(chain, data.components, posterior);
  }
  for (std::size_t k = 0; k < data.components; ++k) {
    const double variance = posterior.dimension_sd[k] - posterior.dimension[k] * posterior.dimension[k];
    posterior.dimension_sd[k] = std::sqrt(std::max(0.0, variance));
  }
  return posterior;
}

Posterior best_chain(const MixtureData& data, const EstimatorSettings& settings, const Progress& progress) {
  const std::vector<NeighborLaw> laws = laws_of(data);
  std::vector<Posterior> chains(kChains);
  parallel_for(kChains, settings.threads, [&](std::size_t number, unsigned) {
    chains[number] = run_chain(data, laws, settings.seed, number, progress);
  });
  return *std::ranges::max_element(chains, {}, &Posterior::log_posterior);
}

Uncertainty uncertainty_of(std::vector<double> values, double mean) {
  std::ranges::sort(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto at = [&](double level) {
    return values[static_cast<std::size_t>(level * static_cast<double>(values.size() - 1) + 0.5)];
  };
  return {std::sqrt(squares / static_cast<double>(values.size() - 1)), {at(0.025), at(0.975)}};
}

/// Components by their dimensions.
std::vector<std::size_t> order_of(const Posterior& posterior) {
  std::vector<std::size_t> order(posterior.dimension.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t k) { return posterior.dimension[k]; });
  return order;
}

void add_local(const Posterior& posterior, const std::vector<std::size_t>& order, const Members& members,
               DimensionEstimate& made) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const std::size_t components = order.size();
  PointValues probabilities{"probabilities", components, {}};
  for (const std::uint32_t point : members.number) {
    const bool known = point < members.rows.size();
    made.local.push_back(known ? posterior.point_dimension[point] : none);
    for (const std::size_t k : order) {
      probabilities.values.push_back(known ? posterior.probability[point * components + k] : none);
    }
  }
  made.point_values.push_back(std::move(probabilities));
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  if (sample.neighbors.rows() < sample.points()) {
    return Refusal{"needs the neighbours of all points, not of anchors alone"};
  }
  const Members members = members_of(sample);
  const std::optional<double> dimension = twonn_value(sample.distances, TwonnVariant::ml);
  if (!dimension || members.rows.empty()) return std::vector<DimensionEstimate>{};
  if (members.rows.size() < kFewestPoints * settings.components) {
    return Refusal{"needs at least " + std::to_string(kFewestPoints * settings.components) +
                   " distinct points for " + std::to_string(settings.components) +
                   " components, and there are " + std::to_string(members.rows.size())};
  }
  const MixtureData data = data_of(sample, members, settings.components, *dimension);
  const Posterior best = best_chain(data, settings, progress);
  const double value = std::accumulate(best.value.begin(), best.value.end(), 0.0) / kSweeps;
  DimensionEstimate made = plain_estimate("hidalgo", "posterior_mean", value, members.rows.size());
  made.analytic = uncertainty_of(best.value, value);
  set_uncertainty(made, {}, 0);
  const std::vector<std::size_t> order = order_of(best);
  for (const std::size_t k : order) {
    made.components.push_back({best.weight[k], best.dimension[k], best.dimension_sd[k]});
  }
  if (settings.local) add_local(best, order, members, made);
  return std::vector{made};
}

}  // namespace

Estimator hidalgo_estimator() {
  return {.name = "hidalgo",
          .neighbors = [](const EstimatorSettings&) { return kNeighbors; },
          .from_sample = estimate,
          .looks_at_rows = false};
}

}  // namespace fathom
