#include "fathom/prepare/prepare.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <utility>

#include "fathom/core/parallel.h"
#include "prepare/grey_levels.h"
#include "prepare/row_writer.h"

namespace fathom {

namespace {

constexpr std::size_t kBatch = 256;

std::string rejection_summary(const std::vector<RejectedImage>& rejected, std::size_t images) {
  return std::to_string(rejected.size()) + " of " + std::to_string(images) + " images cannot be used";
}

struct Decoded {
  bool tried = false;
  bool written = false;  ///< the image is in its row and no longer here
  std::optional<GreyLevels> levels;
  std::string reason;          ///< why there are no levels
  std::exception_ptr failure;  ///< what ends the run, once the images before have been looked at
};

Decoded decode(const PixelSource& pixels, const Record& record, const Protocol& protocol) {
  Decoded decoded;
  decoded.tried = true;
  try {
    Image image = pixels.read(record.source);
    const bool grey = protocol.channels == Channels::grey ||
                      (protocol.channels == Channels::automatic && image.channels() == 1);
    decoded.levels = grey_levels(std::move(image), record.path, protocol, grey);
  } catch (const ImageError& error) {
    decoded.reason = error.what();
  } catch (const InputError&) {
    decoded.failure = std::current_exception();
  }
  return decoded;
}

template <class T>
Hash128 hash_rows(const Matrix<T>& matrix, unsigned threads) {
  std::vector<Hash128> rows(matrix.rows());
  parallel_for(rows.size(), threads,
               [&](std::size_t i, unsigned) { rows[i] = hash128(std::as_bytes(matrix.row(i))); });
  return hash128(std::as_bytes(std::span<const Hash128>(rows)));
}

/// With its length, so that no two lists of texts run together to the same bytes.
void append_text(std::string& all, const std::string& text) {
  all += std::to_string(text.size());
  all += ':';
  all += text;
}

Hash128 hash_content(const PreparedData& data, unsigned threads) {
  const Hash128 rows =
      std::visit([&](const auto& matrix) { return hash_rows(matrix, threads); }, data.matrix.stored);
  std::string text;
  append_text(text, rows.text());
  append_text(text, data.protocol.name());
  for (const LabelColumn& column : data.label_columns) {
    append_text(text, std::to_string(column.classes.size()));
    for (const std::string& name : column.classes) append_text(text, name);
  }
  for (const Record& record : data.records) {
    for (const std::int32_t label : record.labels) append_text(text, std::to_string(label));
  }
  return hash128(std::as_bytes(std::span<const char>(text)));
}

/// A range is mapped from one full scale, so that all images must have the same.
void unite_full_scale(std::optional<double>& common, const std::optional<double>& own,
                      const std::string& name, const std::string& first) {
  if (own == common) return;
  const auto text = [](const std::optional<double>& scale) {
    return !scale ? std::string("floating-point") : *scale == 255.0 ? "8-bit" : "16-bit";
  };
  throw InputError(name, "holds " + text(own) + " pixels, but " + first + " holds " + text(common),
                   "use a protocol that brings all images to 8 bits, such as --protocol iclr2024");
}

/// Reads the images of a data set into the rows of a matrix.
///
/// A thread writes what it has decoded into the matrix at once, so that no more images wait in memory than
/// there are threads. An image that the rows do not take as they are ends the batch: its turn comes when all
/// before it are in, as if one thread had read them all.
class Reading {
 public:
  Reading(const DataSet& source, const Protocol& protocol, unsigned threads, Progress& progress)
      : source_(source),
        protocol_(protocol),
        threads_(threads),
        progress_(progress),
        writer_(protocol, source.records.size(), threads) {}

  /// False when the published code's luminance was applied to images of a set that turned out to be coloured.
  bool run(PreparedData& data) {
    for (std::size_t start = 0; start < source_.records.size();) {
      const std::size_t count = std::min(kBatch, source_.records.size() - start);
      const std::size_t first_row = data.records.size();
      writer_.resize(first_row + count);
      std::vector<Decoded> batch = decode_batch(start, count, first_row);
      for (std::size_t i = 0; i < count && batch[i].tried; ++i, ++start) {
        const Record& record = source_.records[start];
        if (!usable(record, batch[i], data)) continue;
        if (needs_rgb(batch[i].levels->image)) return false;
        place(record, batch[i], first_row + i, first_row + count, data);
        batch[i] = {};
      }
      writer_.resize(data.records.size());
    }
    return true;
  }

  RowWriter& writer() { return writer_; }
  /// Of the images read; nothing for floats.
  const std::optional<double>& full_scale() const { return full_scale_; }

 private:
  std::vector<Decoded> decode_batch(std::size_t start, std::size_t count, std::size_t first_row) {
    std::vector<Decoded> batch(count);
    std::atomic<bool> stop{false};
    parallel_for(count, threads_, [&](std::size_t i, unsigned) {
      if (i > 0 && stop.load(std::memory_order_relaxed)) return;
      progress_.check();
      batch[i] = decode(*source_.pixels, source_.records[start + i], protocol_);
      if (batch[i].failure) stop = true;
      if (!batch[i].levels) return;
      if (writer_.takes(batch[i].levels->image)) {
        writer_.write(batch[i].levels->image, first_row + i);
        batch[i].written = true;
        batch[i].levels->image = Image();
      } else {
        stop = true;
      }
    });
    return batch;
  }

  /// Whether the image can be used. Throws what ends the run.
  bool usable(const Record& record, Decoded& decoded, PreparedData& data) {
    progress_.advance(1);
    if (decoded.failure) std::rethrow_exception(decoded.failure);
    if (!decoded.levels) {
      data.rejected.push_back({record.path, std::move(decoded.reason)});
      return false;
    }
    const bool first = data.records.empty();
    if (first) full_scale_ = decoded.levels->full_scale;
    unite_full_scale(full_scale_, decoded.levels->full_scale, record.path,
                     first ? record.path : data.records.front().path);
    return true;
  }

  bool needs_rgb(const Image& image) const {
    return image.channels() == 3 && protocol_.published_code && protocol_.channels == Channels::automatic;
  }

  /// `row` is where the image is, if it has been written: behind its place when images before it were
  /// rejected.
  void place(const Record& record, const Decoded& decoded, std::size_t row, std::size_t rows,
             PreparedData& data) {
    const std::size_t index = data.records.size();
    if (!decoded.written) {
      writer_.accept(decoded.levels->image, record.path);
      writer_.resize(rows);
      writer_.write(decoded.levels->image, index);
    } else if (row != index) {
      writer_.move_row(row, index);
    }
    data.alpha_dropped += decoded.levels->alpha_dropped ? 1 : 0;
    if (decoded.levels->black) data.black.push_back(static_cast<std::uint32_t>(index));
    data.contrast.push_back(decoded.levels->contrast);
    data.records.push_back(record);
  }

  const DataSet& source_;
  const Protocol& protocol_;
  unsigned threads_;
  Progress& progress_;
  RowWriter writer_;
  std::optional<double> full_scale_;
};

}  // namespace

RejectedImages::RejectedImages(const std::string& data, std::vector<RejectedImage> rejected,
                               std::size_t images)
    : InputError(data, rejection_summary(rejected, images),
                 "mend or remove them, or measure the rest with --skip-bad"),
      rejected_(std::move(rejected)) {}

PreparedData prepare(const DataSet& data, const Protocol& protocol, const PrepareOptions& options,
                     Progress& progress) {
  FATHOM_CHECK(data.pixels != nullptr);
  const bool vectors = data.pixels->vectors();
  if (vectors && (protocol.base != "native" || protocol.size || protocol.range ||
                  protocol.channels != Channels::automatic)) {
    throw UsageError("--protocol " + protocol.name(),
                     data.path + " holds vectors, which have no height and width", "use --protocol native");
  }

  if (data.records.empty()) throw InputError(data.path, "holds no images", "give at least one image");

  PreparedData result;
  Protocol used = protocol;
  std::optional<Reading> reading;
  for (bool done = false; !done;) {
    result = PreparedData{};
    reading.emplace(data, used, options.threads, progress);
    progress.begin("reading " + data.name, data.records.size());
    done = reading->run(result);
    progress.end();
    if (!done) used.channels = Channels::rgb;
  }
  result.protocol = protocol;
  result.label_columns = data.label_columns;

  if (!result.rejected.empty() && !options.skip_bad) {
    throw RejectedImages(data.path, std::move(result.rejected), data.records.size());
  }
  if (result.records.empty()) {
    throw InputError(data.path, "none of its " + std::to_string(data.records.size()) + " images can be used",
                     "the first: " + result.rejected.front().path + ": " + result.rejected.front().reason);
  }

  result.channels = reading->writer().channels();
  const ImageSize size = *reading->writer().size();
  if (!vectors) result.size = size;
  result.ambient_dimension = size.height * size.width * result.channels;
  result.matrix = reading->writer().take();
  result.range = protocol.range;
  if (protocol.range) {
    const std::optional<double>& full_scale = reading->full_scale();
    if (!full_scale) {
      throw InputError(data.path, "holds floating-point pixels, which have no full scale to map to a range",
                       "use --protocol native without --range");
    }
    result.matrix.unit = (protocol.range->high - protocol.range->low) / *full_scale;
  }
  result.content_hash = hash_content(result, options.threads);
  return result;
}

}  // namespace fathom
