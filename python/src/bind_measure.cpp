#include <pybind11/stl.h>

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
#include "fathom/report/html_page.h"
#include "fathom/report/measure_report.h"
#include "interruptible.h"
#include "memory_check.h"
#include "process_memory.h"
#include "python_text.h"

namespace fathom::python {

namespace {

namespace py = pybind11;
using Clock = std::chrono::steady_clock;

/// The options of `fathom measure`, by the names of their fields.
struct MeasureCall {
  DataOptions data;
  MeasureOptions measure;
  std::string workdir, memory;
  std::vector<std::string> command;
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
  std::string simd = "auto", search = "auto";
  keywords.take("format", call.data.read.format);
  keywords.take("labels", call.data.labels);
  keywords.take("path_column", call.data.read.path_column);
  keywords.take("label_column", call.data.read.label_columns);
  keywords.take("group_column", call.data.read.group_column);
  keywords.take("split_column", call.data.read.split_column);
  keywords.take("ignore_labels", call.data.ignore_labels);
  keywords.take("skip_bad", call.data.skip_bad);
  keywords.take("max_side", call.data.read.limits.max_side);
  keywords.take("protocol", call.data.protocol);
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
  keywords.take("draws", call.measure.draws);
  keywords.take("anchors", call.measure.anchors);
  keywords.take("across_groups", call.measure.across_groups);
  keywords.take("simd", simd);
  keywords.take("search", search);
  keywords.take("workdir", call.workdir);
  keywords.take("memory", call.memory);
  keywords.take("command", call.command);
  keywords.check_none_left();
  call.measure.seed = call.data.seed;
  call.measure.threads = call.data.threads;
  call.measure.simd = parse_simd_level(simd);
  call.measure.search = parse_search_mode(search);
  // What can be wrong with the options is found before any image is read.
  call.data.chosen_protocol(false);
  call.data.selection();
  check_measure_options(call.measure);
  return call;
}

std::string record_json(const MeasureCall& call, DataSet data, Clock::time_point start,
                        CallProgress& progress) {
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
  if (!call.workdir.empty()) record.workdir = call.workdir;
  record.seconds_read = opened + progress.seconds("reading");
  record.seconds_neighbors = progress.seconds("comparing");
  record.seconds_total = std::chrono::duration<double>(Clock::now() - start).count();
  record.peak_memory_bytes = peak_memory_bytes();
  return measure_json(std::span(&record, 1), call.command);
}

py::str measure_path(const std::string& path, const py::dict& options) {
  const MeasureCall call = call_of(options);
  if (call.measure.across_groups && !call.data.read.group_column) {
    throw UsageError("--across-groups", "needs to know the groups", "name their column with --group-column");
  }
  std::string json;
  CallProgress progress;
  run_interruptibly(progress, [&] {
    const auto start = Clock::now();
    json = record_json(call, call.data.open(path), start, progress);
  });
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
