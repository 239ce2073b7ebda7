"""`fathom attack`: that its numbers are those of Python's torch, and what it refuses."""

import csv
import json
import unittest

import jsonschema
import numpy

import networks
from networks import torch
from support import ROOT, Case

SCHEMA = json.loads((ROOT / "docs" / "schema" / "attack-1.schema.json").read_text())
IMAGES = 24


def losses(network, pixels, labels):
    return torch.nn.functional.cross_entropy(network(pixels), labels, reduction="none")


def gradient(network, pixels, labels):
    pixels = pixels.clone().requires_grad_(True)
    return torch.autograd.grad(losses(network, pixels, labels).sum(), pixels)[0]


def fgsm(network, pixels, labels, epsilon):
    return (pixels + epsilon * gradient(network, pixels, labels).sign()).clamp(0, 255)


def pgd_losses(network, pixels, labels, epsilons, steps, seed):
    """Of each epsilon, the largest loss of every image on the way, with what the smaller ones found."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.rand(pixels.shape, generator=generator) * 2 - 1
    worst, found = losses(network, pixels, labels).detach(), []
    for epsilon in epsilons:
        tried = (pixels + epsilon * start).clamp(0, 255)
        for _ in range(steps):
            worst = torch.maximum(worst, losses(network, tried, labels).detach())
            tried = tried + 2.5 * epsilon / steps * gradient(network, tried, labels).sign()
            tried = torch.minimum(torch.maximum(tried, pixels - epsilon), pixels + epsilon).clamp(0, 255)
        worst = torch.maximum(worst, losses(network, tried, labels).detach())
        found.append(worst)
    return found


class AttackCase(Case):
    @classmethod
    def setUpClass(cls):
        networks.needs_torch()
        cls.network = networks.resnet18()
        cls.pixels = networks.images(IMAGES)
        cls.labels = numpy.arange(IMAGES) % 2

    def setUp(self):
        super().setUp()
        self.checkpoint = self.folder / "checkpoint.safetensors"
        networks.write_checkpoint(self.checkpoint, self.network)
        self.data = self.folder / "data.npz"
        numpy.savez(self.data, images=self.pixels, labels=self.labels)

    def attack(self, *arguments, data=None, split=("--split", "all")):
        text = self.succeeds("attack", data or self.data, "--checkpoint", self.checkpoint, *split, *arguments,
                             "--json", "-")
        document = json.loads(text)
        errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
        self.assertEqual(errors, [], errors[:1])
        return document

    def samples(self):
        with open(self.folder / "samples.csv", newline="") as file:
            return list(csv.DictReader(file))

    def refuses(self, code, *arguments, data=None, checkpoint=None, mentions=()):
        return self.fails(code, "attack", data or self.data, "--checkpoint", checkpoint or self.checkpoint, *arguments,
                          "--json", self.folder / "out.json", mentions=mentions)


class Numbers(AttackCase):
    def near(self, found, wanted):
        wanted = wanted.detach().numpy()
        self.assertLessEqual(numpy.abs(numpy.asarray(found) - wanted).max(), 1e-5 * max(1, numpy.abs(wanted).max()))

    def test_are_those_of_python(self):
        document = self.attack("--method", "fgsm,pgd", "--epsilon", "8,0,2", "--steps", 3, "--seed", 5, "--per-sample",
                               self.folder / "samples.csv")
        rows = self.samples()
        pixels, labels = networks.planes(self.pixels), torch.from_numpy(self.labels)

        def column(method, epsilon, name="loss"):
            return [float(row[name]) for row in rows if row["method"] == method and float(row["epsilon"]) == epsilon]

        clean = losses(self.network, pixels, labels)
        self.near(column("fgsm", 2, "clean_loss"), clean)
        self.assertAlmostEqual(document["clean"]["loss"], clean.mean().item(), delta=1e-5)
        right = (self.network(pixels).argmax(1) == labels).double().mean().item()
        self.assertAlmostEqual(document["clean"]["accuracy"], right, delta=1e-12)
        for epsilon in (2, 8):
            self.near(column("fgsm", epsilon),
                      losses(self.network, fgsm(self.network, pixels, labels, epsilon), labels))
        for epsilon, wanted in zip((0, 2, 8), pgd_losses(self.network, pixels, labels, (0, 2, 8), 3, 5)):
            self.near(column("pgd", epsilon), wanted)
        for method in ("fgsm", "pgd"):
            self.assertEqual(column(method, 0), column(method, 0, "clean_loss"))
        for attack in document["attacks"]:
            found = column(attack["method"], attack["epsilon"])
            self.assertAlmostEqual(attack["loss"], numpy.mean(found), delta=1e-6)
            self.assertAlmostEqual(attack["loss_penalty"], numpy.mean(found) - document["clean"]["loss"], delta=1e-6)
            self.assertEqual(attack["epsilon_stored"], attack["epsilon"])
        self.assertEqual([a["epsilon"] for a in document["attacks"]], [0, 2, 8, 0, 2, 8])
        self.assertEqual([row["path"] for row in rows[::6]], [str(i) for i in range(IMAGES)])
        self.assertEqual([row["label"] for row in rows[::6]], [str(i % 2) for i in range(IMAGES)])

    def test_epsilon_is_in_grey_levels_of_any_range(self):
        networks.write_checkpoint(self.checkpoint, self.network, protocol="pope2021")
        document = self.attack("--epsilon", 51)
        self.assertEqual(document["range"], [0, 1])
        self.assertAlmostEqual(document["attacks"][0]["epsilon_stored"], 0.2, delta=1e-15)
        pixels, labels = networks.planes(self.pixels) / 255, torch.from_numpy(self.labels)
        attacked = (pixels + 0.2 * gradient(self.network, pixels, labels).sign()).clamp(0, 1)
        self.assertAlmostEqual(document["attacks"][0]["loss"], losses(self.network, attacked, labels).mean().item(),
                               delta=1e-5)

    def test_are_the_same_again_and_in_other_batches(self):
        arguments = "--method", "fgsm,pgd", "--epsilon", 4, "--steps", 2, "--threads", 1
        one, again, other = (self.attack(*arguments, "--batch-size", size)["attacks"] for size in (32, 32, 7))
        self.assertEqual(one, again)
        for a, b in zip(one, other):
            self.assertAlmostEqual(a["loss"], b["loss"], delta=1e-5)

    def test_a_table_says_what_was_done(self):
        text = self.succeeds("attack", self.data, "--checkpoint", self.checkpoint, "--split", "all", "--epsilon", 2,
                             "--compat", "iclr2024-code")
        for words in ("fgsm", "penalty", "24 images", "12 0, 12 1", "grey levels of 0..255", "resnet18",
                      "loss as published"):
            self.assertIn(words, text)


class Images(AttackCase):
    """Which images are attacked."""

    def paths(self):
        return [row["path"] for row in self.samples()]

    def test_of_data_with_splits_the_test_split(self):
        data = self.folder / "split.npz"
        numpy.savez(data, train_images=self.pixels[:16], train_labels=self.labels[:16], test_images=self.pixels[16:],
                    test_labels=self.labels[16:])
        document = self.attack("--epsilon", 2, "--per-sample", self.folder / "samples.csv", data=data, split=())
        self.assertEqual(document["dataset"]["split"], "test")
        self.assertEqual(document["dataset"]["images"], 8)
        self.assertEqual(document["dataset"]["classes"], {"0": 4, "1": 4})
        self.assertEqual(self.paths(), [f"test/{i}" for i in range(8)])

    def test_otherwise_those_that_training_drew(self):
        content = self.attack("--epsilon", 2)["dataset"]["content_hash"].removeprefix("xxh3:")
        facts = {"seed.split": "7", "test_images": "6", "data_hash": content}
        networks.write_checkpoint(self.checkpoint, self.network, **facts)
        document = self.attack("--epsilon", 2, "--per-sample", self.folder / "samples.csv", split=())
        self.assertEqual(document["dataset"]["split"], "drawn")
        self.assertEqual(document["dataset"]["classes"], {"0": 3, "1": 3})
        self.assertEqual(document["notes"], [])
        drawn = self.paths()
        networks.write_checkpoint(self.checkpoint, self.network, **{**facts, "seed.split": "8"})
        document = self.attack("--epsilon", 2, "--per-sample", self.folder / "samples.csv", split=())
        self.assertNotEqual(self.paths(), drawn)

    def test_samples_are_drawn_evenly(self):
        document = self.attack("--epsilon", 2, "--samples", 8)
        self.assertEqual(document["dataset"]["classes"], {"0": 4, "1": 4})


class Refused(AttackCase):
    def test_other_classes(self):
        networks.write_checkpoint(self.checkpoint, self.network, classes=("cat", "dog"))
        self.refuses(3, "--split", "all", mentions=('"0"', '"cat", "dog"', "data.npz"))

    def test_more_classes_than_outputs(self):
        weights = self.folder / "weights.pth"
        torch.save(self.network.state_dict(), weights)
        numpy.savez(self.data, images=self.pixels, labels=numpy.arange(IMAGES) % 3)
        self.refuses(3, "--split", "all", "--model", "resnet18", "--protocol", "native", checkpoint=weights,
                     mentions=("3 classes", "2 outputs"))

    def test_more_classes_than_a_torchscript_program_has_outputs(self):
        script = self.folder / "network.pt"
        torch.jit.trace(self.network, networks.planes(self.pixels[:2])).save(str(script))
        numpy.savez(self.data, images=self.pixels, labels=numpy.arange(IMAGES) % 3)
        self.refuses(3, "--split", "all", "--protocol", "native", checkpoint=script, mentions=("2 outputs",))

    def test_another_protocol_than_the_checkpoints(self):
        self.refuses(2, "--protocol", "pope2021", mentions=("--protocol", "pope2021", "native"))
        self.refuses(2, "--size", "64", mentions=("native+size=64", "native"))
        networks.write_checkpoint(self.checkpoint, self.network, protocol="iclr2024+size=32")
        self.attack("--epsilon", 2, "--protocol", "iclr2024", "--size", 32)

    def test_options(self):
        self.refuses(2, "--method", "fgsm,cw", mentions=("--method", '"cw"', "fgsm, pgd"))
        self.refuses(2, "--epsilon", "300", mentions=("--epsilon", "0 to 255"))
        self.refuses(2, "--epsilon", "2,2", mentions=("--epsilon", "twice"))
        self.refuses(2, "--step-size", "0", mentions=("--step-size",))
        self.refuses(2, "--ignore-labels", mentions=("--ignore-labels",))
        self.refuses(2, self.data, mentions=("DATA",))

    def test_a_device_that_is_not_there(self):
        if torch.cuda.is_available():
            self.skipTest("this machine has CUDA")
        self.refuses(2, "--device", "cuda", mentions=("--device", "CUDA"))
        self.refuses(2, "--device", "tpu", mentions=("--device", '"tpu"'))

    def test_floating_point_pixels_of_no_known_range(self):
        numpy.savez(self.data, images=self.pixels.astype(numpy.float32), labels=self.labels)
        self.refuses(2, "--split", "all", mentions=("--epsilon", "no known range"))

    def test_a_full_disk(self):
        for option in ("--json", "--per-sample"):
            self.fails(3, "attack", self.data, "--checkpoint", self.checkpoint, "--split", "all", "--epsilon", 2,
                       option, "/dev/full", mentions=("/dev/full", "No space left"))


if __name__ == "__main__":
    unittest.main()
