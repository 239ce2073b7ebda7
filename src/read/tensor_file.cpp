#include "fathom/read/tensor_file.h"

#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/core/mapped_file.h"
#include "read/pytorch_file.h"
#include "read/safetensors.h"
#include "read/tensor_contents.h"
#include "read/zip_archive.h"

namespace fathom {

struct TensorFile::Contents : TensorContents {
  Contents(TensorContents read, Format format_, std::string name_)
      : TensorContents(std::move(read)), format(format_), name(std::move(name_)) {
    for (std::size_t i = 0; i < tensors.size(); ++i) places.emplace(tensors[i].name, i);
  }

  Format format;
  std::string name;
  std::map<std::string, std::size_t, std::less<>> places;
};

std::string_view tensor_type_name(TensorType type) {
  switch (type) {
    case TensorType::float16:
      return "float16";
    case TensorType::bfloat16:
      return "bfloat16";
    case TensorType::float32:
      return "float32";
    case TensorType::float64:
      return "float64";
    case TensorType::int8:
      return "int8";
    case TensorType::uint8:
      return "uint8";
    case TensorType::int16:
      return "int16";
    case TensorType::int32:
      return "int32";
    case TensorType::int64:
      return "int64";
    case TensorType::boolean:
      return "boolean";
  }
  FATHOM_CHECK(false);
}

std::size_t tensor_type_bytes(TensorType type) {
  switch (type) {
    case TensorType::int8:
    case TensorType::uint8:
    case TensorType::boolean:
      return 1;
    case TensorType::float16:
    case TensorType::bfloat16:
    case TensorType::int16:
      return 2;
    case TensorType::float32:
    case TensorType::int32:
      return 4;
    case TensorType::float64:
    case TensorType::int64:
      return 8;
  }
  FATHOM_CHECK(false);
}

std::string shape_text(std::span<const std::int64_t> shape) {
  if (shape.empty()) return "a single value";
  std::string text;
  for (const std::int64_t axis : shape) text += (text.empty() ? "" : " x ") + std::to_string(axis);
  return text;
}

std::optional<std::uint64_t> bytes_of_shape(std::span<const std::int64_t> shape, TensorType type) {
  std::uint64_t bytes = tensor_type_bytes(type);
  bool none = false;
  for (const std::int64_t axis : shape) {
    if (axis < 0) return std::nullopt;
    if (axis == 0) {
      none = true;
      continue;
    }
    const auto count = static_cast<std::uint64_t>(axis);
    if (bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / count) {
      return std::nullopt;
    }
    bytes *= count;
  }
  return none ? 0 : bytes;
}

TensorFile TensorFile::open(const std::filesystem::path& path) {
  const std::shared_ptr<const MappedFile> file = MappedFile::read(path);
  if (begins_as_zip(file->bytes())) {
    // Its tensors are copied out of the archive, which need not lie in memory beside them.
    return TensorFile(std::make_shared<Contents>(read_pytorch_archive(path), Format::pytorch, path.string()));
  }
  std::shared_ptr<Contents> contents = read(file->bytes(), path.string());
  contents->keep.push_back(file);
  return TensorFile(std::move(contents));
}

TensorFile TensorFile::parse(std::span<const std::byte> bytes, const std::string& name) {
  return TensorFile(read(bytes, name));
}

std::shared_ptr<TensorFile::Contents> TensorFile::read(std::span<const std::byte> bytes,
                                                       const std::string& name) {
  const auto made = [&](Format format, TensorContents contents) {
    return std::make_shared<Contents>(std::move(contents), format, name);
  };
  if (begins_as_safetensors(bytes)) return made(Format::safetensors, parse_safetensors(bytes, name));
  if (begins_as_zip(bytes)) return made(Format::pytorch, parse_pytorch_archive(bytes, name));
  if (begins_as_plain_pickle(bytes)) return made(Format::pytorch, parse_plain_pickle(bytes, name));
  throw InputError(
      name, "is no file of weights that is known",
      "give a checkpoint of Fathom, a .safetensors file, or what torch.save or torch.jit.save wrote");
}

const std::string& TensorFile::name() const {
  return contents_->name;
}

TensorFile::Format TensorFile::format() const {
  return contents_->format;
}

std::span<const StoredTensor> TensorFile::tensors() const {
  return contents_->tensors;
}

const StoredTensor* TensorFile::find(std::string_view name) const {
  const auto found = contents_->places.find(name);
  return found == contents_->places.end() ? nullptr : &contents_->tensors[found->second];
}

const std::map<std::string, std::string>& TensorFile::metadata() const {
  return contents_->metadata;
}

bool is_torchscript_file(const std::filesystem::path& path) {
  const std::shared_ptr<const MappedFile> file = MappedFile::read(path);
  return begins_as_zip(file->bytes()) && is_torchscript_archive(path);
}

}  // namespace fathom
