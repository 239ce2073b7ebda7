// Prepared images -> rows of one matrix, in the cheapest form that keeps every distance.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "fathom/core/matrix.h"
#include "fathom/prepare/protocol.h"
#include "fathom/read/image.h"

namespace fathom {

/// Rows take one of three forms, which later images may force to the next:
/// - as stored: all images have the protocol's size; 8-bit images stay 8 bits, 16-bit ones become float32;
/// - enlarged: 8-bit images of one size that the protocol enlarges, kept as stored until they are taken,
/// which makes float32 rows of that size by an EnlargingMap;
/// - resized: float32, at the protocol's size.
///
/// A grey matrix becomes RGB, by replication, when the first colour image comes.
///
/// accept() and resize() change the rows and are called by one thread; write() may be called by several, for
/// different rows.
class RowWriter {
 public:
  RowWriter(const Protocol& protocol, std::size_t expected_rows, unsigned threads);

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
  enum class Form { as_stored, enlarged, resized };

  void begin(const Image& image, const std::string& name);
  bool size_fits(const Image& image) const;
  void use_rgb();
  void use_resized();
  Matrix<float> enlarged_rows() const;
  std::size_t row_size() const;

  Protocol protocol_;
  std::size_t expected_rows_;
  unsigned threads_;
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
