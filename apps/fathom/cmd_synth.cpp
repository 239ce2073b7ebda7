#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <optional>

#include "commands.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/prepare/protocol.h"
#include "fathom/report/printable.h"
#include "fathom/synth/image_set.h"
#include "fathom/synth/manifold.h"
#include "fathom/synth/npy.h"
#include "fathom/synth/write_images.h"
#include "output_file.h"
#include "standard_streams.h"
#include "terminal_progress.h"
#include "whole_number.h"

namespace fathom {

namespace {

struct SynthCommand {
  std::string output;
  std::string manifold = "torus";
  std::optional<std::size_t> dimension, ambient_dimension, classes;
  std::size_t samples = 1000;
  std::string size, channels;
  std::optional<double> margin;
  std::uint64_t seed = 0;
  unsigned threads = available_threads();
  bool npz = false, list = false, quiet = false;
};

std::string dimension_text(std::size_t dimension) {
  return dimension == 0 ? "mixed" : std::to_string(dimension);
}

std::string list_of_manifolds() {
  std::string text = "images (a folder, or .npz): torus, cube\npoint clouds (.npy):\n";
  for (const ManifoldCard& card : manifold_cards()) {
    const bool fixed = card.smallest_dimension == card.largest_dimension;
    text +=
        fmt::format("  {:<18} dimension {:>5}{} in {:3}   {}\n", card.name, dimension_text(card.dimension),
                    fixed ? " " : "*", card.ambient_dimension, card.equation);
  }
  return text + "* the default; choose with --dimension\n";
}

void refuse_image_options(const SynthCommand& command) {
  const auto refuse = [](const char* option) {
    throw UsageError(option, "is for images, and a .npy file holds points",
                     "name a folder or a .npz file, or leave the option out");
  };
  if (command.classes) refuse("--classes");
  if (!command.size.empty()) refuse("--size");
  if (!command.channels.empty()) refuse("--channels");
  if (command.margin) refuse("--margin");
  if (command.npz) refuse("--npz");
}

void write_points(const SynthCommand& command) {
  refuse_image_options(command);
  check_output("OUTPUT", command.output);
  PointCloudOptions options;
  options.manifold = command.manifold;
  options.dimension = command.dimension;
  options.ambient_dimension = command.ambient_dimension;
  options.samples = command.samples;
  options.seed = command.seed;
  const Matrix<double> points = sample_manifold(options);
  write_npy(command.output, points);
  if (command.quiet) return;
  const ManifoldCard card = manifold_card(command.manifold);
  write_output(fmt::format("{}: {} points on {}, dimension {} in {}\n", printable(command.output),
                           points.rows(), card.name, command.dimension.value_or(card.dimension),
                           points.cols()));
}

ImageSet image_set(const SynthCommand& command) {
  if (command.ambient_dimension) {
    throw UsageError("--ambient-dimension", "is for points (.npy)", "images have their size: use --size");
  }
  ImageSetOptions options;
  options.manifold = parse_image_manifold(command.manifold);
  if (command.dimension) options.dimension = *command.dimension;
  if (command.classes) options.classes = *command.classes;
  options.samples = command.samples;
  if (!command.size.empty()) {
    Protocol protocol = named_protocol("native");
    set_size(protocol, command.size);
    if (!protocol.size)
      throw UsageError("--size", "\"native\" is no size to make images in", "give pixels such as 64");
    options.height = protocol.size->height;
    options.width = protocol.size->width;
  }
  if (!command.channels.empty()) {
    if (command.channels != "grey" && command.channels != "rgb") {
      throw UsageError("--channels", "\"" + command.channels + "\" is not a choice of channels",
                       "use grey or rgb");
    }
    options.channels = command.channels == "rgb" ? 3 : 1;
  }
  options.margin = command.margin;
  options.seed = command.seed;
  return ImageSet(options);
}

void write_images(const SynthCommand& command, bool npz) {
  const ImageSet set = image_set(command);
  TerminalProgress progress(command.quiet);
  if (npz) {
    check_output("OUTPUT", command.output);
    write_npz(set, command.output, command.threads, progress);
  } else {
    write_image_folder(set, command.output, command.threads, progress);
  }
  if (command.quiet) return;
  const ImageSetOptions& options = set.options();
  write_output(fmt::format(
      "{}: {} images {}x{} in {} classes on a {}, dimension {}, label sharpness at most {:.4g} (margin "
      "{:.4g})\n",
      printable(command.output), options.samples, options.height, options.width, options.classes,
      image_manifold_name(options.manifold), options.dimension, set.label_sharpness(), set.margin()));
}

void run_synth(const SynthCommand& command) {
  if (command.list) return write_output(list_of_manifolds());
  if (command.output.empty()) {
    throw UsageError("OUTPUT", "is missing",
                     "name a folder, a .npz or a .npy file; --list shows the manifolds");
  }
  std::string suffix = std::filesystem::path(command.output).extension().string();
  std::ranges::transform(suffix, suffix.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (suffix == ".npy") return write_points(command);
  write_images(command, command.npz || suffix == ".npz");
}

}  // namespace

void add_synth(CLI::App& app) {
  const auto command = std::make_shared<SynthCommand>();
  CLI::App* synth = app.add_subcommand("synth", "Write data of known dimension, to test estimators");
  synth->group("Commands");
  synth->add_option("OUTPUT", command->output, "New folder (images), .npz (images) or .npy (points)");
  synth->add_option("--manifold", command->manifold, "Manifold; --list names them")
      ->type_name("NAME")
      ->capture_default_str();
  synth->add_option("--dimension", command->dimension, "Intrinsic dimension (default of images: 5)")
      ->check(whole_number())
      ->type_name("N");
  synth->add_option("--ambient-dimension", command->ambient_dimension, "Coordinates of a point (.npy)")
      ->check(whole_number())
      ->type_name("N");
  synth->add_option("--samples", command->samples, "Images or points")
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str();
  synth->add_option("--classes", command->classes, "Classes of images (default: 2)")
      ->check(whole_number())
      ->type_name("N");
  synth->add_option("--size", command->size, "Pixels (64) or height x width (48x64) of images (default: 64)")
      ->type_name("SIZE");
  synth->add_option("--channels", command->channels, "Channels of images: grey, rgb (default: grey)")
      ->type_name("NAME");
  synth
      ->add_option("--margin", command->margin,
                   "Distance between classes of images, in grey levels (default: that of gaps of a tenth)")
      ->type_name("LEVELS");
  synth->add_option("--seed", command->seed, "Seed of every random choice")
      ->check(whole_number())
      ->type_name("N")
      ->capture_default_str();
  synth
      ->add_option("--threads", command->threads,
                   "Threads; the files do not depend on it (default: all processors)")
      ->check(whole_number(1, 4096))
      ->type_name("N");
  synth->add_flag("--npz", command->npz, "Write one .npz file instead of a folder");
  synth->add_flag("--list", command->list, "List the manifolds and stop");
  synth->add_flag("--quiet", command->quiet, "No summary and no progress bar");
  synth->callback([command] { run_synth(*command); });
}

}  // namespace fathom
