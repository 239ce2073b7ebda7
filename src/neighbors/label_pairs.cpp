#include "fathom/neighbors/label_pairs.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "fathom/core/parallel.h"
#include "neighbors/label_distances.h"

namespace fathom {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int32_t kSeveral = -1;  // a row that stands for several images

using ImagePair = std::pair<std::uint32_t, std::uint32_t>;

/// A pair of distinct rows, first < second, and the first pair of images that they stand for.
struct Candidate {
  double lower;
  std::uint32_t first, second;
  bool exact;
  ImagePair images;
};

double upper_bound_of(const PairScan& scan, const Candidate& candidate) {
  return candidate.exact ? candidate.lower : scan.upper(candidate.first, candidate.second, candidate.lower);
}

/// The `wanted` nearest of the pairs shown to it.
class NearestPairs {
 public:
  explicit NearestPairs(std::size_t wanted) : wanted_(wanted) {}

  double threshold() const { return threshold_; }

  void add(const PairScan& scan, const Candidate& pair) {
    if (!(pair.lower <= threshold_)) return;
    pairs_.push_back(pair);
    if (pairs_.size() >= 2 * wanted_ + 16) prune(scan);
  }

  /// With a pair whose distance is known.
  void start(const Candidate& pair) {
    threshold_ = pair.lower;
    pairs_.push_back(pair);
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
      return std::tie(a.lower, a.images) < std::tie(b.lower, b.images);
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

}  // namespace

struct LabelPairs::State {
  LabelPairsRequest request;
  const Duplicates* duplicates = nullptr;
  /// Of a matrix row: its class, or kSeveral where several images share the row.
  std::vector<std::int32_t> row_label;
  /// Of a row that several images share: the images.
  std::map<std::uint32_t, std::vector<std::uint32_t>> copies;
  /// Of an image: the draws that hold it, one bit each.
  std::vector<std::uint64_t> in_draw;
  std::size_t draw_words = 0;

  std::mutex mutex;
  NearestPairs nearest{1};
  std::vector<NearestPairs> draws;
  /// Pairs of images whose rows differ, at a squared distance that float64 does not tell from zero.
  std::uint64_t vanishing = 0;
  /// Pairs above it matter to nobody. Only ever falls.
  std::atomic<double> threshold{kInfinity};

  std::vector<std::uint32_t> images_of(std::uint32_t row) const {
    return row_label[row] == kSeveral ? copies.at(row) : std::vector<std::uint32_t>{row};
  }

  /// use(i, j), i < j, for the pairs of images with different labels, and of different groups, that two rows
  /// stand for.
  template <class Use>
  void each_pair(std::uint32_t a, std::uint32_t b, Use use) const {
    const auto take = [&](std::uint32_t i, std::uint32_t j) {
      if (request.label[i] == request.label[j]) return;
      if (!request.group.empty() && request.group[i] == request.group[j]) return;
      use(std::min(i, j), std::max(i, j));
    };
    if (row_label[a] != kSeveral && row_label[b] != kSeveral) return take(a, b);
    for (const std::uint32_t i : images_of(a)) {
      for (const std::uint32_t j : images_of(b)) take(i, j);
    }
  }

  bool both_in(std::size_t draw, const Candidate& pair) const {
    const auto holds = [&](std::uint32_t image) {
      return (in_draw[image * draw_words + draw / 64] >> (draw % 64) & 1) != 0;
    };
    bool both = false;
    each_pair(pair.first, pair.second,
              [&](std::uint32_t i, std::uint32_t j) { both = both || (holds(i) && holds(j)); });
    return both;
  }

  /// Gives every draw a first pair or more, so that its threshold is finite from the start.
  void begin_draws(const PairScan& scan) {
    const std::size_t tries = std::clamp<std::size_t>(4'000'000 / scan.components(), 16, 1000);
    std::vector<std::vector<Candidate>> found(draws.size());
    parallel_for(draws.size(), scan.options().threads, [&](std::size_t d, unsigned) {
      const auto& images = request.draws[d];
      std::size_t tried = 0;
      for (std::size_t step = 1; step < images.size() && tried < tries; ++step) {
        for (std::size_t i = 0; i + step < images.size() && tried < tries; ++i) {
          const ImagePair pair{std::min(images[i], images[i + step]), std::max(images[i], images[i + step])};
          const std::uint32_t a = duplicates->first[pair.first], b = duplicates->first[pair.second];
          if (request.label[pair.first] == request.label[pair.second] || a == b) continue;
          if (!request.group.empty() && request.group[pair.first] == request.group[pair.second]) continue;
          ++tried;
          const double squared = scan.exact(a, b).value;
          if (squared > 0.0) found[d].push_back({squared, std::min(a, b), std::max(a, b), true, pair});
        }
      }
    });
    for (std::size_t d = 0; d < draws.size(); ++d) {
      const auto smallest = std::ranges::min_element(found[d], {}, &Candidate::lower);
      if (smallest != found[d].end()) draws[d].start(*smallest);
    }
  }

  void add(const PairScan& scan, const Candidate& pair) {
    nearest.add(scan, pair);
    double highest = nearest.threshold();
    for (std::size_t d = 0; d < draws.size(); ++d) {
      if (pair.lower <= draws[d].threshold() && both_in(d, pair)) draws[d].add(scan, pair);
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
  for (const auto& group : duplicates.groups) {
    state.row_label[group.front()] = kSeveral;
    state.copies[group.front()] = group;
  }
  state.draw_words = (state.request.draws.size() + 63) / 64;
  state.in_draw.assign(images * state.draw_words, 0);
  for (std::size_t d = 0; d < state.request.draws.size(); ++d) {
    for (const std::uint32_t image : state.request.draws[d]) {
      FATHOM_CHECK(scan.position(duplicates.first[image]) < scan.anchors());
      state.in_draw[image * state.draw_words + d / 64] |= std::uint64_t{1} << (d % 64);
    }
  }
  state.nearest = NearestPairs(state.request.nearest);
  state.draws.assign(state.request.draws.size(), NearestPairs(1));
  state.duplicates = &duplicates;
  state.begin_draws(scan);
}

LabelPairs::~LabelPairs() = default;

double LabelPairs::limit(std::uint32_t) const {
  return state_->threshold.load(std::memory_order_relaxed);
}

void LabelPairs::collect(const PairScan& scan, std::span<const PairBound> pairs, unsigned) {
  State& state = *state_;
  for (const PairBound& pair : pairs) {
    if (!(pair.lower <= state.threshold.load(std::memory_order_relaxed))) continue;
    const std::uint32_t row = scan.row(pair.first), col = scan.row(pair.second);
    std::uint64_t count = 0;
    Candidate candidate{pair.lower, std::min(row, col), std::max(row, col), scan.bounds_are_exact(), {}};
    state.each_pair(row, col, [&](std::uint32_t i, std::uint32_t j) {
      candidate.images = count++ == 0 ? ImagePair{i, j} : std::min(candidate.images, ImagePair{i, j});
    });
    if (count == 0) continue;
    const bool vanishes = pair.lower <= 0.0 && !(scan.exact(row, col).value > 0.0);
    const std::lock_guard lock(state.mutex);
    if (vanishes) {
      state.vanishing += count;
    } else {
      state.add(scan, candidate);
    }
  }
}

void LabelPairs::prefix_complete(const PairScan&, std::uint32_t) {}

std::vector<std::optional<SquaredDistance>> LabelPairs::nearest_in_draws(const PairScan& scan) const {
  std::vector<std::optional<SquaredDistance>> found;
  for (const NearestPairs& draw : state_->draws) {
    std::optional<SquaredDistance> smallest;
    for (const Candidate& pair : draw.settled(scan)) {
      if (!smallest || pair.lower < smallest->value) smallest = SquaredDistance{pair.lower};
    }
    found.push_back(smallest);
  }
  return found;
}

LabelPairsResult LabelPairs::result(const PairScan& scan) const {
  const State& state = *state_;
  LabelPairsResult result;
  for (const Candidate& pair : state.nearest.settled(scan)) {
    state.each_pair(pair.first, pair.second, [&](std::uint32_t i, std::uint32_t j) {
      result.nearest.push_back({ImageIndex{i}, ImageIndex{j}, {pair.lower}});
    });
  }
  std::ranges::sort(result.nearest, [](const LabelPair& x, const LabelPair& y) {
    return std::tie(x.squared, x.a, x.b) < std::tie(y.squared, y.a, y.b);
  });
  if (result.nearest.size() > state.request.nearest) result.nearest.resize(state.request.nearest);

  result.draws = nearest_in_draws(scan);
  const auto count = [&](const auto& counted) {
    return count_label_pairs(*state.duplicates, state.request, counted);
  };
  const std::uint64_t all = count([](std::uint32_t) { return true; }) - state.vanishing;
  result.pairs = all - count([&](std::uint32_t row) { return scan.position(row) >= scan.anchors(); });
  const LabelDistances distances = label_distances(scan, *state.duplicates, state.request, all);
  result.quantile_pairs = distances.pairs;
  result.quantiles = distances.quantiles;
  return result;
}

}  // namespace fathom
