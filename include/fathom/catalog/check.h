// Is a download whole, and can it be read?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fathom/catalog/catalog.h"
#include "fathom/core/progress.h"

namespace fathom {

struct CatalogCheckOptions {
  /// Decode every image, not the first of each class and split alone.
  bool every_image = false;
  unsigned threads = 1;
};

/// One count of the card beside that of the folder.
struct CatalogComparison {
  std::string of;  ///< "images", "groups", "train", ...
  std::size_t published = 0, found = 0;
  /// The publisher's number, or none where the card does not need any.
  bool good = false;
};

struct CatalogUnreadable {
  std::string path, reason;
};

struct CatalogCheck {
  CatalogAddress address;
  std::size_t images = 0, groups = 0, ungrouped = 0;
  std::vector<std::pair<std::string, std::size_t>> classes;  ///< of the task, in their order
  std::vector<std::pair<std::string, std::size_t>> splits;   ///< those that there are
  std::vector<CatalogComparison> comparisons;
  std::size_t decoded = 0;
  std::vector<CatalogUnreadable> unreadable;
  std::vector<std::string> notes;

  bool whole() const;  ///< no comparison is bad and no image unreadable
};

/// Opens the download, which reads its tables and looks for every file that they name, counts, and decodes
/// images. Throws what open_catalog() throws, and Interrupted.
CatalogCheck check_download(const CatalogAddress& address, const ReadOptions& options,
                            const CatalogCheckOptions& check, Progress& progress = no_progress());

}  // namespace fathom
