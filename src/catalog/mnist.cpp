#include <array>
#include <string_view>

#include "catalog/entry.h"
#include "catalog/locate.h"
#include "fathom/read/idx.h"

namespace fathom {

namespace {

CatalogCard card() {
  CatalogCard card;
  card.name = "mnist";
  card.title = "MNIST";
  card.publisher = "Y. LeCun, C. Cortes, C. Burges";
  card.version = "the 70,000 digits of 1998";
  card.domain = "natural";
  card.tasks = {{"digit", {}, "the ten digits; --classes A,B or a study's class_pairs choose two of them"}};
  card.files = {{"train-images-idx3-ubyte[.gz]", "60,000 training images"},
                {"train-labels-idx1-ubyte[.gz]", "their labels"},
                {"t10k-images-idx3-ubyte[.gz]", "10,000 test images"},
                {"t10k-labels-idx1-ubyte[.gz]", "their labels"}};
  card.group = "none: the writers are not published with these files";
  card.counts = {{"train", 60'000}, {"test", 10'000}};
  card.traps = {"torchvision keeps the files in MNIST/raw, which is looked into"};
  card.published =
      "two digits drawn at random, from the training images alone; labels of the pair shift against its "
      "images "
      "where one digit is rarer (2 % of labels, at most 4.9 %)";
  card.fathom = "labels stay with their images; both splits, or one by --split";
  return card;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 2> names = {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"};
  constexpr std::array<std::string_view, 3> below = {"", "MNIST/raw", "raw"};
  ReadOptions options;
  options.limits = request.options.limits;
  return open_idx(home_of(request, names, below), options);
}

}  // namespace

CatalogEntry mnist_entry() {
  return {card(), open};
}

}  // namespace fathom
