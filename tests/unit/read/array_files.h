// Array files built byte by byte for the tests, from the formats' documents.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/read/array.h"

namespace fathom {

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// The `size` low bytes of a number, least first.
inline std::string little(std::uint64_t value, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
  return text;
}
inline std::string big(std::uint64_t value, std::size_t size) {
  const std::string text = little(value, size);
  return {text.rbegin(), text.rend()};
}

/// A .npy file with this header text and these values.
inline std::string npy_with_header(const std::string& header, const std::string& values, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  return text + little(header.size(), version == 1 ? 2 : 4) + header + values;
}

inline std::string npy(const std::string& descr, const std::string& shape, const std::string& values,
                       bool fortran = false) {
  return npy_with_header("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': " + shape + ", }\n",
                         values);
}

/// Bytes 0, 1, 2, ...
inline std::string counting(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i & 0xff);
  return text;
}

inline std::string idx(int type, const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string text(2, '\0');
  text += static_cast<char>(type);
  text += static_cast<char>(shape.size());
  for (const std::uint32_t axis : shape) text += big(axis, 4);
  return text + values;
}

/// A folder that lasts as long as the test.
class ArrayFiles : public testing::Test {
 protected:
  ArrayFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "fathom_arrays_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~ArrayFiles() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& contents) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// What the InputError says that `body` throws; empty when it throws none.
template <class Body>
std::string message_of(Body body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// Passes when the message holds every part, in one line.
inline testing::AssertionResult says(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    if (message.find(part) == std::string::npos) {
      return testing::AssertionFailure() << "\"" << message << "\" lacks \"" << part << "\"";
    }
  }
  if (message.find('\n') != std::string::npos)
    return testing::AssertionFailure() << "several lines: " << message;
  return testing::AssertionSuccess();
}

template <class T>
std::vector<T> values_of(const Array& array) {
  const auto values = array.as<T>();
  return {values.begin(), values.end()};
}

template <class T>
std::vector<T> pixels_of(const Image& image) {
  const auto pixels = image.pixels<T>();
  return {pixels.begin(), pixels.end()};
}

/// How many records each class of the first label column has.
inline std::vector<std::size_t> class_counts(const DataSet& data) {
  std::vector<std::size_t> counts(data.label_columns.at(0).classes.size());
  for (const Record& record : data.records) ++counts.at(static_cast<std::size_t>(record.labels.at(0)));
  return counts;
}

inline std::uint64_t sum_of(const Image& image) {
  std::uint64_t sum = 0;
  for (const std::uint8_t value : image.pixels<std::uint8_t>()) sum += value;
  return sum;
}

/// The folder of real data; nothing where there is none.
inline std::optional<std::filesystem::path> shared_data() {
  const char* folder = std::getenv("FATHOM_SHARED");
  if (folder == nullptr || !std::filesystem::exists(std::filesystem::path(folder) / "data"))
    return std::nullopt;
  return std::filesystem::path(folder) / "data";
}

}  // namespace fathom
