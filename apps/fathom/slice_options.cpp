#include "slice_options.h"

#include <CLI/CLI.hpp>
#include <string>

#include "whole_number.h"

namespace fathom {

void add_slice_options(CLI::App& command, SliceOptions& slices) {
  const std::string reading = "Reading";
  command
      .add_option_function<std::string>(
          "--slices", [&slices](const std::string& name) { slices.axis = parse_slice_axis(name); },
          "Slices of volumes (NIfTI): axial, coronal, sagittal (default: axial)")
      ->type_name("NAME")
      ->group(reading);
  command.add_option("--slice-step", slices.step, "Every N-th slice of a volume")
      ->check(whole_number(1, 1'000'000))
      ->type_name("N")
      ->group(reading);
  command
      .add_option_function<std::string>(
          "--slice-range", [&slices](const std::string& text) { set_slice_range(slices, text); },
          "Slices of a volume from FIRST to the one before END, from 0 at the feet, back or left")
      ->type_name("FIRST:END")
      ->group(reading);
  command
      .add_option("--min-foreground", slices.min_foreground,
                  "Leave out slices with less foreground, 0 to 1: what Otsu's threshold of the volume leaves")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("FRACTION")
      ->group(reading);
}

}  // namespace fathom
