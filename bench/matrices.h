// The matrices that the benchmarks run on, made from the real data sets.
#pragma once

#include <filesystem>
#include <string>

#include "fathom/core/matrix.h"

namespace fathom::bench {

/// | name | rows x components | stored as | what |
/// | --- | --- | --- | --- |
/// | mnist | 10,000 x 784 | 8-bit | MNIST t10k |
/// | mnist-x20 | 200,000 x 784 | 8-bit | and 19 copies, turned by up to 15 degrees and moved by up to 2
/// pixels | | cifar10 | 10,000 x 3,072 | 8-bit | CIFAR-10 test | | cifar10-x6 | 60,000 x 3,072 | 8-bit | and
/// its mirror image, and both moved by 1 to 4 pixels, twice | | cifar10-float | 10,000 x 3,072 | float32 | as
/// torchvision's users normalise it: ToTensor, Normalize | | brainmri | 1,426 x 50,176 | float32 | brain MRI
/// under miccai2022 | | noise-float | 10,000 x 3,072 | float32 | standard normal: no basis and no order helps
/// |
///
/// Copies are distinct. `data` holds mnist/, cifar10-test/ and brainmri/. Throws UsageError for another name.
RowMatrix make_matrix(const std::string& name, const std::filesystem::path& data, unsigned threads);

}  // namespace fathom::bench
