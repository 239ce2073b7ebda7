#include <fmt/format.h>

#include "fathom/report/attack_report.h"
#include "fathom/report/printable.h"
#include "report/table_parts.h"

namespace fathom {

namespace {

Cells row(std::string method, std::string epsilon, std::string stored, const SampleLosses& losses,
          std::string penalty, bool published) {
  Cells cells{std::move(method),
              std::move(epsilon),
              std::move(stored),
              fmt::format("{:.4f} +- {:.1g}", losses.loss, losses.loss_std_error),
              std::move(penalty),
              fmt::format("{:.2f} % [{:.2f}, {:.2f}]", 100 * losses.accuracy, 100 * losses.accuracy_low,
                          100 * losses.accuracy_high)};
  if (published) cells.push_back(fmt::format("{:.4f}", losses.published_loss));
  return cells;
}

std::string classes_text(const ShownImages& images) {
  std::string text;
  for (const auto& [name, count] : images.classes) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, printable(name));
  }
  return text;
}

std::string images_text(const ShownImages& images) {
  const std::string split = images.split == "all"     ? ""
                            : images.split == "drawn" ? " of a test set drawn with the split's seed"
                                                      : " of split " + images.split;
  return fmt::format("{}: {} images{} ({})\n", printable(images.name), images.images, split,
                     classes_text(images));
}

}  // namespace

std::string attack_table(const AttackRecord& record) {
  const bool published = record.published_code;
  std::vector<Cells> rows{{"attack", "epsilon", "stored", "loss", "penalty", "accuracy"}};
  if (published) rows.front().push_back("loss as published");
  rows.push_back(row("none", "0", "0", record.result.clean, "-", published));
  for (const AttackEvaluation& outcome : record.result.outcomes) {
    rows.push_back(row(std::string(attack_method_name(outcome.method)), fmt::format("{:g}", outcome.epsilon),
                       fmt::format("{:.4g}", outcome.epsilon_stored), outcome.attacked,
                       fmt::format("{:.4f} +- {:.1g}", outcome.loss_penalty, outcome.loss_penalty_std_error),
                       published));
  }
  const PixelRange& range = record.result.range;
  std::string text = images_text(record.images) + aligned(rows) + "\n";
  text += fmt::format("epsilon in grey levels of 0..255; stored: in the protocol's range {:g}..{:g}\n",
                      range.low, range.high);
  const ShownImages& images = record.images;
  text += fmt::format("{}, protocol {}; {:.1f} s (reading {:.1f}, attacking {:.1f}, {}, {} threads)\n",
                      network_text(record.network),
                      protocol_text(images.protocol, images.size, images.channels, images.range),
                      record.seconds_total, record.seconds_read, record.seconds_attack, record.network.device,
                      record.threads);
  for (const std::string& note : images.notes) text += "note: " + printable(note) + "\n";
  return text;
}

}  // namespace fathom
