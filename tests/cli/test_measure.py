"""`fathom measure`: what it prints, that it is true, and that it is the same everywhere."""

import csv
import io
import itertools
import json
import math
import unittest

import jsonschema
import numpy
import PIL.Image

from support import ROOT, Case, estimate, noise, shared, simd_levels, without_circumstances, write_images

SCHEMA = json.loads((ROOT / "docs" / "schema" / "measure-1.schema.json").read_text())


def distances(rows):
    """Euclidean distances of all pairs, in float64, by direct differences."""
    rows = numpy.asarray(rows, numpy.float64).reshape(len(rows), -1)
    return numpy.array([numpy.sqrt(((rows - row) ** 2).sum(axis=1)) for row in rows])


def neighbor_distances(rows):
    """Of every row to all others, ascending."""
    return numpy.sort(distances(rows), axis=1)[:, 1:]


def mle(rows, k):
    """Pooled maximum likelihood (k-1)."""
    t = neighbor_distances(rows)
    return len(t) * (k - 1) / numpy.log(t[:, k - 1:k] / t[:, :k - 1]).sum()


def twonn(rows):
    t = neighbor_distances(rows)
    return (len(t) - 1) / numpy.log(t[:, 1] / t[:, 0]).sum()


def cross_pairs(rows, labels):
    """(distance, i, j) of all pairs with different labels and a positive distance, nearest first."""
    d = distances(rows)
    return sorted((d[i, j], i, j) for i, j in itertools.combinations(range(len(rows)), 2)
                  if labels[i] != labels[j] and d[i, j] > 0)


class MeasureCase(Case):
    def npz(self, images, labels, name="data.npz"):
        numpy.savez(self.folder / name, images=images, labels=labels)
        return self.folder / name

    def assertSame(self, a, b, relative=1e-12):
        self.assertTrue(math.isclose(a, b, rel_tol=relative), f"{a!r} is not {b!r}")


class Schema(MeasureCase):
    """Every kind of result satisfies the schema, which allows no key that is not documented."""

    def valid(self, *arguments):
        document = self.document(*arguments)
        errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
        self.assertEqual(errors, [], errors[:1])
        return document

    def test_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_schema_refuses_an_undocumented_key(self):
        document = self.document(self.npz(noise(30), numpy.arange(30) % 2), "-k", 5)
        document["datasets"][0]["search"]["surprise"] = 1
        self.assertFalse(jsonschema.Draft202012Validator(SCHEMA).is_valid(document))

    def test_labels_none_and_several_data(self):
        one = self.npz(noise(40), numpy.arange(40) % 2)
        numpy.savez(self.folder / "bare.npz", images=noise(40, seed=1))
        document = self.valid(one, self.folder / "bare.npz", "-k", 5)
        labelled, bare = document["datasets"]
        self.assertEqual((labelled["name"], bare["name"]), ("data.npz", "bare.npz"))
        self.assertEqual(labelled["classes"], {"0": 20, "1": 20})
        self.assertEqual(bare["classes"], {})
        self.assertIsNone(bare["label_sharpness"])
        self.assertEqual(bare["tasks"], [])

    def test_options(self):
        data = self.npz(noise(60, 6, 6, 3), numpy.arange(60) % 3)
        for words in (("--ignore-labels",), ("--draws", 0), ("--compat", "iclr2024-code"), ("--estimator", "twonn"),
                      ("--estimator", "gride,mle"), ("--estimator", "all"), ("--range", "0,1"), ("--protocol", "native")):
            with self.subTest(words):
                self.valid(data, "-k", 5, *words)

    def test_skip_bad(self):
        write_images(self.folder / "set" / "a", noise(20))
        write_images(self.folder / "set" / "b", noise(20, seed=1))
        (self.folder / "set" / "a" / "bad.png").write_text("no image")
        data_set = self.valid(self.folder / "set", "-k", 5, "--skip-bad")["datasets"][0]
        self.assertEqual([r["path"] for r in data_set["rejected"]], ["a/bad.png"])
        self.assertEqual(data_set["images"], 40)
        self.assertTrue(any("1 image could not be used" in w for w in data_set["warnings"]), data_set["warnings"])

    def test_vectors(self):
        points = numpy.random.default_rng(0).random((50, 4))
        numpy.save(self.folder / "points.npy", points)
        numpy.save(self.folder / "labels.npy", numpy.arange(50) % 2)
        bare = self.valid(self.folder / "points.npy", "-k", 5)["datasets"][0]
        self.assertEqual(bare["protocol"], {"name": "native", "view": "stored", "size": None, "channels": 1, "range": None})
        self.assertSame(estimate(bare, "mle", "pooled")["value"], mle(points, 5))
        labelled = self.valid(self.folder / "points.npy", "--labels", self.folder / "labels.npy", "-k", 5)
        self.assertSame(labelled["datasets"][0]["label_sharpness"]["smallest_distance"],
                        cross_pairs(points, numpy.arange(50) % 2)[0][0])

    def test_alpha_black_and_ties(self):
        images = noise(30, channels=4)
        images[0, ..., :3] = 0
        write_images(self.folder / "set" / "a", images)
        write_images(self.folder / "set" / "b", noise(30, seed=1))
        data_set = self.valid(self.folder / "set", "-k", 5)["datasets"][0]
        self.assertEqual(data_set["alpha_dropped"], 30)
        self.assertEqual(data_set["black_images"], ["a/0000.png"])
        # Corners of a cube: every distance ties, so that some estimates do not exist.
        corners = numpy.array(list(itertools.product((0.0, 1.0), repeat=5)))
        numpy.save(self.folder / "corners.npy", corners)
        self.valid(self.folder / "corners.npy", "-k", 6)


class Duplicates(MeasureCase):
    def test_copies_conflicts_and_splits(self):
        images = noise(40)
        write_images(self.folder / "set" / "train" / "a", images[:20])
        write_images(self.folder / "set" / "train" / "b", images[20:])
        write_images(self.folder / "set" / "test" / "a", noise(12, seed=1))
        write_images(self.folder / "set" / "test" / "b", images[:1])
        write_images(self.folder / "set" / "test" / "b" / "deep" / "a", images[21:22])
        data_set = self.measured(self.folder / "set", "-k", 5, "--protocol", "native")
        self.assertEqual((data_set["images"], data_set["distinct"], data_set["split"]), (54, 52, "all"))
        conflicts = [["test/b/0000.png", "train/a/0000.png"], ["test/b/deep/a/0000.png", "train/b/0001.png"]]
        self.assertEqual(data_set["duplicates"], {
            "groups": 2, "images": 2, "across_splits": 2,
            "members": [{"paths": pair, "across_splits": True} for pair in conflicts],
            "conflicts": conflicts})
        self.assertEqual(data_set["tasks"][0]["conflicting_pairs"], 2)
        warnings = " | ".join(data_set["warnings"])
        for words in ("2 images are exact copies", "in more than one split", "label conflicts"):
            self.assertIn(words, warnings)
        one = self.measured(self.folder / "set", "-k", 5, "--protocol", "native", "--split", "train")
        self.assertEqual((one["images"], one["distinct"], one["split"]), (40, 40, "train"))
        self.assertEqual(one["duplicates"]["groups"], 0)

    def test_brain_mri(self):
        data_set = self.measured(shared("data", "brainmri"), "--protocol", "miccai2022", "--draws", 0)
        self.assertEqual((data_set["images"], data_set["distinct"]), (1426, 1213))
        self.assertGreater(data_set["duplicates"]["across_splits"], 0)


class Truth(MeasureCase):
    """Against NumPy, by brute force."""

    def test_dimensions_of_a_small_set(self):
        images = noise(70, 5, 7)
        images[50:55] = images[:5]  # copies, which count once
        distinct = numpy.delete(images, range(50, 55), axis=0)
        data_set = self.measured(self.npz(images, numpy.arange(70) % 2), "--protocol", "native", "-k", 9)
        self.assertEqual((data_set["images"], data_set["distinct"], data_set["ambient_dimension"]), (70, 65, 35))
        self.assertSame(estimate(data_set, "mle", "pooled")["value"], mle(distinct, 9))
        self.assertSame(estimate(data_set, "mle", "as_published")["value"], mle(distinct, 9) * 7 / 8)
        t = neighbor_distances(distinct)
        sums = numpy.log(t[:, 8:9] / t[:, :8]).sum(axis=1)
        self.assertSame(estimate(data_set, "mle", "mean")["value"], (8 / sums).mean())
        self.assertSame(estimate(data_set, "mle", "mean_unbiased")["value"], (7 / sums).mean())
        self.assertSame(estimate(data_set, "twonn", "ml")["value"], twonn(distinct))
        x = numpy.sort(numpy.log(t[:, 1] / t[:, 0]))
        for variant, kept in (("linear", math.floor(0.9 * 65)), ("as_published", 64)):
            y = -numpy.log1p(-numpy.arange(1, kept + 1) / 65)
            self.assertSame(estimate(data_set, "twonn", variant)["value"], (x[:kept] @ y) / (x[:kept] @ x[:kept]))
        # Ranks 1 and 2 make Gride TwoNN without the correction of its bias.
        self.assertSame(estimate(data_set, "gride", "ml", n1=1)["value"], twonn(distinct) * 65 / 64)
        for point in data_set["dimension_by_k"][:20]:
            self.assertSame(point["value"], mle(distinct, point["k"]))

    def test_label_sharpness_of_a_small_set(self):
        images, labels = noise(60, 5, 7, seed=3), numpy.arange(60) % 3
        images[7] = images[30]  # a label conflict
        data_set = self.measured(self.npz(images, labels), "--protocol", "native", "-k", 9)
        pairs, sharpness = cross_pairs(images, labels), data_set["label_sharpness"]
        self.assertEqual([(int(p["a"]), int(p["b"])) for p in sharpness["pairs"]], [(i, j) for _, i, j in pairs[:10]])
        for shown, (distance, i, j) in zip(sharpness["pairs"], pairs):
            self.assertSame(shown["distance"], distance)
            self.assertEqual((shown["label_a"], shown["label_b"]), (str(labels[i]), str(labels[j])))
        self.assertEqual(data_set["duplicates"]["conflicts"], [["7", "30"]])
        self.assertEqual(sharpness["pair_count"], len(pairs))
        self.assertSame(sharpness["value"], 1 / pairs[0][0])
        self.assertSame(sharpness["smallest_distance"], pairs[0][0])
        self.assertSame(sharpness["per_pixel"], 1 / pairs[0][0] / math.sqrt(35))
        self.assertSame(sharpness["per_rms"], 1 / pairs[0][0] * math.sqrt(35))
        ratios = numpy.sort([1 / d for d, _, _ in pairs])
        for level in ("0.5", "0.9", "0.99", "0.999"):
            # Between the neighbouring order statistics, whatever the interpolation; to the stated 3e-5.
            at = float(level) * (len(ratios) - 1)
            self.assertGreaterEqual(sharpness["quantiles"][level], ratios[max(math.floor(at) - 1, 0)] * (1 - 1e-12))
            self.assertLessEqual(sharpness["quantiles"][level], ratios[min(math.ceil(at) + 1, len(ratios) - 1)] * (1 + 1e-12))
        self.assertEqual(sharpness["quantiles"]["1"], sharpness["value"])

    def test_draws_of_all_images_have_one_value(self):
        sampled = self.measured(self.npz(noise(60), numpy.arange(60) % 2), "-k", 5)["label_sharpness"]["sampled"]
        self.assertEqual((sampled["m"], sampled["draws"], sampled["sd"]), (60, 25, 0))

    def test_draws_are_balanced_and_no_sharper_than_the_whole(self):
        # 20 of the rare class, so 20 of the other: 40 of 90.
        sharpness = self.measured(self.npz(noise(90), numpy.arange(90) < 20), "-k", 5, "--draws", 50)["label_sharpness"]
        sampled = sharpness["sampled"]
        self.assertEqual((sampled["m"], sampled["draws"]), (40, 50))
        self.assertLess(sampled["mean"], sharpness["value"])
        self.assertGreater(sampled["sd"], 0)
        quantiles = [sampled["quantiles"][level] for level in ("0.05", "0.5", "0.95")]
        self.assertEqual(quantiles, sorted(quantiles))

    def test_no_draws(self):
        data = self.npz(noise(30), numpy.arange(30) % 2)
        sampled = self.measured(data, "-k", 5, "--draws", 0)["label_sharpness"]["sampled"]
        self.assertEqual((sampled["draws"], sampled["mean"], sampled["sd"]), (0, None, None))
        row = next(csv.DictReader(io.StringIO(self.succeeds("measure", data, "-k", 5, "--draws", 0, "--csv", "-"))))
        self.assertEqual(row["label_sharpness_sampled_mean"], "")


class Anchors(MeasureCase):
    """A few images against all."""

    def setUp(self):
        super().setUp()
        self.images, self.labels = noise(300, 5, 7, seed=4), numpy.arange(300) % 3
        self.data = self.npz(self.images, self.labels)

    def anchored(self, *words):
        return self.measured(self.data, "--protocol", "native", "-k", 9, *words)

    def test_estimates_are_those_of_the_anchors_among_all(self):
        data_set = self.anchored("--anchors", 80)
        self.assertEqual(list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(
            self.document(self.data, "--anchors", 80))), [])
        self.assertEqual(data_set["search"]["anchors"], 80)
        self.assertIn("measured at 80 of 300 distinct images", " | ".join(data_set["notes"]))
        self.assertIn("label sharpness is a lower bound", " | ".join(data_set["warnings"]))
        pooled, t = estimate(data_set, "mle", "pooled"), neighbor_distances(self.images)
        self.assertEqual((pooled["n"], pooled["interval_method"]), (80, "split_halves"))
        # Which images they are is the seed's: the sum over 80 of 300 is told from its place in their spread.
        sums = numpy.log(t[:, 8:9] / t[:, :8]).sum(axis=1)
        mean, error = sums.mean(), sums.std() / math.sqrt(80)
        self.assertLess(abs(8 / pooled["value"] - mean), 4 * error)
        self.assertNotEqual(pooled["value"], 8 / mean)
        # The nearest pair is the nearest of some image: of one among 80 here.
        pairs = cross_pairs(self.images, self.labels)
        sharpness = data_set["label_sharpness"]
        shown = [(round(p["distance"], 6), int(p["a"]), int(p["b"])) for p in sharpness["pairs"]]
        self.assertEqual(shown, [p for p in ((round(d, 6), i, j) for d, i, j in pairs) if p in shown])
        self.assertLess(sharpness["pair_count"], len(pairs))
        self.assertLessEqual(sharpness["value"], 1 / pairs[0][0])

    def test_draws_quantiles_and_duplicates_are_those_of_all(self):
        few, whole = self.anchored("--anchors", 80), self.anchored()
        self.assertIsNone(whole["search"]["anchors"])
        self.assertEqual(whole["notes"], [])
        for key in ("sampled", "quantile_pairs"):
            self.assertEqual(few["label_sharpness"][key], whole["label_sharpness"][key])
        for key in ("images", "distinct", "classes", "duplicates", "content_hash"):
            self.assertEqual(few[key], whole[key])
        self.assertEqual([p["images"] for p in few["dimension_by_images"]],
                         [p["images"] for p in whole["dimension_by_images"]])

    def test_the_seed_chooses_and_nothing_else_does(self):
        words = ("measure", self.data, "-k", 9, "--anchors", 60, "--json", "-")
        one = self.succeeds(*words, "--threads", 1)
        for other in (("--threads", 7), ("--simd", "scalar")):
            self.assertEqual(without_circumstances(self.succeeds(*words, *other)), without_circumstances(one))
        self.assertNotEqual(estimate(self.anchored("--anchors", 60, "--seed", 1), "mle", "pooled")["value"],
                            estimate(self.anchored("--anchors", 60), "mle", "pooled")["value"])

    def test_as_many_as_there_are_means_all(self):
        for count in (300, 1000):
            data_set = self.anchored("--anchors", count)
            self.assertIsNone(data_set["search"]["anchors"])
            self.assertEqual(data_set["dimension"], self.anchored()["dimension"])

    def test_table_and_csv_say_so(self):
        words = ("measure", self.data, "-k", 9, "--anchors", 80)
        text = self.succeeds(*words)
        self.assertIn("note: measured at 80 of 300 distinct images", text)
        self.assertIn("warning: label sharpness is a lower bound", text)
        row = next(csv.DictReader(io.StringIO(self.succeeds(*words, "--csv", "-"))))
        self.assertEqual(row["anchors"], "80")

    def test_too_few(self):
        self.fails(2, "measure", self.data, "--anchors", 49, mentions=["--anchors: 49 images", "k = 20", "50 or more"])
        self.fails(2, "measure", self.data, "-k", 60, "--anchors", 61, mentions=["--anchors", "k = 60", "62 or more"])


class Invariances(MeasureCase):
    """The acceptance list of label sharpness."""

    def setUp(self):
        super().setUp()
        self.images = noise(60, 6, 6, seed=5) // 2  # 0..127, so that twice as much is still 8 bits
        self.labels = numpy.arange(60) % 2

    def sharpness(self, images, labels=None, *words):
        data_set = self.measured(self.npz(images, self.labels if labels is None else labels), "--protocol", "native",
                                 "-k", 5, *words)
        return data_set["label_sharpness"]["value"], estimate(data_set, "mle", "pooled")["value"]

    def test_scale(self):
        value, dimension = self.sharpness(self.images)
        doubled, dimension_doubled = self.sharpness(2 * self.images)
        self.assertSame(doubled, value / 2)
        self.assertSame(dimension_doubled, dimension)
        for dtype in (numpy.float32, numpy.float64):
            scaled, dimension_scaled = self.sharpness(self.images.astype(dtype) * dtype(3.7))
            self.assertSame(scaled, value / 3.7, 1e-6 if dtype == numpy.float32 else 1e-12)
            self.assertSame(dimension_scaled, dimension, 1e-5 if dtype == numpy.float32 else 1e-12)
        ranged, dimension_ranged = self.sharpness(self.images, None, "--range", "0,1")
        self.assertSame(ranged, value * 255)
        self.assertSame(dimension_ranged, dimension)

    def test_replicated_channels(self):
        value, dimension = self.sharpness(self.images)
        replicated, dimension_replicated = self.sharpness(self.images, None, "--channels", "rgb")
        self.assertSame(replicated, value / math.sqrt(3))
        self.assertSame(dimension_replicated, dimension)
        # Three equal channels are grey as they stand.
        stored, _ = self.sharpness(numpy.repeat(self.images[..., None], 3, axis=3))
        self.assertEqual(stored, value)

    def test_offset_permutation_and_label_swap(self):
        whole = self.sharpness(self.images)
        self.assertEqual(self.sharpness(self.images + 100), whole)
        order = numpy.random.default_rng(0).permutation(36)
        self.assertEqual(self.sharpness(self.images.reshape(60, 36)[:, order].reshape(60, 6, 6)), whole)
        self.assertEqual(self.sharpness(self.images, 1 - self.labels), whole)

    def test_more_samples_are_no_less_sharp(self):
        data = self.npz(noise(400, seed=6), numpy.arange(400) % 2)
        values = [self.measured(data, "-k", 5, "--samples", n, "--seed", 3)["label_sharpness"]["value"]
                  for n in (50, 100, 200, 400)]
        self.assertEqual(values, sorted(values))
        self.assertLess(values[0], values[-1])

    def test_two_points_at_distance_g(self):
        # 30 images on a line of step 1, and one of the other class 2.5 beyond its end.
        points = numpy.append(numpy.arange(30.0), 31.5)[:, None] * numpy.array([[0.6, 0.8]])
        numpy.savez(self.folder / "line.npz", images=points, labels=numpy.arange(31) == 30)
        self.assertSame(self.measured(self.folder / "line.npz", "-k", 5)["label_sharpness"]["value"], 1 / 2.5)


class Determinism(MeasureCase):
    def test_threads_and_simd_change_nothing(self):
        rng = numpy.random.default_rng(1)
        labels = rng.integers(0, 3, 300)
        numpy.save(self.folder / "labels.npy", labels)
        write_images(self.folder / "set" / "a", noise(60, 9, 11, 3))
        write_images(self.folder / "set" / "b", noise(60, 9, 11, seed=1), ".jpg")
        grey, vectors = self.npz(noise(300), labels), self.folder / "vectors.npy"
        numpy.save(vectors, rng.normal(size=(300, 37)).astype(numpy.float32))
        numpy.save(self.folder / "doubles.npy", rng.normal(size=(300, 5)))
        with_labels = ("--labels", self.folder / "labels.npy")
        for words in ((grey, "--protocol", "native"), (grey, "--size", 20), (grey, "--compat", "iclr2024-code"),
                      (self.folder / "set",), (self.folder / "set", "--protocol", "pope2021", "--size", 7),
                      (vectors, *with_labels), (self.folder / "doubles.npy", *with_labels)):
            with self.subTest(words):
                results = {}
                for threads in (1, 2, 7):
                    results[threads] = self.succeeds("measure", *words, "--json", "-", "--threads", threads)
                for level in simd_levels():
                    results[level] = self.succeeds("measure", *words, "--json", "-", "--simd", level)
                for how, result in results.items():
                    self.assertEqual(without_circumstances(result), without_circumstances(results[1]), how)

    def test_seed_changes_draws_and_intervals_alone(self):
        data = self.npz(noise(200), numpy.arange(200) < 60)
        one, same, other = (self.measured(data, "-k", 5, "--seed", seed) for seed in (1, 1, 2))
        for circumstance in ("seconds", "peak_memory_bytes"):
            for data_set in (one, same, other):
                del data_set[circumstance]
        self.assertEqual(one, same)
        self.assertNotEqual(one["label_sharpness"].pop("sampled"), other["label_sharpness"].pop("sampled"))
        self.assertEqual(one["label_sharpness"], other["label_sharpness"])
        for a, b in zip(one["dimension"], other["dimension"]):
            self.assertSame(a["value"], b["value"])  # the order of summation is that of the seed
            if a["interval_method"] == "split_halves":
                self.assertNotEqual(a["interval"], b["interval"])
        self.assertNotEqual(one["dimension_by_images"][0], other["dimension_by_images"][0])
        for key in ("images", "distinct", "classes", "duplicates", "content_hash"):
            self.assertEqual(one[key], other[key])


class Choosing(MeasureCase):
    def setUp(self):
        super().setUp()
        self.set = self.folder / "set"
        for index, (split, name) in enumerate(itertools.product(("train", "test"), ("ant", "bee", "cow"))):
            write_images(self.set / split / name, noise(12 + index, seed=index))

    def classes(self, *words):
        return self.measured(self.set, "-k", 5, *words)["classes"]

    def test_classes(self):
        self.assertEqual(self.classes(), {"ant": 27, "bee": 29, "cow": 31})
        self.assertEqual(self.classes("--classes", "ant,cow"), {"ant": 27, "cow": 31})
        self.assertEqual(self.classes("--classes", "cow", "--classes", "bee"), {"bee": 29, "cow": 31})
        self.fails(2, "measure", self.set, "--classes", "ant,dog", mentions=["--classes", '"dog"', "ant, bee, cow"])

    def test_lists_leave_the_data_alone(self):
        write_images(self.folder / "other" / "ant", noise(15, seed=20))
        write_images(self.folder / "other" / "bee", noise(15, seed=21))
        document = self.document("-k", 5, "--estimator", "mle", "--classes", "ant,bee", self.set, self.folder / "other")
        self.assertEqual([d["name"] for d in document["datasets"]], ["set", "other"])

    def test_positive(self):
        self.assertEqual(self.classes("--positive", "bee"), {"not bee": 58, "bee": 29})
        self.assertEqual(self.classes("--positive", "bee", "--classes", "ant,bee"), {"not bee": 27, "bee": 29})
        self.fails(2, "measure", self.set, "--positive", "dog", mentions=["--positive", '"dog"', "ant, bee, cow"])

    def test_split(self):
        self.assertEqual(self.classes("--split", "train"), {"ant": 12, "bee": 13, "cow": 14})
        self.assertEqual(self.classes("--split", "test"), {"ant": 15, "bee": 16, "cow": 17})
        self.assertEqual(self.classes("--split", "all"), self.classes())
        self.assertEqual(self.measured(self.set, "-k", 5, "--split", "test")["split"], "test")
        self.fails(2, "measure", self.set, "--split", "val", mentions=["--split", '"val"', "train, test"])

    def test_samples(self):
        self.assertEqual(self.classes("--samples", 31), {"ant": 11, "bee": 10, "cow": 10})
        one, same, other = (self.measured(self.set, "-k", 5, "--samples", 31, "--seed", s)["content_hash"]
                            for s in (1, 1, 2))
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)
        self.fails(3, "measure", self.set, "--samples", 1000, mentions=["87 images", "1000", "--samples"])
        self.fails(3, "measure", self.set, "--samples", 87, mentions=['"ant"', "27", "29", "--samples"])


class Tables(MeasureCase):
    def setUp(self):
        super().setUp()
        self.images = noise(60, seed=8)
        write_images(self.folder / "images", self.images)
        rng = numpy.random.default_rng(0)
        self.rows = [{"file": f"images/{i:04}.png", "edema": "yes" if a else "no", "effusion": "ABC"[b],
                      "patient": f"secret-{i // 6}", "part": "train" if i < 30 else "test"}
                     for i, (a, b) in enumerate(zip(rng.integers(0, 2, 60), rng.integers(0, 3, 60)))]
        # The nearest pair of all has one effusion and two edemas, so that edema is the sharper task.
        d = distances(self.images) + numpy.diag([numpy.inf] * 60)
        i, j = numpy.unravel_index(d.argmin(), d.shape)
        self.rows[i]["edema"], self.rows[j]["edema"] = "yes", "no"
        self.rows[i]["effusion"] = self.rows[j]["effusion"] = "A"

    def manifest(self, name="table.csv", delimiter=","):
        with open(self.folder / name, "w", newline="") as file:
            writer = csv.DictWriter(file, self.rows[0].keys(), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(self.rows)
        return self.folder / name

    def test_manifest_and_labels_beside_a_folder_agree(self):
        words = ("--label-column", "edema", "-k", 5)
        one = self.measured(self.manifest(), *words)
        two = self.measured(self.folder, "--labels", self.manifest("semicolon.csv", ";"), *words)
        self.assertEqual((one["format"], two["format"]), ("table", "table"))
        for key in ("images", "classes", "content_hash", "dimension", "label_sharpness"):
            self.assertEqual(one[key], two[key])
        self.assertEqual(one["label_sharpness"]["pairs"][0]["a"][:7], "images/")

    def test_columns_are_ranked_by_sharpness(self):
        table = self.manifest()
        both = self.measured(table, "--label-column", "effusion,edema", "-k", 5)
        self.assertEqual([task["label_column"] for task in both["tasks"]], ["edema", "effusion"])
        self.assertGreater(both["tasks"][0]["label_sharpness"]["value"], both["tasks"][1]["label_sharpness"]["value"])
        self.assertEqual(both["label_sharpness"], both["tasks"][0]["label_sharpness"])
        self.assertEqual(both["classes"], both["tasks"][0]["classes"])
        for task in both["tasks"]:
            alone = self.measured(table, "--label-column", task["label_column"], "-k", 5)
            self.assertEqual(alone["tasks"], [task])
            self.assertEqual(alone["dimension"], both["dimension"])
        text = self.succeeds("measure", table, "--label-column", "effusion,edema", "-k", 5)
        self.assertLess(text.index("edema (2 classes)"), text.index("effusion (3 classes)"))

    def test_split_column(self):
        data_set = self.measured(self.manifest(), "--label-column", "edema", "--split-column", "part", "--split", "test",
                                 "-k", 5)
        self.assertEqual((data_set["images"], data_set["split"]), (30, "test"))

    def test_groups(self):
        words = (self.manifest(), "--label-column", "edema", "--group-column", "patient", "-k", 5, "--protocol", "native")
        within, across = self.measured(*words), self.measured(*words, "--across-groups")
        d, labels, group = distances(self.images), [row["edema"] for row in self.rows], numpy.arange(60) // 6
        d[group[:, None] == group[None, :]] = numpy.inf
        t = numpy.sort(d, axis=1)[:, :5]
        self.assertSame(estimate(within, "mle", "pooled")["value"], mle(self.images, 5))
        self.assertSame(estimate(across, "mle", "pooled")["value"], 60 * 4 / numpy.log(t[:, 4:] / t[:, :4]).sum())
        nearest = min(d[i, j] for i in range(60) for j in range(i) if labels[i] != labels[j])
        self.assertSame(across["label_sharpness"]["smallest_distance"], nearest)

    def test_groups_are_never_printed(self):
        words = (self.manifest(), "--label-column", "edema", "--group-column", "patient", "--across-groups", "-k", 5)
        for form in ((), ("--json", "-"), ("--csv", "-")):
            self.assertNotIn("secret-", self.succeeds("measure", *words, *form))


class Output(MeasureCase):
    def setUp(self):
        super().setUp()
        self.one = self.npz(noise(60), numpy.arange(60) % 2, "first set.npz")
        self.two = self.npz(noise(60, seed=1), numpy.arange(60) % 3, "second,set.npz")

    def test_table(self):
        text = self.succeeds("measure", self.one, self.two)
        head, first, second = text.splitlines()[:3]
        for word in ("data set", "images", "distinct", "dimension (MLE, k = 20)", "TwoNN", "label sharpness"):
            self.assertIn(word, head)
        data_set = self.measured(self.one)
        pooled = estimate(data_set, "mle", "pooled")
        self.assertTrue(first.startswith("first set.npz"))
        self.assertIn(f"{pooled['value']:.2f} [{pooled['interval'][0]:.2f}, {pooled['interval'][1]:.2f}]", first)
        self.assertIn(f"{data_set['label_sharpness']['value']:.4g}", first)
        self.assertTrue(second.startswith("second,set.npz"))
        self.assertEqual(text.count("nearest pair with different labels"), 2)
        self.assertIn("protocol iclr2024, 224 x 224 x 1, 0..255", text)
        self.assertIn("warning: 60 distinct images are few for k = 20", text)

    def test_json_alone_on_standard_output(self):
        text = self.succeeds("measure", self.one, "--json", "-")
        self.assertTrue(text.startswith("{") and text.endswith("}\n"))
        json.loads(text)
        self.assertEqual(self.succeeds("measure", self.one, "--json", "-", "--quiet")[0], "{")

    def test_files_beside_the_table(self):
        text = self.succeeds("measure", self.one, "--json", self.folder / "o.json", "--csv", self.folder / "o.csv")
        self.assertTrue(text.startswith("data set"))
        json.loads((self.folder / "o.json").read_text())
        self.assertEqual((self.folder / "o.csv").read_text().count("\n"), 2)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                         ["first set.npz", "o.csv", "o.json", "second,set.npz"])

    def test_quiet(self):
        self.assertEqual(self.succeeds("measure", self.one, "--quiet", "--json", self.folder / "o.json"), "")
        self.assertTrue((self.folder / "o.json").exists())

    def test_csv_holds_the_numbers_of_the_json(self):
        words = (self.one, self.two, "-k", 5)
        rows = list(csv.DictReader(io.StringIO(self.succeeds("measure", *words, "--csv", "-"), newline="")))
        self.assertEqual([row["name"] for row in rows], ["first set.npz", "second,set.npz"])
        for row, data_set in zip(rows, self.document(*words)["datasets"]):
            for column, (estimator, variant) in {"mle": ("mle", "pooled"), "mle_as_published": ("mle", "as_published"),
                                                 "twonn": ("twonn", "ml")}.items():
                e = estimate(data_set, estimator, variant)
                numbers = [float(row[column + end]) for end in ("", "_std_error", "_low", "_high")]
                self.assertEqual(numbers, [e["value"], e["std_error"], *e["interval"]])
            sharpness = data_set["label_sharpness"]
            for column, value in {"images": 60, "distinct": 60, "duplicates": 0, "ambient_dimension": 50176, "k": 5,
                                  "classes": len(data_set["classes"]), "label_sharpness": sharpness["value"],
                                  "smallest_distance": sharpness["smallest_distance"],
                                  "label_sharpness_sampled_mean": sharpness["sampled"]["mean"],
                                  "label_sharpness_sampled_sd": sharpness["sampled"]["sd"],
                                  "conflicting_pairs": 0}.items():
                self.assertEqual(float(row[column]), value, column)

    def test_a_link_and_an_old_file_are_replaced(self):
        target, link = self.folder / "target.json", self.folder / "link.json"
        target.write_text("old")
        link.symlink_to(target)
        self.succeeds("measure", self.one, "--quiet", "--json", link)
        self.assertTrue(link.is_symlink())
        json.loads(target.read_text())

    def test_compat(self):
        plain, published = self.measured(self.one), self.measured(self.one, "--compat", "iclr2024-code")
        self.assertNotIn("as_published", plain["label_sharpness"])
        self.assertEqual(published["protocol"]["name"], "iclr2024-code")
        as_published = published["label_sharpness"]["as_published"]
        self.assertEqual(as_published["m"], 60)
        self.assertLessEqual(as_published["value"], published["label_sharpness"]["value"])
        self.assertIn("as the published code samples it", self.succeeds("measure", self.one, "--compat", "iclr2024-code"))

    def test_estimators(self):
        def names(*words):
            return {e["estimator"] for e in self.measured(self.one, *words)["dimension"]}
        self.assertEqual(names(), {"mle", "twonn", "gride"})
        self.assertEqual(names("--estimator", "twonn"), {"twonn"})
        self.assertEqual(names("--estimator", "gride,mle"), {"gride", "mle"})

    def test_all_estimators(self):
        data_set = self.measured(self.one, "--estimator", "all")
        skipped = {one["estimator"]: one["reason"] for one in data_set["skipped"]}
        found = {one["estimator"] for one in data_set["dimension"]}
        self.assertEqual(found | set(skipped), set(SCHEMA["$defs"]["dimension"]["properties"]["estimator"]["enum"]))
        self.assertIn("needs at least 101 distinct points", skipped["mom"])
        self.assertTrue(any("no estimate by mom: it needs at least 101" in line for line in data_set["warnings"]))
        plain = self.measured(self.one)
        self.assertEqual([one for one in data_set["dimension"] if one["estimator"] in ("mle", "twonn")],
                         [one for one in plain["dimension"] if one["estimator"] != "gride"])

    def test_calibrated_dimensions(self):
        points = numpy.random.default_rng(4).uniform(0, 255, (300, 8))
        numpy.save(self.folder / "points.npy", points)
        words = (self.folder / "points.npy", "--estimator", "calibrated,mle,twonn,tle")
        found = self.measured(*words)
        line = "calibrated by simulation at 300 images: MLE {:.2f} [{:.2f}, {:.2f}], TwoNN {:.2f} [{:.2f}, {:.2f}]"
        shown = []
        for estimator, variant in (("mle", "pooled"), ("twonn", "ml")):
            one = estimate(found, estimator, variant)["calibrated"]
            self.assertAlmostEqual(one["value"] ** 3, one["ball"] * one["sphere"] * one["torus"], delta=1e-6)
            self.assertLess(one["interval"][0], one["value"])
            self.assertLess(one["value"], one["interval"][1])
            shown += [one["value"], *one["interval"]]
        self.assertNotIn("calibrated", next(one for one in found["dimension"] if one["estimator"] == "tle"))
        ours = estimate(found, "calibrated", "posterior_mean")
        self.assertTrue(5 < ours["interval"][0] < ours["value"] < ours["interval"][1] < 10)
        whole = estimate(found, "calibrated", "whole")
        self.assertEqual([whole["value"], *whole["interval"]], [round(ours["value"]), *map(round, ours["interval"])])
        text = self.succeeds("measure", *words)
        self.assertIn(line.format(*shown), text)
        self.assertIn("calibrated (posterior_mean)", text)
        few = estimate(self.measured(self.one), "mle", "pooled")
        self.assertNotIn("calibrated", few)
        self.assertEqual(few["calibration_note"], "calibration begins at 128 points, and there are 60")

    def test_mixture_neighbourhoods_and_noise(self):
        points = numpy.random.default_rng(4).normal(0, 40, (150, 3)) @ numpy.random.default_rng(5).normal(0, 1, (3, 12))
        points += numpy.random.default_rng(6).normal(0, 5, points.shape)
        numpy.save(self.folder / "points.npy", points)
        words = ("--estimator", "abide,hidalgo,mle_noise,mle", "--components", 3)
        plain = self.measured(self.folder / "points.npy", *words)
        self.assertEqual([one["estimator"] for one in plain["skipped"]], ["mle_noise"])
        self.assertIn("noise_std", plain["skipped"][0]["reason"])
        abide, hidalgo = estimate(plain, "abide", "binomial"), estimate(plain, "hidalgo", "posterior_mean")
        self.assertTrue(0 <= abide["p_value"] <= 1 and 3 <= abide["k_star"]["min"] <= abide["k_star"]["mean"] <= 99)
        self.assertEqual(len(hidalgo["components"]), 3)
        self.assertAlmostEqual(sum(one["weight"] for one in hidalgo["components"]), 1)
        told = self.measured(self.folder / "points.npy", *words, "--noise-std", 5)
        corrected = estimate(told, "mle_noise", "translated_poisson")
        self.assertEqual(corrected["noise_std"], 5)
        self.assertLess(corrected["value"], estimate(told, "mle", "pooled")["value"])
        self.assertGreater(corrected["value"], 2)
        text = self.succeeds("measure", self.folder / "points.npy", *words)
        self.assertRegex(text, r"abide \(binomial\) .*; neighbours [\d.]+ on average; p [=<] ")
        self.assertRegex(text, r"hidalgo \(posterior_mean\) .*; \d+ % of [\d.]+, \d+ % of [\d.]+, \d+ % of ")
        self.fails(2, "measure", self.folder / "points.npy", "--noise-std", 0, mentions=("--noise-std",))
        self.fails(2, "measure", self.folder / "points.npy", "--components", 0, mentions=("--components",))
        self.fails(2, "measure", self.one, "--noise-std", 5, "--size", 16, mentions=("--noise-std", "--protocol native"))

    def test_values_of_images(self):
        copies = numpy.concatenate([noise(120), noise(120)[:1]])
        file, out = self.npz(copies, numpy.arange(121) % 2, "copies.npz"), self.folder / "local.csv"
        words = (file, "--protocol", "native", "--estimator", "mle,hidalgo,abide,twonn", "-k", 5)
        table = self.succeeds("measure", *words, "--local", out)
        self.assertTrue(table.startswith("data set"))
        rows = list(csv.DictReader(io.StringIO(out.read_text(), newline="")))
        self.assertEqual(list(rows[0]), ["name", "path", "mle", "abide_k_star", "hidalgo", "hidalgo_probabilities_1",
                                         "hidalgo_probabilities_2"])
        self.assertEqual([row["path"] for row in rows], [str(i) for i in range(121)])
        t = neighbor_distances(noise(120))
        for row, value in zip(rows, 4 / numpy.log(t[:, 4:5] / t[:, :4]).sum(axis=1)):
            self.assertSame(float(row["mle"]), value)
            self.assertAlmostEqual(float(row["hidalgo_probabilities_1"]) + float(row["hidalgo_probabilities_2"]), 1)
        self.assertEqual({**rows[120], "path": "0"}, rows[0])
        self.assertEqual(self.succeeds("measure", *words, "--local", "-"), out.read_text())
        anchored = self.succeeds("measure", *words, "--local", "-", "--anchors", 60)
        found = list(csv.DictReader(io.StringIO(anchored, newline="")))
        self.assertIn(sum(row["mle"] != "" for row in found), (60, 61))  # a copy has the value of its original
        self.fails(2, "measure", *words, "--local", out, "--json", out, mentions=("is taken by --json",))

    def test_protocols(self):
        write_images(self.folder / "set" / "a", noise(20, 10, 14, 3))
        write_images(self.folder / "set" / "b", noise(20, 10, 14, 3, seed=1))
        for words, name, size, channels, limits in (
                ((), "iclr2024", [224, 224], 3, [0, 255]),
                (("--protocol", "miccai2022"), "miccai2022", [224, 224], 1, [0, 255]),
                (("--protocol", "pope2021"), "pope2021", [32, 32], 3, [0, 1]),
                (("--protocol", "native"), "native", [10, 14], 3, None),
                (("--size", "16"), "iclr2024+size=16", [16, 16], 3, [0, 255]),
                (("--size", "9x12", "--channels", "grey"), "iclr2024+size=9x12+channels=grey", [9, 12], 1, [0, 255]),
                (("--range", "0,1"), "iclr2024+range=0,1", [224, 224], 3, [0, 1])):
            with self.subTest(words):
                data_set = self.measured(self.folder / "set", "-k", 5, *words)
                self.assertEqual(data_set["protocol"],
                                 {"name": name, "view": "stored", "size": size, "channels": channels, "range": limits})
                self.assertEqual(data_set["ambient_dimension"], size[0] * size[1] * channels)


if __name__ == "__main__":
    unittest.main()
