#include "fathom/neighbors/label_pairs.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

namespace fathom {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kSeveral = -1;  // a row that stands for several images

/// A pair of distinct rows, first < second.
struct Candidate {
  double lower;
  std::uint32_t first, second;
  bool exact;
};

double upper_bound_of(const PairScan& scan, const Candidate& candidate) {
  return candidate.exact
             ? candidate.lower
             : candidate.lower + 2.0 * (scan.margin(candidate.first) + scan.margin(candidate.second));
}

/// The `wanted` nearest of the pairs shown to it.
class NearestPairs {
 public:
  explicit NearestPairs(std::size_t wanted) : wanted_(wanted) {}

  double threshold() const { return threshold_; }

  void add(const PairScan& scan, double lower, std::uint32_t row_a, std::uint32_t row_b) {
    if (!(lower <= threshold_)) return;
    pairs_.push_back({lower, std::min(row_a, row_b), std::max(row_a, row_b), scan.bounds_are_exact()});
    if (pairs_.size() >= 2 * wanted_ + 16) prune(scan);
  }

  /// All pairs at most as far as the wanted-th, distances known, in no order.
  std::vector<Candidate> settled(const PairScan& scan) const {
    NearestPairs copy = *this;
    copy.prune(scan);
    copy.make_exact(scan);
    copy.prune(scan);
    return copy.pairs_;
  }

 private:
  void make_exact(const PairScan& scan) {
    for (Candidate& pair : pairs_) {
      if (pair.exact) continue;
      pair.lower = scan.exact(pair.first, pair.second).value;
      pair.exact = true;
    }
  }

  void prune(const PairScan& scan) {
    if (pairs_.size() <= wanted_) return;
    cut(scan);
    if (pairs_.size() < 2 * wanted_ + 16) return;
    make_exact(scan);  // bounds too wide to tell ties apart
    // Ties beyond the wanted are decided by index, so that memory stays bounded and order does not matter.
    const auto closer = [](const Candidate& a, const Candidate& b) {
      return std::tie(a.lower, a.first, a.second) < std::tie(b.lower, b.first, b.second);
    };
    const auto last = pairs_.begin() + static_cast<std::ptrdiff_t>(wanted_);
    std::nth_element(pairs_.begin(), last - 1, pairs_.end(), closer);
    threshold_ = pairs_[wanted_ - 1].lower;
    pairs_.erase(last, pairs_.end());
  }

  void cut(const PairScan& scan) {
    std::vector<double> uppers;
    uppers.reserve(pairs_.size());
    for (const Candidate& pair : pairs_) uppers.push_back(upper_bound_of(scan, pair));
    const auto kth = uppers.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1);
    std::nth_element(uppers.begin(), kth, uppers.end());
    threshold_ = *kth;
    std::erase_if(pairs_, [&](const Candidate& pair) { return pair.lower > threshold_; });
  }

  std::size_t wanted_;
  double threshold_ = kInfinity;
  std::vector<Candidate> pairs_;
};

// A histogram over the bits of a float64: 2^13 bins an octave, from 2^-100 to 2^100.
constexpr int kBinShift = 52 - 13;
constexpr std::uint64_t kFirstBin = std::bit_cast<std::uint64_t>(0x1p-100) >> kBinShift;
constexpr std::uint64_t kLastBin = std::bit_cast<std::uint64_t>(0x1p100) >> kBinShift;

std::size_t bin_of(double squared) {
  if (!(squared > 0x1p-100)) return 0;
  const std::uint64_t bin = std::bit_cast<std::uint64_t>(squared) >> kBinShift;
  return static_cast<std::size_t>(std::min(bin, kLastBin) - kFirstBin);
}

double bin_start(std::size_t bin) {
  return std::bit_cast<double>((bin + kFirstBin) << kBinShift);
}

/// Counts by bin, allocated an octave at a time: distances of one data set spread over few.
class Histogram {
 public:
  Histogram() : octaves_((kLastBin - kFirstBin) / kOctave + 1) {}

  void add(double squared, std::uint64_t count) {
    const std::size_t bin = bin_of(squared);
    auto& octave = octaves_[bin / kOctave];
    if (octave.empty()) octave.assign(kOctave, 0);
    octave[bin % kOctave] += count;
  }

  void add(const Histogram& other) {
    for (std::size_t o = 0; o < octaves_.size(); ++o) {
      if (other.octaves_[o].empty()) continue;
      if (octaves_[o].empty()) octaves_[o].assign(kOctave, 0);
      for (std::size_t i = 0; i < kOctave; ++i) octaves_[o][i] += other.octaves_[o][i];
    }
  }

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& octave : octaves_) {
      for (const std::uint64_t count : octave) sum += count;
    }
    return sum;
  }

  /// Value below which a share `level` of the total lies, linear within a bin. total() > 0.
  double quantile(double level) const {
    const double wanted = level * static_cast<double>(total());
    double below = 0.0;
    std::size_t last = 0;
    for (std::size_t o = 0; o < octaves_.size(); ++o) {
      for (std::size_t i = 0; i < octaves_[o].size(); ++i) {
        const auto count = static_cast<double>(octaves_[o][i]);
        if (count == 0.0) continue;
        last = o * kOctave + i;
        if (below + count >= wanted) {
          const double start = bin_start(last);
          return start + (bin_start(last + 1) - start) * ((wanted - below) / count);
        }
        below += count;
      }
    }
    return bin_start(last + 1);
  }

 private:
  static constexpr std::size_t kOctave = std::size_t{1} << 13;
  std::vector<std::vector<std::uint64_t>> octaves_;
};

struct Copy {
  std::uint32_t image;
  std::int32_t label;
};

}  // namespace

struct LabelPairs::State {
  LabelPairsRequest request;
  /// Of a matrix row: its class, or kSeveral where several images share the row.
  std::vector<std::int32_t> row_label;
  /// Of a row that several images share: the images.
  std::vector<std::vector<std::uint32_t>> copies;
  /// Of an image: the draws that hold it, one bit each.
  std::vector<std::uint64_t> in_draw;
  std::size_t draw_words = 0;

  std::vector<Histogram> histograms;  ///< one a thread
  std::mutex mutex;
  NearestPairs nearest{1};
  std::vector<NearestPairs> draws;
  /// Pairs above it matter to nobody. Only ever falls.
  std::atomic<double> threshold{kInfinity};

  std::vector<std::uint32_t> images_of(std::uint32_t row) const {
    return row_label[row] == kSeveral ? copies[row] : std::vector<std::uint32_t>{row};
  }

  /// Pairs of images with different labels that two rows stand for.
  std::uint64_t pairs_between(std::uint32_t a, std::uint32_t b) const {
    if (row_label[a] != kSeveral && row_label[b] != kSeveral) return row_label[a] != row_label[b] ? 1 : 0;
    std::uint64_t pairs = 0;
    for (const std::uint32_t i : images_of(a)) {
      for (const std::uint32_t j : images_of(b)) pairs += request.label[i] != request.label[j] ? 1 : 0;
    }
    return pairs;
  }

  bool both_in(std::size_t draw, std::uint32_t a, std::uint32_t b) const {
    const auto holds = [&](std::uint32_t image) {
      return (in_draw[image * draw_words + draw / 64] >> (draw % 64) & 1) != 0;
    };
    for (const std::uint32_t i : images_of(a)) {
      for (const std::uint32_t j : images_of(b)) {
        if (request.label[i] != request.label[j] && holds(i) && holds(j)) return true;
      }
    }
    return false;
  }

  void add(const PairScan& scan, double lower, std::uint32_t a, std::uint32_t b) {
    nearest.add(scan, lower, a, b);
    double highest = nearest.threshold();
    for (std::size_t d = 0; d < draws.size(); ++d) {
      if (lower <= draws[d].threshold() && both_in(d, a, b)) draws[d].add(scan, lower, a, b);
      highest = std::max(highest, draws[d].threshold());
    }
    threshold.store(highest, std::memory_order_relaxed);
  }
};

LabelPairs::LabelPairs(const PairScan& scan, const Duplicates& duplicates, LabelPairsRequest request)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.request = std::move(request);
  const std::size_t images = state.request.label.size();
  FATHOM_CHECK(images == duplicates.first.size());
  state.row_label = state.request.label;
  state.copies.resize(images);
  for (const auto& group : duplicates.groups) {
    state.row_label[group.front()] = kSeveral;
    state.copies[group.front()] = group;
  }
  state.draw_words = (state.request.draws.size() + 63) / 64;
  state.in_draw.assign(images * state.draw_words, 0);
  for (std::size_t d = 0; d < state.request.draws.size(); ++d) {
    for (const std::uint32_t image : state.request.draws[d]) {
      state.in_draw[image * state.draw_words + d / 64] |= std::uint64_t{1} << (d % 64);
    }
  }
  state.nearest = NearestPairs(state.request.nearest);
  state.draws.assign(state.request.draws.size(), NearestPairs(1));
  state.histograms.resize(std::max(1u, scan.options().threads));
}

LabelPairs::~LabelPairs() = default;

void LabelPairs::collect(const PairScan& scan, const PairBlock& block, unsigned worker) {
  State& state = *state_;
  Histogram& histogram = state.histograms[worker];
  std::vector<Candidate> found;
  const auto& group = state.request.group;
  for (std::uint32_t r = 0; r < block.rows; ++r) {
    const double* lower = block.lower + r * block.stride;
    const std::uint32_t row = scan.row(block.first_row + r);
    const double threshold = state.threshold.load(std::memory_order_relaxed);
    for (std::uint32_t c = block.diagonal ? r + 1 : 0; c < block.cols; ++c) {
      const std::uint32_t col = scan.row(block.first_col + c);
      const std::uint64_t pairs = state.pairs_between(row, col);
      if (pairs == 0 || (!group.empty() && group[row] == group[col])) continue;
      histogram.add(lower[c] + (scan.margin(row) + scan.margin(col)), pairs);
      if (lower[c] <= threshold) found.push_back({lower[c], row, col, false});
    }
  }
  if (found.empty()) return;
  const std::lock_guard lock(state.mutex);
  for (const Candidate& pair : found) state.add(scan, pair.lower, pair.first, pair.second);
}

void LabelPairs::prefix_complete(const PairScan&, std::uint32_t) {}

LabelPairsResult LabelPairs::result(const PairScan& scan) const {
  const State& state = *state_;
  LabelPairsResult result;
  for (const Candidate& pair : state.nearest.settled(scan)) {
    for (const std::uint32_t i : state.images_of(pair.first)) {
      for (const std::uint32_t j : state.images_of(pair.second)) {
        if (state.request.label[i] == state.request.label[j]) continue;
        result.nearest.push_back({ImageIndex{std::min(i, j)}, ImageIndex{std::max(i, j)}, {pair.lower}});
      }
    }
  }
  std::ranges::sort(result.nearest, [](const LabelPair& x, const LabelPair& y) {
    return std::tie(x.squared, x.a, x.b) < std::tie(y.squared, y.a, y.b);
  });
  if (result.nearest.size() > state.request.nearest) result.nearest.resize(state.request.nearest);

  for (const NearestPairs& draw : state.draws) {
    std::optional<SquaredDistance> smallest;
    for (const Candidate& pair : draw.settled(scan)) {
      if (!smallest || pair.lower < smallest->value) smallest = SquaredDistance{pair.lower};
    }
    result.draws.push_back(smallest);
  }

  Histogram all;
  for (const Histogram& histogram : state.histograms) all.add(histogram);
  result.pairs = all.total();
  if (result.pairs > 0) {
    for (std::size_t q = 0; q < quantile_levels.size(); ++q) {
      result.quantiles[q] = {all.quantile(1.0 - quantile_levels[q])};
    }
  }
  return result;
}

}  // namespace fathom
