// Matrices. Row-major, N x D: row i is image i, component j of it is data[i * cols + j].
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/core/value_memory.h"

namespace fathom {

namespace detail {

/// Memory of allocate_values(). Leaves new values without a value, so that the pages of a large matrix are
/// first touched by whoever fills them.
template <class T>
struct UnfilledAllocator {
  using value_type = T;
  UnfilledAllocator() = default;
  template <class U>
  UnfilledAllocator(const UnfilledAllocator<U>&) {}

  T* allocate(std::size_t count) {
    if (count > std::size_t(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(allocate_values(count * sizeof(T)));
  }
  void deallocate(T* values, std::size_t count) noexcept { free_values(values, count * sizeof(T)); }
  friend bool operator==(UnfilledAllocator, UnfilledAllocator) { return true; }

  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
};

}  // namespace detail

/// N x D values, row-major, without padding: of its own, or in a place that others made, such as a mapped
/// file.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  /// All zero.
  Matrix(std::size_t rows, std::size_t cols) : cols_(cols), values_(rows * cols, T{}) {}
  /// The values in `place`, which has room for `capacity` rows and lives as long as any copy of the matrix
  /// does.
  Matrix(std::shared_ptr<T[]> place, std::size_t rows, std::size_t cols, std::size_t capacity)
      : cols_(cols), place_(std::move(place)), placed_(rows * cols), capacity_(capacity * cols) {
    FATHOM_CHECK(rows <= capacity);
  }
  /// Values that are only read. Copies share them.
  static Matrix view(const std::shared_ptr<const T[]>& place, std::size_t rows, std::size_t cols) {
    Matrix matrix(std::const_pointer_cast<T[]>(place), rows, cols, rows);
    matrix.read_only_ = true;
    return matrix;
  }

  std::size_t rows() const { return cols_ == 0 ? 0 : values().size() / cols_; }
  std::size_t cols() const { return cols_; }
  std::span<T> row(std::size_t i) {
    FATHOM_CHECK(!read_only_);
    return {(place_ ? place_.get() : values_.data()) + i * cols_, cols_};
  }
  std::span<const T> row(std::size_t i) const { return {values().data() + i * cols_, cols_}; }
  std::span<const T> values() const {
    return place_ ? std::span<const T>(place_.get(), placed_) : std::span<const T>(values_);
  }

  /// Adds or removes rows at the end. New rows have no value until they are written.
  void resize_rows(std::size_t rows) {
    if (!place_) return values_.resize(rows * cols_);
    FATHOM_CHECK(!read_only_ && rows * cols_ <= capacity_);
    placed_ = rows * cols_;
  }
  void reserve_rows(std::size_t rows) {
    if (!place_) return values_.reserve(rows * cols_);
    FATHOM_CHECK(rows * cols_ <= capacity_);
  }

 private:
  std::size_t cols_ = 0;
  std::vector<T, detail::UnfilledAllocator<T>> values_;  ///< empty where there is a place
  std::shared_ptr<T[]> place_;
  std::size_t placed_ = 0, capacity_ = 0;  ///< values
  bool read_only_ = false;
};

/// The numbers whose Euclidean distances are measured.
///
/// The distance of rows i and j is unit * |row_i - row_j|, in the pixel units of the protocol.
struct RowMatrix {
  std::variant<Matrix<std::uint8_t>, Matrix<float>, Matrix<double>> stored;
  /// Protocol units per stored unit; keeps 8-bit pixels 8 bits under a range such as 0..1.
  double unit = 1.0;

  std::size_t rows() const {
    return std::visit([](const auto& matrix) { return matrix.rows(); }, stored);
  }
  std::size_t stored_cols() const {
    return std::visit([](const auto& matrix) { return matrix.cols(); }, stored);
  }
  std::size_t bytes() const {
    return std::visit([](const auto& matrix) { return matrix.values().size_bytes(); }, stored);
  }
  /// True when every squared distance, in stored units, is an exact integer.
  bool exact_integers() const { return std::holds_alternative<Matrix<std::uint8_t>>(stored); }
};

}  // namespace fathom
