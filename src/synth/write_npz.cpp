#include <zip.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/synth/write_images.h"
#include "synth/npy_header.h"

namespace fathom {
namespace {

std::string image_array(const ImageSet& set, unsigned threads, Progress& progress) {
  const ImageSetOptions& options = set.options();
  std::vector<std::size_t> shape{options.samples, options.height, options.width};
  if (options.channels > 1) shape.push_back(options.channels);
  std::string file = synth::npy_header("|u1", shape);
  const std::size_t start = file.size(), size = set.values_per_image();
  file.resize(start + options.samples * size);
  parallel_for(options.samples, threads, [&](std::size_t i, unsigned) {
    progress.check();
    const std::vector<std::uint8_t> pixels = set.pixels(i);
    std::memcpy(file.data() + start + i * size, pixels.data(), size);
    progress.advance(1);
  });
  return file;
}

std::string label_array(const ImageSet& set) {
  const std::size_t samples = set.options().samples;
  std::string file = synth::npy_header("<i8", std::vector{samples});
  const std::size_t start = file.size();
  file.resize(start + samples * sizeof(std::int64_t));
  for (std::size_t i = 0; i < samples; ++i) {
    const auto label = static_cast<std::int64_t>(set.label(i));
    std::memcpy(file.data() + start + i * sizeof label, &label, sizeof label);
  }
  return file;
}

void add_member(zip_t* archive, const char* name, const std::string& contents) {
  zip_source_t* source = zip_source_buffer(archive, contents.data(), contents.size(), 0);
  FATHOM_CHECK(source != nullptr);
  const zip_int64_t index = zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8);
  FATHOM_CHECK(index >= 0);
  const auto entry = static_cast<zip_uint64_t>(index);
  // The oldest date the format has, 1980-01-01: the same set gives the same bytes whenever it is written.
  constexpr zip_uint16_t midnight = 0, first_day = (1 << 5) | 1;
  FATHOM_CHECK(zip_file_set_dostime(archive, entry, midnight, first_day, 0) == 0);
  FATHOM_CHECK(zip_set_file_compression(archive, entry, ZIP_CM_DEFLATE, 0) == 0);
}

std::string read_back(zip_source_t* source) {
  zip_stat_t status;
  FATHOM_CHECK(zip_source_stat(source, &status) == 0);
  std::string bytes(status.size, '\0');
  FATHOM_CHECK(zip_source_open(source) == 0);
  const zip_int64_t read = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  FATHOM_CHECK(read >= 0 && static_cast<std::size_t>(read) == bytes.size());
  return bytes;
}

std::string zip_arrays(const std::string& images, const std::string& labels) {
  const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> target(
      zip_source_buffer_create(nullptr, 0, 0, nullptr), zip_source_free);
  FATHOM_CHECK(target != nullptr);
  zip_source_keep(target.get());
  zip_t* archive = zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr);
  FATHOM_CHECK(archive != nullptr);
  add_member(archive, "images.npy", images);
  add_member(archive, "labels.npy", labels);
  FATHOM_CHECK(zip_close(archive) == 0);
  return read_back(target.get());
}

}  // namespace

void write_npz(const ImageSet& set, const std::filesystem::path& file, unsigned threads, Progress& progress) {
  progress.begin("writing images", set.options().samples);
  const std::string bytes = zip_arrays(image_array(set, threads, progress), label_array(set));
  progress.check();
  write_file(file, bytes);
  progress.end();
}

}  // namespace fathom
