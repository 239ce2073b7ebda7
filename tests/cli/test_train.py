"""`fathom train`: learns, goes on to the same bits, survives kills, and refuses what cannot be."""

import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

import jsonschema
import numpy

from networks import needs_learn
from support import PROGRAM, ROOT, Case, noise, run, striped, write_images

SIDE = 32


@needs_learn
class TrainCase(Case):
    def setUp(self):
        super().setUp()
        self.set, self.out = self.folder / "set", self.folder / "out"
        write_images(self.set / "above", striped(60, 1))
        write_images(self.set / "below", striped(60, 2)[:, ::-1])

    def words(self, output, *arguments, model="squeezenet1_1", epochs=2):
        return ("train", self.set, "--model", model, "--size", SIDE, "--samples", 60, "--test-samples", 40, "--threads", 2,
                "--epochs", epochs, "--batch-size", 16, "--output", output, *arguments)

    def train(self, output, *arguments, **options):
        return json.loads(self.succeeds(*self.words(output, "--json", "-", *arguments, **options)))

    def checkpoint(self, output):
        """The tensors' bytes and what stands beside them, without times."""
        data = (output / "checkpoint.safetensors").read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8:8 + size])
        epochs = json.loads(header["__metadata__"].pop("training.epochs"))
        for epoch in epochs:
            del epoch["seconds"]
        return header, epochs, data[8 + size:]

    def log(self, output):
        return [json.loads(line) for line in (output / "log.jsonl").read_text().splitlines()]


class Training(TrainCase):
    def test_learns_and_says_how(self):
        # Batch normalisation learns this at once.
        result = self.train(self.out, model="resnet18", epochs=3)
        schema = json.loads((ROOT / "docs" / "schema" / "train-1.schema.json").read_text())
        jsonschema.validate(result, schema)
        self.assertEqual(result["split"]["source"], "drawn")
        self.assertEqual(result["split"]["train"], {"images": 60, "classes": {"above": 30, "below": 30}})
        self.assertEqual(result["split"]["test"], {"images": 40, "classes": {"above": 20, "below": 20}})
        self.assertEqual(result["recipe"]["epochs"], 3)
        self.assertEqual(result["recipe"]["optimizer"], "adamw")
        self.assertGreater(result["last"]["test_accuracy"], 0.9)
        self.assertEqual(result["epochs"], self.log(self.out))
        self.assertEqual(json.loads((self.out / "result.json").read_text()), result)
        self.assertEqual(sorted(os.listdir(self.out)), ["checkpoint.safetensors", "log.jsonl", "result.json", "split.json"])
        self.assertLess((self.folder / "out" / "checkpoint.safetensors").stat().st_size, 140e6)

    def test_a_summary_for_people(self):
        text = self.succeeds(*self.words(self.out, epochs=1))
        self.assertIn("60 training images (above 30, below 30), 40 test images (above 20, below 20), the test set drawn", text)
        self.assertRegex(text, r"last  epoch    1  train loss \d")

    def test_the_published_recipe(self):
        recipe = self.train(self.out, "--recipe", "iclr2024", model="squeezenet1_1", epochs=1)
        self.assertEqual(recipe["outputs"], 1000)
        self.assertIsNone(recipe["normalization"])
        self.assertEqual(recipe["recipe"]["head"], "published")
        self.assertEqual(recipe["recipe"]["optimizer"], "adam")

    def test_copies_do_not_cross(self):
        for source in list((self.set / "above").iterdir())[:20]:
            shutil.copy(source, source.with_name("copy" + source.name))
        result = self.train(self.out, epochs=1)
        split = json.loads((self.out / "split.json").read_text())
        contents = {name: {(self.set / path).read_bytes() for path in paths} for name, paths in split.items()}
        self.assertFalse(contents["train"] & contents["test"])
        self.assertEqual(len(split["train"]), 60)
        self.assertEqual(len(split["test"]), 40)
        self.assertEqual(result["split"]["available"] + 40 + result["split"]["left_out"]["beside_test"], 140)


class Resuming(TrainCase):
    def test_goes_on_to_the_same_bits_after_kills_at_any_moment(self):
        epochs, most_kills = 25, 6
        whole = self.train(self.out, epochs=epochs)
        cut = self.folder / "cut"
        there = lambda: ("--resume",) if (cut / "checkpoint.safetensors").exists() else ()
        draws = random.Random(5)
        kills = done_before = 0
        while kills < most_kills:
            words = [str(word) for word in (PROGRAM, *self.words(cut, "--quiet", *there(), epochs=epochs))]
            process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
            try:
                error = process.communicate(timeout=draws.uniform(0.1, 0.15 * whole["seconds"]["total"]))[1]
                self.assertEqual(process.returncode, 0, error)  # a machine that has become faster
                done_before = epochs
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
            if there():
                done = len(self.checkpoint(cut)[1])  # whole whenever it is there, and never an older one
                self.assertGreaterEqual(done, done_before)
                done_before = done
        self.assertGreater(kills, 0)
        resumed = self.train(cut, *there(), epochs=epochs)
        self.assertEqual(resumed["resumed_after"], done_before)
        self.assertEqual(self.checkpoint(cut), self.checkpoint(self.out))
        without_time = [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in self.log(cut)]
        expected = [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in whole["epochs"]]
        self.assertEqual(without_time, expected)
        self.assertEqual(sorted(os.listdir(cut)), ["checkpoint.safetensors", "log.jsonl", "result.json", "split.json"])

    def test_an_interrupted_run_keeps_its_progress(self):
        process = subprocess.Popen([str(word) for word in (PROGRAM, *self.words(self.out, epochs=1000))],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 120
        while not (self.out / "checkpoint.safetensors").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, error = process.communicate()
        self.assertEqual(process.returncode, 4, error)
        self.assertEqual(output, "")
        self.assertEqual(error, f"fathom: error: interrupted; progress kept in {self.out}; run the same command with "
                                "--resume to go on\n")
        self.assertGreaterEqual(len(self.log(self.out)), 1)

    def test_a_run_in_the_folder_and_none_are_told_apart(self):
        self.fails(2, *self.words(self.out, "--resume"), mentions=["--resume", "checkpoint.safetensors"])
        self.train(self.out, epochs=1)
        self.fails(2, *self.words(self.out), mentions=["--output", "holds a run"])
        self.fails(2, *self.words(self.out, "--resume", epochs=3), mentions=["recipe.epochs 1", "has 3"])
        self.fails(2, *self.words(self.out, "--resume", "--channels", "rgb", epochs=1),
                   mentions=["--resume", "channels 1, and this run has 3"])

    def test_a_loss_that_is_no_number_keeps_the_last_checkpoint(self):
        # The rate rises with every step of the warm-up, and from twice the inverse of the weight decay on the decay lets
        # the weights grow without end.
        done = run(*self.words(self.out, "--learning-rate", 8, "--weight-decay", 5, "--warmup", 1, epochs=40))
        self.assertEqual(done.returncode, 3, done.stderr)
        epoch = int(re.search(r"the loss became (?:NaN|infinite) in epoch (\d+) at learning rate [0-9.]+; the checkpoint of "
                              r"epoch \d+ is kept; use a smaller --learning-rate\n$", done.stderr).group(1))
        self.assertGreater(epoch, 1)
        self.assertEqual(len(self.checkpoint(self.out)[1]), epoch - 1)
        self.assertFalse((self.out / "result.json").exists())

    def test_a_full_disk_keeps_the_last_checkpoint(self):
        self.train(self.out, epochs=1)
        before = self.checkpoint(self.out)
        other = self.folder / "other"
        limit = 1_000_000  # less than a checkpoint takes
        done = run(*self.words(other, epochs=1),
                   preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                       resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("checkpoint.safetensors: cannot be written", done.stderr)
        self.assertEqual([name for name in os.listdir(other)] if other.exists() else [], [])
        self.assertEqual(self.checkpoint(self.out), before)


class Refusals(TrainCase):
    def test_wrong_options(self):
        cases = [(("--model", "resnet19"), "--model"), (("--recipe", "iclr2023"), "--recipe"),
                 (("--optimizer", "lion"), "--optimizer"), (("--batch-size", 1), "--batch-size"),
                 (("--learning-rate", "-1"), "--learning-rate"), (("--device", "tpu"), "--device"),
                 (("--head", "two"), "--head"), (("--warmup", "2"), "--warmup")]
        for words, option in cases:
            with self.subTest(words):
                line = self.fails(2, *self.words(self.out), *words, mentions=[option]) if words[0] != "--batch-size" else \
                    self.fails(2, "train", self.set, "--model", "resnet18", "--output", self.out, *words, mentions=[option])
                self.assertNotIn("internal", line)

    def test_cuda_where_there_is_none(self):
        if pathlib.Path("/dev/nvidiactl").exists():
            self.skipTest("there is one")
        self.fails(2, *self.words(self.out, "--device", "cuda"), mentions=["--device", "no CUDA device"])

    def test_too_few_images(self):
        self.fails(3, "train", self.set, "--model", "resnet18", "--output", self.out,
                   mentions=["class \"above\" has 60 images in all", "375", "--test-samples"])
        self.fails(3, "train", self.set, "--model", "resnet18", "--test-samples", 40, "--samples", 100, "--output", self.out,
                   mentions=["class \"above\" has 40 images left to learn from", "50"])

    def test_data_without_labels_or_images(self):
        numpy.save(self.folder / "vectors.npy", numpy.zeros((20, 5)))
        self.fails(3, "train", self.folder / "vectors.npy", "--model", "resnet18", "--output", self.out,
                   mentions=["vectors"])
        shutil.rmtree(self.set / "below")
        self.fails(3, *self.words(self.out), mentions=["one class"])

    def test_help_loads_no_library(self):
        maps = subprocess.run(["strace", "-f", "-e", "trace=openat", PROGRAM, "train", "--help"], stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True).stderr if shutil.which("strace") else ""
        self.assertNotIn("libtorch", maps)
        start = time.monotonic()
        self.assertEqual(run("train", "--help").returncode, 0)
        self.assertLess(time.monotonic() - start, 1)


if __name__ == "__main__":
    unittest.main()
