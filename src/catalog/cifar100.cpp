#include <algorithm>
#include <array>
#include <string_view>

#include "catalog/entry.h"
#include "catalog/locate.h"
#include "fathom/core/error.h"
#include "fathom/read/cifar.h"

namespace fathom {

namespace {

CatalogCard card() {
  CatalogCard card;
  card.name = "cifar100";
  card.title = "CIFAR-100";
  card.publisher = "A. Krizhevsky, University of Toronto";
  card.version = "2009, binary version";
  card.domain = "natural";
  card.tasks = {{"fine", {}, "the hundred classes"}, {"coarse", {}, "the twenty superclasses"}};
  card.files = {{"train.bin", "50,000 training images with both labels"},
                {"test.bin", "10,000 test images with both labels"},
                {"fine_label_names.txt", "names of the classes", false},
                {"coarse_label_names.txt", "names of the superclasses", false}};
  card.group = "none";
  card.counts = {{"train", 50'000}, {"test", 10'000}};
  card.traps = {
      "torchvision downloads the Python version (cifar-100-python), which is not read: the same images "
      "are in the binary version"};
  card.published = "dimension alone, as its authors' source for natural images gives it";
  card.fathom = "all images, with the label of the task";
  return card;
}

DataSet open(const CatalogRequest& request) {
  constexpr std::array<std::string_view, 1> names = {"train.bin"};
  constexpr std::array<std::string_view, 2> below = {"", "cifar-100-binary"};
  ReadOptions options;
  options.limits = request.options.limits;
  DataSet data = open_cifar(home_of(request, names, below), options);
  const auto column = std::ranges::find(data.label_columns, request.task.name, &LabelColumn::name);
  FATHOM_CHECK(column != data.label_columns.end());
  const auto index = static_cast<std::size_t>(column - data.label_columns.begin());
  for (Record& record : data.records) record.labels = {record.labels[index]};
  data.label_columns = {LabelColumn(*column)};
  return data;
}

}  // namespace

CatalogEntry cifar100_entry() {
  return {card(), open};
}

}  // namespace fathom
