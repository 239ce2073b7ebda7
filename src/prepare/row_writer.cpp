#include "prepare/row_writer.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "fathom/core/parallel.h"
#include "fathom/prepare/resize.h"
#include "prepare/enlarging_map.h"

namespace fathom {

namespace {

std::string text(ImageSize size) {
  return std::to_string(size.height) + "x" + std::to_string(size.width);
}

ImageSize size_of(const Image& image) {
  return {image.height(), image.width()};
}

/// Repeats grey values for the channels a row has.
template <class From, class To>
void copy_row(std::span<const From> values, std::size_t repeat, std::span<To> row) {
  FATHOM_CHECK(values.size() * repeat == row.size());
  if (repeat == 1) {
    for (std::size_t i = 0; i < values.size(); ++i) row[i] = static_cast<To>(values[i]);
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t c = 0; c < repeat; ++c) row[i * repeat + c] = static_cast<To>(values[i]);
  }
}

template <class T>
constexpr PixelType type_of_values() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return PixelType::uint8;
  if constexpr (std::is_same_v<T, float>) return PixelType::float32;
  return PixelType::float64;
}

template <class T>
Matrix<T> in_place(const std::shared_ptr<std::byte[]>& place, std::size_t rows, std::size_t cols,
                   std::size_t capacity) {
  return {std::shared_ptr<T[]>(place, reinterpret_cast<T*>(place.get())), rows, cols, capacity};
}

}  // namespace

RowWriter::RowWriter(const Protocol& protocol, std::size_t expected_rows, unsigned threads, bool keep_pixels,
                     MakeRoom make_room)
    : protocol_(protocol),
      expected_rows_(expected_rows),
      threads_(threads),
      keep_pixels_(keep_pixels),
      make_room_(std::move(make_room)) {}

template <class T>
Matrix<T> RowWriter::make_matrix(std::size_t rows) const {
  const std::size_t capacity = std::max(expected_rows_, rows);
  if (make_room_) {
    const std::size_t replaced =
        std::visit([](const auto& matrix) { return matrix.values().size_bytes(); }, matrix_);
    const auto place =
        make_room_({capacity, row_size(), type_of_values<T>(), will_be_enlarged<T>(), replaced});
    if (place) return in_place<T>(place, rows, row_size(), capacity);
  }
  Matrix<T> made(0, row_size());
  made.reserve_rows(capacity);
  made.resize_rows(rows);
  return made;
}

template <class T, class Change>
Matrix<T> RowWriter::changed(const Matrix<T>& old, Change change) const {
  Matrix<T> made = make_matrix<T>(old.rows());
  for (std::size_t i = 0; i < old.rows(); ++i) change(old.row(i), made.row(i));
  return made;
}

template <class Use>
void RowWriter::with_value_type(Use use) const {
  if (form_ != Form::resized && type_ == PixelType::uint8) return use(std::uint8_t{});
  if (form_ != Form::resized && type_ == PixelType::float64) return use(double{});
  use(float{});
}

std::optional<RowWriter::Layout> RowWriter::layout() const {
  if (!begun_) return std::nullopt;
  return Layout{form_, type_, stored_, *size_, channels_};
}

void RowWriter::restore(const Layout& layout, const std::string& first_name, std::size_t rows,
                        const std::shared_ptr<std::byte[]>& place) {
  begun_ = true;
  first_name_ = first_name;
  form_ = layout.form;
  type_ = layout.type;
  stored_ = layout.stored;
  size_ = layout.size;
  channels_ = layout.channels;
  with_value_type([&]<class T>(T) { matrix_ = in_place<T>(place, rows, row_size(), expected_rows_); });
}

std::size_t RowWriter::row_size() const {
  const ImageSize size = form_ == Form::enlarged || form_ == Form::to_resize ? stored_ : *size_;
  return size.height * size.width * channels_;
}

void RowWriter::begin(const Image& image, const std::string& name) {
  begun_ = true;
  first_name_ = name;
  type_ = image.type();
  stored_ = size_of(image);
  size_ = protocol_.size.value_or(stored_);
  channels_ = protocol_.channels == Channels::rgb ? 3 : image.channels();
  form_ = first_form();
  with_value_type([&]<class T>(T) { matrix_ = make_matrix<T>(0); });
}

RowWriter::Form RowWriter::first_form() const {
  if (*size_ == stored_ || protocol_.resize == Protocol::Resize::nearest) return Form::as_stored;
  if (type_ != PixelType::uint8) return Form::resized;
  if (keep_pixels_) {
    const bool cheap = stored_.height * stored_.width <= sizeof(float) * size_->height * size_->width;
    return cheap ? Form::to_resize : Form::resized;
  }
  return EnlargingMap::between(stored_, channels_, *size_) ? Form::enlarged : Form::resized;
}

bool RowWriter::size_fits(const Image& image) const {
  return form_ == Form::resized || protocol_.resize == Protocol::Resize::nearest || size_of(image) == stored_;
}

bool RowWriter::takes(const Image& image) const {
  return begun_ && image.type() == type_ && image.channels() <= channels_ && size_fits(image);
}

void RowWriter::accept(const Image& image, const std::string& name) {
  if (!begun_) begin(image, name);
  if (image.type() != type_) {
    throw InputError(name,
                     "holds " + std::string(pixel_type_name(image.type())) + " pixels, but " + first_name_ +
                         " holds " + std::string(pixel_type_name(type_)),
                     "use a protocol that brings all images to 8 bits, such as --protocol iclr2024");
  }
  if (!size_fits(image) && !protocol_.size) {
    throw InputError(name,
                     "is " + text(size_of(image)) + ", but " + first_name_ + " is " + text(stored_) +
                         ", and protocol " + protocol_.name() + " compares pixels as they are",
                     "use --size, or a protocol that resizes, such as --protocol iclr2024");
  }
  if (image.channels() > channels_) use_rgb();
  if (!size_fits(image)) use_resized();
}

void RowWriter::use_rgb() {
  channels_ = 3;
  std::visit(
      [&]<class T>(Matrix<T>& matrix) {
        matrix = changed(matrix, [](std::span<const T> grey, std::span<T> rgb) { copy_row(grey, 3, rgb); });
      },
      matrix_);
}

void RowWriter::use_resized() {
  const bool already = form_ == Form::as_stored;  // the rows so far have the protocol's size
  const std::size_t old_rows = std::visit([](const auto& matrix) { return matrix.rows(); }, matrix_);
  form_ = Form::resized;
  Matrix<float> made = make_matrix<float>(old_rows);
  std::visit(
      [&]<class T>(const Matrix<T>& matrix) {
        parallel_for(old_rows, threads_, [&](std::size_t i, unsigned) {
          if (already) {
            copy_row<T, float>(matrix.row(i), 1, made.row(i));
          } else {
            resize_bilinear<T>(matrix.row(i), stored_, channels_, *size_, made.row(i));
          }
        });
      },
      matrix_);
  matrix_ = std::move(made);
}

void RowWriter::write(const Image& image, std::size_t row) {
  const std::size_t repeat = channels_ / image.channels();
  const auto put = [&]<class From>(std::span<const From> pixels) {
    if (form_ == Form::resized) {
      const auto target = std::get<Matrix<float>>(matrix_).row(row);
      if (repeat == 1) {
        resize_bilinear<From>(pixels, size_of(image), image.channels(), *size_, target);
      } else {
        std::vector<float> grey(target.size() / repeat);
        resize_bilinear<From>(pixels, size_of(image), 1, *size_, grey);
        copy_row<float, float>(grey, repeat, target);
      }
      return;
    }
    std::vector<From> near;
    if (protocol_.resize == Protocol::Resize::nearest && size_of(image) != *size_) {
      near.resize(size_->height * size_->width * image.channels());
      resize_nearest<From>(pixels, size_of(image), image.channels(), *size_, near);
      pixels = near;
    }
    std::visit([&]<class To>(Matrix<To>& matrix) { copy_row<From, To>(pixels, repeat, matrix.row(row)); },
               matrix_);
  };
  switch (type_) {
    case PixelType::uint8:
      return put(image.pixels<std::uint8_t>());
    case PixelType::uint16:
      return put(image.pixels<std::uint16_t>());
    case PixelType::float32:
      return put(image.pixels<float>());
    case PixelType::float64:
      return put(image.pixels<double>());
  }
}

void RowWriter::resize(std::size_t rows) {
  std::visit([rows](auto& matrix) { matrix.resize_rows(rows); }, matrix_);
}

void RowWriter::move_row(std::size_t from, std::size_t to) {
  std::visit([from, to](auto& matrix) { std::ranges::copy(matrix.row(from), matrix.row(to).begin()); },
             matrix_);
}

Matrix<float> RowWriter::enlarged_rows() const {
  const auto& images = std::get<Matrix<std::uint8_t>>(matrix_);
  const auto map = EnlargingMap::between(stored_, channels_, *size_);
  FATHOM_CHECK(map.has_value());
  Matrix<float> rows = make_matrix<float>(images.rows());
  parallel_for(images.rows(), threads_,
               [&](std::size_t i, unsigned) { map->apply(images.row(i), rows.row(i)); });
  return rows;
}

RowMatrix RowWriter::take() {
  if (begun_ && form_ == Form::enlarged) matrix_ = enlarged_rows();
  RowMatrix result;
  result.stored = std::move(matrix_);
  return result;
}

}  // namespace fathom
