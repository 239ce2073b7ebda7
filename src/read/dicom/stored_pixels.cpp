#include "read/dicom/stored_pixels.h"

#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "read/dicom/library.h"
#include "read/dicom/object.h"
#include "read/image_decoders.h"

namespace fathom {

namespace {

unsigned required(const DicomObject& object, const DcmTagKey& tag, const char* name) {
  if (const auto value = object.number(tag)) return *value;
  throw ImageError(std::string("its header has no ") + name);
}

[[noreturn]] void refuse_bits(const PixelFormat& format) {
  throw ImageError("has pixels of " + std::to_string(format.bits_stored) + " bits in " +
                   std::to_string(format.bits_allocated) + ", up to bit " + std::to_string(format.high_bit) +
                   "; 1 to 16 bits in 8 or 16 are read");
}

void check_bits(const PixelFormat& format) {
  const bool whole = format.bits_allocated == 8 || format.bits_allocated == 16;
  if (!whole || format.bits_stored < 1 || format.bits_stored > format.bits_allocated ||
      format.high_bit >= format.bits_allocated || format.high_bit + 1 < format.bits_stored) {
    refuse_bits(format);
  }
}

/// The standard's own names: what else may stand there is not repeated.
std::string checked_photometric(const DicomObject& object, const PixelFormat& format) {
  const std::optional<std::string> name = object.text(DCM_PhotometricInterpretation);
  if (!name) throw ImageError("its header has no Photometric Interpretation");
  const bool grey = *name == "MONOCHROME1" || *name == "MONOCHROME2" || *name == "PALETTE COLOR";
  const bool colour = *name == "RGB" || *name == "YBR_FULL" || *name == "YBR_FULL_422" ||
                      *name == "YBR_RCT" || *name == "YBR_ICT";
  if (!grey && !colour) {
    constexpr std::string_view known[] = {"HSV", "ARGB", "CMYK", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "XYB"};
    for (const std::string_view other : known) {
      if (*name == other) throw ImageError("its colours are " + *name + ", which is not read");
    }
    throw ImageError("its Photometric Interpretation is none of the standard's");
  }
  if (format.samples != (grey ? 1u : 3u)) {
    throw ImageError(*name + " with " + std::to_string(format.samples) + " samples a pixel");
  }
  return *name;
}

std::size_t frames_of(const DicomObject& object) {
  const std::optional<double> frames = decimal(object.data(), DCM_NumberOfFrames);
  if (!frames) return 1;
  if (*frames < 1 || *frames > 1e7) throw ImageError("its Number of Frames is not a number of frames");
  return static_cast<std::size_t>(*frames);
}

[[noreturn]] void cut_short(std::uint64_t there, std::uint64_t wanted) {
  throw ImageError("its pixel data are cut short: " + std::to_string(there) + " of " +
                   std::to_string(wanted) + " bytes");
}

// ---- uncompressed ----

/// Two pixels share their colour: Y1 Y2 Cb Cr.
bool subsampled(const PixelFormat& format) {
  return format.photometric == "YBR_FULL_422";
}

std::size_t native_bytes(const PixelFormat& format) {
  if (subsampled(format) && format.columns % 2 != 0) {
    throw ImageError("YBR_FULL_422 with an odd number of columns");
  }
  const std::size_t values = subsampled(format) ? format.pixels() * 2 : format.pixels() * format.samples;
  return values * (format.bits_allocated / 8);
}

std::vector<std::uint8_t> native_frame(DcmPixelData& pixels, const PixelFormat& format, std::size_t frame) {
  const std::uint64_t bytes = native_bytes(format);
  const std::uint64_t there = pixels.getLength(), wanted = bytes * format.frames;
  if (there < wanted) cut_short(there, wanted);
  std::vector<std::uint8_t> buffer(bytes);
  const OFCondition got = pixels.getPartialValue(buffer.data(), static_cast<Uint32>(bytes * frame),
                                                 static_cast<Uint32>(bytes), nullptr, gLocalByteOrder);
  if (got.bad()) throw ImageError("its pixel data cannot be read: the file is cut short or damaged");
  return buffer;
}

/// Every pixel with colours of its own.
std::vector<std::uint8_t> without_subsampling(const std::vector<std::uint8_t>& pairs) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(pairs.size() / 2 * 3);
  for (std::size_t i = 0; i + 3 < pairs.size(); i += 4) {
    for (const std::uint8_t luminance : {pairs[i], pairs[i + 1]}) {
      pixels.insert(pixels.end(), {luminance, pairs[i + 2], pairs[i + 3]});
    }
  }
  return pixels;
}

// ---- compressed ----

/// What the header of a JPEG or JPEG-LS stream says (ISO 10918-1, B.2.2).
struct StreamHeader {
  unsigned precision, height, width, components;
};

bool begins_a_frame(unsigned marker, bool jpeg_ls) {
  if (jpeg_ls) return marker == 0xf7;
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/// Nothing where the markers before the frame's are not those of a header, each with its length. DCMTK walks
/// over the same bytes before it decodes, and never comes to an end at the marker TEM (0xff01).
std::optional<StreamHeader> stream_header(std::span<const std::uint8_t> stream, bool jpeg_ls) {
  const auto word = [&](std::size_t at) { return static_cast<unsigned>(stream[at] << 8 | stream[at + 1]); };
  if (stream.size() < 2 || word(0) != 0xffd8) return std::nullopt;
  for (std::size_t at = 2; at + 10 <= stream.size();) {
    if (stream[at] != 0xff) return std::nullopt;
    const unsigned marker = stream[at + 1];
    if (marker == 0xff) {  // a fill byte
      ++at;
      continue;
    }
    if (begins_a_frame(marker, jpeg_ls)) {
      return StreamHeader{stream[at + 4], word(at + 5), word(at + 7), stream[at + 9]};
    }
    const bool has_no_length = marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9);
    if (has_no_length) return std::nullopt;
    at += 2 + std::size_t{word(at + 2)};
  }
  return std::nullopt;
}

/// The decoders write what the stream holds, whatever the header says.
void check_jpeg(std::span<const std::uint8_t> stream, bool jpeg_ls, const PixelFormat& format) {
  const auto header = stream_header(stream, jpeg_ls);
  if (!header) throw ImageError("its compressed pixel data are damaged");
  if (header->height != format.rows || header->width != format.columns ||
      header->components != format.samples) {
    throw ImageError("its header tells of " + std::to_string(format.columns) + " x " +
                     std::to_string(format.rows) + " pixels of " + std::to_string(format.samples) +
                     " samples, its compressed pixel data hold " + std::to_string(header->width) + " x " +
                     std::to_string(header->height) + " of " + std::to_string(header->components));
  }
  if ((header->precision > 8) != (format.bits_allocated > 8)) {
    throw ImageError("its header tells of pixels in " + std::to_string(format.bits_allocated) +
                     " bits, its compressed pixel data hold " + std::to_string(header->precision));
  }
}

/// Bytes that a segment of run lengths stands for (PS3.5 G.3.2), up to `wanted`.
std::size_t unpacked_bytes(std::span<const std::uint8_t> segment, std::size_t wanted) {
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < segment.size() && bytes < wanted;) {
    const unsigned control = segment[at++];
    if (control == 128) continue;
    const std::size_t stored = control < 128 ? control + 1 : 1;
    if (stored > segment.size() - at) return bytes;
    bytes += control < 128 ? stored : 257 - control;
    at += stored;
  }
  return bytes;
}

/// The decoder leaves out what is missing at the end of a segment. A frame is one fragment: a header of 16
/// words, the number of segments and where each begins, and a segment for each byte of each sample.
void check_run_lengths(std::span<const std::uint8_t> frame, const PixelFormat& format) {
  const std::size_t segments = format.samples * (format.bits_allocated / 8);
  const auto word = [&](std::size_t index) {
    const std::uint8_t* at = frame.data() + 4 * index;
    return std::size_t{at[0]} | std::size_t{at[1]} << 8 | std::size_t{at[2]} << 16 | std::size_t{at[3]} << 24;
  };
  if (frame.size() < 64 || word(0) != segments) throw ImageError("its RLE pixel data are damaged");
  for (std::size_t i = 1; i <= segments; ++i) {
    const std::size_t begin = word(i), end = i < segments ? word(i + 1) : frame.size();
    if (begin < 64 || end < begin || end > frame.size()) {
      throw ImageError("its RLE pixel data are damaged or cut short");
    }
    const std::size_t there = unpacked_bytes(frame.subspan(begin, end - begin), format.pixels());
    if (there < format.pixels()) cut_short(there, format.pixels());
  }
}

std::span<const std::uint8_t> fragment(DcmPixelSequence& fragments, Uint32 index) {
  DcmPixelItem* item = nullptr;
  Uint8* bytes = nullptr;
  if (fragments.getItem(item, index).bad() || item->getUint8Array(bytes).bad() || bytes == nullptr) {
    throw ImageError("its compressed pixel data are cut short");
  }
  return {bytes, item->getLength()};
}

DcmPixelSequence& fragments_of(DcmPixelData& pixels, const DcmXfer& syntax, const PixelFormat& format) {
  if (!DcmCodecList::canChangeCoding(syntax.getXfer(), EXS_LittleEndianExplicit)) {
    throw ImageError(std::string("its pixels are in the transfer syntax ") + syntax.getXferName() + " (" +
                     syntax.getXferID() +
                     "), which has no decoder here: convert it to an uncompressed one first");
  }
  DcmPixelSequence* fragments = nullptr;
  if (pixels.getEncapsulatedRepresentation(syntax.getXfer(), nullptr, fragments).bad() ||
      fragments == nullptr) {
    throw ImageError("its compressed pixel data are damaged: they are not in fragments");
  }
  // The first item is a table of offsets.
  const std::size_t there = fragments->card() < 1 ? 0 : fragments->card() - 1;
  if (there < format.frames) {
    throw ImageError("holds " + std::to_string(there) + (there == 1 ? " fragment" : " fragments") + " for " +
                     std::to_string(format.frames) + (format.frames == 1 ? " frame" : " frames"));
  }
  return *fragments;
}

std::vector<std::uint8_t> decoded_frame(const DicomObject& object, DcmPixelData& pixels, PixelFormat& format,
                                        std::size_t frame) {
  const DcmXfer syntax = object.transfer_syntax();
  DcmPixelSequence& fragments = fragments_of(pixels, syntax, format);
  Uint32 first = 0;
  const auto number = static_cast<Uint32>(frame);
  if (DcmCodec::determineStartFragment(number, static_cast<Sint32>(format.frames), &fragments, first).bad()) {
    throw ImageError("its compressed pixel data are damaged: frame " + std::to_string(frame + 1) +
                     " is not found in them");
  }
  if (syntax.getXfer() == EXS_RLELossless) {
    check_run_lengths(fragment(fragments, first), format);
  } else {
    const bool jpeg_ls = syntax.getXfer() == EXS_JPEGLSLossless || syntax.getXfer() == EXS_JPEGLSLossy;
    check_jpeg(fragment(fragments, first), jpeg_ls, format);
  }
  const std::size_t bytes = format.pixels() * format.samples * (format.bits_allocated / 8);
  std::vector<std::uint8_t> buffer(bytes + bytes % 2);
  OFString colours;
  const std::size_t before = invented_pixels();
  const OFCondition got = pixels.getUncompressedFrame(&object.data(), number, first, buffer.data(),
                                                      static_cast<Uint32>(buffer.size()), colours);
  if (got.bad() || invented_pixels() != before) {
    throw ImageError(std::string("its pixel data are damaged or cut short (") + syntax.getXferName() + ")");
  }
  if (format.samples == 3) format.photometric.assign(colours.c_str(), colours.length());
  return buffer;
}

// ---- values ----

template <class T>
std::vector<std::int32_t> values_of(const std::vector<std::uint8_t>& bytes, const PixelFormat& format) {
  const std::size_t pixels = format.pixels(), samples = format.samples;
  const unsigned shift = format.high_bit + 1 - format.bits_stored;
  const std::uint32_t mask = (std::uint32_t{1} << format.bits_stored) - 1;
  const std::uint32_t sign = format.is_signed ? std::uint32_t{1} << (format.bits_stored - 1) : 0;
  const auto stored = [&](std::size_t index) {
    T raw;
    std::memcpy(&raw, bytes.data() + index * sizeof(T), sizeof(T));
    const std::uint32_t value = (std::uint32_t{raw} >> shift) & mask;
    return static_cast<std::int32_t>((value ^ sign) - sign);
  };
  std::vector<std::int32_t> values(pixels * samples);
  if (samples == 1 || !format.planes) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = stored(i);
    return values;
  }
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t s = 0; s < samples; ++s) values[i * samples + s] = stored(s * pixels + i);
  }
  return values;
}

}  // namespace

PixelFormat pixel_format(const DicomObject& object, const ImageLimits& limits) {
  PixelFormat format;
  if (!object.has(DCM_Rows) && !object.has(DCM_Columns)) {
    if (object.says_what_it_is()) throw NoImage();
    throw ImageError("is not a DICOM file, or a damaged one");
  }
  format.rows = required(object, DCM_Rows, "Rows");
  format.columns = required(object, DCM_Columns, "Columns");
  check_size(format.rows, format.columns, limits);
  format.frames = frames_of(object);
  format.samples = object.number(DCM_SamplesPerPixel).value_or(1);
  format.bits_allocated = required(object, DCM_BitsAllocated, "Bits Allocated");
  format.bits_stored = object.number(DCM_BitsStored).value_or(format.bits_allocated);
  format.high_bit = object.number(DCM_HighBit).value_or(format.bits_stored - 1);
  format.is_signed = object.number(DCM_PixelRepresentation).value_or(0) == 1;
  format.planes = object.number(DCM_PlanarConfiguration).value_or(0) == 1;
  check_bits(format);
  format.photometric = checked_photometric(object, format);
  if (format.photometric.starts_with("YBR") && (format.bits_stored != 8 || format.is_signed)) {
    throw ImageError(format.photometric + " of " + std::to_string(format.bits_stored) +
                     " bits; 8 bits without sign are read");
  }
  return format;
}

StoredFrame stored_frame(const DicomObject& object, PixelFormat format, std::size_t frame) {
  if (frame >= format.frames) throw ImageError("has no frame " + std::to_string(frame + 1));
  DcmElement* element = nullptr;
  object.data().findAndGetElement(DCM_PixelData, element);
  auto* pixels = dynamic_cast<DcmPixelData*>(element);
  if (pixels == nullptr) throw ImageError("has no pixel data");
  std::vector<std::uint8_t> bytes;
  if (object.transfer_syntax().isEncapsulated()) {
    bytes = decoded_frame(object, *pixels, format, frame);
  } else {
    bytes = native_frame(*pixels, format, frame);
    if (subsampled(format)) {
      bytes = without_subsampling(bytes);
      format.photometric = "YBR_FULL";
      format.planes = false;
    }
  }
  StoredFrame result;
  result.values = format.bits_allocated == 8 ? values_of<std::uint8_t>(bytes, format)
                                             : values_of<std::uint16_t>(bytes, format);
  result.format = std::move(format);
  return result;
}

}  // namespace fathom
