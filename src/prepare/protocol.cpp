#include "fathom/prepare/protocol.h"

#include <array>
#include <charconv>
#include <cmath>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::size_t kLargestSide = 16'384;
constexpr double kLargestPixel = 65'535;

std::optional<std::size_t> parse_side(std::string_view text) {
  std::size_t side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  if (error != std::errc{} || end != text.data() + text.size() || side < 1 || side > kLargestSide) return {};
  return side;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

/// The shortest text that reads back as this number.
std::string number_text(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string size_text(const std::optional<ImageSize>& size) {
  if (!size) return "native";
  const std::string height = std::to_string(size->height);
  return size->height == size->width ? height : height + "x" + std::to_string(size->width);
}

/// One name for one protocol, whatever the order and spelling of its options.
void record_changes(Protocol& protocol) {
  const Protocol base = named_protocol(protocol.base);
  protocol.changes.clear();
  if (protocol.view != base.view) protocol.changes += "+view=" + std::string(view_name(protocol.view));
  if (protocol.size != base.size) protocol.changes += "+size=" + size_text(protocol.size);
  if (protocol.channels != base.channels) {
    protocol.changes += "+channels=" + std::string(channels_name(protocol.channels));
  }
  if (protocol.range && protocol.range != base.range) {
    protocol.changes +=
        "+range=" + number_text(protocol.range->low) + "," + number_text(protocol.range->high);
  }
}

}  // namespace

std::vector<std::string> protocol_names() {
  return {"iclr2024", "miccai2022", "pope2021", "native"};
}

Protocol named_protocol(std::string_view name) {
  Protocol protocol;
  protocol.base = name;
  if (name == "iclr2024" || name == "miccai2022") {
    protocol.scaling = Protocol::Scaling::by_image_maximum;
    protocol.size = ImageSize{224, 224};
    protocol.range = PixelRange{0, 255};
    protocol.channels = name == "miccai2022" ? Channels::grey : Channels::automatic;
    return protocol;
  }
  if (name == "pope2021") {
    protocol.resize = Protocol::Resize::nearest;
    protocol.size = ImageSize{32, 32};
    protocol.range = PixelRange{0, 1};
    return protocol;
  }
  if (name == "native") return protocol;
  std::string known;
  for (const std::string& other : protocol_names()) known += (known.empty() ? "" : ", ") + other;
  throw UsageError("--protocol", "there is no protocol \"" + std::string(name) + "\"",
                   "use one of: " + known);
}

Protocol protocol_of_name(std::string_view name) {
  // The changes stand in this order, each at most once: they are taken off from behind.
  const auto take = [&](std::string_view mark) -> std::optional<std::string_view> {
    const std::size_t at = name.find(mark);
    if (at == std::string_view::npos) return {};
    const std::string_view value = name.substr(at + mark.size());
    name = name.substr(0, at);
    return value;
  };
  const auto range = take("+range="), channels = take("+channels="), size = take("+size="),
             view = take("+view=");
  constexpr std::string_view published = "-code";
  const bool published_code = name.ends_with(published);
  if (published_code) name.remove_suffix(published.size());
  Protocol protocol = named_protocol(name);
  protocol.published_code = published_code;
  if (view) set_view(protocol, *view);
  if (size) set_size(protocol, *size);
  if (channels) set_channels(protocol, *channels);
  if (range) set_range(protocol, *range);
  return protocol;
}

void set_view(Protocol& protocol, std::string_view text) {
  protocol.view = parse_view(text);
  record_changes(protocol);
}

void set_size(Protocol& protocol, std::string_view text) {
  std::optional<ImageSize> size;
  if (text != "native") {
    const std::size_t cross = text.find('x');
    const auto height = parse_side(text.substr(0, cross));
    const auto width = cross == std::string_view::npos ? height : parse_side(text.substr(cross + 1));
    if (!height || !width) {
      throw UsageError("--size", "\"" + std::string(text) + "\" is not a size",
                       "give pixels such as 64, height x width such as 48x64 (each 1 to 16384), or native");
    }
    size = ImageSize{*height, *width};
  }
  protocol.size = size;
  record_changes(protocol);
}

void set_channels(Protocol& protocol, std::string_view text) {
  for (const Channels channels : {Channels::automatic, Channels::grey, Channels::rgb}) {
    if (channels_name(channels) != text) continue;
    protocol.channels = channels;
    record_changes(protocol);
    return;
  }
  throw UsageError("--channels", "\"" + std::string(text) + "\" is not a choice of channels",
                   "use auto, grey or rgb");
}

void set_range(Protocol& protocol, std::string_view text) {
  const std::size_t comma = text.find(',');
  const auto low = parse_number(text.substr(0, comma));
  const auto high = comma == std::string_view::npos ? std::nullopt : parse_number(text.substr(comma + 1));
  if (!low || !high || !(*low < *high)) {
    throw UsageError("--range", "\"" + std::string(text) + "\" is not a range of pixel values",
                     "give two numbers, the lower first, such as 0,1");
  }
  if (!std::isnormal((*high - *low) / kLargestPixel)) {
    throw UsageError("--range", "\"" + std::string(text) + "\" is too wide or too narrow to compute with",
                     "give two numbers such as 0,1");
  }
  protocol.range = PixelRange{*low, *high};
  record_changes(protocol);
}

std::string_view channels_name(Channels channels) {
  switch (channels) {
    case Channels::automatic:
      return "auto";
    case Channels::grey:
      return "grey";
    case Channels::rgb:
      return "rgb";
  }
  throw InternalError("unknown channels");
}

}  // namespace fathom
