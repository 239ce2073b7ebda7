#include "fathom/read/array.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "fathom/core/error.h"
#include "read/read_values.h"

namespace fathom {

namespace {

/// How the axes of an array are images.
struct Layout {
  enum class Order { views, alpha_last, channels_first };
  Order order = Order::views;
  std::size_t count = 0, height = 1, width = 1, channels = 1;
  bool vectors = false;
  bool ambiguous = false;

  std::size_t stored_size() const { return height * width * (order == Order::alpha_last ? 4 : channels); }
};

Layout four_axes(const std::vector<std::size_t>& shape, Layout layout) {
  const std::size_t first = shape[1], last = shape[3];
  const bool channels_first = first == 1 || first == 3;
  if (last == 1 || last == 3 || last == 4) {
    layout.ambiguous = channels_first;
    layout.height = shape[1];
    layout.width = shape[2];
    layout.channels = last == 1 ? 1 : 3;
    if (last == 4) layout.order = Layout::Order::alpha_last;
    return layout;
  }
  layout.channels = channels_first ? first : 0;
  layout.height = shape[2];
  layout.width = shape[3];
  if (first == 3) layout.order = Layout::Order::channels_first;
  return layout;
}

Layout layout_of(const Array& images, const std::string& name) {
  const auto& shape = images.shape;
  Layout layout;
  layout.channels = 0;
  if (!shape.empty()) layout.count = shape[0];
  if (shape.size() == 2) {
    layout.vectors = true;
    layout.width = shape[1];
    layout.channels = 1;
  } else if (shape.size() == 3) {
    layout.height = shape[1];
    layout.width = shape[2];
    layout.channels = 1;
  } else if (shape.size() == 4) {
    layout = four_axes(shape, layout);
  }
  if (layout.channels == 0) {
    throw InputError(
        name, "an array of shape " + shape_text(shape) + " is no set of images",
        "give (N, D) vectors, (N, H, W) grey images, or (N, H, W, C) or (N, C, H, W) with 1 or 3 channels");
  }
  if (layout.stored_size() == 0) {
    throw InputError(name, "images of shape " + shape_text(shape) + " have no pixels",
                     "give images of at least one pixel");
  }
  return layout;
}

/// Copies the first three of every four channels.
void drop_alpha(const std::byte* rgba, std::span<std::byte> rgb, std::size_t value_bytes) {
  const std::size_t pixel = 3 * value_bytes;
  for (std::size_t i = 0; i * pixel < rgb.size(); ++i) {
    std::memcpy(rgb.data() + i * pixel, rgba + i * 4 * value_bytes, pixel);
  }
}

template <class T>
void interleave(const std::byte* planes, std::span<std::byte> rgb) {
  const T* from = reinterpret_cast<const T*>(planes);
  T* to = reinterpret_cast<T*>(rgb.data());
  const std::size_t plane = rgb.size() / sizeof(T) / 3;
  for (std::size_t i = 0; i < plane; ++i) {
    for (std::size_t channel = 0; channel < 3; ++channel) to[3 * i + channel] = from[channel * plane + i];
  }
}

void interleave_values(const std::byte* planes, std::span<std::byte> rgb, std::size_t value_bytes) {
  if (value_bytes == 1) return interleave<std::uint8_t>(planes, rgb);
  if (value_bytes == 2) return interleave<std::uint16_t>(planes, rgb);
  if (value_bytes == 4) return interleave<float>(planes, rgb);
  interleave<double>(planes, rgb);
}

class ArrayPixels : public PixelSource {
 public:
  void add(Array images, Layout layout) {
    const std::size_t before = parts_.empty() ? 0 : parts_.back().end;
    parts_.push_back({std::move(images), layout, before, before + layout.count});
  }

  Image read(std::size_t source) const override {
    const Part& part = part_of(source);
    return collapse_equal_channels(read_from(part, source - part.begin));
  }

  Hash128 identity(std::size_t source) const override {
    const Part& part = part_of(source);
    const Hash128 values = hash128({stored_at(part, source - part.begin), stored_bytes(part)});
    const Layout& layout = part.layout;
    const std::string form = std::string(pixel_type_name(part.images.type)) + " " +
                             std::to_string(static_cast<int>(layout.order)) + " " +
                             std::to_string(layout.height) + " " + std::to_string(layout.width) + " " +
                             std::to_string(layout.channels) + " " + values.text();
    return hash128(std::as_bytes(std::span(form)));
  }

  bool vectors() const override { return parts_.front().layout.vectors; }

  std::size_t bytes_in_memory() const override {
    std::size_t bytes = 0;
    for (const Part& part : parts_) {
      if (!part.images.in_file) bytes += part.images.size() * pixel_bytes(part.images.type);
    }
    return bytes;
  }

 private:
  struct Part {
    Array images;
    Layout layout;
    std::size_t begin, end;
  };

  const Part& part_of(std::size_t source) const {
    FATHOM_CHECK(!parts_.empty() && source < parts_.back().end);
    return *std::upper_bound(parts_.begin(), parts_.end(), source,
                             [](std::size_t index, const Part& each) { return index < each.end; });
  }

  static std::size_t stored_bytes(const Part& part) {
    return part.layout.stored_size() * pixel_bytes(part.images.type);
  }
  static const std::byte* stored_at(const Part& part, std::size_t index) {
    return part.images.values.get() + index * stored_bytes(part);
  }

  static Image read_from(const Part& part, std::size_t index) {
    const Layout& layout = part.layout;
    const PixelType type = part.images.type;
    const std::byte* stored = stored_at(part, index);
    if (layout.order == Layout::Order::views) {
      return {layout.height, layout.width, layout.channels, type, stored, part.images.values};
    }
    Image image(layout.height, layout.width, 3, type);
    if (layout.order == Layout::Order::alpha_last) {
      drop_alpha(stored, image.mutable_bytes(), pixel_bytes(type));
      image.alpha_dropped = true;
    } else {
      interleave_values(stored, image.mutable_bytes(), pixel_bytes(type));
    }
    return image;
  }

  std::vector<Part> parts_;
};

double value_at(const Array& array, std::size_t index) {
  switch (array.type) {
    case PixelType::uint8:
      return array.as<std::uint8_t>()[index];
    case PixelType::uint16:
      return array.as<std::uint16_t>()[index];
    case PixelType::float32:
      return static_cast<double>(array.as<float>()[index]);
    case PixelType::float64:
      return array.as<double>()[index];
  }
  throw InternalError("unknown pixel type");
}

std::int64_t label_at(const ArrayPart& part, std::size_t row, std::size_t column, std::size_t columns) {
  const double value = value_at(*part.labels, row * columns + column);
  constexpr double most = 9007199254740992.0;  // 2^53
  if (std::isfinite(value) && value == std::floor(value) && std::abs(value) <= most) {
    return static_cast<std::int64_t>(value);
  }
  throw InputError(part.labels_name, "label " + std::to_string(row) + " is " + std::to_string(value),
                   "labels must be integers");
}

/// How many labels an image has: 0 without labels.
std::size_t label_columns_of(const ArrayPart& part) {
  if (!part.labels) return 0;
  const auto& shape = part.labels->shape;
  if ((shape.size() != 1 && shape.size() != 2) || (shape.size() == 2 && shape[1] == 0)) {
    throw InputError(part.labels_name, "an array of shape " + shape_text(shape) + " is no set of labels",
                     "give labels of shape (N,), (N, 1), or (N, L) for L tasks");
  }
  if (shape[0] != part.images.shape[0]) {
    throw InputError(part.labels_name,
                     "holds " + std::to_string(shape[0]) + " labels, but " + part.name + " holds " +
                         std::to_string(part.images.shape[0]) + " images",
                     "give one label for each image");
  }
  return shape.size() == 1 ? 1 : shape[1];
}

std::size_t common_label_columns(const std::vector<ArrayPart>& parts) {
  const std::size_t columns = label_columns_of(parts[0]);
  for (const ArrayPart& part : parts) {
    if (label_columns_of(part) == columns) continue;
    throw InputError(part.name,
                     "has " + std::to_string(label_columns_of(part)) + " labels an image, but " +
                         parts[0].name + " has " + std::to_string(columns),
                     "give all splits the same labels, or none");
  }
  return columns;
}

std::vector<LabelColumn> all_columns(std::size_t count, std::span<const KnownLabels> known) {
  FATHOM_CHECK(known.empty() || known.size() == count);
  std::vector<LabelColumn> columns(count);
  for (std::size_t i = 0; i < count; ++i) {
    columns[i].name = count == 1 ? "label" : "label" + std::to_string(i);
    if (!known.empty()) columns[i].name = known[i].column;
  }
  return columns;
}

std::string listed(const std::vector<LabelColumn>& columns) {
  std::string text;
  for (const LabelColumn& column : columns) text += (text.empty() ? "" : ", ") + column.name;
  return text;
}

/// Positions of the columns to keep, in the order wanted.
std::vector<std::size_t> wanted_columns(const std::vector<LabelColumn>& columns, const ReadOptions& options,
                                        const std::string& name) {
  std::vector<std::size_t> kept(columns.size());
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  if (options.label_columns.empty()) return kept;
  kept.clear();
  for (const std::string& wanted : options.label_columns) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const LabelColumn& column) { return column.name == wanted; });
    if (found == columns.end()) {
      throw InputError(name, "has no label column \"" + wanted + "\"",
                       columns.empty() ? "it has no labels" : "it has " + listed(columns));
    }
    kept.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  return kept;
}

/// Fills one column of classes, and its label in every record.
class ClassNamer {
 public:
  ClassNamer(const std::vector<ArrayPart>& parts, std::size_t column, std::size_t columns,
             const KnownLabels* known)
      : parts_(parts), column_(column), columns_(columns), known_(known) {}

  void fill(LabelColumn& column, std::vector<Record>& records) const {
    std::map<std::int64_t, std::int32_t> classes;
    each([&](std::int64_t label) { classes.emplace(label, 0); });
    column.classes = class_names(classes);
    auto record = records.begin();
    each([&](std::int64_t label) { (record++)->labels.push_back(classes.at(label)); });
  }

 private:
  void each(const std::function<void(std::int64_t)>& visit) const {
    for (const ArrayPart& part : parts_) {
      for (std::size_t row = 0; row < part.images.shape[0]; ++row) {
        const std::int64_t label = label_at(part, row, column_, columns_);
        if (known_ != nullptr && (label < 0 || static_cast<std::size_t>(label) >= known_->count)) {
          throw InputError(part.labels_name,
                           "image " + std::to_string(row) + " has the " + known_->column + " label " +
                               std::to_string(label) + ", but there are " + std::to_string(known_->count) +
                               " classes",
                           "copy or download the file again");
        }
        visit(label);
      }
    }
  }

  bool has_names() const { return known_ != nullptr && !known_->names.empty(); }

  /// Names in the order of LabelColumn::classes, with the index of each put beside its label.
  std::vector<std::string> class_names(std::map<std::int64_t, std::int32_t>& classes) const {
    std::vector<std::pair<std::string, std::int64_t>> named;
    for (const auto& entry : classes) {
      const std::int64_t label = entry.first;
      named.emplace_back(has_names() ? known_->names[static_cast<std::size_t>(label)] : std::to_string(label),
                         label);
    }
    // The map has put numbers in numeric order already.
    if (has_names()) std::sort(named.begin(), named.end());
    std::vector<std::string> names;
    for (const auto& entry : named) {
      classes[entry.second] = static_cast<std::int32_t>(names.size());
      names.push_back(entry.first);
    }
    return names;
  }

  const std::vector<ArrayPart>& parts_;
  std::size_t column_, columns_;
  const KnownLabels* known_;
};

void name_records(const std::vector<ArrayPart>& parts, std::vector<Record>& records) {
  std::map<Split, std::size_t> next;
  for (const ArrayPart& part : parts) {
    const std::string prefix = part.split == Split::none ? "" : std::string(split_name(part.split)) + "/";
    for (std::size_t row = 0; row < part.images.shape[0]; ++row) {
      Record record;
      record.path = prefix + std::to_string(next[part.split]++);
      record.split = part.split;
      record.source = records.size();
      records.push_back(std::move(record));
    }
  }
}

/// Shapes agree in everything but the number of images.
void check_parts_agree(const std::vector<ArrayPart>& parts) {
  const auto& expected = parts[0].images.shape;
  for (const ArrayPart& part : parts) {
    const auto& shape = part.images.shape;
    if (shape.size() == expected.size() && std::equal(shape.begin() + 1, shape.end(), expected.begin() + 1))
      continue;
    throw InputError(
        part.name,
        "has shape " + shape_text(shape) + ", but " + parts[0].name + " has " + shape_text(expected),
        "give all splits images of one shape");
  }
}

void refuse_table_options(const ReadOptions& options) {
  const std::array<std::pair<const char*, bool>, 3> of_tables = {{
      {"--path-column", options.path_column.has_value()},
      {"--group-column", options.group_column.has_value()},
      {"--split-column", options.split_column.has_value()},
  }};
  for (const auto& option : of_tables) {
    if (option.second) {
      throw UsageError(option.first, "an array file has no such column",
                       "leave it out, or give a folder of images with a table");
    }
  }
}

}  // namespace

std::size_t Array::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

DataSet array_data_set(std::vector<ArrayPart> parts, const ReadOptions& options,
                       std::span<const KnownLabels> known) {
  FATHOM_CHECK(!parts.empty());
  refuse_table_options(options);
  std::vector<Layout> layouts;
  for (const ArrayPart& part : parts) layouts.push_back(layout_of(part.images, part.name));
  check_parts_agree(parts);

  DataSet data;
  name_records(parts, data.records);
  if (data.records.empty()) throw InputError(parts[0].name, "holds no images", "give at least one image");
  const std::size_t count = common_label_columns(parts);
  const std::vector<LabelColumn> columns = all_columns(count, known);
  for (const std::size_t column : wanted_columns(columns, options, parts[0].name)) {
    data.label_columns.push_back(columns[column]);
    ClassNamer(parts, column, count, known.empty() ? nullptr : &known[column])
        .fill(data.label_columns.back(), data.records);
  }

  if (layouts[0].ambiguous) {
    data.notes.push_back("The shape " + shape_text(parts[0].images.shape) +
                         " may have its channels first or last; they are taken to be last.");
  }
  if (known.empty() && count > 1) {
    data.notes.push_back("Each image has " + std::to_string(count) + " labels, read as the label columns " +
                         columns.front().name + " to " + columns.back().name + ".");
  }
  auto pixels = std::make_shared<ArrayPixels>();
  for (std::size_t i = 0; i < parts.size(); ++i) pixels->add(std::move(parts[i].images), layouts[i]);
  data.pixels = std::move(pixels);
  return data;
}

}  // namespace fathom
