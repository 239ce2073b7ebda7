// What torch.save writes of tensors.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "read/tensor_contents.h"

namespace fathom {

/// A zip archive of a pickle and one member a storage, as torch.save writes since PyTorch 1.6. Throws
/// InputError as TensorFile::open does.
TensorContents parse_pytorch_archive(std::span<const std::byte> bytes, const std::string& name);
TensorContents read_pytorch_archive(const std::filesystem::path& path);

/// Whether a zip archive is one of torch.jit.save. Throws InputError where it cannot be read.
bool is_torchscript_archive(const std::filesystem::path& path);

/// Whether the bytes begin as a pickle of protocol 2 or later does.
bool begins_as_plain_pickle(std::span<const std::byte> bytes);

/// Pickles one after the other, then the storages, as torch.save wrote before PyTorch 1.6. The tensors lie in
/// `bytes`. Throws as parse_pytorch_archive.
TensorContents parse_plain_pickle(std::span<const std::byte> bytes, const std::string& name);

}  // namespace fathom
