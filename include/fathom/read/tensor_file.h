// Files of named tensors: the weights of networks, and what training keeps beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom {

enum class TensorType { float16, bfloat16, float32, float64, int8, uint8, int16, int32, int64, boolean };

/// "float32", ...
std::string_view tensor_type_name(TensorType type);
/// Bytes of one value.
std::size_t tensor_type_bytes(TensorType type);

/// "64 x 3 x 7 x 7"; "a single value" of no dimensions.
std::string shape_text(std::span<const std::int64_t> shape);

struct StoredTensor {
  std::string name;
  TensorType type = TensorType::float32;
  std::vector<std::int64_t> shape;   ///< empty: a single value
  std::span<const std::byte> bytes;  ///< contiguous, row-major, little-endian; need not be aligned
};

/// Tensors read from a file. Copies share what they hold. Nothing that a file holds is ever executed.
///
/// safetensors: as huggingface/safetensors, docs/source/index.mdx ("Format") gives it; tensors in the order
/// of their bytes. The file is mapped, and tensors are read when they are used.
///
/// pytorch: what torch.save writes of a dict of tensors, the zip archive (since PyTorch 1.6) and the plain
/// pickle before it. Of a checkpoint, a dict of tensors under one of the keys "state_dict",
/// "model_state_dict", "model", "net" (the first of them that there is) is taken, otherwise the outermost
/// dict; what lies beside the tensors in it is left out. Non-contiguous tensors become contiguous, parameters
/// become tensors.
class TensorFile {
 public:
  enum class Format { safetensors, pytorch };

  /// Recognises the format by content. Throws InputError: not there, of no known format, cut short or damaged
  /// (CRC, sizes, offsets), a type of values that is not in TensorType, a name twice, a pickle of anything
  /// else than tensors, numbers, strings, lists and dicts (naming what it is of), a TorchScript program.
  static TensorFile open(const std::filesystem::path& path);
  /// The same of bytes, which must outlive the result; `name` is for errors.
  static TensorFile parse(std::span<const std::byte> bytes, const std::string& name);

  const std::string& name() const;
  Format format() const;
  std::span<const StoredTensor> tensors() const;
  /// Null where there is none of that name.
  const StoredTensor* find(std::string_view name) const;
  /// Of safetensors files; empty for others.
  const std::map<std::string, std::string>& metadata() const;

 private:
  struct Contents;
  explicit TensorFile(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
  static std::shared_ptr<Contents> read(std::span<const std::byte> bytes, const std::string& name);

  std::shared_ptr<const Contents> contents_;
};

/// Whether the file is a TorchScript program (torch.jit.save), which TensorFile refuses. Throws InputError
/// where it cannot be read.
bool is_torchscript_file(const std::filesystem::path& path);

/// Writes a safetensors file, whole or not at all, and brings it to the disk. The largest type of value comes
/// first, so that every tensor is aligned; names must be unique and not "__metadata__". Text that is not
/// UTF-8 has its odd bytes replaced. Throws InputError: no folder, no permission, disk full.
void write_safetensors(const std::filesystem::path& path, std::span<const StoredTensor> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace fathom
