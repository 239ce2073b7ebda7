"""`fathom catalog`, and DATA by name: what the program prints of them, and that nothing in it names a patient."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

from support import ROOT, Case, run

SCHEMA = json.loads((ROOT / "docs" / "schema" / "catalog-1.schema.json").read_text())
MEASURE_SCHEMA = json.loads((ROOT / "docs" / "schema" / "measure-1.schema.json").read_text())
NAMES = "brats dbc oai chexpert mura rsna prostate isic mnist svhn cifar10 cifar100 imagenet celeba coco".split()


class CatalogCase(Case):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="fathom-trees-")
        cls.addClassCleanup(holder.cleanup)
        cls.trees = pathlib.Path(holder.name)
        script = ROOT / "tests" / "unit" / "catalog" / "make_trees.py"
        subprocess.run([sys.executable, "-B", script, cls.trees], check=True)

    def catalog(self, *arguments):
        document = json.loads(self.succeeds("catalog", *arguments, "--json", "-"))
        errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
        self.assertEqual(errors, [], errors[:1])
        return document


class Cards(CatalogCase):
    def test_list(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        text = self.succeeds("catalog")
        for name in NAMES:
            self.assertRegex(text, rf"(?m)^{name} ")
        document = self.catalog()
        self.assertEqual([entry["name"] for entry in document["entries"]], NAMES)
        self.assertIsNone(document["check"])

    def test_card(self):
        text = self.succeeds("catalog", "chexpert")
        self.assertIn("an explicit 0 says that the report denies", " ".join(text.split()))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)
        [entry] = self.catalog("chexpert")["entries"]
        self.assertEqual(entry["tasks"][0], {
            "name": "Pleural Effusion", "classes": ["not Pleural Effusion", "Pleural Effusion"],
            "rule": "positive where the column is 1; negative where it is -1 (uncertain) or blank (not mentioned); left out "
                    "where it is an explicit 0"})

    def test_wrong_usage(self):
        self.fails(2, "catalog", "chexprt", mentions=["\"chexprt\"", "did you mean chexpert?"])
        self.fails(2, "catalog", "--check", self.trees, mentions=["--check", "fathom catalog NAME --check DIR"])
        self.fails(2, "catalog", "mura", "--every-image", mentions=["--every-image"])
        self.fails(2, "catalog", "chexpert:Edma", "--check", self.trees, mentions=["has no task \"Edma\""])

    def test_check(self):
        self.assertIn("4 images in 3 groups\nclasses: not Pleural Effusion 2, Pleural Effusion 2\n",
                      self.succeeds("catalog", "chexpert", "--check", self.trees / "chexpert"))
        check = self.catalog("chexpert:Edema", "--check", self.trees / "chexpert", "--every-image")["check"]
        self.assertEqual((check["task"], check["whole"], check["images"], check["groups"], check["decoded"]),
                         ("Edema", True, 4, 2, 4))

    def test_paths_can_be_redacted(self):
        folder = self.folder / "secretplace"
        shutil.copytree(self.trees / "chexpert", folder)
        images = list(folder.rglob("*.jpg"))
        for image in images:
            image.write_bytes(b"nothing")
        for words in (("--json", "-"), ()):
            done = run("catalog", "chexpert", "--check", folder, "--every-image", *words, "--redact-paths")
            self.assertEqual(done.returncode, 3)
            self.assertIn("is not all of CheXpert", done.stderr)
            self.assertRegex(done.stdout, "[0-9a-f]{16}")
            for part in ("secretplace", str(self.folder), *(image.parent.parent.name for image in images)):
                self.assertNotIn(part, done.stdout + done.stderr)

    def test_check_of_a_part(self):
        done = run("catalog", "mura", "--check", self.trees / "mura")
        self.assertEqual(done.returncode, 3)
        self.assertIn("train: 5 of 36808: not what the publisher has\n", done.stdout)
        self.assertRegex(done.stderr, r"^fathom: error: .*mura: is not all of MURA-v1.1 as its publisher has it; .+\n$")


class Data(CatalogCase):
    """Names stand where paths do."""

    def test_measure(self):
        done = self.succeeds("measure", f"mura:{self.trees / 'mura'}", "--protocol", "native", "-k", 3, "--json", "-",
                             "--split", "train")
        document = json.loads(done)
        self.assertEqual(list(jsonschema.Draft202012Validator(MEASURE_SCHEMA).iter_errors(document)), [])
        [data_set] = document["datasets"]
        self.assertEqual((data_set["name"], data_set["format"], data_set["classes"]),
                         ("mura", "table", {"normal": 3, "abnormal": 2}))
        self.assertIn("abnormal where the folder of the study ends in _positive", " ".join(data_set["notes"]))

    def test_listing_order(self):
        notes = self.measured(f"mura:{self.trees / 'mura'}", "--protocol", "native", "-k", 3, "--samples", 6, "--compat",
                              "iclr2024-code")["notes"]
        self.assertTrue(any("in the order of the data, as the published code does" in note for note in notes), notes)

    def test_wrong_data(self):
        self.fails(2, "measure", "chexprt:somewhere", mentions=["did you mean chexpert?"])
        self.fails(2, "measure", f"mura:{self.trees / 'mura'}", "--group-column", "x", mentions=["--group-column"])
        self.fails(3, "measure", f"mura:{self.trees / 'isic'}", mentions=["holds no train_image_paths.csv", "fathom catalog mura"])


class Privacy(CatalogCase):
    """Names that stand in tables are in no output, error or file."""

    SECRET = "Doe^Jane"

    def nowhere(self, *texts):
        for text in texts:
            self.assertNotIn("Doe", text)
        for path in (self.folder / "out").rglob("*"):
            if path.is_file():
                self.assertNotIn(b"Doe", path.read_bytes(), path)

    def planted(self, tree, table, old):
        """A copy of a tree whose table has the name in place of `old`, everywhere."""
        folder = self.folder / "planted"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.trees / tree, folder)
        text = (folder / table).read_text()
        self.assertIn(old, text)
        (folder / table).write_text(text.replace(old, self.SECRET))
        return folder

    def test_results(self):
        out = self.folder / "out"
        out.mkdir()
        folder = self.planted("isic", "ISIC_2019_Training_Metadata.csv", "BCN_0003884")
        (self.folder / "more").mkdir()
        done = run("measure", f"mura:{self.trees / 'mura'}", f"isic:{folder}", "--protocol", "native", "-k", 3, "--json",
                   out / "a.json", "--csv", out / "a.csv", "--workdir", out)
        self.nowhere(done.stdout, done.stderr)
        done = run("catalog", "isic", "--check", folder, "--json", out / "check.json")
        self.assertIn("4 images in 2 groups, 1 in none", done.stdout)
        self.nowhere(done.stdout, done.stderr)

    def test_dicom(self):
        # Every file of make_trees.py is of the patient Doe^Jane, born on a day of 1950.
        out = self.folder / "out"
        out.mkdir()
        names = [f"{name}:{self.trees / name}" for name in ("dbc", "prostate", "brats")]
        done = run("measure", *names, "--protocol", "native", "-k", 3, "--across-groups", "--json", out / "a.json", "--csv",
                   out / "a.csv", "--workdir", out / "work")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.nowhere(done.stdout, done.stderr)
        for name in ("dbc", "oai", "rsna", "prostate"):
            done = run("catalog", name, "--check", self.trees / name / ("xrays" if name == "oai" else ""), "--every-image",
                       "--json", out / f"{name}.json")
            self.assertIn(" 0 unreadable", done.stdout)
            self.nowhere(done.stdout, done.stderr)
        done = run("measure", names[1], "--protocol", "native", "-k", 3, "--redact-paths", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("Prostate-MRI-US-Biopsy-000", "2.25.31", str(self.trees)):
            self.assertNotIn(text, done.stdout)

    def test_errors(self):
        for tree, table, old in (("chexpert", "CheXpert-v1.0-small/train.csv", "-1.0"),
                                 ("chexpert", "CheXpert-v1.0-small/train.csv", "patient00001"),
                                 ("mura", "MURA-v1.1/train_image_paths.csv", "patient00002"),
                                 ("isic", "ISIC_2019_Training_GroundTruth.csv", "ISIC_0000001"),
                                 ("celeba", "Eval/list_eval_partition.txt", "000001.jpg 0")):
            done = run("measure", f"{tree}:{self.planted(tree, table, old)}")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(pathlib.Path(table).name, done.stderr)
            self.nowhere(done.stdout, done.stderr)


if __name__ == "__main__":
    unittest.main()
