"""`fathom synth`: data of known truth, and what measure finds in them."""

import hashlib
import json
import math
import signal
import subprocess
import time
import unittest

import numpy
import PIL.Image

from support import PROGRAM, Case, estimate


def digest(path):
    """Of a file, or of all files of a folder and their names."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(str(f.relative_to(path)).encode() + f.read_bytes() for f in files)).hexdigest()


class Synth(Case):
    def made(self, name, *words):
        text = self.succeeds("synth", self.folder / name, *words)
        self.assertIn(str(self.folder / name), text)
        return self.folder / name

    def assertCovers(self, found, truth):
        self.assertLessEqual(found["interval"][0], truth)
        self.assertGreaterEqual(found["interval"][1], truth)

    def test_folder_of_images(self):
        for dimension in (2, 3):
            made = self.made(f"torus-{dimension}", "--dimension", dimension, "--size", 32)
            truth = json.loads((made / "truth.json").read_text())
            self.assertEqual((truth["dimension"], truth["classes"]), (dimension, {"class_0": 500, "class_1": 500}))
            data_set = self.measured(made, "--protocol", "native")
            self.assertEqual((data_set["images"], data_set["classes"]), (1000, truth["classes"]))
            self.assertEqual(data_set["protocol"]["size"], [32, 32])
            self.assertCovers(estimate(data_set, "mle", "pooled"), dimension)
            self.assertCovers(estimate(data_set, "twonn", "ml"), dimension)
            # Classes are a margin apart, and rounding to 8 bits moves a distance by no more than its bound.
            sharpness = data_set["label_sharpness"]["value"]
            self.assertLessEqual(sharpness, 1 / (truth["margin"] - truth["rounding_bound"]))
            self.assertGreater(sharpness, 0.8 * truth["label_sharpness"])

    def test_npz_holds_the_same_images(self):
        words = ("--samples", 200, "--size", "20x24", "--channels", "rgb", "--classes", 3, "--seed", 5)
        folder, npz, flag = self.made("set", *words), self.made("set.npz", *words), self.made("flagged", *words, "--npz")
        arrays = numpy.load(npz)
        self.assertEqual((arrays["images"].shape, arrays["images"].dtype), ((200, 20, 24, 3), numpy.uint8))
        self.assertEqual(numpy.bincount(arrays["labels"]).tolist(), [67, 67, 66])
        self.assertTrue((arrays["images"] == numpy.load(flag)["images"]).all())
        stored = {PIL.Image.open(path).tobytes() for path in folder.rglob("*.png")}
        self.assertEqual(stored, {image.tobytes() for image in arrays["images"]})
        one, two = (self.measured(data, "--protocol", "native") for data in (folder, npz))
        for a, b in zip(one["dimension"], two["dimension"]):
            self.assertTrue(math.isclose(a["value"], b["value"], rel_tol=1e-12))
        self.assertEqual(one["label_sharpness"]["value"], two["label_sharpness"]["value"])

    def test_points(self):
        for manifold in ("sphere", "ball"):
            made = self.made(f"{manifold}.npy", "--manifold", manifold, "--dimension", 3, "--samples", 2000)
            points = numpy.load(made)
            self.assertEqual(points.shape, (2000, 4 if manifold == "sphere" else 3))
            self.assertCovers(estimate(self.measured(made), "twonn", "ml"), 3)
        numpy.testing.assert_allclose(numpy.linalg.norm(numpy.load(self.folder / "sphere.npy"), axis=1), 1, rtol=1e-12)
        wide = self.made("wide.npy", "--manifold", "sphere", "--dimension", 3, "--ambient-dimension", 9)
        self.assertEqual(numpy.load(wide).shape, (1000, 9))
        # Carried there by an isometry.
        numpy.testing.assert_allclose(numpy.linalg.norm(numpy.load(wide), axis=1), 1, rtol=1e-12)

    def test_seed_and_threads(self):
        for name, words in (("set", ("--samples", 60, "--size", 16)), ("set.npz", ("--samples", 60, "--size", 16)),
                            ("points.npy", ())):
            one, same, other = (self.made(f"{i}-{name}", *words, "--seed", seed, "--threads", threads)
                                for i, (seed, threads) in enumerate(((1, 1), (1, 7), (2, 1))))
            self.assertEqual(digest(one), digest(same))
            self.assertNotEqual(digest(one), digest(other))

    def test_nothing_is_overwritten(self):
        folder = self.made("set", "--samples", 60, "--size", 16)
        before = digest(folder)
        self.fails(3, "synth", folder, "--samples", 60, mentions=["set", "not empty"])
        self.assertEqual(digest(folder), before)
        (self.folder / "file").write_text("x")
        self.fails(3, "synth", self.folder / "file", "--samples", 60, mentions=["file", "not a folder"])
        self.fails(3, "synth", self.folder / "none" / "set", "--samples", 60, mentions=["none/set"])
        self.fails(2, "synth", self.folder / "none" / "points.npy", mentions=["OUTPUT", "does not exist"])
        self.fails(2, "synth", self.folder / "none" / "set.npz", mentions=["OUTPUT", "does not exist"])

    def test_options_that_do_not_apply(self):
        for option, value in (("--classes", 3), ("--size", 8), ("--channels", "rgb"), ("--margin", 3)):
            self.fails(2, "synth", self.folder / "points.npy", option, value, mentions=[option, ".npy"])
        self.fails(2, "synth", self.folder / "points.npy", "--npz", mentions=["--npz"])
        self.fails(2, "synth", self.folder / "set", "--ambient-dimension", 9, mentions=["--ambient-dimension", "--size"])

    def test_values_that_cannot_be(self):
        for words, texts in ((("--manifold", "ball"), ["--manifold", "torus or cube"]),
                             (("--classes", 1), ["--classes"]), (("--samples", 0), ["--samples"]),
                             (("--dimension", 0), ["--dimension"]), (("--size", 2), ["--size"]),
                             (("--size", "native"), ["--size"]), (("--channels", "auto"), ["--channels", "grey or rgb"]),
                             (("--margin", 1e6), ["--margin"]), (("--margin", "wide"), ["--margin"]),
                             (("--margin", "nan"), ["--margin"])):
            self.fails(2, "synth", self.folder / "set", *words, mentions=texts)
        self.fails(2, "synth", self.folder / "points.npy", "--manifold", "none", mentions=["--manifold", "swiss_roll"])
        self.fails(2, "synth", self.folder / "points.npy", "--manifold", "moebius", "--dimension", 3,
                   mentions=["--dimension"])

    def test_list(self):
        text = self.succeeds("synth", "--list")
        for name in ("ball", "sphere", "torus", "affine", "swiss_roll", "moebius", "M13b_Spiral"):
            self.assertRegex(text, rf"(?m)^  {name} ")

    def test_quiet(self):
        self.assertEqual(self.succeeds("synth", self.folder / "points.npy", "--quiet"), "")

    def test_interrupt_leaves_nothing(self):
        for name in ("set", "set.npz"):
            process = subprocess.Popen([PROGRAM, "synth", self.folder / name, "--samples", "50000", "--size", "96",
                                        "--threads", "1"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=120)
            self.assertEqual((process.returncode, out, error),
                             (4, "", "fathom: error: interrupted; nothing was written\n"))
            self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
