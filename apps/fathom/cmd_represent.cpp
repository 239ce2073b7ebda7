#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "byte_size.h"
#include "commands.h"
#include "data_options.h"
#include "fathom/core/atomic_file.h"
#include "fathom/estimate/matched_gaussian.h"
#include "fathom/estimate/measure.h"
#include "fathom/report/html_page.h"
#include "fathom/report/represent_report.h"
#include "fathom/synth/npy.h"
#include "layer_measurer.h"
#include "layer_planner.h"
#include "load_learn_library.h"
#include "network_data.h"
#include "network_options.h"
#include "output_file.h"
#include "process_memory.h"
#include "standard_streams.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

struct RepresentCommand {
  DataOptions data;
  NetworkFile network;
  std::string weights;
  RepresentOptions options;
  bool layers_given = false;
  std::string pool = "none";
  std::vector<std::string> controls;
  MeasureOptions measure;
  std::string simd = "auto", memory;
  NetworkRun run;
  std::optional<std::string> json, csv, html, export_file;
  bool quiet = false;

  bool controlled_by(const char* name) const { return std::ranges::find(controls, name) != controls.end(); }
};

using Clock = std::chrono::steady_clock;

Pooling parse_pooling(const std::string& name) {
  if (name == "none") return Pooling::none;
  if (name == "avg") return Pooling::average;
  throw UsageError("--pool", "\"" + name + "\" is no way to pool", "use none or avg");
}

void check_controls(const std::vector<std::string>& controls) {
  for (const std::string& name : controls) {
    if (name == "untrained" || name == "shuffled-labels" || name == "shuffled-pixels" || name == "gaussian")
      continue;
    throw UsageError("--control", "there is no control \"" + name + "\"",
                     "use untrained, shuffled-labels, shuffled-pixels or gaussian");
  }
}

void check(const RepresentCommand& command) {
  command.data.chosen_protocol(false);
  command.data.selection();
  check_measure_options(command.measure);
  check_controls(command.controls);
  const std::vector<std::string>& layers = command.options.layers;
  const bool one = layers.size() == 1 && layers.front() != "all" && layers.front() != "published";
  if (command.export_file) {
    check_output("--export", *command.export_file);
    if (!one) {
      throw UsageError("--export", "writes the activations of one layer", "name one layer with --layers");
    }
  }
  if (command.controlled_by("shuffled-labels") && command.data.ignore_labels) {
    throw UsageError("--control", "shuffled-labels needs labels", "leave --ignore-labels out");
  }
  if (command.json) check_output("--json", *command.json);
  if (command.csv) check_output("--csv", *command.csv);
  if (command.html) check_html_output(*command.html);
  if (command.json && command.csv) check_different("--csv", *command.csv, "--json", *command.json);
  if (command.html && command.json) check_different("--html", *command.html, "--json", *command.json);
  if (command.html && command.csv) check_different("--html", *command.html, "--csv", *command.csv);
}

void write(const RepresentCommand& command, const RepresentRecord& record,
           const std::vector<std::string>& line) {
  const bool json_shown = command.json == "-", csv_shown = command.csv == "-";
  if (command.json && !json_shown) write_file(*command.json, represent_json(record, line));
  if (command.csv && !csv_shown) write_file(*command.csv, represent_csv(record));
  if (command.html) write_file(*command.html, html_page(std::vector{represent_json(record, line)}));
  if (json_shown) {
    write_output(represent_json(record, line));
  } else if (csv_shown) {
    write_output(represent_csv(record));
  } else if (!command.quiet) {
    write_output(represent_table(record));
  }
}

/// The network on the images, and the controls that are other networks or other images.
std::vector<std::pair<std::string, RepresentControl>> conditions(const RepresentCommand& command) {
  std::vector<std::pair<std::string, RepresentControl>> all{{"none", RepresentControl::none}};
  if (command.controlled_by("untrained")) all.emplace_back("untrained", RepresentControl::untrained);
  if (command.controlled_by("shuffled-pixels"))
    all.emplace_back("shuffled-pixels", RepresentControl::shuffled_pixels);
  return all;
}

void run_represent(RepresentCommand& command, const std::vector<std::string>& line) {
  const auto start = Clock::now();
  command.options.pooling = parse_pooling(command.pool);
  command.options.seed = command.data.seed;
  command.network.weights = command.weights;
  command.measure.seed = command.data.seed;
  command.measure.threads = command.run.threads = command.data.threads;
  command.measure.simd = parse_simd_level(command.simd);
  check(command);
  const LearnLibrary& library = load_learn_library();
  command.run.device = library.chosen_device(command.run.device);
  const std::shared_ptr<LoadedNetwork> network = library.load_network(command.network);
  const NetworkDescription& description = library.describe_network(*network);

  TerminalProgress progress(command.quiet);
  const NetworkData images = network_data(command.data, description, command.weights, progress);
  std::vector<std::uint32_t> rows(images.prepared.records.size());
  std::iota(rows.begin(), rows.end(), 0u);

  RepresentRecord record;
  record.images = shown_images(images.data, images.prepared, rows);
  record.network = {command.data.shown_path(command.weights),
                    description.form,
                    description.model,
                    description.outputs,
                    description.classes,
                    command.run.device};
  record.pooling = command.options.pooling;
  record.k = command.measure.k;
  record.seed = command.data.seed;
  record.threads = command.run.threads;
  record.simd = simd_name(command.measure.simd);
  record.batch_size = command.run.batch_size;

  LayerMeasurer measurer(images.prepared, command.measure, command.controlled_by("shuffled-labels"),
                         progress);
  LayerPlanner planner(images.data.path, images.prepared.records.size(), command.measure, command.memory,
                       command.controlled_by("gaussian"));
  RepresentationRecord gaussian{"gaussian", {}};
  for (const auto& [name, control] : conditions(command)) {
    RepresentationRecord representation{name, {}};
    RepresentOptions options = command.options;
    options.control = control;
    const bool own = control == RepresentControl::none;
    const LayerReceiver receive = [&](const LayerDescription& layer, Matrix<float> matrix) {
      if (own && command.export_file) write_npy(*command.export_file, matrix);
      representation.layers.push_back(measurer.measure_rows(layer, matrix));
      if (!own || !command.controlled_by("gaussian") || !representation.layers.back().measurement) return;
      match_gaussian(matrix, command.data.seed, command.measure.threads, progress);
      gaussian.layers.push_back(measurer.measure_rows(layer, matrix));
    };
    library.represent(*network, images.prepared, options, command.run, std::ref(planner), receive, progress);
    record.representations.push_back(std::move(representation));
  }
  if (command.controlled_by("gaussian")) record.representations.push_back(std::move(gaussian));
  record.passes = planner.passes();
  if (command.export_file) record.exported = command.data.shown_path(*command.export_file);
  record.seconds_read = images.seconds_read;
  record.seconds_total = std::chrono::duration<double>(Clock::now() - start).count();
  record.peak_memory_bytes = peak_memory_bytes();
  write(command, record, line);
}

}  // namespace

void add_represent(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<RepresentCommand>();
  CLI::App* represent =
      app.add_subcommand("represent", "Measure what the layers of a network make of images");
  represent->group("Commands");
  command->data.add_to(*represent, DataOptions::Sets::one);

  const std::string network = "Network";
  represent
      ->add_option("--weights", command->weights,
                   "A checkpoint of fathom train, a state dict (.pth, .safetensors; with --model) or "
                   "TorchScript (.pt)")
      ->required()
      ->type_name("FILE")
      ->group(network);
  represent->add_option("--model", command->network.model, "Model of a state dict, such as resnet18")
      ->type_name("NAME")
      ->group(network);
  represent
      ->add_option("--layers", command->options.layers,
                   "Layers by name, such as layer4; all; or published, those of the published code. "
                   "\"input\" is the images")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...")
      ->default_str("all")
      ->group(network);
  represent
      ->add_option("--pool", command->pool,
                   "none: every value of a layer's output; avg: its mean over height and width")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(network);

  const std::string measuring = "Measuring";
  represent->add_option("-k", command->measure.k, "Neighbours of the headline MLE, 3 or more")
      ->check(whole_number(3, 1'000'000))
      ->type_name("N")
      ->capture_default_str()
      ->group(measuring);
  represent
      ->add_option("--control", command->controls,
                   "Measure beside: untrained (the same network, seeded), shuffled-labels, shuffled-pixels "
                   "(one order for all images), gaussian (rows of the same covariance)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...")
      ->group(measuring);

  command->data.add_running_to(*represent);
  add_network_run(*represent, command->run);
  represent
      ->add_option("--simd", command->simd, "Vector instructions: auto, scalar, avx2, avx512, avx512-vnni")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Running");
  represent
      ->add_option("--memory", command->memory,
                   "Take no more memory than this, such as 800M or 4G, by passing the images through the "
                   "network several times (default: what the machine has left)")
      ->check(byte_size())
      ->type_name("SIZE")
      ->group("Running");

  const std::string output = "Output";
  represent->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  represent->add_option("--csv", command->csv, "Write CSV to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  represent
      ->add_option("--html", command->html,
                   "Write a page of figures and tables, one file that needs no network")
      ->type_name("FILE")
      ->group(output);
  represent
      ->add_option("--export", command->export_file,
                   "Write the activations of the one layer named with --layers as .npy (images x values)")
      ->type_name("FILE")
      ->group(output);
  represent->add_flag("--quiet", command->quiet, "No table and no progress bar")->group(output);
  represent->callback([command, line] { run_represent(*command, line); });
}

}  // namespace fathom
