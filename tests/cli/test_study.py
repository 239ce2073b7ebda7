"""`fathom study`: a grid of cells that survives kills, shares its store, and says what is wrong."""

import csv
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import jsonschema

from networks import needs_learn
from support import PROGRAM, ROOT, Case, holds_page, noise, run, striped, write_images

SIDE = 32


@needs_learn
class StudyCase(Case):
    def setUp(self):
        super().setUp()
        write_images(self.folder / "set" / "above", striped(30, 1))
        write_images(self.folder / "set" / "below", striped(30, 2)[:, ::-1])
        write_images(self.folder / "set" / "grey", noise(30, SIDE, SIDE, seed=3))
        self.file = self.folder / "s.toml"
        self.write()

    def write(self, samples=(16, 24), seeds=(1,), models=("squeezenet1_1",), epochs=1, top="", attack="",
              dataset='classes = ["above", "below"]', name="stripes"):
        self.file.write_text(f"""
models = {json.dumps(models)}
samples = {json.dumps(samples)}
seeds = {json.dumps(seeds)}
test_samples = 10
protocol = "native"
{top}
[recipe]
epochs = {epochs}
batch_size = 8
[measure]
k = 3
{attack}
[[dataset]]
name = "{name}"
path = "set"
domain = "natural"
{dataset}
""")

    def words(self, *arguments):
        return ("study", "run", self.file, "--threads", 1, *arguments)

    def run_study(self, *arguments, code=0):
        done = run(*self.words(*arguments))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def results(self):
        return list(csv.DictReader(io.StringIO(self.succeeds("study", "results", self.file), newline="")))

    def status(self):
        document = json.loads(self.succeeds("study", "status", self.file, "--json", "-"))
        schema = json.loads((ROOT / "docs" / "schema" / "study-status-1.schema.json").read_text())
        jsonschema.validate(document, schema)
        return document

    def store(self):
        return self.folder / "s.study" / "results.sqlite"

    def outcomes(self):
        """What the store holds of every cell, by its identity."""
        connection = sqlite3.connect(self.store())
        rows = dict(connection.execute("SELECT identity, outcome FROM cells WHERE state = 'done'"))
        connection.close()
        return rows


class Running(StudyCase):
    def test_a_study_from_its_file_to_its_table(self):
        self.write(attack='[attack]\nmethod = ["fgsm", "pgd"]\nepsilon = [2, 8]\nsteps = 2\n[represent]\nk = 3',
                   models=("squeezenet1_1", "resnet18"), samples=(24, 16, 4000))
        dry = self.run_study("--dry-run")
        self.assertIn("stripes above/below resnet18 N=16 seed=1: queued", dry)
        self.assertIn("6 cells, 4 to run; nothing was written", dry)
        self.assertFalse((self.folder / "s.study").exists())

        text = self.run_study("--max-cells", 1)
        self.assertIn("stripes above/below squeezenet1_1 N=4000 seed=1: left out: class \"above\" has", text)
        self.assertRegex(text, r"(?m)^\[1/4\] stripes above/below squeezenet1_1 N=16 seed=1: d [\d.]+, K_F [\d.e-]+, test loss")
        status = self.status()
        self.assertEqual(status["cells"], {"done": 1, "running": 0, "queued": 3, "failed": 0, "left_out": 2})
        self.assertIsNone(status["seconds_left"])  # nothing is known of resnet18

        self.assertIn("4 cells done, 2 left out", self.run_study())
        status = self.status()
        self.assertEqual(status["cells"]["done"], 4)
        self.assertEqual([group["model"] for group in status["groups"]], ["squeezenet1_1", "resnet18"])
        self.assertIn("4000", self.succeeds("study", "status", self.file))
        before = self.outcomes()
        self.assertIn("4 cells done, 2 left out", self.run_study())
        self.assertEqual(self.outcomes(), before)

        rows = self.results()
        self.assertEqual([(row["model"], row["samples"]) for row in rows],
                         [("squeezenet1_1", "16"), ("resnet18", "16"), ("squeezenet1_1", "24"), ("resnet18", "24")])
        for row in rows:
            self.assertEqual((row["dataset"], row["domain"], row["classes"], row["seed"]),
                             ("stripes", "natural", "above;below", "1"))
            self.assertLessEqual(float(row["test_accuracy"]), float(row["best_test_accuracy"]))
            # The loss under PGD is the largest seen, that of the image itself among them.
            self.assertGreaterEqual(float(row["pgd_8_loss"]), float(row["pgd_2_loss"]))
            self.assertGreaterEqual(float(row["pgd_2_loss"]), float(row["test_loss"]) * (1 - 1e-6))
            self.assertIn(float(row["fgsm_2_accuracy"]) * 10, range(11))
        # What is measured of images is the same for every network.
        for column in ("dimension", "label_sharpness"):
            self.assertEqual(rows[0][column], rows[1][column])
        document = json.loads(self.succeeds("study", "report", self.file, "--json", "-"))
        jsonschema.validate(document, json.loads((ROOT / "docs" / "schema" / "study-1.schema.json").read_text()))
        self.assertEqual(document["study"]["dataset"]["stripes"]["samples"], [16, 24, 4000])
        self.assertEqual(document["warnings"], ["2 of 6 cells left out, since the data do not allow them: "
                                                "`fathom study status` names them"])
        for cell, row in zip(document["cells"], rows, strict=True):
            self.assertEqual(cell["dimension"]["value"], float(row["dimension"]))
            low, high = cell["dimension"]["interval"]
            self.assertTrue(low < cell["dimension"]["value"] < high)
            attack, = (a for a in cell["attacks"] if (a["method"], a["epsilon"]) == ("fgsm", 8))
            self.assertEqual(attack["loss"], float(row["fgsm_8_loss"]))
            self.assertAlmostEqual(attack["loss_penalty"], attack["loss"] - cell["test_loss"], delta=1e-12)
            self.assertAlmostEqual(attack["accuracy_penalty"], cell["test_accuracy"] - attack["accuracy"], delta=1e-12)
        self.assertEqual(document["relate"]["schema"], "fathom.relate/1")
        self.assertEqual(document["relate"]["cells"], 4)
        self.assertIn({"source": "arXiv 2207.02797, Accuracy against dimension", "reading": "vector paths", "dataset": "mura", "domain": "medical",
                       "model": "resnet18", "samples": 500, "best_test_accuracy": 0.564, "dimension": 14},
                      document["reference"])
        layer, = document["cells"][1]["layers"]
        self.assertEqual(layer["name"], "layer4")
        self.assertEqual(str(layer["dimension"]), rows[1]["representation_dimension"])

    def test_a_report_needs_no_finished_cell(self):
        self.write(samples=(999,))
        self.run_study()
        document = json.loads(self.succeeds("study", "report", self.file, "--json", "-"))
        self.assertEqual((document["cells"], document["relate"]), ([], None))
        self.assertIn("no law is fitted: the cells that are done have the values of no law", document["warnings"])
        page = self.file.with_suffix(".html")
        if holds_page():
            self.assertIn(str(page), self.succeeds("study", "report", self.file))
            self.assertIn("fathom.study/1", page.read_text())
        else:
            self.fails(2, "study", "report", self.file, mentions=["--html"])
            self.assertFalse(page.exists())

    def test_a_cell_is_what_the_commands_say_of_its_images(self):
        self.write(samples=(20,), models=("resnet18",), epochs=2, top="keep_checkpoints = true",
                   attack="[attack]\nepsilon = 4")
        self.run_study()
        row, = self.results()
        run_folder, = (self.folder / "s.study" / "checkpoints").iterdir()
        split = json.loads((run_folder / "split.json").read_text())
        self.assertEqual((len(split["train"]), len(split["test"])), (20, 10))
        for part, paths in split.items():
            for path in paths:
                target = self.folder / part / path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.folder / "set" / path, target)
        measured = self.measured(self.folder / "train", "--protocol", "native", "-k", 3)
        self.assertIn(float(row["dimension"]), [e["value"] for e in measured["dimension"] if e["variant"] == "pooled"])
        self.assertEqual(float(row["label_sharpness"]), measured["label_sharpness"]["value"])
        log = [json.loads(line) for line in (run_folder / "log.jsonl").read_text().splitlines()]
        self.assertEqual(float(row["test_loss"]), log[-1]["test_loss"])
        self.assertEqual(float(row["best_test_accuracy"]), max(line["test_accuracy"] for line in log))
        attacked = json.loads(self.succeeds("attack", self.folder / "test", "--checkpoint",
                                            run_folder / "checkpoint.safetensors", "--epsilon", 4, "--threads", 1,
                                            "--split", "all", "--json", "-"))
        self.assertEqual(float(row["fgsm_4_accuracy"]), attacked["attacks"][0]["accuracy"])
        self.assertAlmostEqual(float(row["fgsm_4_loss"]), attacked["attacks"][0]["loss"], delta=1e-5)
        # Another attack is another cell, and no other network.
        trained = (run_folder / "checkpoint.safetensors").stat().st_mtime_ns
        self.file.write_text(self.file.read_text().replace("epsilon = 4", "epsilon = 8"))
        self.run_study()
        other, = self.results()
        self.assertEqual(other["test_loss"], row["test_loss"])
        self.assertNotIn("fgsm_4_loss", other)
        self.assertEqual((run_folder / "checkpoint.safetensors").stat().st_mtime_ns, trained)

    def test_what_is_added_to_a_study_is_all_that_is_run(self):
        self.write(samples=(16,))
        self.run_study()
        first = self.outcomes()
        self.write(samples=(16,), seeds=(1, 2), name="renamed")
        self.assertRegex(self.run_study(), r"(?s)^\[2/2\] renamed above/below squeezenet1_1 N=16 seed=2: .*\n2 cells done\n$")
        self.assertEqual({key: self.outcomes()[key] for key in first}, first)
        self.assertEqual([row["dataset"] for row in self.results()], ["renamed", "renamed"])

    def test_pairs_of_classes_and_a_choice_of_cells(self):
        self.write(samples=(16,), seeds=(1, 2), dataset="class_pairs = 2")
        text = self.run_study("--only", "seed=2,dataset=stripes")
        self.assertIn("2 cells done", text)
        rows = self.results()
        self.assertEqual([row["seed"] for row in rows], ["2", "2"])
        self.assertEqual(len({row["classes"] for row in rows}), 2)
        self.assertEqual(self.status()["cells"]["queued"], 2)


    def test_a_recipe_for_some_cells(self):
        self.write(samples=(16,), seeds=(1, 2))
        self.run_study("--only", "seed=1")
        before = self.outcomes()
        rule = '[[recipe_for]]\n{}\nepochs = 2\n'
        self.file.write_text(self.file.read_text() + '[[dataset]]\nname = "other"\npath = "set"\nclasses = ["above", "grey"]\n' +
                             rule.format('datasets = "other"'))
        self.run_study("--only", "seed=1")
        # Cells that no rule is for stay what they were.
        self.assertEqual({key: outcome for key, outcome in self.outcomes().items() if key in before}, before)
        document = json.loads(self.succeeds("study", "report", self.file, "--json", "-"))
        self.assertEqual({cell["dataset"]: cell["epochs"] for cell in document["cells"]}, {"stripes": 1, "other": 2})
        self.assertEqual(document["study"]["recipe_for"], [{"datasets": ["other"], "epochs": 2}])
        self.file.write_text(self.file.read_text() + rule.format('models = "squeezenet1_1"') + "warmup = 2\n")
        self.fails(3, *self.words(), mentions=[f"s.toml:{len(self.file.read_text().splitlines())}: warmup: is out of range"])


class Interruptions(StudyCase):
    def test_kills_at_any_moment_change_nothing(self):
        self.write(samples=(16, 24), seeds=(1, 2), epochs=2, attack="[attack]\nepsilon = 4")
        start = time.monotonic()
        self.run_study()
        whole = time.monotonic() - start
        undisturbed = self.outcomes()
        self.assertEqual(len(undisturbed), 4)
        shutil.rmtree(self.folder / "s.study")
        draws, kills = random.Random(7), 0
        while kills < 10:
            process = subprocess.Popen([str(word) for word in (PROGRAM, *self.words())], stdout=subprocess.DEVNULL)
            try:
                process.wait(draws.uniform(0.2, 0.6) * whole)
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
        self.assertIn("4 cells done", self.run_study())
        self.assertEqual(self.outcomes(), undisturbed)

    def test_an_interrupt_keeps_what_is_done(self):
        self.write(samples=(16,), seeds=(1, 2), epochs=500)
        process = subprocess.Popen([str(word) for word in (PROGRAM, *self.words())], stderr=subprocess.PIPE, text=True,
                                   stdout=subprocess.DEVNULL)
        log = None
        while log is None and process.poll() is None:
            log = next((self.folder / "s.study").glob("checkpoints/*/log.jsonl"), None)
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        error = process.communicate()[1]
        self.assertEqual(process.returncode, 4, error)
        self.assertRegex(error, r"interrupted; progress kept in .*s\.study; run the same command again to go on")
        self.assertEqual(self.status()["cells"]["queued"], 2)

    def test_two_runs_share_the_cells(self):
        self.write(samples=(12, 16, 20, 24), seeds=(1, 2))
        processes = [subprocess.Popen([str(word) for word in (PROGRAM, *self.words())], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True) for _ in range(2)]
        lines = []
        for process in processes:
            out, error = process.communicate()
            self.assertEqual((process.returncode, error), (0, ""), out)
            lines += [line.split("] ")[1].split(":")[0] for line in out.splitlines() if line.startswith("[")]
        self.assertEqual(len(lines), 8)
        self.assertEqual(len(set(lines)), 8)
        self.assertEqual(len(self.outcomes()), 8)


class Failures(StudyCase):
    def test_a_cell_that_fails_leaves_the_others_alone(self):
        # Of 16 images no 20 neighbours can be listed.
        self.file.write_text(self.file.read_text().replace("k = 3", "k = 20"))
        text = self.run_study(code=3)
        self.assertIn("stripes above/below squeezenet1_1 N=16 seed=1: failed: ", text)
        self.assertIn("1 cell done, 1 failed", text)
        self.assertIn("s.toml: 1 cell failed; see `fathom study status`", text)
        failed, = self.status()["failed"]
        self.assertEqual((failed["samples"], failed["model"]), (16, "squeezenet1_1"))
        self.assertIn("16", failed["error"])
        self.assertIn("1 failed", self.run_study(code=3))
        self.file.write_text(self.file.read_text().replace("k = 20", "k = 3"))
        self.assertIn("2 cells done", self.run_study())

    def test_a_failed_cell_can_be_tried_again(self):
        self.write(samples=(16,))
        self.run_study()
        connection = sqlite3.connect(self.store())
        connection.execute("UPDATE cells SET state = 'failed', error = 'disk full'")
        connection.commit()
        connection.close()
        self.assertIn("0 cells done, 1 failed", self.run_study(code=3))
        self.assertIn("1 cell done", self.run_study("--retry-failed"))

    def test_a_data_set_that_is_gone(self):
        self.file.write_text(self.file.read_text() + '[[dataset]]\nname = "lost"\npath = "lost"\n')
        text = self.run_study(code=3)
        self.assertIn("2 cells done", text)
        self.assertIn("1 of 2 data sets could not be read: lost: ", text)
        unread, = self.status()["unread"]
        self.assertEqual(unread["dataset"], "lost")
        self.assertEqual(len(self.results()), 2)

    def test_the_same_images_twice(self):
        self.file.write_text(self.file.read_text() + '[[dataset]]\nname = "again"\npath = "set"\nclasses = ["above", "below"]\n')
        self.assertIn("is the same as \"stripes above/below", self.run_study(code=3))

    def test_wrong_words(self):
        self.fails(3, "study", "status", self.file, mentions=["is not there", "fathom study run"])
        self.write(top='colour = 1')
        self.fails(3, *self.words(), mentions=["s.toml:7: there is no key \"colour\""])
        self.write(models=("resnet17",))
        self.fails(3, *self.words(), mentions=["s.toml:2: models: there is no model \"resnet17\""])
        self.write(attack='[represent]\nk = 3', dataset='classes = ["above", "sideways"]')
        self.assertIn('classes: ', self.run_study(code=3))
        self.write(epochs="1\nlearning_rate = -1")
        self.fails(3, *self.words(), mentions=["s.toml:10: learning_rate: is out of range"])
        self.write()
        self.fails(2, *self.words("--only", "colour=red"), mentions=["--only", "dataset=NAME"])
        self.fails(2, *self.words("--only", "dataset=stripe"),
                   mentions=["--only: no cell of this study has dataset=stripe; did you mean stripes? there is dataset=stripes"])
        self.fails(2, *self.words("--only", "squeezenet1_0"), mentions=["did you mean model=squeezenet1_1?", "dataset=NAME"])
        self.fails(2, *self.words("--only", "seed=2"), mentions=["has seed=2; there is seed=1"])
        self.fails(2, *self.words("--only", "samples=20"), mentions=["has samples=20; ", "there are samples=16, 24"])
        self.fails(2, *self.words("--data", self.folder / "nowhere"), mentions=["--data", "is no folder"])
        self.fails(2, *self.words("--device", "abacus"), mentions=["--device"])
        self.fails(3, "study", "run", self.folder / "none.toml", mentions=["none.toml: cannot be read"])
        self.fails(2, "study", mentions=["a command is missing", "fathom study --help"])
        self.fails(2, "study", "walk", mentions=['"walk"', "fathom study --help"])
        self.fails(2, "study", "run", self.file, "--sample", mentions=['"--sample"', "fathom study run --help"])

    def test_a_newer_store(self):
        self.write(samples=(16,))
        self.run_study()
        connection = sqlite3.connect(self.store())
        connection.execute("PRAGMA user_version = 9")
        connection.close()
        self.fails(3, *self.words("--quiet"), mentions=["results.sqlite: was made by a newer Fathom (version 9"])

    def test_a_disk_that_fills_up(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2M", "none", disk],
                                               stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("needs root, and leave to mount a small disk")
        try:
            self.write(samples=(16,))
            text = self.run_study("--output", disk / "s.study", code=3)
            self.assertRegex(text, "No space left|no space left")
            subprocess.run(["mount", "-o", "remount,size=200M", disk], check=True)
            self.assertIn("1 cell done", self.run_study("--output", disk / "s.study", "--retry-failed"))
        finally:
            subprocess.run(["umount", disk], check=True)


class Files(StudyCase):
    def test_init_writes_the_grid_of_the_papers(self):
        new = self.folder / "new.toml"
        self.assertEqual(self.succeeds("study", "init", new), "")
        text = new.read_text()
        self.assertIn("samples = [500, 750, 1000, 1250, 1500, 1750]", text)
        self.assertIn('variant = "pooled"', text)
        self.fails(2, "study", "init", new, mentions=["exists"])
        self.assertEqual(new.read_text(), text)

    def test_slurm(self):
        text = self.succeeds("study", "slurm", self.file, "--tasks", 7, "--cpus", 3, "--max-cells", 2, "--device", "cuda",
                             "--data", self.folder)
        self.assertTrue(text.startswith("#!/bin/sh\n#SBATCH --job-name=s\n#SBATCH --array=1-7\n#SBATCH --cpus-per-task=3\n"))
        self.assertIn("#SBATCH --gres=gpu:1\n", text)
        last = text.splitlines()[-1]
        self.assertIn(f"study run {self.file} --device cuda", last)
        self.assertIn("--max-cells 2", last)
        odd = self.folder / "it's a $(study).toml"
        shutil.copy(self.file, odd)
        script = self.folder / "job.sh"
        self.succeeds("study", "slurm", odd, "--script", script)
        shell = subprocess.run(["sh", "-c", script.read_text().replace("exec", "printf '%s\\n'")], capture_output=True,
                               text=True, check=True)
        self.assertEqual(shell.stdout.splitlines()[3:4], [str(odd)])
        self.assertTrue(shell.stdout.endswith("--threads\n1\n"))


if __name__ == "__main__":
    unittest.main()
