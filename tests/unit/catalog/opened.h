// What the tests of the catalogue share: the trees that make_trees.py writes, opened.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "fathom/catalog/catalog.h"
#include "fathom/core/error.h"
#include "unit/core/temporary_folder.h"

namespace fathom {

/// Path, class, group and split of a record; class "" and group -1 where it has none.
struct Seen {
  std::string path, label;
  int group;
  std::string split;

  friend bool operator==(const Seen&, const Seen&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Seen& seen) {
    return out << "{\"" << seen.path << "\", \"" << seen.label << "\", " << seen.group << ", " << seen.split
               << "}";
  }
};

inline std::vector<Seen> seen(const DataSet& data) {
  std::vector<Seen> all;
  for (const Record& record : data.records) {
    const std::string label =
        record.labels.empty()
            ? ""
            : data.label_columns.at(0).classes.at(static_cast<std::size_t>(record.labels[0]));
    all.push_back({record.path, label, record.group ? static_cast<int>(*record.group) : -1,
                   std::string(split_name(record.split))});
  }
  return all;
}

/// The first pixel of every image; of colour images the first channel.
inline std::vector<int> levels(const DataSet& data) {
  std::vector<int> all;
  for (const Record& record : data.records) {
    const Image image = data.pixels->read(record.source);
    all.push_back(image.type() == PixelType::uint8    ? image.pixels<std::uint8_t>()[0]
                  : image.type() == PixelType::uint16 ? image.pixels<std::uint16_t>()[0]
                                                      : static_cast<int>(image.pixels<float>()[0]));
  }
  return all;
}

inline std::filesystem::path trees() {
  return FATHOM_CATALOG_TREES;
}

/// "chexpert:TREE" or "chexpert:Edema:TREE".
inline DataSet open_tree(const std::string& name, const std::string& folder) {
  return open_data(name + ":" + (trees() / folder).string());
}

/// The error that `body` throws; empty when it throws none.
template <class Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A copy of a tree, to spoil.
class Copy {
 public:
  explicit Copy(const std::string& tree) {
    std::filesystem::copy(trees() / tree, folder_.path() / "copy", std::filesystem::copy_options::recursive);
  }
  std::filesystem::path path() const { return folder_.path() / "copy"; }
  std::string text(const std::string& file) const { return contents_of(path() / file); }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(path() / file, std::ios::binary) << text;
  }
  /// In the first place where it stands.
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string all = text(file);
    const std::size_t at = all.find(from);
    if (at == std::string::npos) throw std::logic_error(file + " does not hold " + from);
    write(file, all.replace(at, from.size(), to));
  }
  DataSet open(const std::string& name) const { return open_data(name + ":" + path().string()); }
  std::string refusal(const std::string& name) const {
    return fathom::refusal([&] { open(name); });
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace fathom
