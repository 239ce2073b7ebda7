#!/usr/bin/env python3
"""Writes a few small valid files for each fuzz target, for libFuzzer to start from.

Usage: make_seeds.py FOLDER    (writes FOLDER/fuzz_npy/..., FOLDER/fuzz_npz/..., ...)
"""
import base64
import gzip
import io
import json
import pathlib
import struct
import sys
import zipfile
import zlib


def npy(descr, shape, values, fortran=False, version=1):
    header = repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode() + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + values


def npz(method, **arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for key, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(key + ".npy"), array, method)
    return file.getvalue()


def idx(kind, shape, values):
    return struct.pack(">BBBB", 0, 0, kind, len(shape)) + struct.pack(">%dI" % len(shape), *shape) + values


def png(depth, color, rows, *before_pixels):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 2, len(rows), depth, color, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*each) for each in before_pixels)
            + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def bmp(width, height, bits, table, pixels):
    start = 54 + len(table)
    return (b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start)
            + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(pixels), 0, 0, 0, 0) + table + pixels)


def tiff(order, bits, samples, pixels):
    tags = [(256, 3), (257, 2), (258, bits), (259, 1), (262, 1 if samples == 1 else 2), (273, 8), (277, samples),
            (278, 2), (279, len(pixels))]
    entries = b"".join(struct.pack(order + "HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    directory = struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", 0)
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(order + "HI", 42, 8 + len(pixels)) + pixels + directory


# 9 x 7 pixels each, by Pillow 9.4: baseline grey, lossy, lossless. Python has no encoder of its own.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqm"
    "x5moq6T/wAALCAAHAAkBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAwT/xAAbEAACAQUAAAAAAAAAAAAAAAAAAQQFERUhUf/aAAgBAQAAPwAYtMTt"
    "pF2JXEf/2Q==")
WEBP_LOSSY = base64.b64decode(
    "UklGRjoAAABXRUJQVlA4IC4AAACwAQCdASoJAAcAB0CWJbACdAEOuwSAAP7Q6Rn77ak9Giam1Bi+CbUtX6A6AAAA")
WEBP_LOSSLESS = base64.b64decode(
    "UklGRjYAAABXRUJQVlA4TCoAAAAvCIABAJkyRPQ/NuWP6H9AQds2TMCUP8u3IRgOBWkbsLDdiQkAxMpx+ww=")


def safetensors(header, values):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + values


def pickled_name(module, name):
    return b"c" + module + b"\n" + name + b"\n"


def pickled_text(text):
    return b"X" + struct.pack("<I", len(text)) + text


def pickled_tensor(storage, values, offset, shape, strides):
    """A float32 tensor as PyTorch pickles it."""
    def counts(numbers):
        return b"(" + b"".join(b"K" + bytes([number]) for number in numbers) + b"t"

    storage_id = (b"(" + pickled_text(b"storage") + pickled_name(b"torch", b"FloatStorage") + pickled_text(storage)
                  + pickled_text(b"cpu") + b"K" + bytes([values]) + b"tQ")
    ordered = pickled_name(b"collections", b"OrderedDict") + b")R"
    return (pickled_name(b"torch._utils", b"_rebuild_tensor_v2") + b"(" + storage_id + b"K" + bytes([offset])
            + counts(shape) + counts(strides) + b"\x89" + ordered + b"tR")


def pickles():
    ordered = pickled_name(b"collections", b"OrderedDict") + b")R"
    weight = pickled_text(b"fc.weight") + pickled_tensor(b"0", 12, 1, (2, 3), (3, 1))
    turned = pickled_text(b"turned") + pickled_tensor(b"0", 12, 0, (3, 4), (1, 3))
    parameter = (pickled_text(b"bias") + pickled_name(b"torch._utils", b"_rebuild_parameter") + b"("
                 + pickled_tensor(b"1", 4, 0, (4,), (1,)) + b"\x88" + ordered + b"tR")
    metadata = b"}" + pickled_text(b"_metadata") + ordered + b"sb"
    state = ordered + b"q\x01(" + weight + turned + parameter + b"u" + metadata
    beside = pickled_text(b"epoch") + b"M\x01\x02" + pickled_text(b"rates") + b"](G" + bytes(8) + b"N\x8a\x02ABe"
    yield b"\x80\x02" + state + b"."
    yield b"\x80\x02}(" + pickled_text(b"state_dict") + state + beside + pickled_text(b"again") + b"h\x01u."
    framed = b"}\x94(\x8c\x01a\x94" + pickled_tensor(b"0", 12, 0, (), ()) + b"u."
    yield b"\x80\x04\x95" + struct.pack("<Q", len(framed)) + framed


def torch_archive(pickled):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, contents in [("data.pkl", pickled), ("byteorder", b"little"), ("data/0", bytes(range(48))),
                               ("data/1", bytes(16)), ("version", b"3\n")]:
            archive.writestr(zipfile.ZipInfo("w/" + name), contents)
    return file.getvalue()


def plain_torch(pickled):
    """As before PyTorch 1.6: four pickles, the keys of the storages, the storages."""
    magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
    keys = b"\x80\x02](" + pickled_text(b"0") + pickled_text(b"1") + b"e."
    storages = struct.pack("<q", 12) + bytes(range(48)) + struct.pack("<q", 4) + bytes(16)
    return magic + b"\x80\x02}." + pickled + keys + storages


def nifti(order, kind, values, dim=(3, 4, 4, 3, 1, 1, 1, 1), slope=1.0, sform=0):
    """NIfTI-1; the offsets are those of nifti1.h."""
    header = bytearray(352)
    struct.pack_into(order + "i", header, 0, 348)
    struct.pack_into(order + "8h", header, 40, *dim)
    struct.pack_into(order + "hh", header, 70, kind, 8 * len(values) // 48)
    struct.pack_into(order + "8f", header, 76, *[1.0] * 8)
    struct.pack_into(order + "3f", header, 108, 352.0, slope, 0.5)
    struct.pack_into(order + "2h", header, 252, 1 - sform, sform)
    struct.pack_into(order + "12f", header, 280, 0, -1, 0, 5, 2, 0, 0, 5, 0, 0, 3, 5)
    header[344:348] = b"n+1\0"
    return bytes(header) + values


def nifti2(values):
    header = bytearray(544)
    struct.pack_into("<i8s2h8q", header, 0, 540, b"n+2\0\r\n\x1a\n", 2, 8, 3, 4, 4, 3, 1, 1, 1, 1)
    struct.pack_into("<8dq2d", header, 104, *[1.0] * 8, 544, 0.0, 0.0)
    return bytes(header) + values


def matlab(name, kind, shape, stored, values):
    """MATLAB's level 5: one array, plain and compressed."""
    def element(number, value):
        return struct.pack("<II", number, len(value)) + value + bytes(-len(value) % 8)

    array = element(14, element(6, struct.pack("<Q", kind)) + element(5, struct.pack("<%di" % len(shape), *shape))
                    + struct.pack("<HH4s", 1, len(name), name) + element(stored, values))
    packed = zlib.compress(array)
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM"
    return [header + array, header + struct.pack("<II", 15, len(packed)) + packed]


def workbooks():
    """Sheet, shared texts, styles: what fuzz_workbook puts into an archive."""
    cells = (b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>b</t></is></c></row>'
             b'<row r="3"><c r="A3" s="1"><v>43804.5</v></c><c r="C3" t="b"><v>1</v></c></row>'
             b'<row><c><f>A3</f><v>0.1</v></c><c r="C4" t="e"><v>#N/A</v></c></row>')
    sheet = b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"
    texts = b"<sst><si><t>a</t></si><si><r><t>c</t></r><rPh><t>d</t></rPh></si></sst>"
    styles = (b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy h:mm"/></numFmts>'
              b'<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>')
    yield b"\0".join([sheet, texts, styles])
    yield sheet.replace(b' t="s"', b' t="d"')
    yield b"\0".join([sheet, texts, styles,
                      b'<w><workbookPr date1904="1"/><sheets><sheet name="s" r:id="b"/></sheets></w>'])


def dicom(syntax, pixels, *elements, rows=7, columns=9, bits=8, photometric="MONOCHROME2", samples=1):
    """Explicit little endian, with a preamble; `pixels` as one fragment where the syntax is a compressed one."""
    def element(group, number, kind, value):
        value += (b"\0" if kind in ("UI", "OB", "OW") else b" ") * (len(value) % 2)
        length = struct.pack("<HI" if kind in ("OB", "OW", "SQ") else "<H", *([0] * (kind in ("OB", "OW", "SQ"))), len(value))
        return struct.pack("<HH", group, number) + kind.encode() + length + value

    def words(*values):
        return struct.pack("<%dH" % len(values), *values)

    meta = element(2, 0x10, "UI", b"1.2.840.10008.1.2" + syntax)
    header = element(2, 0, "UL", struct.pack("<I", len(meta))) + meta
    data = b"".join(element(*each) for each in sorted([
        (0x8, 0x60, "CS", b"CT"), (0x28, 2, "US", words(samples)), (0x28, 4, "CS", photometric.encode()),
        (0x28, 0x10, "US", words(rows)), (0x28, 0x11, "US", words(columns)), (0x28, 0x100, "US", words(bits)),
        (0x28, 0x101, "US", words(bits)), (0x28, 0x102, "US", words(bits - 1)), (0x28, 0x103, "US", words(0)), *elements]))
    if syntax in (b".1", b".2"):
        data += element(0x7fe0, 0x10, "OW", pixels)
    else:
        pixels += b"\0" * (len(pixels) % 2)
        data += (b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0" + bytes(4) + b"\xfe\xff\0\xe0"
                 + struct.pack("<I", len(pixels)) + pixels + b"\xfe\xff\xdd\xe0" + bytes(4))
    return bytes(128) + b"DICM" + header + data


def dicoms():
    window = [(0x28, 0x1050, "DS", b"20"), (0x28, 0x1051, "DS", b"30"), (0x28, 0x1052, "DS", b"-9"), (0x28, 0x1053, "DS", b"2")]
    grey = bytes(range(63))
    yield dicom(b".1", grey, *window)
    yield dicom(b".1", grey * 2, (0x28, 8, "IS", b"2"), photometric="MONOCHROME1")
    yield dicom(b".1", grey * 2, *window, bits=16)
    yield dicom(b".1", grey * 3, (0x28, 6, "US", b"\1\0"), samples=3, photometric="RGB")
    yield dicom(b".1", bytes(range(112)), rows=7, columns=8, samples=3, photometric="YBR_FULL_422")
    table = [(0x28, 0x1100 + 1 + i, "US", struct.pack("<3H", 64, 0, 16)) for i in range(3)]
    yield dicom(b".1", grey, *table, *[(0x28, 0x1200 + 1 + i, "OW", bytes(range(128))) for i in range(3)],
                photometric="PALETTE COLOR")
    segments = struct.pack("<13H", 0, 3, 5, 9, 2, 1, 30, 99, 2, 1, 0, 0, 0)
    yield dicom(b".1", grey, *table, *[(0x28, 0x1220 + 1 + i, "OW", segments) for i in range(3)], photometric="PALETTE COLOR")
    for sequence in (0x3000, 0x3010):
        item = (struct.pack("<HH2sH3H", 0x28, 0x3002, b"US", 6, 32, 4, 16)
                + struct.pack("<HH2sHI", 0x28, 0x3006, b"OW", 0, 64) + bytes(range(64)))
        item = b"\xfe\xff\0\xe0" + struct.pack("<I", len(item)) + item
        yield dicom(b".1", grey, (0x28, sequence, "SQ", item), *(window[:2] if sequence == 0x3000 else ()))
    yield dicom(b".4.50", JPEG, *window)
    yield dicom(b".5", struct.pack("<16I", 1, 64, *[0] * 14) + b"\x3e" + grey)  # RLE: one segment of 63 literal bytes


def seeds():
    count = bytes(range(48))
    images, labels = npy("|u1", (3, 2, 2), count[:12]), npy("<i8", (3, 1), struct.pack("<3q", 1, 0, 1))
    yield "fuzz_npy", [
        npy(descr, shape, count, fortran, version)
        for descr, shape, fortran, version in [
            ("|u1", (4, 4, 3), False, 1), ("|b1", (48,), False, 2), ("|i1", (3, 4, 4), True, 1),
            ("<u2", (2, 3, 2, 2), False, 3), (">i2", (24, 1), True, 1), ("<f2", (6, 4), False, 1),
            (">f4", (2, 2, 3), True, 2), ("<i4", (3, 1, 2, 2), False, 1), (">u8", (6,), False, 1),
            ("<f8", (), False, 1), ("<f8", (1, 1, 2, 3), True, 1)]
    ] + [npy("|O", (3,), count), npy([("x", "<f4")], (3,), count)]
    yield "fuzz_npz", [
        npz(method, **arrays)
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        for arrays in [{"images": images, "labels": labels}, {"X": images},
                       {"train_images": images, "train_labels": labels, "val_images": images, "val_labels": labels,
                        "test_images": images, "test_labels": labels},
                       {"x_train": images, "y_train": labels, "other": labels}]
    ]
    plain = [idx(0x08, (3, 4, 4), count), idx(0x08, (48,), count), idx(0x09, (3, 16), count),
             idx(0x0B, (24,), count), idx(0x0C, (3, 2, 2), count), idx(0x0D, (12, 1), count), idx(0x0E, (6,), count)]
    yield "fuzz_idx", plain + [gzip.compress(each, mtime=0) for each in plain]
    pixels = count * 64
    yield "fuzz_cifar", [b"\x03" + pixels, (b"\x09" + pixels) * 2, b"\x13\x63" + pixels, (b"\x00\x00" + pixels) * 2]
    plain = [nifti("<", 2, count), nifti(">", 4, count * 2, sform=1), nifti("<", 64, count * 8, slope=0.0),
             nifti("<", 128, count * 3), nifti("<", 512, count * 2, (4, 4, 3, 2, 2, 1, 1, 1), 2.0), nifti2(count)]
    yield "fuzz_nifti", plain + [gzip.compress(each, mtime=0) for each in plain]
    yield "fuzz_matlab", matlab(b"X", 9, (4, 3, 4), 2, count) + matlab(b"y", 6, (6, 1), 9, count)
    yield "fuzz_workbook", list(workbooks())


    yield "fuzz_dicom", [bytes([view]) + each for each in dicoms() for view in (0, 1, 3)]
    yield "fuzz_pickle", list(pickles())
    yield "fuzz_tensor_file", [make(each) for each in pickles() for make in (torch_archive, plain_torch)] + [
        safetensors({}, b""),
        safetensors({"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
                     "b": {"dtype": "I64", "shape": [], "data_offsets": [24, 32]}}, count[:32]),
        safetensors({"a": {"dtype": "BF16", "shape": [0, 3], "data_offsets": [0, 0]},
                     "b": {"dtype": "BOOL", "shape": [5], "data_offsets": [0, 5]}}, bytes(5))]
    pre = b"DICOM_Images/A_001/pre/A_001_pre_012.dcm"
    yield "fuzz_catalog", [
        b"b" + b"0" * 12 + b"1" * 12 + b"0" * 3,
        b"cPath,Sex,Pleural Effusion\nCheXpert-v1.0/train/patient00001/study1/view1_frontal.jpg,Male,1.0\n"
        b"CheXpert-v1.0/train/patient00002/study1/view1_frontal.jpg,Male,\n",
        b"dPatient ID,Start Slice,End Slice\nA_001,9,12\n\0original_path_and_filename,classic_path,\n" + pre + b",D/1.dcm,\n",
        b"f000001.jpg 2880\n000002.jpg 1\n",
        b"iimage,MEL,NV\nISIC_1,0.0,1.0\nISIC_2,1.0,0.0\n\0image,lesion_id\nISIC_1,B_1\nISIC_2,\n",
        b"mMURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/image1.png\n"
        b"MURA-v1.1/train/XR_ELBOW/patient00002/study1_negative/image1.png\n",
        b"nImageId,PredictionString\nILSVRC2012_val_1,n01440764 1 2 3 4 \n",
        b"oID|SIDE|READPRJ|V00XRKL\n9000099|1: Right|15|2\n9000099|2: Left|15|.: Missing\n",
        b"pPatient ID,seriesInstanceUID_US,UCLA Score (Similar to PIRADS v2)\nA,2.25.1,3\nA,2.25.1,1\nB,2.25.2,\n",
        b"rID,Label\nID_12cadc6af_any,1\nID_12cadc6af_subdural,1\nID_2_any,0\n"]
    yield "fuzz_table", [
        b"path,label\na.png,0\nb.png,1\n", b"\xef\xbb\xbfpath;label;group\r\na.png;x;1\r\n\"b;\"\"c.png\";y;2\r\n",
        b"path\tlabel\n\"two\nlines.png\"\t0", b"path,label,split\na,1,train\n\nb,2,test\n"]
    yield "fuzz_image", [
        JPEG, WEBP_LOSSY, WEBP_LOSSLESS,
        png(8, 0, [b"ab", b"cd"]), png(16, 0, [b"abcd", b"efgh"]), png(8, 2, [b"abcdef", b"ghijkl"]),
        png(8, 6, [b"abcdefgh"]), png(8, 4, [b"abcd"]), png(1, 0, [b"\x80", b"\x40"]),
        png(2, 3, [b"\x10", b"\xb0"], (b"PLTE", count[:12]), (b"tRNS", b"\x00\xff")),
        bmp(2, 2, 24, b"", count[:16]), bmp(2, -2, 32, b"", count[:16]),
        bmp(4, 2, 8, bytes(range(256)) * 4, count[:8]),
        tiff("<", 8, 1, count[:6]), tiff(">", 16, 1, count[:12]), tiff("<", 8, 3, count[:18])]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, files in seeds():
        folder = pathlib.Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, contents in enumerate(files):
            (folder / ("seed_%02d" % number)).write_bytes(contents)


if __name__ == "__main__":
    main()
