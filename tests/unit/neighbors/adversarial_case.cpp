#include "unit/neighbors/adversarial_case.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <set>

namespace fathom::adversary {

namespace {

bool one_in(Generator& generator, std::uint64_t count) {
  return uniform_below(generator, count) == 0;
}

template <class T, std::size_t count>
T one_of(Generator& generator, const std::array<T, count>& values) {
  return values[uniform_below(generator, count)];
}

/// Around the widths of vectors and panels mostly; sometimes as many as images have, rarely more.
std::size_t choose_cols(Generator& generator) {
  const std::uint64_t chance = uniform_below(generator, 100);
  if (chance < 80) {
    return one_of(generator, std::array<std::size_t, 10>{1, 2, 3, 7, 15, 16, 17, 63, 64, 65});
  }
  if (chance < 94) return one_of(generator, std::array<std::size_t, 3>{784, 1000, 3072});
  if (chance < 98) return one_of(generator, std::array<std::size_t, 2>{9000, 50176});
  return one_of(generator, std::array<std::size_t, 2>{66052, 150528});
}

/// As even over orders of magnitude; sometimes at the edge of a block.
std::size_t choose_rows(std::size_t cols, const CaseLimits& limits, Generator& generator) {
  const double most = std::min(static_cast<double>(limits.rows),
                               std::sqrt(limits.pair_components / static_cast<double>(cols)));
  if (one_in(generator, 6)) {
    const auto edge = one_of(generator, std::array<std::size_t, 6>{2, 3, 239, 240, 241, 481});
    if (static_cast<double>(edge) <= most) return edge;
  }
  return static_cast<std::size_t>(2.0 * std::pow(most / 2.0, uniform_unit(generator)));
}

std::size_t choose_k(std::size_t rows, Generator& generator) {
  if (rows <= 300 && one_in(generator, 4)) {
    return one_of(generator, std::array<std::size_t, 3>{rows - 1, rows, rows + 7});
  }
  if (one_in(generator, 4)) return 1 + uniform_below(generator, std::min<std::size_t>(rows - 1, 150));
  return one_of(generator, std::array<std::size_t, 4>{1, 5, 20, 65});
}

std::vector<std::uint32_t> choose_order(std::uint32_t rows, Generator& generator) {
  std::vector<std::uint32_t> order = random_permutation(rows, generator);
  if (rows > 3 && one_in(generator, 4)) order.resize(2 + uniform_below(generator, rows - 2));
  switch (uniform_below(generator, 4)) {
    case 0:
      std::ranges::sort(order);
      break;
    case 1:
      std::ranges::sort(order, std::greater<>());
      break;
    default:
      break;
  }
  return order;
}

std::vector<std::uint32_t> choose_prefixes(std::uint32_t count, Generator& generator) {
  if (one_in(generator, 2)) return {count};
  const auto levels = static_cast<unsigned>(1 + uniform_below(generator, 5));
  const auto smallest = static_cast<std::uint32_t>(1 + uniform_below(generator, 30));
  return halving_prefixes(count, levels, smallest);
}

PairScanOptions choose_run(SearchMode mode, std::size_t k, Generator& generator) {
  const std::vector<SimdLevel> levels = supported_simd_levels();
  PairScanOptions run;
  run.search = mode;
  run.threads = static_cast<unsigned>(1 + uniform_below(generator, 5));
  run.simd = levels[uniform_below(generator, levels.size())];
  // What was announced steers the cost model and may be wrong.
  run.neighbors = one_in(generator, 4) ? 1 + uniform_below(generator, 100) : k;
  return run;
}

}  // namespace

std::vector<std::uint64_t> case_seeds(std::uint64_t cases, std::uint64_t shard, std::uint64_t shards) {
  if (const char* one = std::getenv("FATHOM_CASE")) {
    return shard == 0 ? std::vector<std::uint64_t>{std::stoull(one)} : std::vector<std::uint64_t>{};
  }
  if (const char* wanted = std::getenv("FATHOM_CASES")) cases = std::stoull(wanted);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = shard; seed < cases; seed += shards) seeds.push_back(seed);
  return seeds;
}

std::vector<std::uint32_t> make_groups(std::size_t rows, Generator& generator) {
  std::vector<std::uint32_t> group(rows, 0);
  const std::uint64_t kind = uniform_below(generator, 8);
  if (kind == 0) return group;
  const std::uint64_t count = 1 + uniform_below(generator, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    group[i] = static_cast<std::uint32_t>(kind < 4 ? i * count / rows : uniform_below(generator, count));
  }
  return group;
}

Case make_case(std::uint64_t seed, const CaseLimits& limits) {
  Generator generator = make_generator(seed, 0x63617365);
  Case test;
  test.seed = seed;
  // Every kind in turn, so that none is left out.
  const auto kinds = kinds_of_rows();
  const KindOfRows& kind = kinds[seed % kinds.size()];
  test.kind = kind.name;
  const int first = static_cast<int>(kind.from);
  const Element element{first + static_cast<int>(uniform_below(generator, static_cast<unsigned>(3 - first)))};
  const std::size_t cols = choose_cols(generator);
  const std::size_t rows = choose_rows(cols, limits, generator);

  Matrix<double> values = kind.make({rows, cols, element}, generator);
  if (one_in(generator, 4)) {
    copy_some_rows(values, generator);
    test.kind += " with copies";
  }
  if (one_in(generator, 5)) {
    sort_by_norm(values);
    test.kind += " sorted by norm";
  }
  test.matrix = stored_as(element, values);

  test.order = choose_order(static_cast<std::uint32_t>(rows), generator);
  test.k = choose_k(test.order.size(), generator);
  test.prefix_k = 1 + uniform_below(generator, test.k);
  if (one_in(generator, 5)) test.group = make_groups(rows, generator);
  test.prefixes = choose_prefixes(static_cast<std::uint32_t>(test.order.size()), generator);
  test.runs.push_back(choose_run(SearchMode::tiles, test.k, generator));
  test.runs.push_back(choose_run(SearchMode::filter, test.k, generator));
  test.runs.push_back(choose_run(SearchMode::rows, test.k, generator));
  if (one_in(generator, 3)) test.runs.push_back(choose_run(SearchMode::automatic, test.k, generator));
  if (one_in(generator, 3)) {
    constexpr SearchMode modes[] = {SearchMode::tiles, SearchMode::rows, SearchMode::filter};
    const SearchMode mode = modes[uniform_below(generator, std::size(modes))];
    test.runs.push_back(choose_run(mode, test.k, generator));
    test.runs.back().anchors = static_cast<std::uint32_t>(1 + uniform_below(generator, test.order.size()));
  }
  return test;
}

std::string describe(const Case& test) {
  std::string text = "case " + std::to_string(test.seed) + ": " + test.kind + ", " +
                     element_name(test.element()) + ", " + std::to_string(test.order.size()) + " of " +
                     std::to_string(test.matrix.rows()) + " x " + std::to_string(test.matrix.stored_cols()) +
                     ", k = " + std::to_string(test.k);
  if (!test.group.empty()) {
    const std::set<std::uint32_t> groups(test.group.begin(), test.group.end());
    text += ", " + std::to_string(groups.size()) + (groups.size() == 1 ? " group" : " groups");
  }
  text += ", prefixes";
  for (const std::uint32_t prefix : test.prefixes) text.append(" ").append(std::to_string(prefix));
  return text;
}

std::string describe(const PairScanOptions& run) {
  return std::string(search_mode_name(run.search)) + ", " + std::string(simd_name(run.simd)) + ", " +
         std::to_string(run.threads) + (run.threads == 1 ? " thread, " : " threads, ") +
         std::to_string(run.neighbors) + " neighbours announced" +
         (run.anchors == 0 ? "" : ", " + std::to_string(run.anchors) + " anchors");
}

}  // namespace fathom::adversary
