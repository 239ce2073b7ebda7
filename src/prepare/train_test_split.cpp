#include "fathom/prepare/train_test_split.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <type_traits>
#include <utility>

#include "fathom/core/hash.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::size_t kPublishedTestImages = 750;

/// Streams of the seed, one a purpose; of a class, its index is added.
constexpr std::uint64_t kTestStream = std::uint64_t{1} << 32;
constexpr std::uint64_t kTestOfClassStream = std::uint64_t{2} << 32;
constexpr std::uint64_t kTrainOfClassStream = std::uint64_t{3} << 32;

using Rows = std::vector<std::uint32_t>;

/// Of `images` as even as possible over the classes.
std::vector<std::size_t> shares(std::size_t images, std::size_t classes) {
  std::vector<std::size_t> made(classes, images / classes);
  for (std::size_t c = 0; c < images % classes; ++c) ++made[c];
  return made;
}

/// As shares(), and no more than there are of a class: what it lacks goes to the others in turn.
std::vector<std::size_t> shares_of(std::size_t images, const std::vector<std::size_t>& there) {
  std::vector<std::size_t> made(there.size(), 0);
  for (bool found = true; images > 0 && found;) {
    found = false;
    for (std::size_t c = 0; c < there.size() && images > 0; ++c) {
      if (made[c] == there[c]) continue;
      ++made[c];
      --images;
      found = true;
    }
  }
  return made;
}

template <class T>
Hash128 hash_of_pixels(std::span<const T> row) {
  if constexpr (std::is_floating_point_v<T>) {
    std::vector<T> values(row.begin(), row.end());
    for (T& value : values) value += T{0};  // -0.0 becomes 0.0
    return hash128(std::as_bytes(std::span<const T>(values)));
  } else {
    return hash128(std::as_bytes(row));
  }
}

std::vector<Hash128> pixel_hashes(const RowMatrix& matrix) {
  std::vector<Hash128> hashes;
  hashes.reserve(matrix.rows());
  std::visit(
      [&]<class T>(const Matrix<T>& rows) {
        for (std::size_t i = 0; i < rows.rows(); ++i) hashes.push_back(hash_of_pixels<T>(rows.row(i)));
      },
      matrix.stored);
  return hashes;
}

/// torch.randperm with torch.Generator().manual_seed(seed), on a processor: a 32-bit Mersenne Twister, and of
/// every place a swap with one that is not before it. Checked against torch 1.13.
void torch_permutation(Rows& rows, std::uint64_t seed) {
  std::mt19937 generator(static_cast<std::mt19937::result_type>(seed));
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    std::swap(rows[i], rows[i + generator() % (rows.size() - i)]);
  }
}

/// Sets of rows that grow together.
class Joined {
 public:
  explicit Joined(std::size_t rows) : leader_(rows) { std::iota(leader_.begin(), leader_.end(), 0u); }

  std::uint32_t leader(std::uint32_t row) {
    while (leader_[row] != row) row = leader_[row] = leader_[leader_[row]];
    return row;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    const auto [low, high] = std::minmax({leader(a), leader(b)});
    leader_[high] = low;
  }

 private:
  Rows leader_;
};

class Splitting {
 public:
  Splitting(const PreparedData& data, const TrainTestOptions& options, const std::string& data_path)
      : data_(data),
        options_(options),
        path_(data_path),
        classes_(checked_classes()),
        hashes_(pixel_hashes(data.matrix)) {}

  TrainTestSplit run() {
    const bool train = has(Split::train), test = has(Split::test);
    if (data_.protocol.published_code) {
      split_as_published(train && test);
      return finished();
    }
    split_.own = train && test;
    if (split_.own) {
      take_own();
    } else {
      draw_test();
    }
    choose_train();
    return finished();
  }

 private:
  TrainTestSplit finished() {
    std::ranges::sort(split_.test);
    split_.train_classes = count(split_.train);
    split_.test_classes = count(split_.test);
    return std::move(split_);
  }

  std::size_t checked_classes() const {
    const std::string remedy = "give images of two classes or more";
    if (data_.label_columns.empty()) throw InputError(path_, "has no labels to learn", remedy);
    const std::size_t classes = data_.label_columns.front().classes.size();
    if (classes < 2) throw InputError(path_, "has one class, and there is nothing to learn", remedy);
    return classes;
  }

  bool has(Split split) const {
    return std::ranges::any_of(data_.records,
                               [split](const Record& record) { return record.split == split; });
  }

  std::size_t class_of(std::uint32_t row) const {
    return static_cast<std::size_t>(data_.records[row].labels.front());
  }

  std::vector<std::size_t> count(std::span<const std::uint32_t> rows) const {
    std::vector<std::size_t> counts(classes_, 0);
    for (const std::uint32_t row : rows) ++counts[class_of(row)];
    return counts;
  }

  std::vector<Rows> by_class(std::span<const std::uint32_t> rows) const {
    std::vector<Rows> classes(classes_);
    for (const std::uint32_t row : rows) classes[class_of(row)].push_back(row);
    return classes;
  }

  [[noreturn]] void refuse(std::size_t c, std::size_t there, const std::string& of_what, std::size_t wanted,
                           const std::string& part, const std::string& remedy) const {
    throw InputError(path_,
                     "class \"" + data_.label_columns.front().classes[c] + "\" has " + std::to_string(there) +
                         " images " + of_what + ", fewer than its share of " + std::to_string(wanted) +
                         " of the " + part + " set",
                     remedy);
  }

  /// `wanted` images of each class, at random.
  Rows choose(std::span<const std::uint32_t> rows, const std::vector<std::size_t>& wanted,
              std::uint64_t stream) const {
    Rows chosen;
    std::vector<Rows> classes = by_class(rows);
    for (std::size_t c = 0; c < classes_; ++c) {
      Generator generator = make_generator(options_.seed, stream + c);
      shuffle(std::span(classes[c]), generator);
      chosen.insert(chosen.end(), classes[c].begin(),
                    classes[c].begin() + static_cast<std::ptrdiff_t>(wanted[c]));
    }
    return chosen;
  }

  void take_own() {
    Rows test;
    std::set<Hash128> pixels;
    std::set<std::uint32_t> groups;
    for (std::uint32_t row = 0; row < data_.records.size(); ++row) {
      const Record& record = data_.records[row];
      if (record.split != Split::test) continue;
      test.push_back(row);
      pixels.insert(hashes_[row]);
      if (record.group) groups.insert(*record.group);
    }
    for (std::uint32_t row = 0; row < data_.records.size(); ++row) {
      const Record& record = data_.records[row];
      if (record.split != Split::train) continue;
      if (pixels.contains(hashes_[row])) {
        ++split_.copies_left_out;
      } else if (record.group && groups.contains(*record.group)) {
        ++split_.groups_left_out;
      } else {
        for_training_.push_back(row);
      }
    }
    if (!options_.test_samples) {
      split_.test = std::move(test);
      return;
    }
    const std::vector<std::size_t> wanted = shares(*options_.test_samples, classes_), there = count(test);
    for (std::size_t c = 0; c < classes_; ++c) {
      if (there[c] < wanted[c]) {
        refuse(c, there[c], "in the data's test split", wanted[c], "test",
               "ask for fewer with --test-samples");
      }
    }
    split_.test = choose(test, wanted, kTestOfClassStream);
  }

  /// Rows that must stay together, in the order of their first.
  std::vector<Rows> units() const {
    Joined joined(data_.records.size());
    std::map<Hash128, std::uint32_t> of_pixels;
    std::map<std::uint32_t, std::uint32_t> of_group;
    for (std::uint32_t row = 0; row < data_.records.size(); ++row) {
      joined.join(row, of_pixels.try_emplace(hashes_[row], row).first->second);
      const std::optional<std::uint32_t>& group = data_.records[row].group;
      if (group) joined.join(row, of_group.try_emplace(*group, row).first->second);
    }
    std::map<std::uint32_t, Rows> by_leader;
    for (std::uint32_t row = 0; row < data_.records.size(); ++row)
      by_leader[joined.leader(row)].push_back(row);
    std::vector<Rows> made;
    for (auto& [leader, rows] : by_leader) made.push_back(std::move(rows));
    return made;
  }

  /// Images of a unit that a class has no need of any more; nothing when it has none that any needs.
  std::optional<std::size_t> left_over(const Rows& unit, const std::vector<std::size_t>& needed) const {
    const std::vector<std::size_t> counts = count(unit);
    std::size_t over = 0;
    bool of_use = false;
    for (std::size_t c = 0; c < classes_; ++c) {
      over += counts[c] - std::min(counts[c], needed[c]);
      of_use = of_use || (counts[c] > 0 && needed[c] > 0);
    }
    return of_use ? std::optional(over) : std::nullopt;
  }

  void draw_test() {
    const std::vector<std::size_t> wanted =
        shares(options_.test_samples.value_or(kPublishedTestImages), classes_);
    Rows all(data_.records.size());
    std::iota(all.begin(), all.end(), 0u);
    const std::vector<std::size_t> there = count(all);
    for (std::size_t c = 0; c < classes_; ++c) {
      if (there[c] < wanted[c]) {
        refuse(c, there[c], "in all", wanted[c], "test", "ask for fewer with --test-samples");
      }
    }
    std::vector<Rows> remaining = units();
    Generator generator = make_generator(options_.seed, kTestStream);
    shuffle(std::span(remaining), generator);
    Rows side;
    std::vector<std::size_t> needed = wanted;
    const auto take = [&](const Rows& unit) {
      side.insert(side.end(), unit.begin(), unit.end());
      const std::vector<std::size_t> counts = count(unit);
      for (std::size_t c = 0; c < classes_; ++c) needed[c] -= std::min(needed[c], counts[c]);
    };
    std::erase_if(remaining, [&](const Rows& unit) {
      if (left_over(unit, needed) != std::size_t{0}) return false;
      take(unit);
      return true;
    });
    while (std::ranges::any_of(needed, [](std::size_t images) { return images > 0; })) {
      auto best = remaining.end();
      std::size_t fewest = SIZE_MAX;
      for (auto unit = remaining.begin(); unit != remaining.end(); ++unit) {
        const std::optional<std::size_t> over = left_over(*unit, needed);
        if (over && *over < fewest) {
          fewest = *over;
          best = unit;
        }
      }
      FATHOM_CHECK(best != remaining.end());
      take(*best);
      remaining.erase(best);
    }
    split_.test = choose(side, wanted, kTestOfClassStream);
    split_.beside_test = side.size() - split_.test.size();
    for (const Rows& unit : remaining) for_training_.insert(for_training_.end(), unit.begin(), unit.end());
    std::ranges::sort(for_training_);
  }

  /// The first of each class in the order of the records, in that order: train_samples and `test` together,
  /// or as many as leave the classes even.
  Rows first_of_each_class(const Rows& all, std::size_t test) {
    const std::vector<std::size_t> there = count(all);
    const std::size_t even = classes_ * *std::ranges::min_element(there);
    const std::size_t images = options_.train_samples > 0 ? options_.train_samples + test : even;
    std::vector<std::size_t> wanted = shares(images, classes_);
    for (std::size_t c = 0; c < classes_; ++c) {
      if (there[c] < wanted[c]) {
        refuse(c, there[c], "in all", wanted[c], "training and test", "ask for fewer with --samples");
      }
    }
    if (images < test + classes_) {
      throw InputError(
          path_, "has " + std::to_string(images) + " images of even classes, which leaves none to learn from",
          "ask for fewer with --test-samples");
    }
    Rows first;
    for (const std::uint32_t row : all) {
      if (wanted[class_of(row)] == 0) continue;
      --wanted[class_of(row)];
      first.push_back(row);
    }
    return first;
  }

  void split_as_published(bool own) {
    Rows all;
    for (std::uint32_t row = 0; row < data_.records.size(); ++row) {
      if (!own || data_.records[row].split == Split::train) all.push_back(row);
    }
    const std::size_t test = options_.test_samples.value_or(kPublishedTestImages);
    Rows rows = first_of_each_class(all, test);
    torch_permutation(rows, options_.seed);
    const auto boundary = rows.end() - static_cast<std::ptrdiff_t>(test);
    split_.published = true;
    split_.available = all.size();
    split_.train.assign(rows.begin(), boundary);
    split_.test.assign(boundary, rows.end());
    split_.groups_on_both_sides = shared_groups();
  }

  std::size_t shared_groups() const {
    std::set<std::uint32_t> of_test, shared;
    for (const std::uint32_t row : split_.test) {
      if (data_.records[row].group) of_test.insert(*data_.records[row].group);
    }
    for (const std::uint32_t row : split_.train) {
      const std::optional<std::uint32_t>& group = data_.records[row].group;
      if (group && of_test.contains(*group)) shared.insert(*group);
    }
    return shared.size();
  }

  void choose_train() {
    split_.available = for_training_.size();
    if (options_.train_samples > 0 && options_.train_samples < classes_) {
      throw UsageError("--samples " + std::to_string(options_.train_samples),
                       "is fewer than the " + std::to_string(classes_) + " classes",
                       "ask for an image of each class or more");
    }
    const std::vector<std::size_t> there = count(for_training_);
    std::vector<std::size_t> wanted = there;
    if (options_.train_samples > 0) {
      const bool enough = options_.train_samples <= for_training_.size();
      wanted = options_.uneven && enough ? shares_of(options_.train_samples, there)
                                         : shares(options_.train_samples, classes_);
    }
    const std::size_t apart = split_.copies_left_out + split_.groups_left_out + split_.beside_test;
    for (std::size_t c = 0; c < classes_; ++c) {
      const std::size_t least = std::max<std::size_t>(wanted[c], 1);
      if (there[c] >= least) continue;
      refuse(
          c, there[c],
          "left to learn from" +
              (apart > 0 ? " (" + std::to_string(apart) + " are copies or of a group of test images)" : ""),
          least, "training",
          split_.own ? "ask for fewer with --samples" : "ask for fewer with --samples or --test-samples");
    }
    std::vector<Rows> classes = by_class(choose(for_training_, wanted, kTrainOfClassStream));
    for (std::size_t i = 0; i < *std::ranges::max_element(wanted); ++i) {
      for (const Rows& rows : classes) {
        if (i < rows.size()) split_.train.push_back(rows[i]);
      }
    }
  }

  const PreparedData& data_;
  const TrainTestOptions& options_;
  const std::string& path_;
  const std::size_t classes_;
  const std::vector<Hash128> hashes_;
  Rows for_training_;
  TrainTestSplit split_;
};

}  // namespace

TrainTestSplit split_train_test(const PreparedData& data, const TrainTestOptions& options,
                                const std::string& data_path) {
  return Splitting(data, options, data_path).run();
}

}  // namespace fathom
