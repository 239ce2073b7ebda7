"""DICOM files: every transfer syntax, views, colours, order, classes and groups, and what is refused."""


import unittest

import numpy
import PIL.Image
import pydicom
import pydicom.encaps
import pydicom.pixel_data_handlers.util as handlers
import pydicom.sequence

from dicom_files import dataset, rename_syntax, tool, write, write_jpeg2000
from support import Case, noise, run

LOSSLESS = {"implicit": ["dcmconv", "+ti"], "big endian": ["dcmconv", "+tb"], "deflated": ["dcmconv", "+td"],
            "JPEG lossless": ["dcmcjpeg", "+el"], "JPEG lossless, first prediction": ["dcmcjpeg", "+e1"],
            "JPEG-LS": ["dcmcjpls", "+el"], "RLE": ["dcmcrle"]}
READ_BY_PYDICOM = ("implicit", "big endian", "deflated", "RLE")
COUNT = 8


def depth(bits, signed=False, count=COUNT, height=12, width=10):
    """Noise that uses all of so many bits."""
    low = -(1 << (bits - 1)) if signed else 0
    kind = numpy.dtype(("int" if signed else "uint") + ("8" if bits <= 8 else "16"))
    return numpy.random.default_rng(bits).integers(low, low + (1 << bits), (count, height, width)).astype(kind)


class DicomCase(Case):
    def labelled(self, images, name="dicom", convert=None, **tags):
        """A class folder of DICOM files for each half of the images, through a tool where one is named."""
        for index, image in enumerate(images):
            label = index * 2 // len(images)
            path = write(self.folder / name / str(label) / f"{index:02}.dcm", image, **tags)
            if convert:
                tool(*convert, path, path)
        return self.folder / name

    def archive(self, images, name="expected.npz"):
        """The same images and labels as arrays."""
        images = numpy.asarray(images)
        labels = numpy.arange(len(images)) * 2 // len(images)
        numpy.savez(self.folder / name, images=images, labels=labels)
        return self.folder / name

    def numbers(self, data, *options):
        """All that is computed from pixels, labels and their order."""
        found = self.measured(data, "-k", "3", *options)
        return {key: found[key] for key in ("dimension", "images", "classes", "ambient_dimension")} | {
            "pairs": [pair["distance"] for pair in found["label_sharpness"]["pairs"]]}

    def content(self, data, *options):
        return self.measured(data, "-k", "3", "--protocol", "native", *options)["content_hash"]

    def assert_pixels(self, data, images):
        self.assertEqual(self.content(data), self.content(self.archive(images)))

    def assert_view(self, data, images, view):
        self.assertEqual(self.numbers(data, "--protocol", "native", "--view", view),
                         self.numbers(self.archive(images), "--protocol", "native"))


class TransferSyntaxes(DicomCase):
    def test_lossless_ones_keep_every_pixel(self):
        for name, images, tags in (("8 bits", depth(8), {}), ("12 bits", depth(12), {"BitsStored": 12}),
                                   ("16 bits, signed", depth(16, signed=True), {})):
            self.assert_pixels(self.labelled(images, name, **tags), images)
            for syntax, convert in LOSSLESS.items():
                with self.subTest(name, syntax=syntax):
                    folder = self.labelled(images, name + syntax, convert, **tags)
                    self.assert_pixels(folder, images)
                    if syntax in READ_BY_PYDICOM:
                        first = pydicom.dcmread(folder / "0" / "00.dcm").pixel_array
                        numpy.testing.assert_array_equal(first, images[0])

    def test_lossy_ones_give_what_the_tools_and_pydicom_decode(self):
        smooth = numpy.add.outer(numpy.arange(24), numpy.arange(20)).astype("uint16") * 40 + depth(9, height=24, width=20)
        for name, images, tags, compress, expand in (
                ("baseline", (smooth >> 4).astype("uint8"), {}, ["dcmcjpeg", "+eb", "+q", "80"], "dcmdjpeg"),
                ("extended", smooth, {"BitsStored": 12}, ["dcmcjpeg", "+ee", "+q", "80"], "dcmdjpeg"),
                ("near-lossless", smooth, {"BitsStored": 12}, ["dcmcjpls", "+en", "+md", "3"], "dcmdjpls")):
            with self.subTest(name):
                folder = self.labelled(images, name, compress, **tags)
                decoded = []
                for path in sorted(folder.rglob("*.dcm")):
                    tool(expand, path, self.folder / "plain.dcm")
                    decoded.append(pydicom.dcmread(self.folder / "plain.dcm").pixel_array)
                    if name == "baseline":
                        numpy.testing.assert_array_equal(pydicom.dcmread(path).pixel_array, decoded[-1])
                self.assertFalse((numpy.array(decoded) == images).all())
                self.assert_pixels(folder, decoded)

    def test_images_made_dicom_are_the_images(self):
        for name, images in (("grey", noise(COUNT, 16, 24) // 2), ("colour", noise(COUNT, 16, 24, 3) // 2)):
            for index, image in enumerate(images):
                label = str(index * 2 // COUNT)
                picture = self.folder / f"{name}-jpeg" / label / f"{index}.jpg"
                converted = self.folder / name / label / f"{index}.dcm"
                for path in (picture, converted):
                    path.parent.mkdir(parents=True, exist_ok=True)
                PIL.Image.fromarray(image).save(picture, quality=90)
                tool("img2dcm", picture, converted)
            with self.subTest(name):
                self.assertEqual(self.content(self.folder / name), self.content(self.folder / f"{name}-jpeg"))

    def test_a_file_without_preamble_is_known_by_its_name(self):
        images = depth(8)
        folder = self.labelled(images)
        for path in folder.rglob("*.dcm"):
            tool("dcmconv", "-F", path, path)
            self.assertNotEqual(path.read_bytes()[128:132], b"DICM")
        self.assert_pixels(folder, images)

    def test_does_not_depend_on_the_dictionary_of_the_environment(self):
        folder = self.labelled(depth(8), convert=LOSSLESS["implicit"])
        done = run("measure", folder, "-k", "3", "--json", "-", env={"DCMDICTPATH": "/nowhere"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Pixels(DicomCase):
    def test_bits_that_are_not_stored_are_ignored(self):
        values = depth(10)
        beside = numpy.random.default_rng(0).integers(0, 4, values.shape).astype("uint16")
        packed = (values << 2 | beside | beside << 14).astype("uint16")
        self.assert_pixels(self.labelled(packed, BitsStored=10, HighBit=11), values)

    def test_signed_values_of_fewer_bits(self):
        values = depth(12, signed=True)
        stored = values.view("uint16") & 0x0fff | 0x5000  # whatever stands above the sign
        self.assert_pixels(self.labelled(stored, BitsStored=12, PixelRepresentation=1), values)

    def test_monochrome1_is_inverted(self):
        for name, values, tags, inverted in (("unsigned", depth(12), {"BitsStored": 12}, 4095 - depth(12)),
                                             ("signed", depth(16, signed=True), {}, -1 - depth(16, signed=True))):
            with self.subTest(name):
                self.assert_pixels(
                    self.labelled(values, name, PhotometricInterpretation="MONOCHROME1", **tags), inverted)

    def test_a_range_begins_from_the_bits_stored(self):
        folder = self.labelled(depth(12), BitsStored=12)
        as_stored = self.measured(folder, "-k", "3", "--protocol", "native")["label_sharpness"]["smallest_distance"]
        mapped = self.measured(folder, "-k", "3", "--protocol", "native", "--range", "0,1")
        self.assertAlmostEqual(mapped["label_sharpness"]["smallest_distance"], as_stored / 4095, places=10)

    def test_the_default_protocol_scales_deep_values_by_their_maximum(self):
        values = depth(12)
        scaled = numpy.array([image.astype("uint32") * 255 // image.max() for image in values]).astype("uint8")
        options = ("--size", "native")
        self.assertEqual(self.numbers(self.labelled(values, BitsStored=12), *options),
                         self.numbers(self.archive(scaled), *options))

    def test_frames_are_images(self):
        for syntax in ("big endian", "JPEG-LS", "RLE", "JPEG lossless"):
            for images in (depth(8, height=5, width=7), depth(16)):
                with self.subTest(syntax, bits=images.dtype):
                    folder = self.folder / f"{syntax}-{images.dtype}"
                    for label, frames in enumerate(numpy.split(images, 2)):
                        path = write(folder / str(label) / "clip.dcm", frames)
                        tool(*LOSSLESS[syntax], path, path)
                    self.assertEqual(self.content(folder, "--format", "folder"), self.content(self.archive(images)))

    def test_one_file_of_frames_is_data(self):
        path = write(self.folder / "clip.dcm", noise(9))
        found = self.measured(path, "-k", "3")
        self.assertEqual((found["format"], found["images"]), ("dicom", 9))


class Colours(DicomCase):
    def test_rgb_in_pixels_and_in_planes(self):
        images = noise(COUNT, 6, 4, 3)
        self.assert_pixels(self.labelled(images, "pixels"), images)
        for index, image in enumerate(images):
            write(self.folder / "planes" / str(index * 2 // COUNT) / f"{index}.dcm", image, PlanarConfiguration=1,
                  PixelData=image.transpose(2, 0, 1).tobytes())
        self.assert_pixels(self.folder / "planes", images)
        for syntax in ("JPEG lossless", "JPEG-LS", "RLE", "big endian"):
            for layout in ("pixels", "planes"):
                with self.subTest(syntax, layout=layout):
                    folder = self.folder / f"{syntax}-{layout}"
                    for path in (self.folder / layout).rglob("*.dcm"):
                        to = folder / path.relative_to(self.folder / layout)
                        to.parent.mkdir(parents=True, exist_ok=True)
                        tool(*LOSSLESS[syntax], path, to)
                    self.assert_pixels(folder, images)

    def test_equal_channels_are_grey(self):
        images = noise(COUNT)
        self.assert_pixels(self.labelled(numpy.repeat(images[..., None], 3, axis=3)), images)

    def test_ybr_full_as_pydicom_converts_it(self):
        images = noise(COUNT, 6, 4, 3)
        expected = handlers.convert_color_space(images, "YBR_FULL", "RGB")
        self.assert_pixels(self.labelled(images, PhotometricInterpretation="YBR_FULL"), expected)

    def test_ybr_full_422_as_pydicom_converts_it(self):
        pairs = noise(COUNT, 6, 8)  # 6 x 4 pixels: Y1 Y2 Cb Cr
        expected = []
        for index, image in enumerate(pairs):
            path = write(self.folder / "dicom" / str(index * 2 // COUNT) / f"{index}.dcm", image,
                         PhotometricInterpretation="YBR_FULL_422", SamplesPerPixel=3, PlanarConfiguration=0, Columns=4)
            read = pydicom.dcmread(path)
            expected.append(handlers.convert_color_space(read.pixel_array, "YBR_FULL_422", "RGB"))
        self.assert_pixels(self.folder / "dicom", expected)

    def test_palettes_as_pydicom_looks_them_up(self):
        table = numpy.random.default_rng(1).integers(0, 1 << 16, (3, 100)).astype("uint16")
        for name, bits, first, entries in (("16 bits", 16, 20, table.tobytes),
                                           ("8 bits, packed", 8, 0, (table >> 8).astype("uint8").tobytes)):
            with self.subTest(name):
                whole = entries()
                step = len(whole) // 3
                tags = {"PhotometricInterpretation": "PALETTE COLOR"}
                for index, colour in enumerate(("Red", "Green", "Blue")):
                    tags[colour + "PaletteColorLookupTableDescriptor"] = [100, first, bits]
                    tags[colour + "PaletteColorLookupTableData"] = whole[index * step : (index + 1) * step]
                images = noise(COUNT)
                folder = self.labelled(images, name, **tags)
                read = pydicom.dcmread(folder / "0" / "00.dcm")
                self.assert_pixels(folder, [handlers.apply_color_lut(image, read) for image in images])


    def segmented(self, name, bits, *segments):
        """Images through a palette that is written as segments, all three colours the same words or bytes."""
        kind = "uint8" if bits == 8 else "<u2"
        data = numpy.concatenate([numpy.array(each) for each in segments]).astype(kind).tobytes()
        tags = {"PhotometricInterpretation": "PALETTE COLOR"}
        for colour in ("Red", "Green", "Blue"):
            tags[colour + "PaletteColorLookupTableDescriptor"] = [60, 20, bits]
            tags[f"Segmented{colour}PaletteColorLookupTableData"] = data + b"\0" * (len(data) % 2)
        return self.labelled(noise(COUNT), name, **tags)

    def test_segmented_palettes_as_pydicom_expands_them(self):
        # 20 discrete entries, a line of 13, 20 again (the first segment), a line of 7.
        first = [0, 20, *numpy.random.default_rng(2).integers(0, 256, 20)]
        for name, bits, indirect in (("8 bits", 8, [2, 1, 0, 0, 0, 0]), ("16 bits", 16, [2, 1, 0, 0])):
            scale = numpy.array([1, 1] + [1 if bits == 8 else 257] * 20)
            with self.subTest(name):
                folder = self.segmented(name, bits, numpy.array(first) * scale, [1, 13, 250], indirect, [1, 7, 3])
                read = pydicom.dcmread(folder / "0" / "00.dcm")
                looked_up = numpy.array([handlers.apply_color_lut(image, read)[..., 0] for image in noise(COUNT)])
                self.assertGreater(len(numpy.unique(looked_up)), 30)
                self.assert_pixels(folder, looked_up)

    def test_offsets_of_segments_are_counted_in_bytes(self):
        # pydicom counts words; the second of the segments to copy, a line, goes on from what stands before it.
        folder = self.segmented("offset", 16, [0, 2, 7, 9], [0, 20, *range(100, 120)], [1, 4, 199], [2, 2, 8, 0], [1, 10, 0])
        table = numpy.array([7, 9, *range(100, 120), *(139, 159, 179, 199), *range(100, 120), *(139, 159, 179, 199),
                             *(179, 159, 139, 119, 100, 80, 60, 40, 20, 0)], dtype="uint16")
        self.assert_pixels(folder, table[numpy.clip(noise(COUNT).astype(int) - 20, 0, 59)])

    def test_segments_that_cannot_be(self):
        for name, bits, segments, reason in (
                ("line first", 16, [[1, 60, 3]], "damaged"), ("indirect first", 16, [[2, 1, 0, 0]], "damaged"),
                ("unknown", 16, [[3, 60, 0, 0]], "damaged"), ("behind the end", 16, [[0, 60, 1]], "damaged"),
                ("in a circle", 16, [[0, 2, 1, 2], [2, 1, 8, 0]], "damaged"), ("target", 8, [[0, 2, 1, 2], [2, 1, 9, 9, 9, 9]], "damaged"),
                ("short", 16, [[0, 3, 1, 2, 3]], "its palette is short: 3 of 60 entries")):
            with self.subTest(name):
                folder = self.segmented(name, bits, *segments)
                self.refuses_data(folder, "-k", "3", mentions=["8 of 8 images"],
                                  listed=[[f"{i * 2 // COUNT}/{i:02}.dcm", "palette", reason] for i in range(COUNT)])


def lookup_table(entries, first, bits, **tags):
    """An item of a sequence of lookup tables."""
    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(entries), first, bits])
    item.LUTData = numpy.asarray(entries, dtype="<u2").tobytes()
    item["LUTData"].VR = "OW"
    for name, value in tags.items():
        setattr(item, name, value)
    return pydicom.sequence.Sequence([item])


class Views(DicomCase):
    def window(self, images, centre, width, function, slope=1.0, intercept=0.0):
        """PS3.3 C.11.2 as pydicom computes it, on the scale of 16 bits."""
        read = dataset(images[0], WindowCenter=centre, WindowWidth=width, VOILUTFunction=function,
                       RescaleSlope=slope, RescaleIntercept=intercept)
        read.BitsStored, read.PixelRepresentation = 16, 0
        rescaled = images.astype("float64") * slope + intercept
        levels = handlers.apply_windowing(rescaled, read)
        share = (levels - intercept) / (65535 * slope)  # pydicom's output has the rescaled range
        return numpy.floor(share * 65535 + 0.5).astype("uint16")

    def test_windows_as_pydicom_applies_them(self):
        images = depth(12)
        for function, centre, width in (("LINEAR", 1000, 802), ("LINEAR_EXACT", 1200.5, 333.25), ("SIGMOID", 900, 700)):
            for slope, intercept in ((1, 0), (2, -1024)):
                with self.subTest(function, slope=slope):
                    tags = {"WindowCenter": [centre, 7], "WindowWidth": [width, 9], "VOILUTFunction": function,
                            "RescaleSlope": slope, "RescaleIntercept": intercept, "BitsStored": 12}
                    expected = self.window(images, centre, width, function, slope, intercept)
                    self.assertGreater(len(numpy.unique(expected)), 30)
                    self.assert_view(self.labelled(images, f"{function}{slope}", **tags), expected, "window")
                    inverted = self.labelled(images, f"{function}{slope}-1", PhotometricInterpretation="MONOCHROME1", **tags)
                    self.assert_view(inverted, 65535 - expected, "window")

    def test_modality_luts_as_pydicom_applies_them(self):
        images = depth(8)
        for name, table, signed in (("16 bits", numpy.random.default_rng(3).permutation(4000)[:200], False),
                                    ("8 bits", numpy.random.default_rng(3).permutation(256)[:200], True)):
            with self.subTest(name):
                stored = images.view("int8") if signed else images
                lut = lookup_table(table, -100 if signed else 20, int(name.split()[0]), ModalityLUTType="HU")
                folder = self.labelled(stored, name, ModalityLUTSequence=lut, WindowCenter=90, WindowWidth=150, Modality="CT")
                read = pydicom.dcmread(folder / "0" / "00.dcm")
                levels = numpy.array([handlers.apply_modality_lut(image.astype("int16"), read) for image in stored])
                self.assert_view(folder, self.window(levels, 90, 150, "LINEAR"), "window")
                brain = numpy.clip(levels * 65535. / 80, 0, 65535)  # from 0 to 80 Hounsfield units
                self.assert_view(folder, numpy.floor(brain + 0.5).astype("uint16"), "ct:brain")
                low, high = numpy.percentile(levels, (0.1, 99.9), axis=(1, 2))[..., None, None]
                share = numpy.clip((levels - low) / (high - low), 0, 1)
                self.assert_view(folder, numpy.floor(share * 65535 + 0.5).astype("uint16"), "percentile")

    def test_voi_luts_as_pydicom_applies_them(self):
        random = numpy.random.default_rng(4)
        # pydicom looks 8-bit tables up by 8-bit numbers.
        for name, images, bits, first, intercept, entries in (
                ("16 bits", depth(12), 16, 500, 0, 3000), ("12 bits", depth(12), 12, 0, 0, 3000),
                ("8 bits", depth(12) >> 4, 8, 0, 0, 200), ("behind negative values", depth(12), 16, -900, -1024, 3000)):
            lut = lookup_table(random.integers(0, 1 << bits, entries), first, bits)
            tags = {"BitsStored": 12, "VOILUTSequence": lut, "RescaleSlope": 1, "RescaleIntercept": intercept}
            with self.subTest(name):
                folder = self.labelled(images, name, **tags)
                read = pydicom.dcmread(folder / "0" / "00.dcm")
                values = handlers.apply_voi_lut((images.astype("int32") + intercept), read)
                expected = numpy.floor(values / (2 ** bits - 1) * 65535 + 0.5).astype("uint16")
                self.assert_view(folder, expected, "window")
                inverted = self.labelled(images, name + "1", PhotometricInterpretation="MONOCHROME1", **tags)
                self.assert_view(inverted, 65535 - expected, "window")
                window = {"WindowCenter": 100, "WindowWidth": 190}
                both = self.labelled(images, name + " and a window", **(tags | window))
                self.assert_view(both, self.window(images, 100, 190, "LINEAR", 1, intercept), "window")

    def test_the_first_value_of_a_voi_lut_has_a_sign_where_values_have_one(self):
        images = depth(12)
        table = lookup_table(numpy.arange(4096) * 16, 65536 - 1024, 16)  # US, as implicit files are written
        folder = self.labelled(images, BitsStored=12, RescaleSlope=1, RescaleIntercept=-1024, VOILUTSequence=table)
        self.assert_view(folder, images * 16, "window")

    def test_voi_luts_of_frames(self):
        images, expected = depth(8), []
        for label, frames in enumerate(numpy.split(images, 2)):
            groups = []
            for index, frame in enumerate(frames):
                table = numpy.random.default_rng(index).integers(0, 1 << 16, 256)
                voi, group = pydicom.Dataset(), pydicom.Dataset()
                voi.VOILUTSequence = lookup_table(table, 0, 16)
                group.FrameVOILUTSequence = pydicom.sequence.Sequence([voi])
                groups.append(group)
                expected.append(table[frame].astype("uint16"))
            write(self.folder / "dicom" / str(label) / "clip.dcm", frames,
                  PerFrameFunctionalGroupsSequence=pydicom.sequence.Sequence(groups))
        self.assertEqual(
            self.numbers(self.folder / "dicom", "--protocol", "native", "--view", "window", "--format", "folder"),
            self.numbers(self.archive(expected), "--protocol", "native"))

    def test_lookup_tables_that_cannot_be(self):
        for name, sequence, reason in (
                ("VOI", lookup_table(range(9), 0, 4), "its VOI LUT has entries of other than 8 to 16 bits"),
                ("Modality", lookup_table(range(9), 0, 32), "its Modality LUT has entries of other than"),
                ("VOI short", lookup_table(range(9), 0, 16), "its VOI LUT is short: 9 of 12 entries"),
                ("Modality without data", lookup_table(range(9), 0, 16), "has no Modality LUT")):
            if "short" in name:
                sequence[0].LUTDescriptor[0] = 12
            if "without" in name:
                del sequence[0].LUTData
            with self.subTest(name):
                folder = self.labelled(depth(8), name, **{name.split()[0] + "LUTSequence": sequence})
                self.refuses_data(folder, "--view", "window", "-k", "3", mentions=["8 of 8 images"],
                                  listed=[[f"{i * 2 // COUNT}/{i:02}.dcm", reason] for i in range(COUNT)])

    def test_hounsfield_windows(self):
        images = depth(12)
        hounsfield = images.astype("float64") - 1024
        tags = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU", "BitsStored": 12}
        folder = self.labelled(images, **tags)
        for view, centre, width in (("ct:brain", 40, 80), ("ct:subdural", 80, 200), ("ct:bone", 600, 2800)):
            with self.subTest(view):
                levels = numpy.clip((hounsfield - (centre - width / 2)) * 65535 / width, 0, 65535)
                self.assert_view(folder, numpy.floor(levels + 0.5).astype("uint16"), view)

    def test_percentiles_of_each_image(self):
        images = depth(16, signed=True)
        def expected(image):
            low, high = numpy.percentile(image, (0.1, 99.9))
            return numpy.floor(numpy.clip((image - low) * 65535 / (high - low), 0, 65535) + 0.5).astype("uint16")
        levels = numpy.array([expected(image.astype("float64")) for image in images])
        self.assert_view(self.labelled(images), levels, "percentile")

    def test_published_is_the_arithmetic_of_the_papers_scripts(self):
        for name, images in (("unsigned", depth(12)), ("signed", depth(12, signed=True))):
            with self.subTest(name):
                levels = []
                for image in images:
                    scaled = image.astype(float) * 255. / image.max()
                    levels.append(scaled.astype("int32").astype("uint8"))  # as NumPy casts negative numbers on x86-64
                tags = {"BitsStored": 12}
                self.assert_view(self.labelled(images, name, **tags), levels, "published")
                inverted = self.labelled(images, name + "1", PhotometricInterpretation="MONOCHROME1", **tags)
                self.assert_view(inverted, numpy.invert(levels), "published")

    def test_functional_groups_of_frames(self):
        images = depth(12)
        groups, expected = [], []
        for index, image in enumerate(images):
            group = pydicom.Dataset()
            transformation, voi = pydicom.Dataset(), pydicom.Dataset()
            transformation.RescaleIntercept, transformation.RescaleSlope = -index, 1 + index
            transformation.RescaleType = "US"
            voi.WindowCenter, voi.WindowWidth = 2000, 3000
            group.PixelValueTransformationSequence = pydicom.sequence.Sequence([transformation])
            group.FrameVOILUTSequence = pydicom.sequence.Sequence([voi])
            groups.append(group)
            expected.append(self.window(image[None], 2000, 3000, "LINEAR", 1 + index, -index)[0])
        for label in range(2):
            half = slice(label * 4, label * 4 + 4)
            write(self.folder / "dicom" / str(label) / "volume.dcm", images[half], BitsStored=12,
                  PerFrameFunctionalGroupsSequence=pydicom.sequence.Sequence(groups[half]))
        self.assertEqual(
            self.numbers(self.folder / "dicom", "--protocol", "native", "--view", "window", "--format", "folder"),
            self.numbers(self.archive(expected), "--protocol", "native"))

    def test_the_view_is_part_of_the_protocol(self):
        folder = self.labelled(depth(8))
        default = self.measured(folder, "-k", "3")["protocol"]
        self.assertEqual((default["name"], default["view"]), ("iclr2024", "stored"))
        changed = self.measured(folder, "-k", "3", "--view", "percentile", "--size", "16")["protocol"]
        self.assertEqual((changed["name"], changed["view"]), ("iclr2024+view=percentile+size=16", "percentile"))

    def test_what_a_file_does_not_allow(self):
        folder = self.labelled(depth(8))
        reasons = {"window": "has no window", "ct:brain": "is no CT image"}
        for view, reason in reasons.items():
            with self.subTest(view):
                self.refuses_data(folder, "--view", view, "-k", "3", mentions=["8 of 8 images"],
                                  listed=[[f"{i * 2 // COUNT}/{i:02}.dcm", reason] for i in range(COUNT)])
        self.refuses_data(folder, "--view", "lung", code=2, mentions=["--view", "lung", "ct:bone"])
        folder = self.labelled(depth(16, signed=True), "signed")
        self.refuses_data(folder, "-k", "3", mentions=["0/00.dcm", "negative", "--view"])
        self.refuses_data(self.archive(depth(8)), "--view", "window", code=2, mentions=["--view", "no medical image"])


class Folders(DicomCase):
    def paths(self, data, *options):
        """Paths of all images in their order: each is a copy of the first."""
        found = self.measured(data, "-k", "3", *options)
        return found["duplicates"]["members"][0]["paths"], found

    def test_slices_are_ordered_along_their_normal(self):
        images = noise(COUNT)
        order = numpy.random.default_rng(3).permutation(COUNT)
        series = pydicom.uid.generate_uid()
        for name, index in enumerate(order):
            # Sagittal slices: the normal of (0, 1, 0) x (0, 0, -1) points to falling x.
            write(self.folder / "volume" / f"{name}.dcm", images[index], SeriesInstanceUID=series, PatientID="1",
                  ImageOrientationPatient=[0, 1, 0, 0, 0, -1], ImagePositionPatient=[-2.5 * int(index), 7, 9],
                  InstanceNumber=COUNT - name)
        numpy.save(self.folder / "expected.npy", images)
        self.assertEqual(self.content(self.folder / "volume"), self.content(self.folder / "expected.npy"))

    def test_otherwise_by_instance_number(self):
        images = noise(COUNT)
        order = numpy.random.default_rng(3).permutation(COUNT)
        for name, index in enumerate(order):
            write(self.folder / "volume" / f"{name}", images[index], SeriesInstanceUID="1.2", InstanceNumber=int(index))
        numpy.save(self.folder / "expected.npy", images)
        self.assertEqual(self.content(self.folder / "volume"), self.content(self.folder / "expected.npy"))

    def test_folders_of_one_patient_are_no_classes(self):
        images = iter(noise(24))
        for patient in ("ann", "bob"):
            for label in ("ill", "well"):
                for study in ("first", "second"):
                    for number in range(3):
                        write(self.folder / "data" / label / patient / study / f"{number}.dcm", next(images),
                              PatientID=patient + label)
        found = self.measured(self.folder / "data", "-k", "3")
        self.assertEqual(found["classes"], {"ill": 12, "well": 12})
        found = self.measured(self.folder / "data" / "ill", "-k", "3")
        self.assertEqual(found["classes"], {})
        self.assertIn("folders are not taken for classes", " ".join(found["notes"]))
        found = self.measured(self.folder / "data" / "ill", "-k", "3", "--format", "folder")
        self.assertEqual(found["classes"], {"first": 6, "second": 6})

    def test_other_files_are_counted_and_images_beside_are_read(self):
        folder = self.labelled(noise(COUNT))
        PIL.Image.fromarray(noise(1, seed=9)[0]).save(folder / "1" / "picture.png")
        report = dataset(noise(1)[0], Rows=None, Columns=None, PixelData=None)
        report.save_as(folder / "0" / "report.dcm", write_like_original=False)
        (folder / "notes.txt").write_text("nothing")
        found = self.measured(folder, "-k", "3")
        self.assertEqual((found["format"], found["images"], found["classes"]), ("folder", 9, {"0": 4, "1": 5}))
        self.assertIn("1 file that holds no image was passed over.", found["notes"])
        self.assertIn("1 DICOM file without an image was passed over.", found["notes"])

    def test_tables_name_dicom_files_and_frames_take_the_label_of_their_row(self):
        write(self.folder / "a.dcm", noise(4, seed=1))
        write(self.folder / "b.dcm", noise(4, seed=2))
        (self.folder / "table.csv").write_text("path,label\na.dcm,ill\nb.dcm,well\n")
        found = self.measured(self.folder / "table.csv", "-k", "3")
        self.assertEqual((found["images"], found["classes"]), (8, {"ill": 4, "well": 4}))
        self.assertRegex(found["label_sharpness"]["pairs"][0]["a"], r"^[ab]\.dcm#[1-4]$")


class BadFiles(DicomCase):
    def refused(self, reason, change, images=None, **tags):
        """One of the files, changed in its bytes, is named with the reason."""
        images = depth(16) if images is None else images
        folder = self.labelled(images, f"bad-{len(list(self.folder.iterdir()))}", **tags)
        path = folder / "0" / "02.dcm"
        change(path)
        self.refuses_data(folder, "-k", "3", mentions=["1 of 8 images cannot be used"], listed=[["0/02.dcm: ", reason]])
        self.assertEqual(self.measured(folder, "-k", "3", "--skip-bad")["images"], 7)

    def rewrite(self, **tags):
        return lambda path: write(path, depth(16)[2], **tags)

    def cut(self, share, *convert):
        def change(path):
            if convert:
                tool(*convert, path, path)
            whole = path.read_bytes()
            path.write_bytes(whole[: int(len(whole) * share)])
        return change

    def test_no_pixel_data(self):
        self.refused("has no pixel data", self.rewrite(PixelData=None))

    def test_cut_short(self):
        self.refused("cut short", self.cut(0.9))
        self.refused("or is none", lambda path: path.write_bytes(b"nothing"))
        self.refused("is not a DICOM file", lambda path: path.write_bytes(bytes(112)))
        self.refused("its pixel data are cut short: 20 of 240 bytes", self.rewrite(PixelData=bytes(20)))
        # A transfer syntax that claims to be three gigabytes long.
        start = bytes(128) + b"DICM\2\0\0\0UL\4\0\x1c\0\0\0\2\0\x10\0UW\0\0\xbe\0\0\xaf"
        self.refused("cut short, or is none", lambda path: path.write_bytes(start + bytes(100)))
        for convert in (["dcmcjpeg", "+e1"], ["dcmcjpls"], ["dcmcrle"]):
            with self.subTest(convert[0]):
                self.refused("cut short", self.cut(0.9, *convert))

    def test_fewer_fragments_than_frames(self):
        def change(path):
            tool("dcmcjpls", path, path)
            read = pydicom.dcmread(path)
            read.NumberOfFrames = 3
            read.save_as(path)
        folder = self.labelled(depth(16))
        change(folder / "0" / "02.dcm")
        self.refuses_data(folder, "-k", "3", mentions=["3 of 10 images cannot be used"],
                          listed=[[f"0/02.dcm#{n}: ", "holds 1 fragment for 3 frames"] for n in (1, 2, 3)])

    def test_a_fragment_that_ends_early(self):
        def change(path, convert, keep):
            tool(*convert, path, path)
            read = pydicom.dcmread(path)
            frame = next(pydicom.encaps.generate_pixel_data_frame(read.PixelData))
            read.PixelData = pydicom.encaps.encapsulate([frame[: int(len(frame) * keep)]])
            read.save_as(path)
        for convert in (["dcmcjpeg", "+e1"], ["dcmcjpls"], ["dcmcrle"]):
            with self.subTest(convert[0]):
                self.refused("damaged or cut short", lambda path: change(path, convert, 0.5))

    def test_a_transfer_syntax_without_decoder_is_named(self):
        def change(path):
            write_jpeg2000(path, depth(16)[2], b"\xff\x4f\xff\x51" + bytes(60))
        self.refused("JPEG 2000", change)
        for uid, reason in (("1.2.840.10008.1.2.4.20", "the transfer syntax 1.2.840.10008.1.2.4.20"),
                            ("1.2.3.777001.4.5.6.7.8", "a private transfer syntax")):
            self.refused(reason, lambda path: (change(path), rename_syntax(path, uid)))

    def test_a_stream_that_is_ended_early(self):
        """The decoder goes on with pixels of its own and only logs that it does."""
        def change(path):
            tool("dcmcjpeg", "+eb", path, path)
            read = pydicom.dcmread(path)
            frame = next(pydicom.encaps.generate_pixel_data_frame(read.PixelData))
            read.PixelData = pydicom.encaps.encapsulate([frame[: len(frame) * 2 // 3] + b"\xff\xd9"])
            read.save_as(path)
        self.refused("damaged or cut short (JPEG Baseline)", change, images=depth(8, height=64, width=64))

    def test_markers_that_no_header_has(self):
        """DCMTK never comes to the end of a stream with the marker TEM before the frame's own."""
        for markers in (b"\xff\xd8\xff\x01\0\2", b"\xff\xd8\xff\xd0", b"\xff\x01\xff\xd8", b"\xff\xd8\xff\xf7\0\2\xff\x01"):
            def change(path):
                tool("dcmcjpeg", "+e1", path, path)
                read = pydicom.dcmread(path)
                frame = next(pydicom.encaps.generate_pixel_data_frame(read.PixelData))
                read.PixelData = pydicom.encaps.encapsulate([markers + frame[2:]])
                read.save_as(path)
            with self.subTest(markers=markers.hex()):
                self.refused("its compressed pixel data are damaged", change)

    def test_a_header_and_a_stream_that_disagree(self):
        def change(path):
            tool("dcmcjpeg", "+e1", path, path)
            read = pydicom.dcmread(path)
            read.Rows = 6
            read.save_as(path)
        self.refused("its header tells of 10 x 6 pixels", change)

    def test_forms_that_are_not_read(self):
        self.refused("pixels of 32 bits in 32", self.rewrite(BitsAllocated=32, BitsStored=32, HighBit=31))
        self.refused("its Photometric Interpretation is none of", self.rewrite(PhotometricInterpretation="DOE^JANE"))
        self.refused("MONOCHROME2 with 3 samples", self.rewrite(SamplesPerPixel=3))
        self.refused("an image of 10 x 0 pixels", self.rewrite(Rows=0))

    def test_a_slice_of_another_size_than_its_series(self):
        place = {"SeriesInstanceUID": "1.2.3", "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        self.refused("is 8 x 8 pixels, and other slices of its series are 10 x 12",
                     lambda path: write(path, depth(16, height=8, width=8)[2], ImagePositionPatient=[0, 0, 1], **place),
                     ImagePositionPatient=[0, 0, 1], **place)


if __name__ == "__main__":
    unittest.main()
