#include "estimate/mixture_chain.h"

#include <algorithm>
#include <boost/random/gamma_distribution.hpp>
#include <cmath>
#include <utility>

namespace fathom {

namespace {

double choose(double from, unsigned count) {
  double ways = 1.0;
  for (unsigned i = 0; i < count; ++i) ways *= (from - i) / (i + 1.0);
  return std::max(ways, 0.0);
}

double draw_gamma(Generator& generator, double shape, double rate) {
  return boost::random::gamma_distribution<double>(shape, 1.0 / rate)(generator);
}

}  // namespace

NeighborLaw::NeighborLaw(std::size_t points, unsigned neighbors, double zeta)
    : link(std::log(zeta / (1.0 - zeta))), log_norms{0.0} {
  for (std::size_t size = 1; size <= points; ++size) {
    double sum = 0.0;
    for (unsigned own = 0; own <= neighbors; ++own) {
      sum += choose(static_cast<double>(size - 1), own) *
             choose(static_cast<double>(points - size), neighbors - own) * std::pow(zeta, own) *
             std::pow(1.0 - zeta, neighbors - own);
    }
    log_norms.push_back(-static_cast<double>(size) * std::log(sum));
  }
}

MixtureChain::MixtureChain(const MixtureData& data, const NeighborLaw& law, Generator generator)
    : data_(data),
      law_(&law),
      generator_(std::move(generator)),
      dimensions_(data.components, data.prior_dimension),
      weights_(data.components, 1.0 / static_cast<double>(data.components)),
      sizes_(data.components, 0) {
  for (std::size_t i = 0; i < data.log_ratios.size(); ++i) {
    assignments_.push_back(static_cast<std::uint32_t>(uniform_below(generator_, data.components)));
    ++sizes_[assignments_.back()];
  }
}

void MixtureChain::sweep() {
  draw_dimensions();
  draw_weights();
  draw_assignments();
}

void MixtureChain::assign(std::uint32_t point, std::uint32_t component) {
  --sizes_[assignments_[point]];
  assignments_[point] = component;
  ++sizes_[component];
}

void MixtureChain::draw_dimensions() {
  std::vector<double> sums(data_.components, 0.0);
  for (std::size_t i = 0; i < assignments_.size(); ++i) sums[assignments_[i]] += data_.log_ratios[i];
  for (std::size_t k = 0; k < data_.components; ++k) {
    dimensions_[k] =
        draw_gamma(generator_, 1.0 + static_cast<double>(sizes_[k]), 1.0 / data_.prior_dimension + sums[k]);
  }
}

void MixtureChain::draw_weights() {
  double sum = 0.0;
  for (std::size_t k = 0; k < data_.components; ++k) {
    weights_[k] = draw_gamma(generator_, 1.0 + static_cast<double>(sizes_[k]), 1.0);
    sum += weights_[k];
  }
  for (double& weight : weights_) weight /= sum;
}

void MixtureChain::log_odds(std::uint32_t point, std::span<double> odds) const {
  for (std::size_t k = 0; k < data_.components; ++k) {
    const std::size_t others = sizes_[k] - (assignments_[point] == k ? 1 : 0);
    odds[k] = std::log(weights_[k] * dimensions_[k]) - dimensions_[k] * data_.log_ratios[point] +
              law_->log_norms[others + 1] - law_->log_norms[others];
  }
  for (const std::uint32_t other : data_.links[point]) odds[assignments_[other]] += law_->link;
}

void MixtureChain::draw_assignments() {
  std::vector<double> odds(data_.components);
  for (std::uint32_t point = 0; point < assignments_.size(); ++point) {
    log_odds(point, odds);
    const double most = *std::ranges::max_element(odds);
    double sum = 0.0;
    for (double& one : odds) sum += one = std::exp(one - most);
    double left = uniform_unit(generator_) * sum;
    std::uint32_t chosen = 0;
    while (chosen + 1 < odds.size() && left >= odds[chosen]) left -= odds[chosen++];
    assign(point, chosen);
  }
}

double MixtureChain::log_posterior() const {
  double sum = 0.0, linked = 0.0;
  for (std::size_t i = 0; i < assignments_.size(); ++i) {
    const std::uint32_t own = assignments_[i];
    sum += std::log(weights_[own] * dimensions_[own]) - (dimensions_[own] + 1.0) * data_.log_ratios[i];
    for (const std::uint32_t other : data_.links[i]) linked += assignments_[other] == own ? 0.5 : 0.0;
  }
  for (std::size_t k = 0; k < data_.components; ++k) {
    sum += law_->log_norms[sizes_[k]] - dimensions_[k] / data_.prior_dimension;
  }
  return sum + law_->link * linked;
}

}  // namespace fathom
