"""Bad input: each kind gives its exit code and one clear line, and leaves no output behind."""

import gzip
import json
import os
import pathlib
import resource
import signal
import struct
import subprocess
import time
import unittest
import zipfile
import zlib

import numpy
import PIL.Image

from support import PROGRAM, Case, as_nobody, estimate, noise, run, write_images


def png(width, height, rows=b""):
    """A PNG file that claims this size, whatever it holds."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


class BadCase(Case):
    def setUp(self):
        super().setUp()
        self.set = self.folder / "set"
        self.json, self.csv = self.folder / "out.json", self.folder / "out.csv"

    def write_good(self, count=15):
        write_images(self.set / "a", noise(count, 16, 16))
        write_images(self.set / "b", noise(count, 16, 16, seed=1))


class BadImages(BadCase):
    """All images are read before the verdict; the bad ones are listed."""

    def refuses_image(self, name, contents, *reasons):
        self.write_good()
        (self.set / "a" / name).write_bytes(contents)
        self.refuses_data(self.set, mentions=[str(self.set), "1 of 31 images", "--skip-bad"],
                          listed=[["a/" + name, *reasons]])
        data_set = self.measured(self.set, "-k", 5, "--skip-bad")
        self.assertEqual(data_set["images"], 30)
        self.assertEqual([r["path"] for r in data_set["rejected"]], ["a/" + name])
        for text in reasons:
            self.assertIn(text, data_set["rejected"][0]["reason"])

    def test_truncated_jpeg(self):
        PIL.Image.fromarray(noise(1, 64, 64)[0]).save(self.folder / "whole.jpg")
        whole = (self.folder / "whole.jpg").read_bytes()
        self.refuses_image("cut.jpg", whole[:len(whole) // 2], "truncated")

    def test_truncated_png(self):
        PIL.Image.fromarray(noise(1, 64, 64)[0]).save(self.folder / "whole.png")
        whole = (self.folder / "whole.png").read_bytes()
        self.refuses_image("cut.png", whole[:len(whole) // 2])

    def test_text_named_png(self):
        self.refuses_image("text.png", b"this is no image\n", "not a JPEG, PNG")

    def test_empty_file(self):
        self.refuses_image("empty.jpg", b"", "empty")

    def test_no_pixels(self):
        self.refuses_image("none.png", png(0, 0))

    def test_no_height(self):
        self.refuses_image("flat.png", png(8, 0))

    def test_cmyk_jpeg(self):
        PIL.Image.new("CMYK", (16, 16), (10, 20, 30, 40)).save(self.folder / "cmyk.jpg")
        self.refuses_image("cmyk.jpg", (self.folder / "cmyk.jpg").read_bytes(), "CMYK")

    def test_decompression_bomb(self):
        # It would take 3.6 GB; it must be refused by its header.
        self.refuses_image("bomb.png", png(60000, 60000, b"\0" * 1000), "60000")
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 1_000_000, "kilobytes")

    def test_over_max_side(self):
        self.write_good()
        write_images(self.set / "c", noise(1, 16, 40))
        self.refuses_data(self.set, "--max-side", 32, mentions=["--skip-bad"], listed=[["c/0000.png", "40"]])

    def test_link_to_nothing(self):
        self.write_good()
        (self.set / "a" / "gone.png").symlink_to("nowhere.png")
        self.refuses_data(self.set, mentions=["1 of 31"], listed=[["a/gone.png"]])

    def test_several_are_all_listed(self):
        self.write_good()
        (self.set / "a" / "empty.png").write_bytes(b"")
        (self.set / "b" / "text.jpg").write_bytes(b"text")
        (self.set / "b" / "bomb.png").write_bytes(png(60000, 60000))
        self.refuses_data(self.set, mentions=["3 of 33 images", "--skip-bad"],
                          listed=[["a/empty.png"], ["b/bomb.png"], ["b/text.jpg"]])
        self.assertEqual(len(self.measured(self.set, "-k", 5, "--skip-bad")["rejected"]), 3)

    def test_no_image_is_good(self):
        self.set.mkdir()
        for name in "abc":
            (self.set / f"{name}.png").write_bytes(b"text")
        self.refuses_data(self.set, "--skip-bad", mentions=["none of its 3 images"])

    def test_16_bit_png_works(self):
        deep = noise(30, 16, 16).astype(numpy.uint16) * 257
        self.set.mkdir()
        for index, image in enumerate(deep):
            PIL.Image.fromarray(image).save(self.set / f"{index:02}.png")
        wide = self.measured(self.set, "-k", 5, "--protocol", "native")
        self.assertEqual(wide["protocol"]["range"], None)
        # 257 times the 8-bit images: the same dimension.
        write_images(self.folder / "narrow", noise(30, 16, 16))
        for words in (("--protocol", "native"), ("--protocol", "iclr2024")):
            wide = estimate(self.measured(self.set, "-k", 5, *words), "mle", "pooled")["value"]
            narrow = estimate(self.measured(self.folder / "narrow", "-k", 5, *words), "mle", "pooled")["value"]
            self.assertAlmostEqual(wide, narrow, delta=1e-9 * narrow)

    def test_sizes_that_differ(self):
        self.write_good()
        write_images(self.set / "c", noise(1, 16, 40))
        self.refuses_data(self.set, "--protocol", "native", mentions=["c/0000.png", "40", "--size"])
        self.measured(self.set, "-k", 5)


class BadFolders(BadCase):
    def test_data_that_is_not_there(self):
        self.refuses_data(self.set, mentions=[str(self.set), "does not exist", "check the path"])

    def test_empty_folder(self):
        self.set.mkdir()
        self.refuses_data(self.set, mentions=[str(self.set), "no image"])

    def test_folder_of_other_files(self):
        self.set.mkdir()
        (self.set / "notes.txt").write_text("x")
        self.refuses_data(self.set, mentions=[str(self.set), "no image"])

    def test_single_image(self):
        write_images(self.set, noise(1))
        self.refuses_data(self.set / "0000.png", mentions=["0000.png", "single image", "folder"])

    def test_loop_of_links(self):
        self.write_good()
        (self.set / "a" / "up").symlink_to(self.set)
        self.refuses_data(self.set, mentions=["a/up", "link", "remove"])
        (self.set / "a" / "up").unlink()
        (self.set / "a" / "self").symlink_to("self")
        self.refuses_data(self.set, mentions=["a/self", "link", "remove"])

    def test_one_class(self):
        write_images(self.set / "only", noise(40))
        self.refuses_data(self.set, mentions=[str(self.set), "one class", '"only"', "--ignore-labels"])
        self.assertIsNone(self.measured(self.set, "--ignore-labels")["label_sharpness"])

    def test_21_images_with_k_20(self):
        write_images(self.set, noise(21))
        self.refuses_data(self.set, "-k", 20, mentions=[str(self.set), "21 images", "k = 20", "at least 22", "-k"])
        self.measured(self.set, "-k", 19)
        write_images(self.set, noise(22))
        self.measured(self.set, "-k", 20)

    def test_k_of_a_million(self):
        write_images(self.set, noise(21))
        self.refuses_data(self.set, "-k", 1_000_000, mentions=["k = 1000000"])

    def test_all_identical(self):
        write_images(self.set / "a", [noise(1)[0]] * 20)
        write_images(self.set / "b", [noise(1)[0]] * 20)
        self.refuses_data(self.set, mentions=[str(self.set), "40 images", "identical"])

    def test_no_pair_with_different_labels(self):
        # 30 images under one label, and a copy of one of them under the other: the only such pairs but one are far.
        images = noise(30)
        write_images(self.set / "a", images)
        write_images(self.set / "b", images)
        data_set = self.measured(self.set, "-k", 5)
        self.assertEqual(data_set["tasks"][0]["conflicting_pairs"], 30)
        self.assertGreater(data_set["label_sharpness"]["smallest_distance"], 0)

    def test_second_data_spoils_the_run(self):
        self.write_good()
        self.fails(3, "measure", self.set, self.folder / "none", "-k", 5, "--json", self.json, mentions=["none"])


class BadArrays(BadCase):
    def test_nan(self):
        points = numpy.random.default_rng(0).random((40, 5))
        points[17, 3] = numpy.nan
        numpy.save(self.folder / "points.npy", points)
        self.refuses_data(self.folder / "points.npy", mentions=["points.npy", "1 of 40", "--skip-bad"],
                          listed=[["17", "NaN"]])
        points[17, 3] = numpy.inf
        numpy.save(self.folder / "points.npy", points)
        self.refuses_data(self.folder / "points.npy", mentions=["points.npy"], listed=[["17", "infini"]])
        self.assertEqual(self.measured(self.folder / "points.npy", "-k", 5, "--skip-bad")["images"], 39)

    def test_objects(self):
        numpy.save(self.folder / "objects.npy", numpy.array([{}, {}], dtype=object), allow_pickle=True)
        self.refuses_data(self.folder / "objects.npy", mentions=["objects.npy", "object"])

    def test_truncated_npy(self):
        numpy.save(self.folder / "points.npy", noise(40))
        whole = (self.folder / "points.npy").read_bytes()
        for kept in (4, 20, 100, len(whole) - 1):
            (self.folder / "points.npy").write_bytes(whole[:kept])
            self.refuses_data(self.folder / "points.npy", mentions=["points.npy"])

    def test_npz_with_a_wrong_header(self):
        numpy.savez(self.folder / "good.npz", images=noise(40), labels=numpy.arange(40) % 2)
        for old, new in ((b"(40, 8, 8)", b"(99, 8, 8)"), (b"(40, 8, 8)", b"(40, 8, -8"), (b"'|u1'", b"'|x1'")):
            with zipfile.ZipFile(self.folder / "good.npz") as good, zipfile.ZipFile(self.folder / "bad.npz", "w") as bad:
                for name in good.namelist():
                    body = good.read(name)
                    bad.writestr(name, body.replace(old, new, 1) if name == "images.npy" else body)
            self.refuses_data(self.folder / "bad.npz", mentions=["bad.npz", "images"])

    def test_npz_that_is_none(self):
        (self.folder / "text.npz").write_text("no archive")
        self.refuses_data(self.folder / "text.npz", mentions=["text.npz"])
        numpy.savez(self.folder / "other.npz", pictures=noise(40))
        self.refuses_data(self.folder / "other.npz", mentions=["other.npz", "pictures"])

    def test_idx_with_a_wrong_count(self):
        for claimed in (39, 41):
            body = bytearray(idx(noise(40)))
            body[4:8] = struct.pack(">I", claimed)
            (self.folder / "set-images-idx3-ubyte").write_bytes(body)
            self.refuses_data(self.folder / "set-images-idx3-ubyte", mentions=["set-images-idx3-ubyte", str(claimed)])
            (self.folder / "set-images-idx3-ubyte.gz").write_bytes(gzip.compress(body))
            self.refuses_data(self.folder / "set-images-idx3-ubyte.gz", mentions=["set-images-idx3-ubyte.gz"])

    def test_idx_with_other_labels(self):
        (self.folder / "set-images-idx3-ubyte").write_bytes(idx(noise(40)))
        (self.folder / "set-labels-idx1-ubyte").write_bytes(idx(numpy.zeros(39, numpy.uint8)))
        self.refuses_data(self.folder / "set-images-idx3-ubyte", mentions=["39", "40"])

    def test_cut_cifar(self):
        (self.folder / "data_batch_1.bin").write_bytes(bytes(3073 * 30 - 1))
        self.refuses_data(self.folder / "data_batch_1.bin", mentions=["data_batch_1.bin"])

    def test_equal_distances(self):
        numpy.save(self.folder / "simplex.npy", numpy.eye(30))
        self.refuses_data(self.folder / "simplex.npy", mentions=["simplex.npy", "equal distances"])

    def test_vectors_take_no_size(self):
        numpy.save(self.folder / "points.npy", numpy.random.default_rng(0).random((40, 5)))
        self.refuses_data(self.folder / "points.npy", "--size", 8, code=2, mentions=["points.npy", "native"])


class BadTables(BadCase):
    def table(self, text):
        (self.folder / "table.csv").write_text(text)
        return self.folder / "table.csv"

    def test_missing_column(self):
        write_images(self.set, noise(30))
        text = "image,grade\n" + "".join(f"set/{i:04}.png,{i % 2}\n" for i in range(30))
        self.refuses_data(self.table(text), "--label-column", "edema", mentions=["table.csv", "edema", '"image", "grade"'])
        self.refuses_data(self.table(text), "--path-column", "file", mentions=["table.csv", "file", '"image", "grade"'])
        self.refuses_data(self.table(text.replace("image", "picture", 1)),
                          mentions=["table.csv", "picture", "grade", "--path-column"])
        self.measured(self.table(text), "--label-column", "grade", "-k", 5)

    def test_missing_files_labels_and_repeats(self):
        write_images(self.set, noise(2))
        for rows, texts in (("set/0000.png,1\nset/gone.png,0\n", ["table.csv:3", "set/gone.png", "does not exist"]),
                            ("set/0000.png,1\nset/0001.png,\n", ["table.csv:3", "label"]),
                            ("set/0000.png,1\n./set/0000.png,0\n", ["table.csv:3", "line 2"])):
            self.refuses_data(self.table("path,label\n" + rows), mentions=texts)

    def test_broken_text(self):
        for text in ("", "path,label\n", 'path,label\n"open,1\n', "path,label\na,b,c\n", "path,label\na\0b,1\n"):
            self.refuses_data(self.table(text), mentions=["table.csv"])


class Permissions(BadCase):
    def setUp(self):
        super().setUp()
        self.words = as_nobody()
        self.folder.chmod(0o755)
        self.write_good()

    def open_again(self, path):
        path.chmod(0)
        self.addCleanup(path.chmod, 0o755)

    def test_unreadable_image(self):
        self.open_again(self.set / "a" / "0003.png")
        self.fails(3, "measure", self.set, program=(*self.words, PROGRAM), mentions=[str(self.set), "1 of 30", "--skip-bad"],
                   listed=[["a/0003.png", "ermission"]])

    def test_unreadable_folder(self):
        self.open_again(self.set / "a")
        # The listing of what is there is that of this user, who may not see into it either.
        done = run("measure", self.set, program=(*self.words, PROGRAM))
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"^fathom: error: \S*/set/a: cannot be read \(Permission denied\); .*\n$")

    def test_unreadable_file(self):
        numpy.save(self.folder / "points.npy", noise(40))
        self.open_again(self.folder / "points.npy")
        self.fails(3, "measure", self.folder / "points.npy", program=(*self.words, PROGRAM),
                   mentions=["points.npy", "ermission"])

    def test_output_that_cannot_be_written(self):
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        for option in ("--json", "--csv"):
            # DATA does not exist: the output is judged before it.
            self.fails(2, "measure", self.folder / "none", option, self.folder / "out", program=(*self.words, PROGRAM),
                       mentions=[option, str(self.folder / "out"), "cannot be written"])


class Outputs(BadCase):
    def setUp(self):
        super().setUp()
        self.write_good()

    def test_outputs_are_judged_before_the_data(self):
        for option in ("--json", "--csv"):
            for path, text in ((self.folder / "none" / "out", "does not exist"), (self.folder, "is a folder"),
                               ("", "names no file"), (self.set / "a" / "0000.png" / "out", "does not exist")):
                self.fails(2, "measure", "missing", option, path, mentions=[option, text])

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "w") as full:
            for words in (("measure", self.set, "-k", 5), ("measure", self.set, "-k", 5, "--json", "-"),
                          ("measure", self.set, "-k", 5, "--csv", "-"), ("--help",), ("--version",), ("synth", "--list")):
                self.fails(3, *words, stdout=full, mentions=["standard output", "No space left"])
        self.fails(3, "measure", self.set, "-k", 5, "--json", "/dev/full", mentions=["/dev/full", "No space left"])

    def test_a_device_stays_one(self):
        self.succeeds("measure", self.set, "-k", 5, "--quiet", "--json", "/dev/null")
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())

    def test_closed_streams(self):
        shell = ("/bin/sh", "-c", '"$0" "$@" >&-', PROGRAM)
        self.fails(3, "measure", self.set, "-k", 5, program=shell, mentions=["standard output"])
        # A file opened later must not become standard output or error.
        shell = ("/bin/sh", "-c", '"$0" "$@" >&- 2>&- <&-', PROGRAM)
        self.assertEqual(run("measure", self.set, "-k", 5, "--quiet", "--json", self.json, program=shell).returncode, 0)
        self.assertTrue(self.json.read_text().startswith("{\n"))
        run("measure", "none", "--json", self.csv, program=shell)
        self.assertFalse(self.csv.exists())

    def test_a_closed_pipe_is_no_success(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = run("measure", self.set, "-k", 5, "--json", "-", stdout=writer)
        os.close(writer)
        self.assertNotEqual(done.returncode, 0)

    def test_interrupts(self):
        # About 10^11 differences in plain scalar code: it would take minutes.
        numpy.save(self.folder / "large.npy", numpy.random.default_rng(0).integers(0, 256, (4000, 20000), numpy.uint8))
        for sent in (signal.SIGINT, signal.SIGTERM):
            before = self.files()
            process = subprocess.Popen([PROGRAM, "measure", self.folder / "large.npy", "--simd", "scalar", "--threads", "1",
                                        "--json", self.json], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
            time.sleep(1.5)
            process.send_signal(sent)
            asked = time.monotonic()
            out, error = process.communicate(timeout=120)
            self.assertLess(time.monotonic() - asked, 60)
            self.assertEqual((process.returncode, out), (4, ""))
            self.assertEqual(error, "fathom: error: interrupted; nothing was written\n")
            self.assertEqual(self.files(), before)


class Names(BadCase):
    """File names are bytes."""

    def test_not_utf_8(self):
        folder = os.fsencode(self.folder) + b"/s\xe9t"
        for index, name in enumerate((b"caf\xe9", b"th\xe8")):
            os.makedirs(folder + b"/" + name)
            for number, image in enumerate(noise(15, seed=index)):
                with open(folder + b"/" + name + b"/%02d\xff.png" % number, "wb") as file:
                    PIL.Image.fromarray(image).save(file, "PNG")
        done = subprocess.run([PROGRAM, "measure", folder, "-k", "5", "--json", "-"], capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        data_set = json.loads(done.stdout.decode("utf-8"))["datasets"][0]
        self.assertEqual(data_set["name"], "s\ufffdt")
        self.assertEqual(sorted(data_set["classes"]), ["caf\ufffd", "th\ufffd"])
        for form in ([], ["--csv", "-"]):
            done = subprocess.run([PROGRAM, "measure", folder, "-k", "5", *form], capture_output=True)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(b"s\xe9t", done.stdout)
        with open(folder + b"/th\xe8/bad\xff.png", "wb") as file:
            file.write(b"text")
        self.assertIn("th\udce8/bad\udcff.png: ", run("measure", folder).stderr)

    def test_control_characters_stay_out_of_the_terminal(self):
        name = "one\ntwo\x1b[31m"
        write_images(self.folder / name / "a", noise(15))
        write_images(self.folder / name / "b\ta", noise(15, seed=1))
        table = self.succeeds("measure", self.folder / name, "-k", 5)
        self.assertTrue(table.splitlines()[1].startswith("one\\ntwo\\x1b[31m "))
        self.assertNotIn("\x1b", table)
        self.assertEqual(self.measured(self.folder / name, "-k", 5)["name"], name)
        (self.folder / name / "a" / "bad\n.png").write_bytes(b"")
        self.refuses_data(self.folder / name, mentions=["one\\ntwo"], listed=[["a/bad\\n.png: "]])


if __name__ == "__main__":
    unittest.main()
