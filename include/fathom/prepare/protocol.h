// A protocol: how pixels become a vector. Label sharpness depends on it, so every result names it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/read/view.h"

namespace fathom {

struct ImageSize {
  std::size_t height, width;
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

struct PixelRange {
  double low, high;
  friend bool operator==(const PixelRange&, const PixelRange&) = default;
};

enum class Channels {
  automatic,  ///< grey when every image is grey or has R = G = B in every pixel, otherwise rgb
  grey,       ///< colour becomes luminance 0.2125 R + 0.7154 G + 0.0721 B (ITU-R BT.709, as in scikit-image)
  rgb,        ///< grey is replicated
};

/// | name | values | size | channels | range |
/// | --- | --- | --- | --- | --- |
/// | iclr2024 (P1) | x 255 / maximum of the image, cut to 8 bits | 224 x 224, bilinear | automatic | 0..255 |
/// | miccai2022 (P2) | as iclr2024 | as iclr2024 | grey | 0..255 |
/// | pope2021 (P4) | as stored | 32 x 32, nearest pixel | automatic | 0..1 |
/// | native | as stored | as stored; all images must agree | automatic | as stored |
///
/// Bilinear is without antialiasing.
struct Protocol {
  enum class Scaling { none, by_image_maximum };
  enum class Resize { bilinear, nearest };

  std::string base;  ///< one of protocol_names()
  /// How medical images were read: stored in every base. Who opens the data gives them this one.
  View view = View::stored;
  Scaling scaling = Scaling::none;
  Resize resize = Resize::bilinear;
  std::optional<ImageSize> size;  ///< nothing: as stored
  Channels channels = Channels::automatic;
  std::optional<PixelRange>
      range;  ///< of 0..255 (8 bits), 0..65535 (16), 0..4095 (12), ...; nothing: as stored
  /// The published code's floating-point luminance, which loses a grey level where it truncates (--compat).
  bool published_code = false;
  /// Fields that differ from the base, in the order view, size, channels, range:
  /// "+view=ct:brain+size=64".
  std::string changes;

  /// "iclr2024+size=64", "miccai2022-code".
  std::string name() const { return base + (published_code ? "-code" : "") + changes; }
};

std::vector<std::string> protocol_names();

/// Throws UsageError for an unknown name, listing those there are.
Protocol named_protocol(std::string_view name);

/// The protocol of that Protocol::name(). Throws UsageError naming --protocol where it is none.
Protocol protocol_of_name(std::string_view name);

/// Change one field and record in the name how the protocol now differs from its base: "64" and "64x64" give
/// the same name, and a value equal to the base's own gives none.
///
/// set_view: see view_names(). set_size: "64", "48x64" (height x width) or "native". set_channels: "auto",
/// "grey", "rgb". set_range: "0,1". Throw UsageError naming the option.
void set_view(Protocol& protocol, std::string_view text);
void set_size(Protocol& protocol, std::string_view text);
void set_channels(Protocol& protocol, std::string_view text);
void set_range(Protocol& protocol, std::string_view text);

std::string_view channels_name(Channels channels);

}  // namespace fathom
