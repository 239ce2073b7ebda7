"""Writes the image files that image_file_test.cpp reads, with Pillow and with writers of its own.

Lossless samples hold pixels that the test works out: height 7, width 9, value (7 y + 13 x + 50 c) mod 256 (times 251,
mod 65536, for 16 bits; divided by 4, less 3.5, for floats). Of lossy samples NAME.raw holds what Pillow reads.
Run in this folder: python3 make_samples.py (Pillow 9.4, NumPy).
"""

import struct
import zlib

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 7, 9


def ramp(height=HEIGHT, width=WIDTH, channels=1):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return (7 * y + 13 * x + 50 * c) % 256


def grey8():
    return ramp()[:, :, 0].astype(np.uint8)


def rgb8():
    return ramp(channels=3).astype(np.uint8)


def grey16():
    return (ramp()[:, :, 0] * 251 % 65536).astype(np.uint16)


def rgb16():
    return (ramp(channels=3) * 251 % 65536).astype(np.uint16)


def diagonal(levels):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return ((y + x) % levels).astype(np.uint8)


PALETTE = [value for i in range(5) for value in (i * 40, 255 - i * 30, i * 7)]


# PNG ------------------------------------------------------------------------------------------------------------------


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed_rows(pixels, depth):
    rows = b""
    for row in pixels.reshape(pixels.shape[0], -1):
        if depth == 16:
            rows += b"\0" + row.astype(">u2").tobytes()
        elif depth == 8:
            rows += b"\0" + row.astype(np.uint8).tobytes()
        else:
            bits = ((row[:, None] >> np.arange(depth)[::-1]) & 1).astype(np.uint8).ravel()
            rows += b"\0" + np.packbits(bits).tobytes()
    return rows


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def write_png(name, pixels, colour, depth, extra=b"", interlaced=False):
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    passes = [pixels[y::dy, x::dx] for y, x, dy, dx in ADAM7] if interlaced else [pixels]
    data = b"".join(packed_rows(part, depth) for part in passes if part.size)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra)
        file.write(chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def write_pngs():
    alpha8 = np.full((HEIGHT, WIDTH, 1), 77)
    palette = chunk(b"PLTE", bytes(PALETTE))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    write_png("grey8.png", grey8(), 0, 8, extra=gamma)
    write_png("grey16.png", grey16(), 0, 16)
    write_png("rgb8.png", rgb8(), 2, 8)
    write_png("rgb16.png", rgb16(), 2, 16)
    write_png("rgb8_all_grey.png", np.repeat(grey8()[:, :, None], 3, axis=2), 2, 8)
    write_png("grey_alpha8.png", np.concatenate([ramp(), alpha8], axis=2), 4, 8)
    write_png("rgba8.png", np.concatenate([ramp(channels=3), alpha8], axis=2), 6, 8)
    write_png("rgba16.png", np.concatenate([rgb16(), alpha8], axis=2), 6, 16)
    write_png("palette.png", diagonal(5), 3, 8, extra=palette)
    write_png("palette4_transparent.png", diagonal(5), 3, 4, extra=palette + chunk(b"tRNS", bytes([0, 128])))
    for depth in (1, 2, 4):
        write_png(f"grey{depth}.png", diagonal(2**depth), 0, depth)
    write_png("interlaced.png", rgb8(), 2, 8, interlaced=True)


# TIFF -----------------------------------------------------------------------------------------------------------------


def write_tiff(name, blocks, shape, tags, order="<"):
    """One page; `blocks` are its strips or tiles; `tags` are (number, type, values), shorts (3) or longs (4)."""
    height, width = shape
    offset = 8
    offsets = []
    for block in blocks:
        offsets.append(offset)
        offset += len(block)
    tiled = any(number == 322 for number, _, _ in tags)
    tags = tags + [
        (256, 4, [width]),
        (257, 4, [height]),
        (324 if tiled else 273, 4, offsets),
        (325 if tiled else 279, 4, [len(block) for block in blocks]),
    ]
    directory = struct.pack(order + "H", len(tags))
    after = offset + 2 + 12 * len(tags) + 4
    tail = b""
    for number, kind, values in sorted(tags):
        body = struct.pack(order + ("H" if kind == 3 else "I") * len(values), *values)
        if len(body) > 4:
            entry = struct.pack(order + "I", after + len(tail))
            tail += body
        else:
            entry = body.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", number, kind, len(values)) + entry
    start = b"II*\0" if order == "<" else b"MM\0*"
    with open(name, "wb") as file:
        file.write(start + struct.pack(order + "I", offset) + b"".join(blocks))
        file.write(directory + b"\0\0\0\0" + tail)


def simple_tags(bits, photometric, samples=1, sample_format=1, rows=HEIGHT):
    return [
        (258, 3, [bits] * samples),
        (259, 3, [1]),
        (262, 3, [photometric]),
        (277, 3, [samples]),
        (278, 4, [rows]),
        (339, 3, [sample_format] * samples),
    ]


def tiles(pixels, size=16):
    height, width = pixels.shape[:2]
    padded = np.zeros((-(-height // size) * size, -(-width // size) * size) + pixels.shape[2:], pixels.dtype)
    padded[:height, :width] = pixels
    for y in range(0, height, size):
        for x in range(0, width, size):
            yield padded[y : y + size, x : x + size].tobytes()


def write_tiffs():
    shape = (HEIGHT, WIDTH)
    floats = ramp()[:, :, 0] / 4 - 3.5
    alpha = np.full((HEIGHT, WIDTH, 1), 77, np.uint8)
    Image.fromarray(grey8()).save("grey8_lzw.tif", compression="tiff_lzw")
    Image.fromarray(rgb8()).save("rgb8_deflate.tif", compression="tiff_adobe_deflate")
    Image.fromarray(diagonal(2) * 255).convert("1").save("bilevel_g4.tif", compression="group4")
    indexed = Image.fromarray(diagonal(5), "P")
    indexed.putpalette(PALETTE)
    indexed.save("palette.tif")
    write_tiff("grey8_strips.tif", [grey8()[:4].tobytes(), grey8()[4:].tobytes()], shape, simple_tags(8, 1, rows=4))
    write_tiff("grey8_min_is_white.tif", [(255 - grey8()).tobytes()], shape, simple_tags(8, 0))
    write_tiff("grey16_big_endian.tif", [grey16().astype(">u2").tobytes()], shape, simple_tags(16, 1), order=">")
    write_tiff("float32.tif", [floats.astype("<f4").tobytes()], shape, simple_tags(32, 1, sample_format=3))
    write_tiff("float64.tif", [floats.astype("<f8").tobytes()], shape, simple_tags(64, 1, sample_format=3))
    write_tiff("int16.tif", [grey16().tobytes()], shape, simple_tags(16, 1, sample_format=2))
    rgba = np.concatenate([rgb8(), alpha], axis=2)
    write_tiff("rgba8.tif", [rgba.tobytes()], shape, simple_tags(8, 2, samples=4) + [(338, 3, [2])])
    planes = [np.ascontiguousarray(rgb8()[:, :, c]).tobytes() for c in range(3)]
    write_tiff("rgb8_planes.tif", planes, shape, simple_tags(8, 2, samples=3) + [(284, 3, [2])])
    tile_tags = [tag for tag in simple_tags(8, 2, samples=3) if tag[0] != 278] + [(322, 3, [16]), (323, 3, [16])]
    write_tiff("rgb8_tiles_18x20.tif", list(tiles(ramp(18, 20, 3).astype(np.uint8))), (18, 20), tile_tags)
    write_tiff("cmyk.tif", [rgba.tobytes()], shape, simple_tags(8, 5, samples=4))
    pages = [Image.fromarray(grey8()), Image.fromarray(grey8())]
    pages[0].save("two_pages.tif", save_all=True, append_images=pages[1:])


# The rest -------------------------------------------------------------------------------------------------------------


def smooth(height, width):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([8 * y + 4 * x, 200 - 5 * y + 2 * x, 30 + 9 * x], axis=2).clip(0, 255).astype(np.uint8)


def write_jpeg(name, image, **options):
    image.save(name + ".jpg", quality=90, **options)
    with open(name + ".raw", "wb") as file:
        file.write(np.asarray(Image.open(name + ".jpg")).tobytes())


def write_jpegs():
    colour = smooth(13, 21)
    grey = np.repeat(colour[:, :, :1], 3, axis=2)
    # Neutral above, coloured below: that it is no grey image shows in its last rows only.
    late = np.concatenate([np.repeat(smooth(40, 24)[:, :, :1], 3, axis=2), smooth(8, 24)])
    write_jpeg("grey", Image.fromarray(colour[:, :, 0]))
    write_jpeg("colour_420", Image.fromarray(colour), subsampling=2)
    write_jpeg("colour_444", Image.fromarray(colour), subsampling=0)
    write_jpeg("colour_progressive", Image.fromarray(colour), subsampling=2, progressive=True)
    write_jpeg("colour_late", Image.fromarray(late), subsampling=2)
    for subsampling, label in ((0, "444"), (1, "422"), (2, "420")):
        write_jpeg(f"neutral_{label}", Image.fromarray(grey), subsampling=subsampling)
        pixels = np.asarray(Image.open(f"neutral_{label}.jpg"))
        assert (pixels == pixels[:, :, :1]).all()
        with open(f"neutral_{label}.raw", "wb") as file:
            file.write(np.ascontiguousarray(pixels[:, :, 0]).tobytes())
    Image.fromarray(colour).convert("CMYK").save("cmyk.jpg")


def write_others():
    Image.fromarray(rgb8()).save("rgb8.webp", lossless=True)
    alpha = np.concatenate([rgb8(), np.full((HEIGHT, WIDTH, 1), 77, np.uint8)], axis=2)
    Image.fromarray(alpha, "RGBA").save("rgba8.webp", lossless=True, exact=True)
    frames = [Image.fromarray(rgb8()), Image.fromarray(255 - rgb8())]
    frames[0].save("animated.webp", save_all=True, append_images=frames[1:], lossless=True)
    Image.fromarray(rgb8()).save("rgb8.bmp")
    Image.fromarray(grey8()).save("grey8.bmp")
    Image.fromarray(alpha, "RGBA").save("rgba8.bmp")


write_pngs()
write_tiffs()
write_jpegs()
write_others()
