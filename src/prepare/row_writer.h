// Prepared images -> rows of one matrix, in the cheapest form that keeps every distance.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

#include "fathom/core/matrix.h"
#include "fathom/prepare/matrix_shape.h"
#include "fathom/prepare/protocol.h"
#include "fathom/read/image.h"

namespace fathom {

/// A place outside for the rows of a matrix, asked for before every new one; null: the matrix takes memory of
/// its own. May throw.
using MakeRoom = std::function<std::shared_ptr<std::byte[]>(const MatrixShape&)>;

/// Rows take one of these forms, which later images may force to the last:
/// - as stored: all images have the protocol's size; 8-bit images stay 8 bits, 16-bit ones become float32;
/// - enlarged: 8-bit images of one size that the protocol enlarges, kept as stored until they are taken,
/// which makes float32 rows of that size by an EnlargingMap;
/// - to_resize: the same where pixels are to be kept, and of images to be made smaller too while bytes of
/// the stored size take no more memory than float32 ones of the protocol's; they stay as stored;
/// - resized: float32, at the protocol's size.
///
/// A grey matrix becomes RGB, by replication, when the first colour image comes.
///
/// accept() and resize() change the rows and are called by one thread; write() may be called by several, for
/// different rows.
class RowWriter {
 public:
  enum class Form { as_stored, enlarged, resized, to_resize };

  /// What rows are, from the first image on.
  struct Layout {
    Form form = Form::as_stored;
    PixelType type = PixelType::uint8;
    ImageSize stored{1, 1};  ///< of the files, while they agree
    ImageSize size{1, 1};    ///< after the protocol
    std::size_t channels = 1;
  };

  /// `keep_pixels`: rows are never enlarged.
  RowWriter(const Protocol& protocol, std::size_t expected_rows, unsigned threads, bool keep_pixels = false,
            MakeRoom make_room = {});

  /// Nothing before the first image.
  std::optional<Layout> layout() const;
  /// Goes on with the rows of an earlier writer that was given the same protocol, in the place they have.
  void restore(const Layout& layout, const std::string& first_name, std::size_t rows,
               const std::shared_ptr<std::byte[]>& place);

  /// Whether the rows, as they are now, take this image.
  bool takes(const Image& image) const;
  /// Changes the rows there are so that they take this image. The name is for messages. Throws InputError
  /// when sizes or depths cannot be brought together.
  void accept(const Image& image, const std::string& name);
  /// Adds or removes rows at the end. Nothing happens before the first image is accepted.
  void resize(std::size_t rows);
  void write(const Image& image, std::size_t row);
  void move_row(std::size_t from, std::size_t to);

  std::size_t channels() const { return channels_; }
  /// Nothing before the first image.
  std::optional<ImageSize> size() const { return size_; }
  /// The matrix, with unit 1. Ends the writing.
  RowMatrix take();

 private:
  void begin(const Image& image, const std::string& name);
  Form first_form() const;
  bool size_fits(const Image& image) const;
  void use_rgb();
  void use_resized();
  Matrix<float> enlarged_rows() const;
  std::size_t row_size() const;
  /// Calls use(T{}) with the type of the values that rows have.
  template <class Use>
  void with_value_type(Use use) const;
  template <class T>
  bool will_be_enlarged() const {
    return form_ == Form::enlarged && std::is_same_v<T, std::uint8_t>;
  }
  template <class T>
  Matrix<T> make_matrix(std::size_t rows) const;
  template <class T, class Change>
  Matrix<T> changed(const Matrix<T>& old, Change change) const;

  Protocol protocol_;
  std::size_t expected_rows_;
  unsigned threads_;
  bool keep_pixels_;
  MakeRoom make_room_;
  bool begun_ = false;
  Form form_ = Form::as_stored;
  PixelType type_ = PixelType::uint8;
  ImageSize stored_{1, 1};         ///< of the files, while they agree
  std::optional<ImageSize> size_;  ///< after the protocol
  std::size_t channels_ = 1;
  std::string first_name_;
  std::variant<Matrix<std::uint8_t>, Matrix<float>, Matrix<double>> matrix_;
};

}  // namespace fathom
