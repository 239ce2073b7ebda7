"""`fathom relate`: the laws of tables of results, against NumPy's least squares."""

import csv
import io
import json
import unittest

import jsonschema
import numpy

from support import ROOT, Case


def made_cells(models=("resnet18",), seed=0):
    """Rows of a study: twelve data sets of two domains, four training sizes, log L = 2 - 3 log N / d + 0.5 log K + noise."""
    random = numpy.random.default_rng(seed)
    rows = []
    for g in range(12):
        dimension, sharpness, effect = random.uniform(5, 30), 10 ** random.uniform(-4.5, -3.5), random.normal(0, 0.1)
        for model in models:
            for samples in (250, 500, 1000, 2000):
                loss = numpy.exp(2 - 3 * numpy.log(samples) / dimension + 0.5 * numpy.log(sharpness) + effect
                                 + random.normal(0, 0.05) + (0.3 if model == "vgg13" else 0))
                accuracy = 0.6 - 0.005 * dimension + 0.03 * numpy.log(samples) + random.normal(0, 0.01)
                rows.append({"dataset": f"set{g}", "domain": "medical" if g < 5 else "natural", "model": model,
                             "samples": samples, "seed": 0, "dimension": dimension, "label_sharpness": sharpness,
                             "representation_dimension": 0.8 * dimension, "test_loss": loss, "test_accuracy": accuracy,
                             "best_test_accuracy": accuracy + 0.01, "fgsm_2_loss": loss + 1e4 * sharpness,
                             "fgsm_2_accuracy": accuracy - 0.1, "peak_dimension": 2 * dimension + random.normal(),
                             "peak_relative_depth": 0.4 + 0.2 * (g >= 5) + random.normal(0, 0.05)})
    return rows


def write_table(path, rows, delimiter=","):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def column(rows, name):
    return numpy.array([row[name] for row in rows])


def clustered_errors(design, cluster, response):
    """CR2 and its Satterthwaite degrees of freedom from I - H itself (Bell and McCaffrey 2002): [(error, freedom)] by coefficient."""
    inverse = numpy.linalg.inv(design.T @ design)
    maker = numpy.eye(len(design)) - design @ inverse @ design.T
    weights = []
    for name in sorted(set(cluster)):
        rows = numpy.flatnonzero(numpy.array(cluster) == name)
        values, vectors = numpy.linalg.eigh(maker[numpy.ix_(rows, rows)])
        root = vectors @ numpy.diag(values ** -0.5) @ vectors.T
        weights.append(maker[:, rows] @ root @ design[rows] @ inverse)
    found = []
    for own in numpy.array(weights).transpose(2, 0, 1):
        spread = own @ own.T
        found.append((numpy.sum((own @ response) ** 2) ** 0.5, numpy.trace(spread) ** 2 / numpy.sum(spread**2)))
    return found


class Relate(Case):
    def related(self, rows, *words):
        table = write_table(self.folder / "results.csv", rows)
        document = json.loads(self.succeeds("relate", table, *words, "--json", "-"))
        jsonschema.validate(document, json.loads((ROOT / "docs/schema/relate-1.schema.json").read_text()))
        return document

    def fit(self, document, name, **subset):
        found = [f for f in document["fits"] if f["name"] == name and
                 f["subset"] == {"model": None, "domain": None, "samples": None, **subset}]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_least_squares(self):
        rows = made_cells()
        document = self.related(rows)
        self.assertEqual((document["cells"], len(document["datasets"])), (48, 12))
        found = self.fit(document, "log L on (log N)/d and log K_F")
        design = numpy.column_stack([numpy.ones(48), -numpy.log(column(rows, "samples")) / column(rows, "dimension"),
                                     numpy.log(column(rows, "label_sharpness"))])
        truth = numpy.linalg.lstsq(design, numpy.log(column(rows, "test_loss")), rcond=None)[0]
        self.assertEqual([t["name"] for t in found["terms"]],
                         ["intercept", "negative_log_samples_over_dimension", "log_label_sharpness"])
        numpy.testing.assert_allclose([t["estimate"] for t in found["terms"]], truth, rtol=1e-9)
        for kind, cluster in (("cluster", [row["dataset"] for row in rows]), ("robust", range(48))):
            numpy.testing.assert_allclose([(t[kind]["std_error"], t[kind]["degrees_of_freedom"]) for t in found["terms"]],
                                          clustered_errors(design, cluster, numpy.log(column(rows, "test_loss"))), rtol=1e-7)
        self.assertEqual([e["left_out"] for e in found["influence"]], sorted(document["datasets"]))
        penalties = [c for c in document["correlations"] if c["y"] == "loss_penalty" and c["level"] == "dataset_means"]
        self.assertEqual(len(penalties), 1)
        self.assertAlmostEqual(penalties[0]["pearson"]["r"], 1, 9)
        self.assertEqual(document["shares"][0]["below"], 48)
        depth = self.fit(document, "relative depth of the peak by domain")
        medical = numpy.mean([row["peak_relative_depth"] for row in rows if row["domain"] == "medical"])
        self.assertAlmostEqual(depth["terms"][0]["estimate"], medical, 12)

    def test_each_model_on_its_own(self):
        rows = made_cells(models=("resnet18", "vgg13"))
        document = self.related(rows)
        both = self.fit(document, "log L on (log N)/d and log K_F")
        self.assertEqual((both["n"], both["terms"][-1]["name"]), (96, "model[vgg13]"))
        one = self.fit(document, "log L on (log N)/d and log K_F", model="vgg13")
        alone = self.fit(self.related([row for row in rows if row["model"] == "vgg13"]), "log L on (log N)/d and log K_F")
        self.assertEqual(one["terms"], alone["terms"])
        self.assertIn("each model on its own", self.succeeds("relate", write_table(self.folder / "t.csv", rows)))

    def test_tables_in_any_order_and_form_give_the_same(self):
        rows = made_cells()
        whole = self.related(rows)
        one = write_table(self.folder / "one.csv", rows[:20], delimiter=";")
        two = write_table(self.folder / "two.csv", rows[20:], delimiter="\t")
        parts = json.loads(self.succeeds("relate", one, two, "--json", "-", "--threads", 3))
        for document in (whole, parts):
            del document["command"]
        self.assertEqual(whole, parts)

    def test_csv_has_what_the_json_has(self):
        table = write_table(self.folder / "results.csv", made_cells())
        document = self.related(made_cells())
        lines = list(csv.DictReader(io.StringIO(self.succeeds("relate", table, "--csv", "-"))))
        terms = [line for line in lines if line["kind"] == "fit"]
        self.assertEqual([float(line["estimate"]) for line in terms],
                         [t["estimate"] for f in document["fits"] for t in f["terms"]])
        term = document["fits"][0]["terms"][1]
        self.assertEqual(float(terms[1]["jackknife_low"]), term["jackknife"]["interval"][0])
        self.assertEqual(float(terms[1]["cluster_degrees_of_freedom"]), term["cluster"]["degrees_of_freedom"])
        self.assertEqual(float(terms[1]["robust_low"]), term["robust"]["interval"][0])
        correlations = [line for line in lines if line["kind"] == "correlation" and line["term"] == "pearson"]
        self.assertEqual([float(line["estimate"]) for line in correlations],
                         [c["pearson"]["r"] for c in document["correlations"]])

    def test_seed_decides_the_bootstrap_and_threads_do_not(self):
        rows = made_cells()
        one, same, other = (self.related(rows, "--seed", seed, "--threads", threads)["correlations"]
                            for seed, threads in ((1, 1), (1, 5), (2, 1)))
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)

    def test_a_trend_that_rests_on_one_data_set_is_told(self):
        random = numpy.random.default_rng(3)
        rows = [{"dataset": f"set{g}", "model": "resnet18", "samples": samples, "dimension": d + random.uniform(-1, 1),
                 "test_loss": numpy.exp(random.normal(0, 0.1) - (4 if d < 5 else 0))}
                for g, d in enumerate((3, 11, 12, 13, 14, 15)) for samples in (500, 1000, 2000)]
        text = "\n".join(self.related(rows)["warnings"])
        self.assertIn("the trend rests on one data set: without set0 R^2 falls from", text)
        self.assertRegex(text, r"of 1 of 1 slopes have fewer than 4 degrees of freedom \(least: [123]\.\d, negative log")
        plan = self.succeeds("plan", self.folder / "results.csv", "--dimension", 10, "--target-loss", 0.9, "--extrapolate")
        self.assertIn("the trend rests on one data set: without set0", plan)
        self.assertNotIn("rests on one", "\n".join(self.related(made_cells())["warnings"]))

    def test_what_is_passed_over_is_told(self):
        rows = [dict(row, note="x") for row in made_cells()]
        rows[5]["test_loss"] = 0
        warnings = "\n".join(self.related(rows + rows[:2])["warnings"])
        self.assertIn("a test loss of 0 has no logarithm: 1 cell is left out", warnings)
        self.assertIn("columns that no law uses: note", warnings)
        self.assertIn("2 cells are equal to an earlier one", warnings)

    def test_reference(self):
        document = json.loads(self.succeeds("relate", "--reference", "--json", "-"))
        jsonschema.validate(document, json.loads((ROOT / "docs/schema/relate-1.schema.json").read_text()))
        line = self.fit(document, "accuracy on d", domain="medical", samples=2000)
        self.assertEqual((round(line["r_squared"], 4), round(line["terms"][0]["estimate"], 4)), (0.8243, 1.0035))
        self.assertIn("without prostate R^2 falls from 0.79 to 0.06", "\n".join(document["warnings"]))
        text = self.succeeds("relate", "--reference")
        self.assertRegex(text, r"medical, N = 2000 +7 +1\.0035 +-0\.01937 .* 0\.824\n")
        self.assertIn("warning: ", text)

    def test_files(self):
        table = write_table(self.folder / "results.csv", made_cells())
        self.assertEqual(self.succeeds("relate", table, "--json", self.folder / "a.json", "--csv", self.folder / "a.csv",
                                       "--quiet"), "")
        self.assertTrue((self.folder / "a.json").read_text().endswith("}\n"))
        self.assertTrue((self.folder / "a.csv").read_text().startswith("kind,law,"))

    def test_wrong_usage(self):
        self.fails(2, "relate", mentions=("RESULTS", "--reference"))
        self.fails(2, "relate", "x.csv", "--reference", mentions=("--reference",))
        self.fails(2, "relate", "x.csv", "--json", self.folder / "none" / "x.json", mentions=("--json",))
        self.fails(2, "relate", "x.csv", "--json", "-", "--csv", "-", mentions=("--csv", "--json"))
        self.fails(2, "relate", "x.csv", "--threads", 0, mentions=("--threads",))

    def test_tables_that_cannot_be_used(self):
        self.fails(3, "relate", self.folder / "none.csv", mentions=("none.csv",))
        rows = made_cells()
        rows[6]["test_accuracy"] = 87
        bad = write_table(self.folder / "bad.csv", rows)
        self.fails(3, "relate", bad, mentions=("bad.csv:8", 'test_accuracy "87"', "percentages"))
        empty = write_table(self.folder / "empty.csv", [{"dataset": "a", "samples": 5}])
        self.fails(3, "relate", empty, mentions=("empty.csv", "values of no law"))


class Plan(Case):
    def planned(self, *words):
        document = json.loads(self.succeeds("plan", *words, "--json", "-"))
        jsonschema.validate(document, json.loads((ROOT / "docs/schema/plan-1.schema.json").read_text()))
        return document

    def curve(self):
        rows = [{"samples": n, "test_loss": loss, "test_accuracy": 1 - loss / 2}
                for n, loss in ((250, 1.2), (500, 0.95), (1000, 0.66), (2000, 0.52), (4000, 0.36))]
        return write_table(self.folder / "curve.csv", rows)

    def test_from_a_study(self):
        rows = made_cells()
        table = write_table(self.folder / "results.csv", rows)
        question = ("--dimension", 14, "--label-sharpness", 1e-4)
        target = numpy.exp(2 - 3 * numpy.log(1000) / 14 + 0.5 * numpy.log(1e-4))
        document = self.planned(table, *question, "--target-loss", target)
        # The need for this target is 1000 in the law itself; the study knows the law with some error.
        self.assertLess(document["samples"]["interval"][0], 1000)
        self.assertGreater(document["samples"]["interval"][1], 1000)
        fit = {t["name"]: t["estimate"] for t in document["fit"]["terms"]}
        log_samples = 14 * (fit["intercept"] + fit["log_label_sharpness"] * numpy.log(1e-4) - numpy.log(target)) / \
            fit["negative_log_samples_over_dimension"]
        self.assertAlmostEqual(numpy.log(document["samples"]["value"]), log_samples, 9)
        text = self.succeeds("plan", table, *question, "--target-loss", target)
        self.assertRegex(text, r"^training images for a test loss of [\d.]+: \d+ \(95 % prediction interval: \d+ to \d+\)\n")

    def test_from_a_pilot(self):
        document = self.planned("--pilot", self.curve(), "--target-loss", 0.3)
        # Inverse regression, in NumPy (tests/unit/relate/annotation_plan_test.cpp).
        self.assertAlmostEqual(document["samples"]["value"], 6484.6214, 3)
        numpy.testing.assert_allclose(document["samples"]["interval"], [4382.2093, 10329.1861], rtol=1e-6)
        self.assertIn("the law has no floor", "\n".join(document["warnings"]))
        accuracy = self.planned("--pilot", self.curve(), "--target-accuracy", 0.8)
        slope, level = numpy.polyfit(numpy.log([250, 500, 1000, 2000, 4000]),
                                     1 - numpy.array([1.2, 0.95, 0.66, 0.52, 0.36]) / 2, 1)
        self.assertAlmostEqual(numpy.log(accuracy["samples"]["value"]), (0.8 - level) / slope, 9)

    def test_refuses_to_extrapolate(self):
        words = ("plan", "--pilot", self.curve(), "--target-loss", 0.1)
        self.fails(2, *words, mentions=("--target-loss", "largest training size fitted (4000)", "--extrapolate"))
        text = self.succeeds(*words, "--extrapolate")
        self.assertIn("warning: ", text)
        self.succeeds(*words, "--max-extrapolation", 100)
        table = write_table(self.folder / "results.csv", made_cells())
        self.fails(2, "plan", table, "--dimension", 90, "--target-accuracy", 0.8, mentions=("--dimension", "90"))

    def test_wrong_usage(self):
        self.fails(2, "plan", mentions=("RESULTS", "--pilot"))
        self.fails(2, "plan", "x.csv", "--pilot", "y.csv", mentions=("--pilot",))
        curve = self.curve()
        self.fails(2, "plan", "--pilot", curve, mentions=("--target-loss", "--target-accuracy"))
        self.fails(2, "plan", "--pilot", curve, "--target-accuracy", 87, mentions=("--target-accuracy", "between 0 and 1"))
        self.fails(2, "plan", "--pilot", curve, "--target-accuracy", "high", mentions=("--target-accuracy",))
        self.fails(2, "plan", "--pilot", curve, "--target-loss", 0.3, "--label-sharpness", 1, mentions=("--label-sharpness",))
        self.fails(2, "plan", "--pilot", curve, "--target-loss", "nan", mentions=("--target-loss",))
        two = write_table(self.folder / "two.csv", made_cells(models=("resnet18", "vgg13")))
        words = ("plan", two, "--dimension", 14, "--target-loss", 0.005)
        self.fails(2, *words, mentions=("--model", "resnet18, vgg13"))
        self.fails(2, *words, "--model", "vgg99", mentions=("--model", "vgg99"))

    def test_data_that_do_not_suffice(self):
        rows = [{"samples": 500, "test_loss": 0.5}, {"samples": 1000, "test_loss": 0.4}]
        short = write_table(self.folder / "short.csv", rows)
        self.fails(3, "plan", "--pilot", short, "--target-loss", 0.3, mentions=("short.csv", "too few"))
        rising = write_table(self.folder / "rising.csv", rows[::-1] + [{"samples": 2000, "test_loss": 0.9}])
        self.fails(3, "plan", "--pilot", rising, "--target-loss", 0.3, mentions=("rising.csv", "does not fall"))
        table = write_table(self.folder / "results.csv", made_cells())
        self.fails(3, "plan", "--pilot", table, "--target-loss", 0.3, mentions=("results.csv", "several data sets"))


if __name__ == "__main__":
    unittest.main()
