#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/synth/png_file.h"
#include "fathom/synth/write_images.h"
#include "synth/temporary_folder.h"

namespace fathom {

void write_image_folder(const ImageSet& set, const std::filesystem::path& folder, unsigned threads,
                        Progress& progress) {
  const ImageSetOptions& options = set.options();
  FATHOM_CHECK(options.classes >= 2);
  synth::TemporaryFolder output(folder);
  for (std::size_t label = 0; label < options.classes; ++label) output.add_folder(set.class_name(label));
  const std::size_t last = (options.samples - 1) / options.classes;
  const std::size_t digits = std::max<std::size_t>(4, std::to_string(last).size());
  progress.begin("writing images", options.samples);
  parallel_for(options.samples, threads, [&](std::size_t i, unsigned) {
    progress.check();
    const std::string name =
        fmt::format("{}/{:0{}}.png", set.class_name(set.label(i)), i / options.classes, digits);
    output.add_file(name, synth::encode_png(set.pixels(i), options.height, options.width, options.channels));
    progress.advance(1);
  });
  output.add_file("truth.json", truth_json(set));
  progress.check();
  output.commit();
  progress.end();
}

}  // namespace fathom
