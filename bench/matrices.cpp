#include "matrices.h"

#include <array>
#include <functional>
#include <map>
#include <numbers>

#include "augment.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/prepare/prepare.h"

namespace fathom::bench {

namespace {

using Path = std::filesystem::path;
using Bytes = Matrix<std::uint8_t>;

RowMatrix prepared(const Path& path, const char* protocol, unsigned threads) {
  return prepare(open_data_set(path), named_protocol(protocol), {threads, false}).matrix;
}

Bytes mnist(const Path& data, unsigned threads) {
  return std::get<Bytes>(prepared(data / "mnist", "native", threads).stored);
}

Bytes cifar10(const Path& data, unsigned threads) {
  return std::get<Bytes>(prepared(data / "cifar10-test", "native", threads).stored);
}

double uniform_within(Generator& generator, double reach) {
  return reach * (2.0 * uniform_unit(generator) - 1.0);
}

Placement digit_copy(Generator& generator, std::size_t copy) {
  if (copy == 0) return {};
  constexpr double turn = 15.0 * std::numbers::pi / 180.0, shift = 2.0;
  Placement placement;
  placement.angle = uniform_within(generator, turn);
  placement.right = uniform_within(generator, shift);
  placement.down = uniform_within(generator, shift);
  return placement;
}

Placement photograph_copy(Generator& generator, std::size_t copy) {
  Placement placement;
  placement.mirrored = copy % 2 == 1;
  if (copy < 2) return placement;
  constexpr int shift = 4;  // the padding of the usual random crop
  while (placement.right == 0.0 && placement.down == 0.0) {
    placement.right = static_cast<double>(uniform_below(generator, 2 * shift + 1)) - shift;
    placement.down = static_cast<double>(uniform_below(generator, 2 * shift + 1)) - shift;
  }
  return placement;
}

Matrix<float> normalised(const Bytes& images) {
  constexpr std::array mean{0.4914f, 0.4822f, 0.4465f}, deviation{0.2470f, 0.2435f, 0.2616f};
  Matrix<float> result(images.rows(), images.cols());
  for (std::size_t i = 0; i < images.rows(); ++i) {
    for (std::size_t k = 0; k < images.cols(); ++k) {
      const std::size_t channel = k % mean.size();
      result.row(i)[k] = (static_cast<float>(images.row(i)[k]) / 255.0f - mean[channel]) / deviation[channel];
    }
  }
  return result;
}

Matrix<float> white_noise(std::size_t rows, std::size_t cols, unsigned threads) {
  Matrix<float> result(rows, cols);
  parallel_for(rows, threads, [&](std::size_t i, unsigned) {
    Generator generator = make_generator(0, i);
    for (float& value : result.row(i)) value = static_cast<float>(standard_normal(generator));
  });
  return result;
}

using Make = std::function<RowMatrix(const Path&, unsigned)>;

const std::map<std::string, Make> kMatrices = {
    {"mnist",
     [](const Path& data, unsigned threads) {
       return RowMatrix{mnist(data, threads), 1.0};
     }},
    {"mnist-x20",
     [](const Path& data, unsigned threads) {
       return RowMatrix{augment(mnist(data, threads), {28, 28, 1}, 20, digit_copy, threads), 1.0};
     }},
    {"cifar10",
     [](const Path& data, unsigned threads) {
       return RowMatrix{cifar10(data, threads), 1.0};
     }},
    {"cifar10-x6",
     [](const Path& data, unsigned threads) {
       return RowMatrix{augment(cifar10(data, threads), {32, 32, 3}, 6, photograph_copy, threads), 1.0};
     }},
    {"cifar10-float",
     [](const Path& data, unsigned threads) {
       return RowMatrix{normalised(cifar10(data, threads)), 1.0};
     }},
    {"brainmri",
     [](const Path& data, unsigned threads) { return prepared(data / "brainmri", "miccai2022", threads); }},
    {"noise-float",
     [](const Path&, unsigned threads) {
       return RowMatrix{white_noise(10'000, 3'072, threads), 1.0};
     }},
};

}  // namespace

RowMatrix make_matrix(const std::string& name, const Path& data, unsigned threads) {
  const auto found = kMatrices.find(name);
  if (found == kMatrices.end()) {
    throw UsageError("NAME", "there is no matrix \"" + name + "\"",
                     "see bench/matrices.h for those there are");
  }
  return found->second(data, threads);
}

}  // namespace fathom::bench
