// Kummer's function at negative arguments, as laws of noisy distances need it.
#pragma once

#include <cstddef>
#include <functional>

namespace fathom {

/// log M(b - alpha, b, -x) for alpha > 0, b > 0, x >= 0; to about 1e-10.
double log_kummer(double alpha, double b, double x);

/// The same for many x of low <= x <= high, to about 1e-6 absolute: interpolated in log x.
std::function<double(double x)> log_kummer_between(double alpha, double b, double low, double high,
                                                   unsigned threads);

}  // namespace fathom
