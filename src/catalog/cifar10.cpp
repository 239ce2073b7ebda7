#include <array>
#include <string_view>

#include "catalog/entry.h"
#include "catalog/locate.h"
#include "fathom/read/cifar.h"

namespace fathom {

namespace {

CatalogCard card() {
  CatalogCard card;
  card.name = "cifar10";
  card.title = "CIFAR-10";
  card.publisher = "A. Krizhevsky, University of Toronto";
  card.version = "2009, binary version";
  card.domain = "natural";
  card.tasks = {{"label", {}, "the ten classes; --classes A,B or a study's class_pairs choose two of them"}};
  card.files = {{"data_batch_1.bin ... data_batch_5.bin", "50,000 training images with labels"},
                {"test_batch.bin", "10,000 test images with labels"},
                {"batches.meta.txt", "names of the classes", false}};
  card.group = "none";
  card.counts = {{"train", 50'000}, {"test", 10'000}};
  card.traps = {
      "torchvision downloads the Python version (cifar-10-batches-py), which is not read: the same "
      "images are in the binary version"};
  card.published =
      "two classes drawn at random, from the training images alone; about 1 % of labels shift against their "
      "images";
  card.fathom = "labels stay with their images; both splits, or one by --split";
  return card;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"data_batch_1.bin"};
  constexpr std::array<std::string_view, 2> below = {"", "cifar-10-batches-bin"};
  ReadOptions options;
  options.limits = request.options.limits;
  return open_cifar(home_of(request, names, below), options);
}

}  // namespace

CatalogEntry cifar10_entry() {
  return {card(), open};
}

}  // namespace fathom
