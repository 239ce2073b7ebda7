// The data sets known by name: what they are, and how a download is opened as its publisher lays it out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// What is told apart. The first task of an entry is the papers' own.
struct CatalogTask {
  std::string name;
  /// In the order of their labels: {negative, positive} of a binary task. Empty: those of the data (or none).
  std::vector<std::string> classes;
  std::string rule;  ///< when an image is positive, when negative, and when it is left out
};

struct CatalogFile {
  std::string path;  ///< below the folder that is given; "a|b": either
  std::string holds;
  bool needed = true;
};

struct CatalogColumn {
  std::string table, column, meaning;
};

/// How many the publisher has, such as {"images", 60000}.
struct CatalogCount {
  /// "images", "groups" or a split's name; anything else is told, and cannot be counted from the images.
  std::string of;
  std::size_t count = 0;
  bool needed = true;  ///< false: it is all right to have none
};

/// What is known of a data set before it is opened.
struct CatalogCard {
  std::string name, title, publisher, version;
  std::string domain;  ///< "medical" or "natural"
  std::vector<CatalogTask> tasks;
  std::vector<CatalogFile> files;
  std::vector<CatalogColumn> columns;
  std::string group;                 ///< what belongs together, and where it is written
  std::vector<CatalogCount> counts;  ///< of the whole download
  std::vector<std::string> traps;
  std::string published;  ///< what the papers' code did
  std::string fathom;     ///< what Fathom does
};

/// All of them, medical ones first.
std::vector<CatalogCard> catalog();
/// Throws UsageError naming the nearest, and all.
CatalogCard catalog_card(std::string_view name);

/// "chexpert:DIR" or "chexpert:Edema:DIR".
struct CatalogAddress {
  std::string name;
  std::string task;  ///< one of the entry's; the first where none was written
  std::filesystem::path folder;
};

/// Nothing when `data` begins with no entry's name and a colon. Names are known in any case of letters.
/// A path that begins so is written with "./" before it. Throws UsageError: no folder after the name.
std::optional<CatalogAddress> catalog_address(std::string_view data);

/// Opens a download. Records are in the publisher's order: that of the rows of its table, or of the bytes of
/// paths where it has none. Identifiers of patients and studies become group numbers in the order of their
/// first image, and are kept nowhere. Cells of tables are never shown, only their file, line and column.
///
/// Throws InputError: a file that is not there, a table without a column, a cell that cannot be, an image
/// that a table names and the folder has not. Throws UsageError for options that say how DATA are read.
DataSet open_catalog(const CatalogAddress& address, const ReadOptions& options = {});

/// DATA in whatever way it is named: NAME:DIR, NAME:TASK:DIR, or a path (open_data_set). Relative paths are
/// taken from `base`. DataSet::path is `data` as given, with `base` before its path.
DataSet open_data(const std::string& data, const ReadOptions& options = {},
                  const std::filesystem::path& base = {});

}  // namespace fathom
