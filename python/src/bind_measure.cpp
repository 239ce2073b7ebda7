#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "data_options.h"
#include "fathom/estimate/measure.h"
#include "fathom/prepare/prepare.h"
#include "fathom/prepare/select.h"
#include "fathom/read/slices.h"
#include "fathom/report/html_page.h"
#include "fathom/report/measure_report.h"
#include "interruptible.h"
#include "memory_check.h"
#include "process_memory.h"
#include "python_text.h"
#include "redaction.h"

namespace fathom::python {

namespace {

namespace py = pybind11;
using Clock = std::chrono::steady_clock;

/// The options of `fathom measure`, by the names of their fields.
struct MeasureCall {
  DataOptions data;
  MeasureOptions measure;
  std::string workdir, memory;
};

/// Takes a keyword out of those given; what is left at the end nobody knows.
class Keywords {
 public:
  explicit Keywords(const py::dict& given)
      : given_(py::reinterpret_steal<py::dict>(PyDict_Copy(given.ptr()))) {}

  template <class T>
  void take(const char* name, T& field) {
    if (!given_.contains(name)) return;
    field = py::cast<T>(given_[name]);
    given_.attr("pop")(name);
  }

  void check_none_left() const { FATHOM_CHECK(given_.empty()); }

 private:
  py::dict given_;
};

MeasureCall call_of(const py::dict& given) {
  Keywords keywords(given);
  MeasureCall call;
  std::string simd = "auto", search = "auto", slices, slice_range;
  keywords.take("format", call.data.read.format);
  keywords.take("labels", call.data.labels);
  keywords.take("path_column", call.data.read.path_column);
  keywords.take("label_column", call.data.read.label_columns);
  keywords.take("group_column", call.data.read.group_column);
  keywords.take("split_column", call.data.read.split_column);
  keywords.take("ignore_labels", call.data.ignore_labels);
  keywords.take("skip_bad", call.data.skip_bad);
  keywords.take("max_side", call.data.read.limits.max_side);
  keywords.take("redact_paths", call.data.redact_paths);
  keywords.take("slices", slices);
  keywords.take("slice_step", call.data.read.slices.step);
  keywords.take("slice_range", slice_range);
  keywords.take("min_foreground", call.data.read.slices.min_foreground);
  keywords.take("protocol", call.data.protocol);
  keywords.take("view", call.data.view);
  keywords.take("size", call.data.size);
  keywords.take("channels", call.data.channels);
  keywords.take("range", call.data.range);
  keywords.take("compat", call.data.compat);
  keywords.take("classes", call.data.classes);
  keywords.take("positive", call.data.positive);
  keywords.take("split", call.data.split);
  keywords.take("samples", call.data.samples);
  keywords.take("seed", call.data.seed);
  keywords.take("threads", call.data.threads);
  keywords.take("k", call.measure.k);
  keywords.take("estimator", call.measure.estimators);
  keywords.take("noise_std", call.measure.noise_std);
  keywords.take("components", call.measure.components);
  keywords.take("draws", call.measure.draws);
  keywords.take("anchors", call.measure.anchors);
  keywords.take("across_groups", call.measure.across_groups);
  keywords.take("simd", simd);
  keywords.take("search", search);
  keywords.take("workdir", call.workdir);
  keywords.take("memory", call.memory);
  keywords.check_none_left();
  call.measure.seed = call.data.seed;
  call.measure.threads = call.data.threads;
  if (!slices.empty()) call.data.read.slices.axis = parse_slice_axis(slices);
  if (!slice_range.empty()) set_slice_range(call.data.read.slices, slice_range);
  call.measure.simd = parse_simd_level(simd);
  call.measure.search = parse_search_mode(search);
  // What can be wrong with the options is found before any image is read.
  call.data.chosen_protocol(false);
  call.data.selection();
  check_measure_options(call.measure);
  return call;
}

void check_groups(const DataSet& data) {
  const auto grouped = [](const Record& record) { return record.group.has_value(); };
  if (std::ranges::any_of(data.records, grouped)) return;
  throw UsageError("--across-groups", "needs to know the groups, and " + data.path + " tells of none",
                   "name their column with --group-column, or give groups of an array");
}

std::string record_json(const MeasureCall& call, DataSet data, Clock::time_point start,
                        CallProgress& progress) {
  if (call.measure.across_groups) check_groups(data);
  const double opened = std::chrono::duration<double>(Clock::now() - start).count();
  const Protocol protocol = call.data.chosen_protocol(data.pixels->vectors());
  PrepareOptions options;
  options.threads = call.data.threads;
  options.skip_bad = call.data.skip_bad;
  options.workdir = call.workdir;
  if (call.data.samples > 0) options.selection_seed = call.data.seed;
  options.check_matrix = memory_check(call.memory, data.path, data.pixels->bytes_in_memory(),
                                      !call.workdir.empty(), call.measure);
  const PreparedData prepared = prepare(data, protocol, options, progress);
  data.pixels.reset();
  MeasureOptions measure_options = call.measure;
  measure_options.published_code = protocol.published_code;
  MeasureRecord record = make_measure_record(data, prepared, measure_options,
                                             measure(prepared, data.path, measure_options, progress));
  if (!call.workdir.empty()) record.workdir = call.data.shown_path(call.workdir);
  record.seconds_read = opened + progress.seconds("reading");
  record.seconds_neighbors = progress.seconds("comparing");
  record.seconds_total = std::chrono::duration<double>(Clock::now() - start).count();
  record.peak_memory_bytes = peak_memory_bytes();
  const std::string command[] = {"fathom.measure", record.path};
  return measure_json(std::span(&record, 1), command);
}

/// What an error says without paths, where that is asked for. Lists of bad images have none then.
[[noreturn]] void throw_redacted(const InputError& error, const std::string& path) {
  if (const auto* rejected = dynamic_cast<const RejectedImages*>(&error)) throw RejectedImages(*rejected);
  const std::vector<std::string> line{"fathom", "measure", path, "--redact-paths"};
  throw InputError(shown_text(error.where(), line), shown_text(error.reason(), line),
                   shown_text(error.remedy(), line), error.kind());
}

py::str measure_path(const std::string& path, const py::dict& options) {
  const MeasureCall call = call_of(options);
  std::string json;
  CallProgress progress;
  try {
    run_interruptibly(progress, [&] {
      const auto start = Clock::now();
      json = record_json(call, call.data.open(path, progress), start, progress);
    });
  } catch (const InputError& error) {
    if (!call.data.redact_paths) throw;
    throw_redacted(error, path);
  }
  return python_text(json);
}

struct GivenArray {
  ArrayPart part;
  std::vector<KnownLabels> known;     ///< where labels are names
  std::vector<std::uint32_t> groups;  ///< one a row, or none
};

DataSet data_set_of(const MeasureCall& call, GivenArray given) {
  DataSet data = array_data_set({std::move(given.part)}, call.data.read, given.known);
  data.name = data.path = data.format = "array";
  for (std::size_t i = 0; i < given.groups.size(); ++i) data.records[i].group = given.groups[i];
  if (call.data.ignore_labels) {
    data.label_columns.clear();
    for (Record& record : data.records) record.labels.clear();
  }
  select_records(data, call.data.selection());
  return data;
}

py::str measure_array(const py::array& images, const std::optional<py::array_t<double>>& labels,
                      std::vector<std::string> classes, std::vector<std::uint32_t> groups,
                      const py::dict& options) {
  const MeasureCall call = call_of(options);
  GivenArray given;
  given.part.name = "the array";
  given.part.images = array_over(images);
  given.part.labels_name = "labels";
  if (labels) given.part.labels = array_over(*labels);
  if (!classes.empty()) given.known.push_back({"label", classes.size(), std::move(classes)});
  given.groups = std::move(groups);
  std::string json;
  CallProgress progress;
  run_interruptibly(progress, [&] {
    const auto start = Clock::now();
    json = record_json(call, data_set_of(call, std::move(given)), start, progress);
  });
  return python_text(json);
}

}  // namespace

void bind_measure(py::module_& module) {
  module.def("measure_path", &measure_path, py::arg("path"), py::arg("options"));
  module.def("measure_array", &measure_array, py::arg("images"), py::arg("labels"), py::arg("classes"),
             py::arg("groups"), py::arg("options"));
  module.def("has_html_page", &has_html_page);
  module.def(
      "html_page", [](const std::string& json) { return py::str(html_page(std::vector{json})); },
      py::arg("json"));
}

}  // namespace fathom::python
