#include "read/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"

namespace fathom {

namespace {

static_assert(std::endian::native == std::endian::little);

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
/// As the reference implementation has it (safetensors/src/tensor.rs, MAX_HEADER_SIZE).
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;
constexpr const char* kMetadata = "__metadata__";

struct TypeCode {
  TensorType type;
  const char* code;
};
constexpr std::array<TypeCode, 10> kTypeCodes = {{{TensorType::float16, "F16"},
                                                  {TensorType::bfloat16, "BF16"},
                                                  {TensorType::float32, "F32"},
                                                  {TensorType::float64, "F64"},
                                                  {TensorType::int8, "I8"},
                                                  {TensorType::uint8, "U8"},
                                                  {TensorType::int16, "I16"},
                                                  {TensorType::int32, "I32"},
                                                  {TensorType::int64, "I64"},
                                                  {TensorType::boolean, "BOOL"}}};

std::uint64_t header_length(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  return length;
}

class Parser {
 public:
  Parser(std::span<const std::byte> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  TensorContents parse() {
    const Json header = parse_header();
    for (const auto& entry : header.items()) {
      if (entry.key() == kMetadata) {
        read_metadata(entry.value());
      } else {
        read_tensor(entry.key(), entry.value());
      }
    }
    put_in_order();
    return std::move(contents_);
  }

 private:
  [[noreturn]] void damaged(const std::string& what) const {
    throw InputError(name_, "is a damaged safetensors file: " + what, "copy or download the file again");
  }

  Json parse_header() {
    if (bytes_.size() < kLengthBytes) damaged("it ends within its first 8 bytes");
    const std::uint64_t length = header_length(bytes_);
    if (length > kMostHeaderBytes) damaged("its header would have " + std::to_string(length) + " bytes");
    if (length > bytes_.size() - kLengthBytes) damaged("it ends within its header");
    data_ = bytes_.subspan(kLengthBytes + length);
    const auto* const text = reinterpret_cast<const char*>(bytes_.data()) + kLengthBytes;
    std::set<std::string> names;
    const auto refuse_repeated = [&](int depth, Json::parse_event_t event, Json& parsed) {
      if (event == Json::parse_event_t::key && depth == 1) {
        const auto& tensor = parsed.get_ref<const std::string&>();
        if (!names.insert(tensor).second) damaged("it holds \"" + tensor + "\" twice");
      }
      return true;
    };
    try {
      Json header = Json::parse(text, text + length, refuse_repeated);
      if (!header.is_object()) damaged("its header is no JSON object");
      return header;
    } catch (const Json::exception&) {
      damaged("its header is not JSON");
    }
  }

  void read_metadata(const Json& texts) {
    if (!texts.is_object()) damaged("its metadata are no JSON object");
    for (const auto& entry : texts.items()) {
      if (!entry.value().is_string()) damaged("its metadata \"" + entry.key() + "\" is no text");
      contents_.metadata.emplace(entry.key(), entry.value().get<std::string>());
    }
  }

  void read_tensor(const std::string& tensor, const Json& entry) {
    if (!entry.is_object()) damaged("\"" + tensor + "\" is no JSON object");
    StoredTensor stored;
    stored.name = tensor;
    stored.type = type_of(tensor, entry);
    const std::vector<std::uint64_t> shape = numbers(tensor, entry, "shape");
    if (shape.size() > kMostDimensions) damaged("\"" + tensor + "\" has too many dimensions");
    for (const std::uint64_t axis : shape) stored.shape.push_back(static_cast<std::int64_t>(axis));
    const std::vector<std::uint64_t> offsets = numbers(tensor, entry, "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1]) damaged("\"" + tensor + "\" has no place in it");
    if (offsets[1] > data_.size()) damaged("it ends before the bytes of \"" + tensor + "\" do");
    const std::optional<std::uint64_t> needed = bytes_of_shape(stored.shape, stored.type);
    if (!needed || *needed != offsets[1] - offsets[0]) {
      damaged("\"" + tensor + "\" has " + std::to_string(offsets[1] - offsets[0]) +
              " bytes, which its shape and type do not");
    }
    stored.bytes = data_.subspan(offsets[0], offsets[1] - offsets[0]);
    contents_.tensors.push_back(std::move(stored));
  }

  TensorType type_of(const std::string& tensor, const Json& entry) const {
    const auto found = entry.find("dtype");
    if (found == entry.end() || !found->is_string()) damaged("\"" + tensor + "\" has no type");
    const auto& code = found->get_ref<const std::string&>();
    for (const TypeCode& known : kTypeCodes) {
      if (code == known.code) return known.type;
    }
    throw InputError(name_, "holds \"" + tensor + "\" as values of type " + code + ", which is not read",
                     "convert it to float32 and save it again");
  }

  std::vector<std::uint64_t> numbers(const std::string& tensor, const Json& entry, const char* key) const {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array()) damaged("\"" + tensor + "\" has no " + key);
    std::vector<std::uint64_t> values;
    for (const Json& value : *found) {
      if (!value.is_number_unsigned()) damaged("\"" + tensor + "\" has a " + key + " that is no count");
      values.push_back(value.get<std::uint64_t>());
    }
    return values;
  }

  /// The format has neither gaps nor shared bytes, so that a file hides nothing.
  void put_in_order() {
    const auto begin = [&](const StoredTensor& tensor) { return tensor.bytes.data() - data_.data(); };
    std::stable_sort(contents_.tensors.begin(), contents_.tensors.end(),
                     [&](const StoredTensor& a, const StoredTensor& b) {
                       return std::pair(begin(a), a.bytes.size()) < std::pair(begin(b), b.bytes.size());
                     });
    std::size_t end = 0;
    for (const StoredTensor& tensor : contents_.tensors) {
      const auto at = static_cast<std::size_t>(begin(tensor));
      if (at < end) damaged("\"" + tensor.name + "\" lies where another tensor does");
      if (at > end) damaged("nothing says what lies before \"" + tensor.name + "\"");
      end = at + tensor.bytes.size();
    }
    if (end != data_.size()) damaged("nothing says what its last bytes are");
  }

  std::span<const std::byte> bytes_;
  std::span<const std::byte> data_;
  const std::string& name_;
  TensorContents contents_;
};

std::vector<const StoredTensor*> aligned_order(std::span<const StoredTensor> tensors) {
  std::vector<const StoredTensor*> order;
  for (const StoredTensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const StoredTensor* a, const StoredTensor* b) {
    return tensor_type_bytes(a->type) > tensor_type_bytes(b->type);
  });
  return order;
}

const char* code_of(TensorType type) {
  const auto* const found = std::find_if(kTypeCodes.begin(), kTypeCodes.end(),
                                         [&](const TypeCode& known) { return known.type == type; });
  FATHOM_CHECK(found != kTypeCodes.end());
  return found->code;
}

/// Padded with spaces, so that the values begin at a multiple of 8 bytes.
std::string header_of(const std::vector<const StoredTensor*>& order,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header[kMetadata] = metadata;
  std::size_t end = 0;
  for (const StoredTensor* tensor : order) {
    FATHOM_CHECK(bytes_of_shape(tensor->shape, tensor->type) == tensor->bytes.size());
    FATHOM_CHECK(!header.contains(tensor->name) && tensor->name != kMetadata);
    const std::size_t begin = std::exchange(end, end + tensor->bytes.size());
    header[tensor->name] = {
        {"dtype", code_of(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

bool begins_as_safetensors(std::span<const std::byte> bytes) {
  // A length that leaves its highest bytes zero, as every length does that this format allows.
  return bytes.size() > kLengthBytes && bytes[kLengthBytes] == std::byte{'{'} &&
         header_length(bytes) >> 32 == 0;
}

TensorContents parse_safetensors(std::span<const std::byte> bytes, const std::string& name) {
  return Parser(bytes, name).parse();
}

void write_safetensors(const std::filesystem::path& path, std::span<const StoredTensor> tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<const StoredTensor*> order = aligned_order(tensors);
  const std::string header = header_of(order, metadata);
  const std::uint64_t length = header.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(header);
  for (const StoredTensor* tensor : order) file.write(tensor->bytes);
  file.finish();
}

}  // namespace fathom
