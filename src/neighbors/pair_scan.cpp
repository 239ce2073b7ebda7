#include "fathom/neighbors/pair_scan.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "fathom/core/parallel.h"
#include "fathom/neighbors/packed_rows.h"
#include "neighbors/code_search.h"
#include "neighbors/cost_model.h"
#include "neighbors/direct_distances.h"
#include "neighbors/principal_components.h"
#include "neighbors/product_search.h"
#include "neighbors/row_search.h"
#include "neighbors/row_values.h"

namespace fathom {

namespace {

/// Codes whose bound leaves more of the pairs open than this are no better than none.
constexpr double kLargestShare = 0.1;
/// A filter must promise to be this much faster than tiles; and to be looked into, if nothing survived.
constexpr double kWorthwhile = 0.9, kWorthTrying = 0.7;
/// Nor are products in float32 that leave so many more of the pairs open than there are neighbours.
constexpr double kLargestRowShare = 0.05, kMostOpen = 3.0;

void check_rows(const RowMatrix& matrix, std::span<const std::uint32_t> order, unsigned threads) {
  if (matrix.exact_integers()) return;
  parallel_for(order.size(), threads, [&](std::size_t p, unsigned) {
    with_row(matrix, order[p], [&](const auto& values) { check_magnitudes(values, order[p]); });
  });
}

/// Prefixes that are scanned one after the other: those asked for, and doublings in between, since a limit
/// that a small prefix has found rules out most of a larger one. One ends with the anchors, so that no block
/// holds both anchors and others.
std::vector<std::uint32_t> steps_of(std::span<const std::uint32_t> prefixes, std::uint32_t anchors) {
  constexpr std::uint64_t smallest = 96;
  std::vector<std::uint32_t> all(prefixes.begin(), prefixes.end());
  all.push_back(anchors);
  for (std::uint64_t prefix = smallest; prefix < prefixes.back(); prefix *= 2) {
    all.push_back(static_cast<std::uint32_t>(prefix));
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// The prefixes, and between two of them so many that a guess is of an eighth as many positions as were
/// scanned before: all at once would take more memory, and by then the limits of the earlier ones would be
/// old.
std::vector<std::uint32_t> stages_of(std::span<const std::uint32_t> prefixes) {
  constexpr std::uint32_t smallest = 8192;
  std::vector<std::uint32_t> stages;
  std::uint32_t done = 0;
  for (const std::uint32_t prefix : prefixes) {
    const std::uint32_t piece = done == 0 ? prefix : std::max(smallest, (done + 7) / 8);
    while (prefix - done > piece) stages.push_back(done += piece);
    stages.push_back(done = prefix);
  }
  return stages;
}

/// Positions from `first` to `end`, in blocks.
std::vector<PositionBlock> blocks_of(std::uint32_t first, std::uint32_t end, std::uint32_t block_rows) {
  std::vector<PositionBlock> blocks;
  for (; first < end; first += block_rows) blocks.push_back({first, std::min(block_rows, end - first)});
  return blocks;
}

/// A guess is worth its second pass over the codes from so many rows on.
constexpr std::uint32_t kWorthGuessing = 2048;

}  // namespace

PairScan::PairScan(const RowMatrix& matrix, std::vector<std::uint32_t> order, const PairScanOptions& options)
    : matrix_(matrix), order_(std::move(order)), options_(options) {
  FATHOM_CHECK(matrix.rows() < std::size_t{1} << 31);
  position_.assign(matrix.rows(), std::numeric_limits<std::uint32_t>::max());
  for (std::uint32_t p = 0; p < size(); ++p) {
    FATHOM_CHECK(order_[p] < matrix.rows());
    position_[order_[p]] = p;
  }
  anchors_ = options_.anchors == 0 ? size() : std::min(size(), options_.anchors);
  if (order_.empty()) return;
  choose_search();
}

PairScan::~PairScan() = default;

/// To be scanned: pairs of anchors, and of an anchor with another.
std::uint64_t PairScan::pairs() const {
  const std::uint64_t among = std::uint64_t{anchors_} * (anchors_ - 1) / 2;
  return among + std::uint64_t{anchors_} * (size() - anchors_);
}

/// By rows, where float32 can tell them apart, or forced.
bool PairScan::choose_rows(bool forced) {
  if (!matrix_.exact_integers()) check_rows(matrix_, order_, options_.threads);
  std::unique_ptr<RowSearch> search = make_row_search(matrix_, order_, options_, forced);
  if (search == nullptr) return false;
  const double sure = kMostOpen * static_cast<double>(options_.neighbors) / size();
  if (!forced && search->open_share(*this, options_.neighbors) > kLargestRowShare + sure) return false;
  mode_ = SearchMode::rows;
  compared_components_ = matrix_.stored_cols();
  row_search_ = search.get();
  search_ = std::move(search);
  return true;
}

void PairScan::choose_search() {
  const std::size_t components = matrix_.stored_cols();
  const bool bytes = matrix_.exact_integers();
  const cost_model::Task task{size(), components, options_.neighbors, bytes, static_cast<double>(pairs())};
  const std::size_t row_bytes = components * (bytes ? sizeof(std::uint8_t) : sizeof(float));
  bool rows_may = options_.search == SearchMode::automatic && row_bytes <= kMostPackedBytes / size();
  if (options_.search == SearchMode::rows || (rows_may && cost_model::rows_are_fastest(task, anchors()))) {
    if (choose_rows(options_.search == SearchMode::rows)) return;
    rows_may = false;
  }
  const double rows_seconds =
      rows_may ? cost_model::rows(task, anchors()) : std::numeric_limits<double>::infinity();

  // Codes of whole rows: the tiles' own, and the filter's second look.
  std::optional<Codes> whole;
  double tiles_seconds = cost_model::tiles(task);
  if (bytes) {
    whole = stored_codes(matrix_, order_, options_);
  } else {
    whole = quantised_codes(matrix_, order_, options_);
    const double share = cost_model::surviving_share(task, *whole, *this);
    if (share > kLargestShare) {
      whole.reset();
    } else {
      tiles_seconds = cost_model::coded_tiles(task, share);
    }
  }

  if (options_.search != SearchMode::tiles) {
    const bool forced = options_.search == SearchMode::filter;
    const double otherwise = std::min(tiles_seconds, rows_seconds);
    std::size_t largest = 0;  // number of components that could pay
    for (const std::size_t size : cost_model::filter_sizes) {
      const double at_best = cost_model::projecting(task, size) + cost_model::filtering(task, size, 0.0);
      if (forced || at_best < kWorthTrying * otherwise) largest = size;
    }
    if (largest > 0) {
      const Sample sample = take_sample(matrix_, order_, cost_model::sample_rows(task), options_);
      const PrincipalComponents directions = principal_components(sample, largest - 1, options_);
      const cost_model::FilterPlan plan = cost_model::plan_filter(task, sample, directions, largest);
      if (forced || plan.seconds < kWorthwhile * otherwise) {
        ProjectedCodes few = projected_codes(
            matrix_, order_, rotated_projection(sample, directions, plan.size - 1, options_), options_);
        const double share = forced ? 0.0 : cost_model::surviving_share(task, few.coarse, *this);
        if (forced || cost_model::filtering(task, plan.size, share) < otherwise) {
          mode_ = SearchMode::filter;
          compared_components_ = few.coarse.cols();
          search_ = std::make_unique<CodeSearch>(std::move(few), std::move(whole), options_);
          return;
        }
      }
    }
  }
  if (rows_seconds < tiles_seconds && choose_rows(false)) return;
  mode_ = SearchMode::tiles;
  compared_components_ = components;
  if (whole && whole->distances_are_small()) {
    search_ = std::make_unique<CodeSearch>(std::move(*whole), options_);
  } else {
    search_ = std::make_unique<ProductSearch>(matrix_, order_, options_);
  }
}

bool PairScan::bounds_are_exact() const {
  return search_ == nullptr || search_->bounds_are_exact();
}

double PairScan::upper(std::uint32_t a, std::uint32_t b, double lower) const {
  return search_ == nullptr ? lower : search_->upper(position_[a], position_[b], lower);
}

double PairScan::upper(std::uint32_t position_a, std::uint32_t position_b) const {
  return search_->close_upper(*this, position_a, position_b);
}

SquaredDistance PairScan::exact(std::uint32_t a, std::uint32_t b) const {
  SquaredDistance squared{};
  exact(a, {&b, 1}, {&squared, 1});
  return squared;
}

void PairScan::exact(std::uint32_t a, std::span<const std::uint32_t> others,
                     std::span<SquaredDistance> out) const {
  direct_distances(matrix_, a, others, options_, out);
}

void PairScan::exact(std::span<const RowPair> pairs, std::span<SquaredDistance> out, unsigned threads) const {
  PairScanOptions options = options_;
  options.threads = threads;
  direct_distances(matrix_, pairs, options, out);
}

void PairScan::run(std::span<Collector* const> collectors, std::span<const std::uint32_t> prefixes,
                   Progress& progress) {
  FATHOM_CHECK(!prefixes.empty() && prefixes.back() == size() && std::ranges::is_sorted(prefixes));
  FATHOM_CHECK(search_ != nullptr);
  if (row_search_ != nullptr) {
    std::vector<Collector*> others;
    RowCollector* rows = nullptr;
    for (Collector* collector : collectors) {
      RowCollector* of_rows = rows == nullptr ? collector->by_rows() : nullptr;
      if (of_rows == nullptr) others.push_back(collector);
      if (of_rows != nullptr) rows = of_rows;
    }
    if (rows != nullptr) {
      run_rows(*rows, collectors, others, prefixes, progress);
      row_search_ = nullptr;
      if (search_->bounds_are_exact()) search_.reset();
      return;
    }
  }
  std::size_t wanted = 0;
  for (const Collector* collector : collectors) wanted = std::max(wanted, collector->neighbors_to_tighten());
  const bool guessing = search_->guesses() && wanted > 0 && size() >= kWorthGuessing;
  progress.begin("comparing pairs", guessing ? 2 * pairs() : pairs());
  const auto advance = [&](PositionBlock row, PositionBlock col, std::uint64_t times) {
    const std::uint64_t all = std::uint64_t{row.count} * col.count;
    progress.advance(times * (row.first == col.first ? (all - row.count) / 2 : all));
  };

  const std::vector<std::uint32_t> stages =
      guessing ? stages_of(prefixes) : std::vector(prefixes.begin(), prefixes.end());
  const std::vector<std::uint32_t> steps = steps_of(stages, anchors());
  std::vector<PositionBlock> blocks;  // of all steps so far
  std::uint32_t done = 0;
  std::size_t step = 0;
  for (const std::uint32_t stage : stages) {
    const std::size_t first_step = step;
    while (step < steps.size() && steps[step] <= stage) ++step;
    const std::span<const std::uint32_t> own(steps.data() + first_step, step - first_step);
    const bool guessed_first = guessing && stage >= kWorthGuessing && done < anchors();
    if (guessed_first) {
      // Limits of earlier positions are good already, and guesses of all would take twice the memory.
      const PositionBlock fresh{done, std::min(stage, anchors()) - done};
      search_->begin_guesses(fresh, wanted);
      std::vector<PositionBlock> guessed = blocks;
      for_each_pair_of_blocks(own, done, guessed, [&](PositionBlock row, PositionBlock col, unsigned worker) {
        progress.check();
        search_->guess(row, col, worker);
        advance(row, col, 1);
      });
      tighten(collectors, fresh, progress);
      search_->end_guesses();
    }
    for_each_pair_of_blocks(own, done, blocks, [&](PositionBlock row, PositionBlock col, unsigned worker) {
      progress.check();
      Delivery delivery(*this, collectors, worker);
      search_->compare(row, col, delivery);
      advance(row, col, guessing && !guessed_first ? 2 : 1);
    });
    done = stage;
    if (!std::ranges::binary_search(prefixes, stage)) continue;
    for (Collector* collector : collectors) collector->prefix_complete(*this, stage);
  }
  if (search_->bounds_are_exact()) search_.reset();  // nobody asks for bounds, and codes take memory
  progress.end();
}

/// Rows of earlier prefixes with what is new, and new ones with all.
void PairScan::run_rows(RowCollector& rows, std::span<Collector* const> collectors,
                        std::span<Collector* const> others, std::span<const std::uint32_t> prefixes,
                        Progress& progress) {
  progress.begin("comparing pairs", std::uint64_t{anchors()} * size());
  std::uint32_t done = 0;
  for (const std::uint32_t prefix : prefixes) {
    struct Task {
      PositionBlock rows, cols;
    };
    std::vector<Task> tasks;
    const std::uint32_t known = std::min(done, anchors()), end = std::min(prefix, anchors());
    const std::uint32_t together = row_search_->rows_together(end, options_.threads);
    for (const PositionBlock block : blocks_of(known, end, together)) tasks.push_back({block, {0, prefix}});
    if (done < prefix) {
      for (const PositionBlock block : blocks_of(0, known, together)) {
        tasks.push_back({block, {done, prefix - done}});
      }
    }
    parallel_for(tasks.size(), options_.threads, [&](std::size_t index, unsigned worker) {
      progress.check();
      const Task& task = tasks[index];
      Delivery delivery(*this, others, worker);
      row_search_->nearest(task.rows, task.cols, rows, delivery);
      progress.advance(std::uint64_t{task.rows.count} * task.cols.count);
    });
    done = prefix;
    for (Collector* collector : collectors) collector->prefix_complete(*this, prefix);
  }
  progress.end();
}

/// The pairs of blocks of one step after the other; `blocks` are those of the positions before, and grow.
void PairScan::for_each_pair_of_blocks(
    std::span<const std::uint32_t> steps, std::uint32_t done, std::vector<PositionBlock>& blocks,
    const std::function<void(PositionBlock, PositionBlock, unsigned)>& body) const {
  for (const std::uint32_t step : steps) {
    const std::size_t old_blocks = blocks.size();
    for (const PositionBlock block : blocks_of(done, step, search_->block_rows())) blocks.push_back(block);
    // Tasks run column by column, so that a thread packs its right block once; long columns first.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> tasks;
    for (std::size_t col = blocks.size(); col-- > old_blocks;) {
      for (std::size_t row = 0; row <= col && blocks[row].first < anchors(); ++row) {
        tasks.emplace_back(static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(col));
      }
    }
    parallel_for(tasks.size(), options_.threads, [&](std::size_t index, unsigned worker) {
      body(blocks[tasks[index].first], blocks[tasks[index].second], worker);
    });
    done = step;
  }
}

void PairScan::tighten(std::span<Collector* const> collectors, PositionBlock positions,
                       Progress& progress) const {
  constexpr std::uint32_t chunk = 32;
  const std::uint32_t end = positions.first + positions.count;
  parallel_for((positions.count + chunk - 1) / chunk, options_.threads, [&](std::size_t index, unsigned) {
    progress.check();
    const std::uint32_t first = positions.first + static_cast<std::uint32_t>(index) * chunk;
    for (std::uint32_t p = first; p < std::min(end, first + chunk); ++p) {
      const std::vector<std::uint32_t> near = search_->guessed(p);
      for (Collector* collector : collectors) collector->tighten(*this, p, near);
    }
  });
}

std::vector<std::uint32_t> halving_prefixes(std::uint32_t count, unsigned levels, std::uint32_t smallest) {
  std::vector<std::uint32_t> prefixes{count};
  for (unsigned level = 1; level <= levels; ++level) {
    const std::uint32_t part = count >> level;
    if (part < smallest || part == 0) break;
    prefixes.push_back(part);
  }
  std::ranges::reverse(prefixes);
  return prefixes;
}

}  // namespace fathom
