"""The page that --html writes, as text; tests/browser opens it."""

import base64
import io
import json
import os
import re
import unittest

import numpy
import PIL.Image

from support import Case, content_of, holds_page, noise, write_images


class WithoutPage(Case):
    @unittest.skipIf(holds_page(), "this build holds the page")
    def test_says_how_to_get_it(self):
        write_images(self.folder / "data" / "a", noise(30))
        self.fails(2, "measure", self.folder / "data", "--html", self.folder / "page.html", mentions=["--html", "Node.js", "--json"])


@unittest.skipUnless(holds_page(), "this build holds no page")
class Page(Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        write_images(self.data / "a", noise(30, seed=1))
        write_images(self.data / "b", noise(30, seed=2))

    def page(self, *arguments):
        path = self.folder / "page.html"
        self.succeeds("measure", *arguments, "--html", path, "--json", self.folder / "page.json", "--quiet")
        text = path.read_text(encoding="utf-8")
        [document] = content_of(text, "documents")
        self.assertEqual(document, json.loads((self.folder / "page.json").read_text()))
        return text, document

    def test_pictures_are_those_of_the_nearest_pairs(self):
        text, document = self.page(self.data, "--protocol", "native")
        pairs = document["datasets"][0]["label_sharpness"]["pairs"][:6]
        pictures = content_of(text, "thumbnails")
        self.assertEqual({p["path"] for p in pictures}, {pair[side] for pair in pairs for side in "ab"})
        for picture in pictures:
            shown = numpy.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(picture["png"]))))
            numpy.testing.assert_array_equal(shown, numpy.asarray(PIL.Image.open(self.data / picture["path"])))

    def test_pictures_of_several_data_sets_and_of_arrays(self):
        array = self.folder / "array.npz"
        numpy.savez(array, images=noise(40, seed=3), labels=numpy.arange(40) % 2)
        text, document = self.page(self.data, array, "--protocol", "native")
        pictures = content_of(text, "thumbnails")
        self.assertEqual({p["dataset"] for p in pictures}, {0, 1})
        paths = {p["path"] for p in pictures if p["dataset"] == 1}
        nearest = document["datasets"][1]["label_sharpness"]["pairs"][0]
        self.assertTrue({nearest["a"], nearest["b"]} <= paths)

    def test_no_pictures_without_labels_or_of_vectors(self):
        text, _ = self.page(self.data, "--ignore-labels", "--protocol", "native")
        self.assertEqual(content_of(text, "thumbnails"), [])
        vectors = self.folder / "vectors.npz"
        generator = numpy.random.default_rng(0)
        numpy.savez(vectors, X=generator.normal(size=(40, 5)), y=numpy.arange(40) % 2)
        text, document = self.page(vectors)
        self.assertEqual(content_of(text, "thumbnails"), [])
        self.assertIsNotNone(document["datasets"][0]["label_sharpness"])

    def test_large_pictures_are_made_small(self):
        write_images(self.folder / "large" / "a", noise(25, 300, 200, 3, seed=4))
        write_images(self.folder / "large" / "b", noise(25, 300, 200, 3, seed=5))
        text, _ = self.page(self.folder / "large", "--size", "16")
        for picture in content_of(text, "thumbnails"):
            self.assertEqual(PIL.Image.open(io.BytesIO(base64.b64decode(picture["png"]))).size, (85, 128))

    def test_names_of_any_bytes(self):
        hostile = "</script><img src=x onerror=alert(1)>&\u2028\"'"
        (self.data / "x<").mkdir()
        for index, image in enumerate(noise(30, seed=6)):
            PIL.Image.fromarray(image).save(self.data / "x<" / f"{index}{hostile.split('/')[1]}.png")
        text, document = self.page(self.data, "--protocol", "native", "--classes", "x<,a")
        self.assertEqual(text.count("</script>"), 3)
        self.assertNotIn("onerror=alert", re.sub(r"\\u003c.*?\\u003e", "", text))
        self.assertIn("x<", document["datasets"][0]["classes"])

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_a_full_disk(self):
        self.fails(3, "measure", self.data, "--protocol", "native", "--html", "/dev/full", "--quiet", mentions=["/dev/full"])

    def test_refusals(self):
        self.refuses_data(self.data, "--html", "-", code=2, mentions=["--html", "standard output"])
        self.refuses_data(self.data, "--html", self.folder / "no" / "page.html", code=2, mentions=["--html", "does not exist"])
        self.refuses_data(self.data, "--html", self.folder, code=2, mentions=["--html", "is a folder"])
        self.refuses_data(self.data, "--html", self.folder / "out.json", code=2, mentions=["--html", "--json"])
        self.refuses_data(self.data, "--html", self.folder / "out.csv", code=2, mentions=["--html", "--csv"])


if __name__ == "__main__":
    unittest.main()
