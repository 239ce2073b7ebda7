#include "prepare/workdir.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "fathom/core/atomic_file.h"
#include "fathom/core/error.h"
#include "prepare/row_hashes.h"

namespace fathom {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr std::string_view kProgressFormat = "fathom.preparing/1\n";

/// What a run loses at most when it is killed: so many images and bytes, or a 64th of what it has, so that
/// noting progress takes a small share of the time however large the data are.
constexpr std::size_t kImagesAtRisk = 2048;
constexpr std::size_t kBytesAtRisk = std::size_t{64} << 20;
constexpr std::size_t kShareAtRisk = 64;

/// What the file of progress says.
struct Progressed {
  std::string rows_hash;
  std::size_t generation = 0;  ///< of the next file of rows; the one before it has the rows
  std::size_t cols = 0;
  PixelType type = PixelType::uint8;
  bool enlarged = false;
  Preparation found;
};

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

Hash128 hash_of(std::string_view text) {
  return hash128(std::as_bytes(std::span(text)));
}

std::string progress_text(const std::string& identity, const Hash128& rows_hash, std::size_t generation,
                          const MatrixShape& shape, const Preparation& found) {
  const Json json{{"identity", identity},
                  {"rows_hash", rows_hash.text()},
                  {"generation", generation},
                  {"cols", shape.cols},
                  {"type", static_cast<int>(shape.type)},
                  {"enlarged", shape.enlarged},
                  {"found", Json::binary(pack(found))}};
  const std::string packed = text_of(Json::to_cbor(json));
  return std::string(kProgressFormat) + hash_of(packed).text() + packed;
}

std::optional<Progressed> parse_progress(std::string_view text, const std::string& identity) {
  constexpr std::size_t digits = 32;
  if (!text.starts_with(kProgressFormat) || text.size() < kProgressFormat.size() + digits)
    return std::nullopt;
  text.remove_prefix(kProgressFormat.size());
  const std::string_view hash = text.substr(0, digits), packed = text.substr(digits);
  if (hash != hash_of(packed).text()) return std::nullopt;
  try {
    const Json json = Json::from_cbor(packed.begin(), packed.end());
    if (json.at("identity") != identity) return std::nullopt;
    std::optional<Preparation> found = unpack(json.at("found").get_binary());
    if (!found) return std::nullopt;
    return Progressed{
        json.at("rows_hash").get<std::string>(), json.at("generation").get<std::size_t>(),
        json.at("cols").get<std::size_t>(),      static_cast<PixelType>(json.at("type").get<int>()),
        json.at("enlarged").get<bool>(),         *std::move(found)};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Workdir::Workdir(fs::path folder, PreparedOrigin origin, unsigned threads)
    : folder_(std::move(folder)), origin_(std::move(origin)), threads_(threads) {}

Workdir::~Workdir() {
  lock_.reset();
  std::error_code not_empty;
  if (folder_made_) fs::remove(folder_, not_empty);
}

std::optional<Prepared> Workdir::prepared(const Check& check, Progress& progress) const {
  const fs::path complete = file(".prepared");
  std::error_code error;
  if (!fs::exists(complete, error)) return std::nullopt;
  const PreparedFile prepared(complete, origin_.identity);
  check(prepared.shape());
  return prepared.rows(true, threads_, progress);
}

void Workdir::lock() {
  if (lock_) return;
  std::error_code error;
  folder_made_ = fs::create_directories(folder_, error);
  if (error) {
    throw InputError(folder_.string(), "cannot be made (" + error.message() + ")",
                     "choose a folder that exists, is writable and has space");
  }
  lock_ = std::make_unique<FileLock>(file(".lock"));
}

std::optional<Workdir::Resumed> Workdir::resume(const Check& check, Progress& progress) {
  FATHOM_CHECK(lock_ != nullptr);
  std::optional<Progressed> noted = parse_progress(contents(file(".progress")), origin_.identity.text());
  if (!noted || noted->found.tried > origin_.images) {
    discard();
    return std::nullopt;
  }
  Resumed resumed{std::move(noted->found), nullptr};
  tried_ = resumed.found.tried;
  if (!resumed.found.layout) return resumed;

  const MatrixShape shape{origin_.images, noted->cols, noted->type, noted->enlarged, 0};
  check(shape);
  const fs::path rows = rows_file(noted->generation - 1);
  std::error_code error;
  if (fs::file_size(rows, error) != kRowsOffset + shape.bytes()) {
    discard();
    return std::nullopt;
  }
  std::shared_ptr<MappedFile> mapped = MappedFile::update(rows);
  std::byte* const place = mapped->bytes().data() + kRowsOffset;
  const std::size_t row_bytes = shape.cols * pixel_bytes(shape.type);
  std::vector<Hash128> hashes;
  progress.begin("reading prepared images", resumed.found.rows());
  extend_row_hashes(hashes, place, row_bytes, resumed.found.rows(), threads_, progress);
  progress.end();
  if (hash_of_rows(hashes).text() != noted->rows_hash) {
    discard();
    return std::nullopt;
  }
  remove_rows_but(noted->generation - 1);
  file_ = std::move(mapped);
  shape_ = shape;
  generation_ = noted->generation;
  hashes_ = std::move(hashes);
  resumed.place = {file_, place};
  return resumed;
}

std::shared_ptr<std::byte[]> Workdir::make_room(const MatrixShape& shape) {
  FATHOM_CHECK(lock_ != nullptr);
  file_ = MappedFile::create(rows_file(generation_), kRowsOffset + shape.bytes());
  ++generation_;
  shape_ = shape;
  hashes_.clear();
  return {file_, file_->bytes().data() + kRowsOffset};
}

void Workdir::offer(const Preparation& found) {
  const std::size_t row_bytes = shape_.cols * pixel_bytes(shape_.type);
  const std::size_t bytes = found.rows() * row_bytes, kept = hashes_.size() * row_bytes;
  if (found.tried - tried_ < std::max(kImagesAtRisk, tried_ / kShareAtRisk) &&
      bytes - kept < std::max(kBytesAtRisk, kept / kShareAtRisk)) {
    return;
  }
  keep(found);
}

void Workdir::keep(const Preparation& found) {
  if (file_) {
    const std::size_t row_bytes = shape_.cols * pixel_bytes(shape_.type);
    const std::size_t before = hashes_.size();
    extend_row_hashes(hashes_, file_->bytes().data() + kRowsOffset, row_bytes, found.rows(), threads_,
                      no_progress());
    file_->flush(kRowsOffset + before * row_bytes, kRowsOffset + found.rows() * row_bytes);
  }
  write_file(file(".progress"),
             progress_text(origin_.identity.text(), hash_of_rows(hashes_), generation_, shape_, found));
  remove_rows_but(generation_ == 0 ? std::nullopt : std::optional(generation_ - 1));
  tried_ = found.tried;
}

Prepared Workdir::complete(Preparation found) {
  FATHOM_CHECK(file_ != nullptr && file_.use_count() == 1);
  extend_row_hashes(hashes_, file_->bytes().data() + kRowsOffset, shape_.cols * pixel_bytes(shape_.type),
                    found.rows(), threads_, no_progress());
  const Hash128 rows_hash = hash_of_rows(hashes_);
  shape_.rows = found.rows();
  finish_prepared_file(*file_, shape_, found, rows_hash, origin_);
  file_.reset();
  rename_file(rows_file(generation_ - 1), file(".prepared"));
  discard();
  return PreparedFile(file(".prepared"), origin_.identity).rows(false, threads_, no_progress());
}

void Workdir::discard() {
  file_.reset();
  hashes_.clear();
  generation_ = 0;
  tried_ = 0;
  shape_ = {};
  std::error_code ignored;
  fs::remove(file(".progress"), ignored);
  remove_rows_but(std::nullopt);
}

fs::path Workdir::file(const std::string& suffix) const {
  return folder_ / (origin_.identity.text() + suffix);
}

fs::path Workdir::rows_file(std::size_t generation) const {
  return file(".rows" + std::to_string(generation));
}

void Workdir::remove_rows_but(std::optional<std::size_t> generation) const {
  const std::string start = origin_.identity.text() + ".rows";
  const fs::path kept = generation ? rows_file(*generation) : fs::path();
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    if (entry.path().filename().string().starts_with(start) && entry.path().filename() != kept.filename()) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace fathom
