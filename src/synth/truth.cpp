#include <nlohmann/json.hpp>

#include "fathom/core/version.h"
#include "fathom/synth/image_set.h"

namespace fathom {

std::string truth_json(const ImageSet& set) {
  const ImageSetOptions& options = set.options();
  const std::size_t share = options.samples / options.classes, rest = options.samples % options.classes;
  nlohmann::ordered_json classes;
  for (std::size_t label = 0; label < options.classes; ++label)
    classes[set.class_name(label)] = share + (label < rest ? 1 : 0);
  const nlohmann::ordered_json truth = {
      {"schema", "fathom.synth/1"},
      {"version", std::string(version())},
      {"manifold", std::string(image_manifold_name(options.manifold))},
      {"dimension", options.dimension},
      {"classes", classes},
      {"images", options.samples},
      {"size", {options.height, options.width}},
      {"channels", options.channels},
      {"ambient_dimension", set.values_per_image()},
      {"margin", set.margin()},
      {"label_sharpness", set.label_sharpness()},
      {"amplitude", set.amplitude()},
      {"rounding_bound", set.rounding_bound()},
      {"seed", options.seed},
  };
  return truth.dump(2) + "\n";
}

}  // namespace fathom
