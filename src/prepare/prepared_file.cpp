#include "prepare/prepared_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "fathom/core/version.h"
#include "prepare/row_hashes.h"

namespace fathom {

namespace {

static_assert(std::endian::native == std::endian::little);

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "fathom.prepared/";
constexpr std::string_view kVersion = "1";

Hash128 hash_of(std::string_view text) {
  return hash128(std::as_bytes(std::span(text)));
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json json_of(const std::optional<ImageSize>& size) {
  return size ? Json::array({size->height, size->width}) : Json();
}

Json json_of(const std::optional<PixelRange>& range) {
  return range ? Json::array({range->low, range->high}) : Json();
}

Json json_of(const Protocol& protocol) {
  return {{"name", protocol.name()},
          {"scaling", protocol.scaling == Protocol::Scaling::none ? "none" : "by_image_maximum"},
          {"resize", protocol.resize == Protocol::Resize::bilinear ? "bilinear" : "nearest"},
          {"size", json_of(protocol.size)},
          {"channels", channels_name(protocol.channels)},
          {"range", json_of(protocol.range)}};
}

double unit_of(const Protocol& protocol, const Preparation& found) {
  if (!protocol.range || !found.full_scale) return 1.0;
  return (protocol.range->high - protocol.range->low) / *found.full_scale;
}

Json header_of(const MatrixShape& shape, const Preparation& found, std::string_view packed,
               const Hash128& rows_hash, const PreparedOrigin& origin) {
  const RowWriter::Layout& layout = *found.layout;
  return {{"fathom", version()},
          {"byte_order", "little"},
          {"identity", origin.identity.text()},
          {"images", origin.images},
          {"selection_seed", or_null(origin.selection_seed)},
          {"protocol", json_of(origin.protocol)},
          {"type", pixel_type_name(shape.type)},
          {"rows", shape.rows},
          {"cols", shape.cols},
          {"rows_offset", kRowsOffset},
          {"rows_hash", rows_hash.text()},
          {"unit", unit_of(origin.protocol, found)},
          {"channels", layout.channels},
          {"size", json_of(layout.size)},
          {"range", json_of(origin.protocol.range)},
          {"details_offset", kRowsOffset + shape.bytes()},
          {"details_bytes", packed.size()},
          {"details_hash", hash_of(packed).text()}};
}

/// Of the names that the header of a file may have for the type of its values.
std::optional<PixelType> type_named(const std::string& name) {
  for (const PixelType type : {PixelType::uint8, PixelType::float32, PixelType::float64}) {
    if (name == pixel_type_name(type)) return type;
  }
  return std::nullopt;
}

}  // namespace

void finish_prepared_file(MappedFile& file, const MatrixShape& shape, const Preparation& found,
                          const Hash128& rows_hash, const PreparedOrigin& origin) {
  FATHOM_CHECK(found.layout && found.rows() == shape.rows);
  const std::vector<std::uint8_t> packed = pack(found);
  const std::string_view details(reinterpret_cast<const char*>(packed.data()), packed.size());
  const std::string json = header_of(shape, found, details, rows_hash, origin).dump();
  const std::string header =
      std::string(kFormat) + std::string(kVersion) + "\n" + hash_of(json).text() + "\n" + json + "\n";
  FATHOM_CHECK(header.size() <= kRowsOffset);
  file.resize(kRowsOffset + shape.bytes() + details.size());
  std::memcpy(file.bytes().data(), header.data(), header.size());
  std::memcpy(file.bytes().data() + kRowsOffset + shape.bytes(), details.data(), details.size());
  file.flush(0, file.bytes().size());
}

PreparedFile::PreparedFile(std::filesystem::path path, const Hash128& identity)
    : path_(std::move(path)), file_(MappedFile::read(path_)) {
  try {
    parse(identity);
  } catch (const Json::exception&) {
    fail("is damaged: its header lacks what it should have");
  }
}

void PreparedFile::fail(const std::string& reason) const {
  throw InputError(path_.string(), reason, "remove it, or use another folder with --workdir");
}

std::string_view PreparedFile::text(std::size_t offset, std::size_t bytes) const {
  if (offset > file_->bytes().size() || bytes > file_->bytes().size() - offset) {
    fail("is damaged: it ends before it should");
  }
  return {reinterpret_cast<const char*>(file_->bytes().data()) + offset, bytes};
}

/// Three lines: format and version, hash of the third, JSON.
std::string_view PreparedFile::header_json() const {
  const std::string_view page = text(0, std::min(kRowsOffset, file_->bytes().size()));
  if (!page.starts_with(kFormat)) fail("is no prepared file of Fathom");
  const std::size_t first = page.find('\n');
  if (page.substr(kFormat.size(), std::min(first, page.size()) - kFormat.size()) != kVersion) {
    fail("is a prepared file of another version of Fathom");
  }
  const std::size_t second = page.find('\n', first + 1);
  const std::size_t third = second == std::string_view::npos ? second : page.find('\n', second + 1);
  if (third == std::string_view::npos) fail("is damaged: its header is cut");
  const std::string_view json = page.substr(second + 1, third - second - 1);
  if (page.substr(first + 1, second - first - 1) != hash_of(json).text()) {
    fail("is damaged: its header does not agree with its checksum");
  }
  return json;
}

void PreparedFile::parse(const Hash128& identity) {
  const Json header = Json::parse(header_json());
  if (header.at("identity") != identity.text()) fail("holds other images than its name says");
  const std::string_view packed =
      text(header.at("details_offset").get<std::size_t>(), header.at("details_bytes").get<std::size_t>());
  if (header.at("details_hash") != hash_of(packed).text()) {
    fail("is damaged: its details do not agree with their checksum");
  }
  std::optional<Preparation> found =
      unpack({reinterpret_cast<const std::uint8_t*>(packed.data()), packed.size()});
  const std::optional<PixelType> type = type_named(header.at("type"));
  shape_.rows = header.at("rows").get<std::size_t>();
  shape_.cols = header.at("cols").get<std::size_t>();
  if (!found || !found->layout || !type || found->rows() != shape_.rows ||
      header.at("rows_offset") != kRowsOffset) {
    fail("is damaged: its parts do not agree");
  }
  shape_.type = *type;
  // Divided and not multiplied: a header can claim more than a number holds.
  const std::size_t most = file_->bytes().size() / pixel_bytes(*type);
  if (shape_.cols == 0 || shape_.rows > most / shape_.cols) fail("is damaged: it ends before it should");
  text(kRowsOffset, shape_.bytes());
  const std::optional<Hash128> rows_hash = parse_hash(header.at("rows_hash").get<std::string>());
  if (!rows_hash) fail("is damaged: its header lacks what it should have");
  rows_hash_ = *rows_hash;
  found_ = *std::move(found);
}

Prepared PreparedFile::rows(bool check, unsigned threads, Progress& progress) const {
  if (check) {
    std::vector<Hash128> hashes;
    progress.begin("reading prepared images", shape_.rows);
    extend_row_hashes(hashes, file_->bytes().data() + kRowsOffset, shape_.cols * pixel_bytes(shape_.type),
                      shape_.rows, threads, progress);
    progress.end();
    if (hash_of_rows(hashes) != rows_hash_) fail("is damaged: its rows do not agree with their checksum");
  }
  Prepared prepared{found_, {}, rows_hash_};
  const auto view = [&]<class T>(T) {
    prepared.matrix.stored = Matrix<T>::view(values_at<T>(file_, kRowsOffset), shape_.rows, shape_.cols);
  };
  if (shape_.type == PixelType::uint8) view(std::uint8_t{});
  if (shape_.type == PixelType::float32) view(float{});
  if (shape_.type == PixelType::float64) view(double{});
  return prepared;
}

}  // namespace fathom
