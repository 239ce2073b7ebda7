#include <fmt/format.h>

#include <algorithm>

#include "fathom/report/measure_report.h"
#include "fathom/report/printable.h"
#include "fathom/report/warnings.h"
#include "report/find_estimate.h"
#include "report/table_parts.h"

namespace fathom {

namespace {

std::string drawn(const LabelSharpness& sharpness) {
  if (sharpness.sampled.draws == 0) return "-";
  return fmt::format("{:.3g} +- {:.1g}", sharpness.sampled.mean, sharpness.sampled.sd);
}

Cells row(const MeasureRecord& record, const TaskMeasurement* task, bool first) {
  const Measurement& measurement = record.measurement;
  Cells cells;
  if (first) {
    cells = {printable(record.name),
             fmt::format("{}", measurement.images),
             fmt::format("{}", measurement.distinct),
             fmt::format("{}", record.ambient_dimension),
             with_interval(find_estimate(measurement, "mle", "pooled")),
             with_interval(find_estimate(measurement, "twonn", "ml"))};
  } else {
    cells = {"", "", "", "", "", ""};
  }
  const bool several = measurement.tasks.size() > 1;
  if (task == nullptr) {
    cells.insert(cells.end(), {"-", "-", "-"});
  } else {
    cells.push_back(several
                        ? fmt::format("{} ({} classes)", printable(task->label_column), task->classes.size())
                        : fmt::format("{}", task->classes.size()));
    cells.push_back(fmt::format("{:.4g}", task->label_sharpness.value));
    cells.push_back(drawn(task->label_sharpness));
  }
  return cells;
}

/// What some say of their own beside the value.
std::string particulars(const DimensionEstimate& estimate) {
  std::string text;
  if (estimate.k_star) text += fmt::format("; neighbours {:.1f} on average", estimate.k_star->mean);
  if (const auto p = estimate.p_value) text += *p < 1e-4 ? "; p < 0.0001" : fmt::format("; p = {:.2g}", *p);
  for (const DimensionComponent& one : estimate.components) {
    text += fmt::format("{} {:.0f} % of {:.2f}", text.empty() ? ";" : ",", 100.0 * one.weight, one.value);
  }
  return text;
}

/// Of every estimator that the columns do not show the first of its values, which is its headline.
std::vector<Cells> other_estimates(const Measurement& measurement) {
  std::vector<Cells> rows;
  std::string last;
  for (const DimensionEstimate& estimate : measurement.dimension) {
    const std::string& name = estimate.estimator;
    if (name == last || name == "mle" || name == "twonn" || name == "gride") continue;
    rows.push_back({name + " (" + estimate.variant + ")", with_interval(&estimate) + particulars(estimate)});
    last = name;
  }
  return rows;
}

std::string calibrated_text(const DimensionEstimate* estimate) {
  if (estimate == nullptr || !estimate->calibrated) return "-";
  const CalibratedValue& calibrated = *estimate->calibrated;
  return fmt::format("{:.2f} [{:.2f}, {:.2f}]", calibrated.value, calibrated.interval.low,
                     calibrated.interval.high);
}

/// Empty where neither is calibrated.
std::string calibrated_line(const Measurement& measurement) {
  const DimensionEstimate* mle = find_estimate(measurement, "mle", "pooled");
  const DimensionEstimate* twonn = find_estimate(measurement, "twonn", "ml");
  const std::string of_mle = calibrated_text(mle), of_twonn = calibrated_text(twonn);
  if (of_mle == "-" && of_twonn == "-") return "";
  return fmt::format("calibrated by simulation at {} images: MLE {}, TwoNN {}\n", measurement.distinct,
                     of_mle, of_twonn);
}

std::string details(const MeasureRecord& record, bool named) {
  const Measurement& measurement = record.measurement;
  const std::string indent = named ? "  " : "";
  std::string text = named ? printable(record.name) + "\n" : "";
  if (const std::vector<Cells> others = other_estimates(measurement); !others.empty()) {
    text += aligned(others);
  }
  if (const std::string line = calibrated_line(measurement); !line.empty()) text += indent + line;
  for (const TaskMeasurement& task : measurement.tasks) {
    const SharpnessPair& pair = task.label_sharpness.pairs.front();
    const std::string column = measurement.tasks.size() > 1 ? " by " + printable(task.label_column) : "";
    text += fmt::format("{}nearest pair with different labels{}: {} ({}) and {} ({}), distance {:.6g}\n",
                        indent, column, printable(pair.a), printable(pair.label_a), printable(pair.b),
                        printable(pair.label_b), pair.distance.value);
    if (task.label_sharpness.as_published) {
      text += fmt::format(
          "{}label sharpness as the published code samples it{}: {:.4g} ({} pairs of {} images)\n", indent,
          column, task.label_sharpness.as_published->value, task.label_sharpness.as_published->pairs,
          task.label_sharpness.as_published->m);
    }
  }
  if (const DimensionEstimate* published = find_estimate(measurement, "mle", "as_published");
      published != nullptr && record.protocol.published_code) {
    text += fmt::format("{}MLE as the published code normalises it: {:.2f}\n", indent, published->value);
  }
  text += fmt::format("{}protocol {}; {:.1f} s (reading {:.1f}, neighbours {:.1f}, {}, {} threads)\n", indent,
                      protocol_text(record.protocol, record.size, record.channels, record.range),
                      record.seconds_total, record.seconds_read, record.seconds_neighbors, record.simd,
                      record.threads);
  for (const std::string& note : record.notes) text += indent + "note: " + printable(note) + "\n";
  for (const std::string& warning : warnings(record))
    text += indent + "warning: " + printable(warning) + "\n";
  return text;
}

}  // namespace

std::string measure_table(std::span<const MeasureRecord> records) {
  if (records.empty()) return "";
  const bool several_tasks = std::ranges::any_of(
      records, [](const MeasureRecord& record) { return record.measurement.tasks.size() > 1; });
  std::vector<Cells> rows{{"data set", "images", "distinct", "pixels",
                           fmt::format("dimension (MLE, k = {})", records.front().k), "TwoNN",
                           several_tasks ? "labels" : "classes", "label sharpness", "drawn"}};
  for (const MeasureRecord& record : records) {
    if (record.measurement.tasks.empty()) rows.push_back(row(record, nullptr, true));
    for (std::size_t t = 0; t < record.measurement.tasks.size(); ++t) {
      rows.push_back(row(record, &record.measurement.tasks[t], t == 0));
    }
  }
  std::string text = aligned(rows) + "\n";
  for (const MeasureRecord& record : records) text += details(record, records.size() > 1);
  return text;
}

}  // namespace fathom
