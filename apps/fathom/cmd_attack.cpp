#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>

#include "commands.h"
#include "data_options.h"
#include "fathom/core/atomic_file.h"
#include "fathom/core/random.h"
#include "fathom/prepare/train_test_split.h"
#include "fathom/report/attack_report.h"
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

constexpr std::uint64_t kSampleStream = 0x61747461636b;  // apart from every other use of the seed

struct AttackCommand {
  DataOptions data;
  std::string checkpoint, model;
  std::vector<std::string> methods{"fgsm"};
  AttackOptions options;
  std::optional<double> step_size;
  NetworkRun run;
  std::optional<std::string> json, per_sample;
  bool quiet = false;
};

using Clock = std::chrono::steady_clock;

std::vector<AttackMethod> parse_methods(const std::vector<std::string>& names) {
  std::vector<AttackMethod> methods;
  for (const std::string& name : names) {
    const auto known = {AttackMethod::fgsm, AttackMethod::pgd};
    const auto found = std::ranges::find(known, name, attack_method_name);
    if (found == known.end()) {
      throw UsageError("--method", "there is no attack \"" + name + "\"", "use fgsm, pgd or both");
    }
    methods.push_back(*found);
  }
  return methods;
}

void check(const AttackCommand& command) {
  command.data.chosen_protocol(false);
  command.data.selection();
  if (command.data.ignore_labels) {
    throw UsageError("--ignore-labels", "leaves no loss to raise", "leave it out");
  }
  if (command.json) check_output("--json", *command.json);
  if (command.per_sample) check_output("--per-sample", *command.per_sample);
  if (command.json && command.per_sample)
    check_different("--per-sample", *command.per_sample, "--json", *command.json);
}

/// The images to attack, and how they were found.
struct Chosen {
  std::vector<std::uint32_t> rows;
  bool drawn = false;
  std::vector<std::string> notes;
};

/// Number in a checkpoint's facts.
std::optional<std::uint64_t> fact(const NetworkDescription& network, const std::string& key) {
  const auto found = network.facts.find(key);
  if (found == network.facts.end()) return std::nullopt;
  return std::stoull(found->second);
}

/// The images that training tested on, where the data are those it was given; otherwise the data's own test
/// split, or a test set drawn in the same way.
Chosen test_images(const AttackCommand& command, const NetworkData& images,
                   const NetworkDescription& network) {
  const auto trained_on = network.facts.find("data_hash");
  const bool same_data =
      trained_on != network.facts.end() && trained_on->second == images.prepared.content_hash.text();
  TrainTestOptions options;
  options.seed = fact(network, "seed.split").value_or(command.data.seed);
  options.uneven = true;  // what would be left to train on does not matter here
  if (same_data) options.test_samples = fact(network, "test_images");
  // As published, the test images depend on how many were trained on.
  if (same_data && images.prepared.protocol.published_code) {
    options.train_samples = fact(network, "train_images").value_or(0);
  }
  TrainTestSplit split = split_train_test(images.prepared, options, images.data.path);
  Chosen chosen{std::move(split.test), !split.own, {}};
  if (chosen.drawn && !same_data) {
    chosen.notes.push_back(
        "these are not the data that the checkpoint was trained on, as far as it tells: the test set drawn "
        "from them may hold images that it has learned");
  }
  return chosen;
}

Chosen chosen_images(const AttackCommand& command, const NetworkData& images,
                     const NetworkDescription& network) {
  if (command.data.split.empty()) return test_images(command, images, network);
  Chosen chosen;
  chosen.rows.resize(images.prepared.records.size());
  std::iota(chosen.rows.begin(), chosen.rows.end(), 0u);
  return chosen;
}

/// So many of the rows, drawn evenly from the classes; in their order.
std::vector<std::uint32_t> sampled(const std::vector<std::uint32_t>& rows, const PreparedData& data,
                                   std::size_t samples, std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> of_class(data.label_columns.front().classes.size());
  for (const std::uint32_t row : rows) {
    of_class[static_cast<std::size_t>(data.records[row].labels.front())].push_back(row);
  }
  Generator generator = make_generator(seed, kSampleStream);
  for (std::vector<std::uint32_t>& members : of_class) shuffle(std::span(members), generator);
  std::vector<std::uint32_t> drawn;
  for (std::size_t turn = 0; drawn.size() < std::min(samples, rows.size()); ++turn) {
    for (const std::vector<std::uint32_t>& members : of_class) {
      if (turn < members.size() && drawn.size() < samples) drawn.push_back(members[turn]);
    }
  }
  std::ranges::sort(drawn);
  return drawn;
}

UsedNetwork used_network(const NetworkDescription& network, const std::string& path,
                         const std::string& device) {
  return {path, network.form, network.model, network.outputs, network.classes, device};
}

void write(const AttackCommand& command, const AttackRecord& record, const std::vector<std::string>& line) {
  const bool json_shown = command.json == "-", samples_shown = command.per_sample == "-";
  if (command.per_sample && !samples_shown) write_file(*command.per_sample, attack_samples_csv(record));
  if (command.json && !json_shown) write_file(*command.json, attack_json(record, line));
  if (json_shown) {
    write_output(attack_json(record, line));
  } else if (samples_shown) {
    write_output(attack_samples_csv(record));
  } else if (!command.quiet) {
    write_output(attack_table(record));
  }
}

void run_attack(AttackCommand& command, const std::vector<std::string>& line) {
  const auto start = Clock::now();
  command.options.methods = parse_methods(command.methods);
  std::ranges::sort(command.options.epsilons);
  command.options.step_size = command.step_size;
  command.options.seed = command.data.seed;
  command.run.threads = command.data.threads;
  check(command);
  const LearnLibrary& library = load_learn_library();
  library.check_attack_options(command.options);
  command.run.device = library.chosen_device(command.run.device);
  const std::shared_ptr<LoadedNetwork> network = library.load_network({command.model, command.checkpoint});
  const NetworkDescription& description = library.describe_network(*network);

  TerminalProgress progress(command.quiet);
  DataOptions reading = command.data;
  reading.samples = 0;  // drawn below, from the images to attack
  const NetworkData images = network_data(reading, description, command.checkpoint, progress);
  const std::vector<std::int32_t> outputs =
      outputs_of_classes(images.prepared, images.data.path, description, command.checkpoint);
  Chosen chosen = chosen_images(command, images, description);
  if (command.data.samples > 0) {
    chosen.rows = sampled(chosen.rows, images.prepared, command.data.samples, command.data.seed);
  }

  AttackRecord record;
  record.images = shown_images(images.data, images.prepared, chosen.rows);
  if (chosen.drawn) record.images.split = "drawn";
  for (const std::string& note : chosen.notes) record.images.notes.push_back(note);
  record.network = used_network(description, command.data.shown_path(command.checkpoint), command.run.device);
  record.options = command.options;
  record.published_code = images.prepared.protocol.published_code || !command.data.compat.empty();
  record.batch_size = command.run.batch_size;
  record.threads = command.run.threads;
  for (const std::uint32_t row : chosen.rows) {
    const Record& image = images.prepared.records[row];
    record.paths.push_back(image.path);
    record.labels.push_back(outputs[static_cast<std::size_t>(image.labels.front())]);
  }
  record.result =
      library.attack(*network, images.prepared, chosen.rows, outputs, command.options, command.run, progress);
  record.seconds_read = images.seconds_read;
  record.seconds_attack = progress.seconds("attacking");
  record.seconds_total = std::chrono::duration<double>(Clock::now() - start).count();
  record.peak_memory_bytes = peak_memory_bytes();
  write(command, record, line);
}

}  // namespace

void add_attack(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<AttackCommand>();
  CLI::App* attack = app.add_subcommand("attack", "Attack a trained network by FGSM and PGD");
  attack->group("Commands");
  command->data.add_to(*attack, DataOptions::Sets::one);

  const std::string attacking = "Attacking";
  attack
      ->add_option(
          "--checkpoint", command->checkpoint,
          "Network to attack: a checkpoint of fathom train, a state dict (with --model) or TorchScript")
      ->required()
      ->type_name("FILE")
      ->group(attacking);
  attack->add_option("--model", command->model, "Model of a state dict, such as resnet18")
      ->type_name("NAME")
      ->group(attacking);
  attack->add_option("--method", command->methods, "Attacks: fgsm, pgd")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...")
      ->default_str("fgsm")
      ->group(attacking);
  attack
      ->add_option("--epsilon", command->options.epsilons,
                   "Largest changes of a pixel, in grey levels of 0..255")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("E,E,...")
      ->default_str("1,2,4,8")
      ->group(attacking);
  attack->add_option("--steps", command->options.steps, "Steps of PGD")
      ->check(whole_number(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str()
      ->group(attacking);
  attack
      ->add_option("--step-size", command->step_size,
                   "Step of PGD in grey levels (default: 2.5 epsilon / steps)")
      ->type_name("E")
      ->group(attacking);

  command->data.add_running_to(*attack);
  add_network_run(*attack, command->run);

  const std::string output = "Output";
  attack->add_option("--json", command->json, "Write JSON to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  attack
      ->add_option("--per-sample", command->per_sample,
                   "Write loss and prediction of every image as CSV to a file, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  attack->add_flag("--quiet", command->quiet, "No table and no progress bar")->group(output);
  attack->callback([command, line] { run_attack(*command, line); });
}

}  // namespace fathom
