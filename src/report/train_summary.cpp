#include <fmt/format.h>

#include <algorithm>

#include "fathom/report/printable.h"
#include "fathom/report/train_report.h"

namespace fathom {

namespace {

std::string counts(const std::vector<std::string>& classes, const std::vector<std::size_t>& images) {
  constexpr std::size_t most = 4;
  if (classes.size() > most) return fmt::format("{} classes", classes.size());
  std::string text;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    text += fmt::format("{}{} {}", c == 0 ? "" : ", ", printable(classes[c]), images[c]);
  }
  return text;
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100.0 * share);
}

std::string line_of(const char* name, const EpochRecord& epoch) {
  return fmt::format("{:<5} epoch {:>4}  train loss {:.4f}, accuracy {}  test loss {:.4f}, accuracy {}\n",
                     name, epoch.epoch, epoch.train_loss, percent(epoch.train_accuracy), epoch.test_loss,
                     percent(epoch.test_accuracy));
}

std::string left_out(const TrainTestSplit& split) {
  std::string text;
  if (split.copies_left_out > 0) {
    text += fmt::format("left out of training: {} copies of test images\n", split.copies_left_out);
  }
  if (split.groups_left_out > 0) {
    text += fmt::format("left out of training: {} images of groups in the test set\n", split.groups_left_out);
  }
  if (split.beside_test > 0) {
    text += fmt::format("left out of both: {} images that belong to a test image\n", split.beside_test);
  }
  if (split.groups_on_both_sides > 0) {
    text += fmt::format("warning: {} groups have training and test images: test results will be too good\n",
                        split.groups_on_both_sides);
  }
  return text;
}

}  // namespace

std::string train_summary(const TrainRecord& record) {
  const TrainResult& result = record.result;
  const TrainTestSplit& split = record.split;
  const auto best = std::ranges::max_element(result.epochs, {}, &EpochRecord::test_accuracy);
  std::string text = fmt::format("{} on {}, protocol {}, recipe {}\n", record.model, printable(record.name),
                                 record.protocol.name(), record.recipe.base);
  text += fmt::format("{} training images ({}), {} test images ({}), {}\n", split.train.size(),
                      counts(record.classes, split.train_classes), split.test.size(),
                      counts(record.classes, split.test_classes),
                      split.published ? "split as the published code does"
                      : split.own     ? "by the data's own splits"
                                      : "the test set drawn");
  text += left_out(split);
  text += line_of("last", result.epochs.back());
  // The best of many epochs is chosen by the test set itself, and so looks better than it is.
  text += line_of("best", *best);
  if (result.stopped_early) text += "stopped early: the training loss no longer fell\n";
  text += fmt::format(
      "checkpoint, log and result in {}; {:.1f} s (reading {:.1f}, training {:.1f}, {}, {} thread{})\n",
      printable(record.output), record.seconds_total, record.seconds_read, record.seconds_train,
      result.device, record.threads, record.threads == 1 ? "" : "s");
  return text;
}

}  // namespace fathom
