// What an entry of the catalogue is made of: a card, and a function that opens a folder.
#pragma once

#include <filesystem>

#include "fathom/catalog/catalog.h"

namespace fathom {

struct CatalogRequest {
  const CatalogCard& card;
  std::filesystem::path folder;
  const CatalogTask& task;
  const ReadOptions& options;
};

struct CatalogEntry {
  CatalogCard card;
  /// Its name and path are set by the caller.
  DataSet (*open)(const CatalogRequest& request);
};

CatalogEntry brats_entry();
CatalogEntry dbc_entry();
CatalogEntry oai_entry();
CatalogEntry chexpert_entry();
CatalogEntry mura_entry();
CatalogEntry rsna_entry();
CatalogEntry prostate_entry();
CatalogEntry isic_entry();
CatalogEntry mnist_entry();
CatalogEntry svhn_entry();
CatalogEntry cifar10_entry();
CatalogEntry cifar100_entry();
CatalogEntry imagenet_entry();
CatalogEntry celeba_entry();
CatalogEntry coco_entry();

}  // namespace fathom
