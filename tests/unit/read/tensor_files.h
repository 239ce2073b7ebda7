// Files of tensors built byte by byte for the tests, from the formats' documents.
#pragma once

#include <zip.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fathom/read/tensor_file.h"
#include "unit/read/array_files.h"

namespace fathom {

template <class T>
std::string packed(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::vector<T> values_of(const StoredTensor& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

inline std::vector<std::string> names_of(const TensorFile& file) {
  std::vector<std::string> names;
  for (const StoredTensor& tensor : file.tensors()) names.push_back(tensor.name);
  return names;
}

inline std::string safetensors(const std::string& header, const std::string& values) {
  return little(header.size(), 8) + header + values;
}

// Python, Lib/pickletools.py.
inline std::string pickled_text(const std::string& text) {
  return std::string("X") + little(text.size(), 4) + text;
}
inline std::string pickled_name(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string pickled_counts(const std::vector<std::uint32_t>& counts) {
  std::string text = "(";
  for (const std::uint32_t count : counts) text += std::string("J") + little(count, 4);
  return text + "t";
}
const std::string pickled_ordered_dict = pickled_name("collections", "OrderedDict") + ")R";

inline std::string pickled_storage(const std::string& type, const std::string& key, std::uint32_t values) {
  return std::string("(") + pickled_text("storage") + pickled_name("torch", type) + pickled_text(key) +
         pickled_text("cpu") + "J" + little(values, 4) + "tQ";
}
inline std::string pickled_view(const std::string& storage, std::uint32_t offset,
                                const std::vector<std::uint32_t>& shape,
                                const std::vector<std::uint32_t>& strides) {
  return pickled_name("torch._utils", "_rebuild_tensor_v2") + "(" + storage + "J" + little(offset, 4) +
         pickled_counts(shape) + pickled_counts(strides) + "\x89" + pickled_ordered_dict + "tR";
}

/// A pickled dict of these.
inline std::string pickled_dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string text = "}(";
  for (const auto& item : items) text += pickled_text(item.first) + item.second;
  return text + "u";
}

inline std::string pickle_of(const std::string& value) {
  return "\x80\x02" + value + ".";
}

/// A zip archive of these members, as bytes.
inline std::string zip_of(const std::filesystem::path& made_at,
                          const std::vector<std::pair<std::string, std::string>>& members,
                          zip_int32_t method = ZIP_CM_STORE) {
  std::filesystem::remove(made_at);
  zip_t* const zip = zip_open(made_at.c_str(), ZIP_CREATE, nullptr);
  for (const auto& member : members) {
    zip_source_t* const source = zip_source_buffer(zip, member.second.data(), member.second.size(), 0);
    const zip_int64_t index = zip_file_add(zip, member.first.c_str(), source, 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), method, 0);
  }
  EXPECT_EQ(zip_close(zip), 0);
  std::ifstream file(made_at, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace fathom
