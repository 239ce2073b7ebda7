// What `catalog` has to say: the list, a card, and the check of a download.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/catalog/catalog.h"
#include "fathom/catalog/check.h"

namespace fathom {

/// Schema fathom.catalog/1: docs/json.md and docs/schema/catalog-1.schema.json. Ends with a newline.
std::string catalog_json(std::span<const CatalogCard> cards, const std::optional<CatalogCheck>& check,
                         std::span<const std::string> command);

/// For a terminal: a line an entry.
std::string catalog_list(std::span<const CatalogCard> cards);
/// All of one entry, in lines of at most 100 columns.
std::string catalog_card_text(const CatalogCard& card);
/// What was counted and read, and what is wrong.
std::string catalog_check_text(const CatalogCheck& check);

}  // namespace fathom
