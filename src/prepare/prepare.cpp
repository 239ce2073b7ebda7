#include "fathom/prepare/prepare.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>
#include <optional>
#include <utility>

#include "fathom/core/parallel.h"
#include "fathom/core/version.h"
#include "prepare/grey_levels.h"
#include "prepare/preparation.h"
#include "prepare/row_hashes.h"
#include "prepare/row_writer.h"
#include "prepare/workdir.h"

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

Hash128 hash_rows(const RowMatrix& matrix, unsigned threads) {
  std::vector<Hash128> hashes;
  std::visit(
      [&](const auto& rows) {
        const auto bytes = std::as_bytes(rows.values());
        const std::size_t row_bytes = rows.rows() == 0 ? 0 : bytes.size() / rows.rows();
        extend_row_hashes(hashes, bytes.data(), row_bytes, rows.rows(), threads, no_progress());
      },
      matrix.stored);
  return hash_of_rows(hashes);
}

/// With its length, so that no two lists of texts run together to the same bytes.
void append_text(std::string& all, const std::string& text) {
  all += std::to_string(text.size());
  all += ':';
  all += text;
}

Hash128 hash_content(const PreparedData& data, const Hash128& rows) {
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

/// Of which values' pixels are a type that 8-bit values do not have.
bool is_deep(double full_scale) {
  return full_scale > 255.0;
}

/// A range is mapped from one full scale, so that all images must have the same. Without a range 10 and 12
/// bits go together, as 16 and 12 do: their values are compared as they are.
void unite_full_scale(std::optional<double>& common, const std::optional<double>& own,
                      const Protocol& protocol, const std::string& name, const std::string& first) {
  if (own == common) return;
  if (!protocol.range && own && common && is_deep(*own) == is_deep(*common)) return;
  const auto text = [](const std::optional<double>& scale) {
    if (!scale) return std::string("floating-point");
    return std::to_string(std::bit_width(static_cast<unsigned>(*scale))) + "-bit";
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
  /// With a working folder the rows are in a file there, and `found` is noted there from time to time.
  Reading(const DataSet& source, const Protocol& protocol, const PrepareOptions& options, Progress& progress,
          Workdir* workdir)
      : source_(source),
        protocol_(protocol),
        threads_(options.threads),
        progress_(progress),
        workdir_(workdir),
        writer_(protocol, source.records.size(), options.threads, options.keep_pixels,
                make_room(options, workdir)) {}

  /// Goes on behind the images that `found` tells of, whose rows are in `place`.
  void restore(const Preparation& found, const std::shared_ptr<std::byte[]>& place) {
    if (found.layout) {
      writer_.restore(*found.layout, source_.records[found.first_record()].path, found.rows(), place);
    }
  }

  /// False when the published code's luminance was applied to images of a set that turned out to be coloured.
  bool run(Preparation& found) {
    while (found.tried < source_.records.size()) {
      const std::size_t start = found.tried;
      const std::size_t count = std::min(kBatch, source_.records.size() - start);
      const std::size_t first_row = found.rows();
      writer_.resize(first_row + count);
      std::vector<Decoded> batch = decode_batch(start, count, first_row);
      for (std::size_t i = 0; i < count && batch[i].tried; ++i) {
        const bool used = usable(batch[i], found);
        if (used && needs_rgb(batch[i].levels->image)) return false;
        if (used) place(batch[i], first_row + i, first_row + count, found);
        ++found.tried;
        batch[i] = {};
      }
      writer_.resize(found.rows());
      found.layout = writer_.layout();
      if (workdir_ != nullptr) workdir_->offer(found);
    }
    return true;
  }

  RowMatrix take() { return writer_.take(); }

 private:
  static MakeRoom make_room(const PrepareOptions& options, Workdir* workdir) {
    return [check = options.check_matrix, workdir](const MatrixShape& shape) -> std::shared_ptr<std::byte[]> {
      if (check) check(shape);
      return workdir != nullptr ? workdir->make_room(shape) : nullptr;
    };
  }

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
  bool usable(Decoded& decoded, Preparation& found) {
    progress_.advance(1);
    if (decoded.failure) std::rethrow_exception(decoded.failure);
    if (!decoded.levels) {
      found.rejected.push_back({found.tried, std::move(decoded.reason)});
      return false;
    }
    if (found.rows() == 0) found.full_scale = decoded.levels->full_scale;
    unite_full_scale(found.full_scale, decoded.levels->full_scale, protocol_,
                     source_.records[found.tried].path, source_.records[found.first_record()].path);
    return true;
  }

  bool needs_rgb(const Image& image) const {
    return image.channels() == 3 && protocol_.published_code && protocol_.channels == Channels::automatic;
  }

  /// `row` is where the image is, if it has been written: behind its place when images before it were
  /// rejected.
  void place(const Decoded& decoded, std::size_t row, std::size_t rows, Preparation& found) {
    const std::size_t index = found.rows();
    if (!decoded.written) {
      writer_.accept(decoded.levels->image, source_.records[found.tried].path);
      writer_.resize(rows);
      writer_.write(decoded.levels->image, index);
    } else if (row != index) {
      writer_.move_row(row, index);
    }
    found.alpha_dropped += decoded.levels->alpha_dropped ? 1 : 0;
    if (decoded.levels->black) found.black.push_back(static_cast<std::uint32_t>(index));
    found.contrast.push_back(decoded.levels->contrast);
  }

  const DataSet& source_;
  const Protocol& protocol_;
  unsigned threads_;
  Progress& progress_;
  Workdir* workdir_;
  RowWriter writer_;
};

/// Reads what has not been read yet. Interrupted, `found` tells how far it came.
RowMatrix read_images(const DataSet& data, const Protocol& protocol, const PrepareOptions& options,
                      Progress& progress, Workdir* workdir, Preparation& found,
                      std::shared_ptr<std::byte[]> place) {
  while (true) {
    Protocol used = protocol;
    if (found.kept_colour) used.channels = Channels::rgb;
    Reading reading(data, used, options, progress, workdir);
    reading.restore(found, std::exchange(place, nullptr));
    progress.begin("reading " + data.name, data.records.size());
    progress.advance(found.tried);
    const bool done = reading.run(found);
    progress.end();
    if (done) return reading.take();
    found = {};
    found.kept_colour = true;
    if (workdir != nullptr) workdir->discard();
  }
}

[[noreturn]] void refuse_all(const DataSet& data, const Preparation& found) {
  const Rejection& first = found.rejected.front();
  throw InputError(data.path, "none of its " + std::to_string(data.records.size()) + " images can be used",
                   "the first: " + data.records[first.record].path + ": " + first.reason);
}

/// Rows in a file of the working folder, read before or now.
Prepared prepare_in(Workdir& workdir, const DataSet& data, const Protocol& protocol,
                    const PrepareOptions& options, Progress& progress, std::size_t& images_read) {
  images_read = 0;
  const auto check = [&](const MatrixShape& shape) {
    if (options.check_matrix) options.check_matrix(shape);
  };
  if (std::optional<Prepared> prepared = workdir.prepared(check, progress)) return *std::move(prepared);
  workdir.lock();
  // Another run may have completed the file before it let go of the lock.
  if (std::optional<Prepared> prepared = workdir.prepared(check, progress)) return *std::move(prepared);
  Preparation found;
  std::shared_ptr<std::byte[]> place;
  if (std::optional<Workdir::Resumed> resumed = workdir.resume(check, progress)) {
    found = std::move(resumed->found);
    place = std::move(resumed->place);
  }
  images_read = data.records.size() - found.tried;
  try {
    read_images(data, protocol, options, progress, &workdir, found, std::move(place));
  } catch (const Interrupted&) {
    workdir.keep(found);
    throw;
  } catch (const InputError&) {
    workdir.discard();  // the same images would end the next run too
    throw;
  }
  if (found.rows() == 0) {
    workdir.discard();
    return {std::move(found), {}, {}};
  }
  return workdir.complete(std::move(found));
}

std::string_view kind_of_rows(const DataSet& data, const PrepareOptions& options) {
  if (data.pixels->vectors()) return "vectors";
  return options.keep_pixels ? "pixels" : "images";
}

Hash128 identity_of(const DataSet& data, const Protocol& protocol, const PrepareOptions& options,
                    Progress& progress) {
  std::vector<Hash128> images(data.records.size());
  constexpr std::size_t chunk = 64;
  parallel_for((images.size() + chunk - 1) / chunk, options.threads, [&](std::size_t index, unsigned) {
    progress.check();
    const std::size_t end = std::min(images.size(), (index + 1) * chunk);
    for (std::size_t i = index * chunk; i < end; ++i) {
      images[i] = data.pixels->identity(data.records[i].source);
    }
  });
  std::string text;
  append_text(text, std::string(version()));
  append_text(text, protocol.name());
  append_text(text, std::string(kind_of_rows(data, options)));
  append_text(text, hash128(std::as_bytes(std::span<const Hash128>(images))).text());
  return hash128(std::as_bytes(std::span<const char>(text)));
}

Prepared prepare_rows(const DataSet& data, const Protocol& protocol, const PrepareOptions& options,
                      Progress& progress, std::size_t& images_read) {
  if (options.workdir.empty()) {
    Prepared prepared;
    prepared.matrix = read_images(data, protocol, options, progress, nullptr, prepared.found, nullptr);
    prepared.rows_hash = hash_rows(prepared.matrix, options.threads);
    images_read = data.records.size();
    return prepared;
  }
  try {
    const PreparedOrigin origin{identity_of(data, protocol, options, progress), protocol, data.records.size(),
                                options.selection_seed};
    Workdir workdir(options.workdir, origin, options.threads);
    return prepare_in(workdir, data, protocol, options, progress, images_read);
  } catch (const Interrupted&) {
    throw Interrupted(options.workdir.string());
  }
}

/// The records that were not rejected.
std::vector<Record> records_left(const std::vector<Record>& records, const std::vector<Rejection>& rejected) {
  std::vector<Record> left;
  left.reserve(records.size() - rejected.size());
  auto next = rejected.begin();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (next != rejected.end() && next->record == i) {
      ++next;
    } else {
      left.push_back(records[i]);
    }
  }
  return left;
}

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
  Prepared prepared = prepare_rows(data, protocol, options, progress, result.images_read);
  Preparation& found = prepared.found;
  for (const Rejection& rejection : found.rejected) {
    result.rejected.push_back({data.records[rejection.record].path, rejection.reason});
  }
  if (!result.rejected.empty() && !options.skip_bad) {
    throw RejectedImages(data.path, std::move(result.rejected), data.records.size());
  }
  if (found.rows() == 0) refuse_all(data, found);

  result.protocol = protocol;
  result.label_columns = data.label_columns;
  result.records = records_left(data.records, found.rejected);
  result.channels = found.layout->channels;
  const ImageSize size = found.layout->size;
  if (!vectors) result.size = size;
  if (!vectors && found.layout->form != RowWriter::Form::enlarged) {
    result.row_size = found.layout->form == RowWriter::Form::to_resize ? found.layout->stored : size;
  }
  result.ambient_dimension = size.height * size.width * result.channels;
  result.alpha_dropped = found.alpha_dropped;
  result.black = std::move(found.black);
  result.contrast = std::move(found.contrast);
  result.matrix = std::move(prepared.matrix);
  result.range = protocol.range;
  if (protocol.range) {
    if (!found.full_scale) {
      throw InputError(data.path, "holds floating-point pixels, which have no full scale to map to a range",
                       "use --protocol native without --range");
    }
    result.matrix.unit = (protocol.range->high - protocol.range->low) / *found.full_scale;
  }
  result.content_hash = hash_content(result, prepared.rows_hash);
  return result;
}

}  // namespace fathom
