// Whether counts of neighbours follow the binomial law that an estimator takes them to follow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace fathom {

/// The test of Epps and Singleton (J. Stat. Comput. Simul. 26:177, 1986) of `inner` counts against
/// Binomial(outer, p), p = sum inner / sum outer: it compares characteristic functions, and so suits counts.
///
/// Macocco et al. (2023) compare with a simulated sample; here it is the law itself, the limit of an infinite
/// one, with its own covariance S. Counts are standardised by their law, so that one p serves different outer
/// ones, and t = 0.4 and 0.8 over 0.6745, the semi-interquartile range of a normal law. What p, fitted to the
/// same counts, takes up is projected out. W = u' S^-1 u is chi-squared with as many degrees of freedom as S
/// has, 4 at most. Points are taken as independent.
///
/// The p-value; nothing for fewer than ten counts, and where every or no neighbour is counted.
std::optional<double> binomial_p_value(std::span<const std::uint32_t> inner,
                                       std::span<const std::uint32_t> outer);

}  // namespace fathom
