// A .npy array out of any source of bytes: a file of its own, or a member of an archive.
#pragma once

#include <string>

#include "fathom/read/array.h"
#include "read/byte_source.h"

namespace fathom {

/// See read_npy.
Array read_npy_stream(ByteSource& source, const std::string& name);

}  // namespace fathom
