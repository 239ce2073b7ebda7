#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.h"
#include "data_options.h"
#include "fathom/core/atomic_file.h"
#include "fathom/learn/train.h"
#include "fathom/report/train_report.h"
#include "load_learn_library.h"
#include "output_file.h"
#include "process_memory.h"
#include "standard_streams.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

using Clock = std::chrono::steady_clock;

struct TrainCommand {
  DataOptions data;
  TrainOptions train;
  std::string recipe = "fathom";
  RecipeChanges changes;
  TrainTestOptions split;
  std::optional<std::uint64_t> split_seed, initialization_seed, order_seed;
  std::string output, workdir;
  std::optional<std::string> json;
  bool quiet = false;
};

double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

/// All images: which of them are trained on is chosen once the copies among them are known.
DataSet open_data(const TrainCommand& command, Progress& progress) {
  DataOptions all = command.data;
  all.samples = 0;
  DataSet data = all.open(command.data.data.front(), progress);
  if (data.label_columns.size() > 1) {
    throw UsageError("--label-column", data.path + " has several label columns", "choose one");
  }
  if (data.pixels->vectors()) {
    throw InputError(data.path, "holds vectors, and networks take images", "give images");
  }
  return data;
}

PrepareOptions prepare_options(const TrainCommand& command) {
  PrepareOptions options;
  options.threads = command.data.threads;
  options.skip_bad = command.data.skip_bad;
  options.keep_pixels = true;
  options.workdir = command.workdir;
  return options;
}

TrainOptions train_options(const TrainCommand& command, const LearnLibrary& library) {
  TrainOptions options = command.train;
  options.recipe = library.named_recipe(command.recipe, options.model);
  library.change_recipe(options.recipe, command.changes);
  const std::uint64_t seed = command.data.seed;
  options.seeds = {command.split_seed.value_or(seed), command.initialization_seed.value_or(seed),
                   command.order_seed.value_or(seed)};
  options.threads = command.data.threads;
  options.output = command.output;
  options.clock = [start = Clock::now()] { return seconds_between(start, Clock::now()); };
  return options;
}

/// What can be wrong with the options is found before any image is read.
void check(const TrainCommand& command) {
  command.data.chosen_protocol(false);
  command.data.selection();
  check_folder("--output", command.output);
  if (!command.workdir.empty()) check_folder("--workdir", command.workdir);
  if (command.json) check_output("--json", *command.json);
}

void write(const TrainCommand& command, const TrainRecord& record, const PreparedData& prepared,
           const std::vector<std::string>& line) {
  const std::string json = train_json(record, line);
  const std::filesystem::path folder = command.output;
  write_file(folder / "split.json", split_json(record.split, prepared.records));
  write_file(folder / "result.json", json);
  if (command.json && command.json != "-") write_file(*command.json, json);
  if (command.json == "-") {
    write_output(json);
  } else if (!command.quiet) {
    write_output(train_summary(record));
  }
}

void run_train(TrainCommand& command, const std::vector<std::string>& line) {
  check(command);
  const auto start = Clock::now();
  const LearnLibrary& library = load_learn_library();
  const TrainOptions options = train_options(command, library);
  library.check_train_options(options);
  TerminalProgress progress(command.quiet);
  DataSet data = open_data(command, progress);
  const PreparedData prepared =
      prepare(data, command.data.chosen_protocol(false), prepare_options(command), progress);
  data.pixels.reset();  // the arrays are in the matrix now
  TrainTestOptions wanted = command.split;
  wanted.train_samples = command.data.samples;
  wanted.seed = options.seeds.split;
  TrainTestSplit split = split_train_test(prepared, wanted, data.path);
  const auto read = Clock::now();
  TrainResult result = library.train(prepared, split, options, progress);
  const auto trained = Clock::now();
  TrainRecord record = make_train_record(data, prepared, std::move(split), options, std::move(result));
  record.output = command.data.shown_path(command.output);
  record.seconds_read = seconds_between(start, read);
  record.seconds_train = seconds_between(read, trained);
  record.seconds_total = seconds_between(start, Clock::now());
  record.peak_memory_bytes = peak_memory_bytes();
  write(command, record, prepared, line);
}

void add_data_options(CLI::App& train, TrainCommand& command) {
  command.data.add_to(train, DataOptions::Sets::one);
  train.get_option("DATA")->description("Images with labels, in any form that measure reads")->expected(1);
  train.get_option("--samples")
      ->description("Training images, drawn evenly from the classes; fewer are part of more (default: all)");
  train.get_option("--split")->description("Split only the images of: train, val, test, all (default: all)");
  train.remove_option(train.get_option("--ignore-labels"));
  train
      .add_option("--test-samples", command.split.test_samples,
                  "Test images, drawn evenly from the classes (default: the data's own test split, or 750)")
      ->check(whole_number(1, 2'000'000'000))
      ->type_name("N")
      ->group("Choosing");
  train
      .add_flag("--uneven", command.split.uneven,
                "Where a class has too few training images, take more of the others")
      ->group("Choosing");
}

void add_recipe_options(CLI::App& train, TrainCommand& command) {
  const std::string training = "Training";
  train.add_option("--model", command.train.model, "Network: resnet18, vgg16_bn, densenet121, ...")
      ->required()
      ->type_name("NAME")
      ->group(training);
  train
      .add_option("--recipe", command.recipe,
                  "How it is trained: fathom, or iclr2024 as published; the options below change it")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(training);
  RecipeChanges& changes = command.changes;
  const auto number = [&](const char* name, std::optional<double>& value, const char* words) {
    train.add_option(name, value, words)->type_name("X")->group(training);
  };
  const auto count = [&](const char* name, std::optional<std::size_t>& value, std::uint64_t least,
                         const char* words) {
    train.add_option(name, value, words)
        ->check(whole_number(least, 1'000'000'000))
        ->type_name("N")
        ->group(training);
  };
  const auto word = [&](const char* name, std::optional<std::string>& value, const char* words) {
    train.add_option(name, value, words)->type_name("NAME")->group(training);
  };
  count("--epochs", changes.epochs, 1, "Passes over the training images");
  count("--batch-size", changes.batch_size, 2, "Images in a step");
  word("--optimizer", changes.optimizer, "sgd, adam, adamw");
  number("--learning-rate", changes.learning_rate, "Largest learning rate");
  number("--momentum", changes.momentum, "Momentum of sgd");
  number("--weight-decay", changes.weight_decay, "Weight decay");
  word("--decay", changes.decay, "What decays: all, or weights (not biases and normalisation)");
  word("--schedule", changes.schedule, "Learning rate after the warm-up: constant, cosine");
  number("--warmup", changes.warmup, "Share of the steps over which the learning rate rises");
  number("--shift", changes.shift, "Augmentation: shift images by up to this share of their side");
  const auto flag = [&](const char* name, std::optional<bool>& value, bool meaning, const char* words) {
    return train
        .add_flag_callback(
            name, [&value, meaning] { value = meaning; }, words)
        ->group(training);
  };
  flag("--flip", changes.flip, true, "Augmentation: turn half of the images left to right");
  CLI::Option* const normalize = flag("--normalize", changes.normalize, true,
                                      "Give the network channels of mean 0 and standard deviation 1");
  flag("--no-normalize", changes.normalize, false, "Give the network pixels as the protocol has them")
      ->excludes(normalize);
  word("--head", changes.head, "Outputs: labels (one a class), published (1000)");
  count("--patience", changes.patience, 0,
        "Stop after so many epochs in which the training loss did not fall by 1 %; 0: never");
}

void add_run_options(CLI::App& train, TrainCommand& command) {
  command.data.add_running_to(train);
  train.get_option("--threads")
      ->description("Threads; the last bits of a network depend on it (default: all processors)");
  const std::string running = "Running";
  const auto seed = [&](const char* name, std::optional<std::uint64_t>& value, const char* words) {
    train.add_option(name, value, words)->check(whole_number())->type_name("N")->group(running);
  };
  seed("--split-seed", command.split_seed, "Seed of the test set and the training images (default: --seed)");
  seed("--init-seed", command.initialization_seed, "Seed of the first weights (default: --seed)");
  seed("--order-seed", command.order_seed,
       "Seed of the order of images, augmentation and dropout (default: --seed)");
  train.add_option("--device", command.train.device, "Where to compute: auto, cpu, cuda")
      ->type_name("NAME")
      ->default_val("auto")
      ->group(running);
  train.add_flag("--resume", command.train.resume, "Go on with the run in --output")->group(running);
  train
      .add_option("--workdir", command.workdir,
                  "Keep the prepared images in files in this folder, to read them once")
      ->type_name("DIR")
      ->group(running);
}

}  // namespace

void add_train(CLI::App& app, const std::vector<std::string>& line) {
  const auto command = std::make_shared<TrainCommand>();
  CLI::App* train = app.add_subcommand("train", "Train a network on labelled images");
  train->group("Commands");
  add_data_options(*train, *command);
  add_recipe_options(*train, *command);
  add_run_options(*train, *command);
  const std::string output = "Output";
  train
      ->add_option("--output", command->output,
                   "Folder for the checkpoint, the log and the result, made where it is not there")
      ->required()
      ->type_name("DIR")
      ->group(output);
  train
      ->add_option("--json", command->json, "Write the result to another file too, or to standard output (-)")
      ->type_name("FILE")
      ->group(output);
  train->add_flag("--quiet", command->quiet, "No summary and no progress bar")->group(output);
  train->callback([command, line] { run_train(*command, line); });
}

}  // namespace fathom
