// When a number should not be taken at its face: every threshold, with its source, and the words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fathom/report/measure_record.h"

namespace fathom::thresholds {

/// (maximum - minimum) / full scale below which an image counts as low in contrast. Our choice: 5 of 255 grey
/// levels, about the noise of 8-bit JPEG at quality 90.
inline constexpr double low_contrast = 0.02;
/// Largest share of the images that k neighbours may be. Our choice: at a tenth the neighbourhood is no
/// longer local, and the Poisson model of Levina and Bickel (2004) assumes that it is.
inline constexpr double largest_neighbourhood = 0.1;
/// Relative change of d between half the images and all of them above which d is called not stable. Our
/// choice, after P1's prostate set: 7.7 at 500 images, 4.6 at 1750, which near-duplicate slices cause.
inline constexpr double unstable_in_images = 0.1;
/// Relative difference of MLE and TwoNN above which they are said to disagree; on uniform data of known
/// dimension up to 20 they differ by less than 10 % (flat-torus table in docs/estimators.md).
inline constexpr double estimators_disagree = 0.25;
/// A difference must also exceed this many standard errors before it is remarked on.
inline constexpr double standard_errors = 3.0;

/// Degrees of freedom of a clustered error below which its interval is said to be uncertain itself: p values
/// from fewer are not to be trusted (Pustejovsky and Tipton 2018, after Tipton 2015).
inline constexpr double few_degrees_of_freedom = 4.0;
/// Data sets below which those of a study are said to tell little of another: the prediction interval of four
/// is several orders of magnitude wide (the same test).
inline constexpr std::size_t few_datasets_to_predict = 6;
/// A trend is said to rest on one data set when leaving that out changes its sign, or makes r or R^2 less
/// than this share of what it was. Our choice, after P1's prostate set: without it R^2 falls from 0.79 to
/// 0.06.
inline constexpr double halved = 0.5;
/// R^2 below which there is hardly a trend to lose. Our choice: Cohen's (1988) medium effect is an R^2 of
/// 0.13.
inline constexpr double r_squared_worth_remarking = 0.1;

}  // namespace fathom::thresholds

namespace fathom {

/// Sentences for the user, each saying what is the matter and what to do. Empty when all is well.
std::vector<std::string> warnings(const MeasureRecord& record);

}  // namespace fathom
