#include <fmt/format.h>

#include "fathom/core/error.h"
#include "fathom/report/attack_report.h"
#include "report/csv_parts.h"

namespace fathom {

namespace {

/// The class of an output, or its number where the network does not name it.
std::string output_name(const AttackRecord& record, std::int32_t output) {
  const auto index = static_cast<std::size_t>(output);
  return index < record.network.classes.size() ? quoted(record.network.classes[index])
                                               : std::to_string(output);
}

}  // namespace

std::string attack_samples_csv(const AttackRecord& record) {
  const SampleLosses& clean = record.result.clean;
  FATHOM_CHECK(record.paths.size() == clean.losses.size() && record.labels.size() == clean.losses.size());
  std::string text = "path,label,clean_loss,clean_predicted,method,epsilon,loss,predicted\r\n";
  for (std::size_t i = 0; i < record.paths.size(); ++i) {
    const std::string image =
        fmt::format("{},{},{},{}", quoted(record.paths[i]), output_name(record, record.labels[i]),
                    clean.losses[i], output_name(record, clean.predicted[i]));
    for (const AttackEvaluation& outcome : record.result.outcomes) {
      text += fmt::format("{},{},{},{},{}\r\n", image, attack_method_name(outcome.method), outcome.epsilon,
                          outcome.attacked.losses[i], output_name(record, outcome.attacked.predicted[i]));
    }
  }
  return text;
}

}  // namespace fathom
