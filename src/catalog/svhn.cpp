#include "fathom/read/svhn.h"

#include <array>
#include <string_view>

#include "catalog/entry.h"
#include "catalog/locate.h"

namespace fathom {

namespace {

CatalogCard card() {
  CatalogCard card;
  card.name = "svhn";
  card.title = "SVHN, cropped digits";
  card.publisher = "Stanford University";
  card.version = "format 2, 32 x 32";
  card.domain = "natural";
  card.tasks = {{"digit", {}, "the ten digits; --classes A,B or a study's class_pairs choose two of them"}};
  card.files = {{"train_32x32.mat", "73,257 training images with labels"},
                {"test_32x32.mat", "26,032 test images with labels"},
                {"extra_32x32.mat", "531,131 easier images: not read", false}};
  card.columns = {{"*.mat", "X", "height x width x channel x image"},
                  {"*.mat", "y", "1 to 10; 10 is the digit 0"}};
  card.group = "none: the house is not published with these files";
  card.counts = {{"train", 73'257}, {"test", 26'032}};
  card.traps = {"the label 10 means the digit 0", "digits of one house number are neighbours in the file"};
  card.published =
      "two digits drawn at random, from the training images alone; labels of the pair shift against its "
      "images, up "
      "to 25 % of them where one digit is three times as frequent";
  card.fathom = "labels stay with their images; both splits, or one by --split";
  return card;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"train_32x32.mat"};
  constexpr std::array<std::string_view, 2> below = {"", "svhn"};
  ReadOptions options;
  options.limits = request.options.limits;
  return open_svhn(home_of(request, names, below), options);
}

}  // namespace

CatalogEntry svhn_entry() {
  return {card(), open};
}

}  // namespace fathom
