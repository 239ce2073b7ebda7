"""`fathom represent`: that its numbers are those of float64 ground truth on Python's activations, and what it refuses."""

import csv
import io
import json
import os
import pathlib
import subprocess
import time
import unittest

import jsonschema
import numpy

import networks
from networks import torch
from support import PROGRAM, ROOT, Case, content_of, estimate, holds_page, run

SCHEMA = json.loads((ROOT / "docs" / "schema" / "represent-1.schema.json").read_text())
IMAGES, K = 80, 10


def neighbor_distances(rows):
    """Of every row to all others, ascending, in float64, by direct differences."""
    rows = rows.astype(numpy.float64)
    return numpy.sort([numpy.sqrt(((rows - row) ** 2).sum(axis=1)) for row in rows], axis=1)[:, 1:]


def mle(t):
    """Pooled maximum likelihood (k-1)."""
    return len(t) * (K - 1) / numpy.log(t[:, K - 1:K] / t[:, :K - 1]).sum()


def twonn(t):
    return (len(t) - 1) / numpy.log(t[:, 1] / t[:, 0]).sum()


def activations(network, pixels):
    """Of every module by name, each at its last call, copied before a later one works in place."""
    seen, hooks = {}, []
    for name, module in network.named_modules():
        if name:
            hooks.append(module.register_forward_hook(
                lambda module, taken, output, name=name: seen.update({name: output.detach().clone()})))
    with torch.no_grad():
        network(pixels)
    for hook in hooks:
        hook.remove()
    return seen


class RepresentCase(Case):
    @classmethod
    def setUpClass(cls):
        networks.needs_torch()
        cls.network = networks.resnet18()
        cls.pixels = networks.images(IMAGES)
        cls.labels = numpy.arange(IMAGES) % 2

    def setUp(self):
        super().setUp()
        self.weights = self.folder / "weights.pth"
        torch.save(self.network.state_dict(), self.weights)
        self.data = self.folder / "data.npz"
        numpy.savez(self.data, images=self.pixels, labels=self.labels)
        self.common = ("--protocol", "native", "--model", "resnet18", "-k", K)

    def represent(self, *arguments, weights=None):
        text = self.succeeds("represent", self.data, "--weights", weights or self.weights, *self.common, *arguments,
                             "--json", "-")
        document = json.loads(text)
        errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))
        self.assertEqual(errors, [], errors[:1])
        return document

    def layers(self, *arguments, control="none", **options):
        document = self.represent(*arguments, **options)
        return {layer["layer"]: layer for representation in document["representations"]
                if representation["control"] == control for layer in representation["layers"]}

    def refuses(self, code, *arguments, data=None, weights=None, mentions=()):
        return self.fails(code, "represent", data or self.data, "--weights", weights or self.weights, *self.common,
                          *arguments, "--json", self.folder / "out.json", mentions=mentions)


class GroundTruth(RepresentCase):
    def test_every_layer_of_a_seeded_resnet18(self):
        found = self.layers()
        wanted = activations(self.network, networks.planes(self.pixels))
        wanted["input"] = networks.planes(self.pixels)
        self.assertLessEqual(set(found), set(wanted))
        self.assertGreater(len(found), 40)
        for name, layer in found.items():
            self.assertEqual(layer["shape"], list(wanted[name].shape[1:]))
            t = neighbor_distances(wanted[name].flatten(1).numpy())
            for estimator, variant, value in (("mle", "pooled", mle(t)), ("twonn", "ml", twonn(t))):
                ours = estimate(layer, estimator, variant)
                self.assertAlmostEqual(ours["value"] / value, 1, delta=1e-4, msg=f"{name}, {estimator}")
                self.assertLess(ours["interval"][0], ours["value"])

    def test_layers_pooled(self):
        found = self.layers("--pool", "avg", "--layers", "layer2,layer4,fc")
        wanted = activations(self.network, networks.planes(self.pixels))
        for name in ("layer2", "layer4", "fc"):
            rows = wanted[name].flatten(2).mean(2) if name != "fc" else wanted[name]
            self.assertEqual(found[name]["width"], rows.shape[1])
            t = neighbor_distances(rows.numpy())
            self.assertAlmostEqual(estimate(found[name], "mle", "pooled")["value"] / mle(t), 1, delta=1e-4)

    def test_published_layers_and_depths(self):
        document = self.represent("--layers", "published", "--pool", "avg")
        layers = document["representations"][0]["layers"]
        self.assertEqual([layer["layer"] for layer in layers],
                         ["input", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc"])
        self.assertEqual([layer["depth"] for layer in layers], [0, 1, 5, 9, 13, 17, 18, 19])
        self.assertEqual([layer["relative_depth"] for layer in layers],
                         [depth / 19 for depth in (0, 1, 5, 9, 13, 17, 18, 19)])
        for estimator, variant in (("mle", "pooled"), ("twonn", "ml")):
            values = [estimate(layer, estimator, variant)["value"] for layer in layers]
            peak = document["representations"][0]["peak"][estimator]
            self.assertEqual(peak["layer"], layers[int(numpy.argmax(values))]["layer"])
            self.assertEqual(peak["value"], max(values))

    def test_torchscript(self):
        script = self.folder / "network.pt"
        torch.jit.trace(self.network, networks.planes(self.pixels[:2])).save(str(script))
        self.common = ("--protocol", "native", "-k", K)
        found = self.layers("--layers", "layer3,fc", weights=script)
        wanted = activations(self.network, networks.planes(self.pixels))
        for name in ("layer3", "fc"):
            self.assertIsNone(found[name]["depth"])
            t = neighbor_distances(wanted[name].flatten(1).numpy())
            self.assertAlmostEqual(estimate(found[name], "twonn", "ml")["value"] / twonn(t), 1, delta=1e-4)


class Export(RepresentCase):
    def test_a_file_measures_the_same(self):
        file = self.folder / "layer3.npy"
        layer = self.layers("--layers", "layer3", "--export", file)["layer3"]
        rows = numpy.load(file)
        self.assertEqual((rows.dtype, rows.shape), (numpy.float32, (IMAGES, 256 * 2 * 2)))
        wanted = activations(self.network, networks.planes(self.pixels))["layer3"].flatten(1).numpy()
        self.assertLess(numpy.abs(rows - wanted).max(), 1e-5 * numpy.abs(wanted).max())
        numpy.save(self.folder / "labels.npy", self.labels)
        measured = self.measured(file, "--labels", self.folder / "labels.npy", "-k", K)
        self.assertEqual(measured["dimension"], layer["dimension"])
        sharpness = dict(measured["label_sharpness"]), dict(layer["tasks"][0]["label_sharpness"])
        for one in sharpness:
            one["pairs"] = [pair["distance"] for pair in one["pairs"]]
        self.assertEqual(*sharpness)

    def test_needs_one_layer(self):
        for layers in ((), ("--layers", "published"), ("--layers", "fc,layer4")):
            self.refuses(2, *layers, "--export", self.folder / "layers.npy", mentions=("--export", "one layer"))

    def test_a_full_disk(self):
        self.fails(3, "represent", self.data, "--weights", self.weights, *self.common, "--layers", "fc", "--export",
                   "/dev/full", mentions=("/dev/full", "No space left"))


class Memory(RepresentCase):
    def test_several_passes_give_the_same_under_the_limit(self):
        numpy.savez(self.data, images=networks.images(1000), labels=numpy.arange(1000) % 2)
        self.common = (*self.common, "--layers", "conv1,bn1,relu,fc", "--threads", 1)
        free = self.represent()
        self.assertEqual(free["passes"], 1)
        for limit in range((free["peak_memory_bytes"] >> 20) - 160, 5000, 30):
            done = run("represent", self.data, "--weights", self.weights, *self.common, "--memory", f"{limit}M",
                       "--json", self.folder / "out.json", "--quiet")
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(f"--memory {limit}M: layer", done.stderr)
        document = json.loads((self.folder / "out.json").read_text())
        self.assertGreater(document["passes"], 1)
        self.assertLessEqual(document["peak_memory_bytes"], limit << 20)
        self.assertEqual(document["representations"], free["representations"])

    def test_a_layer_that_does_not_fit_is_named_with_its_size(self):
        numpy.savez(self.data, images=numpy.repeat(networks.images(4), 1000, axis=0), labels=numpy.arange(4000) % 2)
        self.refuses(2, "--memory", "400M", mentions=("--memory 400M", "values an image", "for 4000 images",
                                                      "--pool avg"))


class Controls(RepresentCase):
    def test_untrained_is_the_seeded_architecture(self):
        self.common = (*self.common, "--layers", "layer1,layer4", "--control", "untrained")
        one, other = self.layers("--seed", 0, control="untrained"), self.layers("--seed", 1, control="untrained")
        own = self.layers("--seed", 0)
        for name in own:
            self.assertEqual(estimate(own[name], "mle", "pooled"), estimate(one[name], "mle", "pooled"))
            self.assertNotEqual(estimate(one[name], "mle", "pooled")["value"],
                                estimate(other[name], "mle", "pooled")["value"])

    def test_shuffled_pixels_are_as_far_apart_and_another_input(self):
        arguments = "--layers", "input,layer4", "--control", "shuffled-pixels"
        own, shuffled = self.layers(*arguments), self.layers(*arguments, control="shuffled-pixels")
        values = [estimate(layers["input"], "mle", "pooled")["value"] for layers in (own, shuffled)]
        self.assertAlmostEqual(values[0], values[1], delta=1e-9)
        values = [estimate(layers["layer4"], "mle", "pooled")["value"] for layers in (own, shuffled)]
        self.assertNotAlmostEqual(values[0], values[1], delta=1e-3)

    def test_gaussian_rows_and_shuffled_labels(self):
        document = self.represent("--layers", "layer4,fc", "--control", "gaussian,shuffled-labels")
        own, gaussian = document["representations"]
        self.assertEqual([r["control"] for r in (own, gaussian)], ["none", "gaussian"])
        for layer, normal in zip(own["layers"], gaussian["layers"]):
            self.assertEqual([task["label_column"] for task in layer["tasks"]], ["label", "shuffled labels"])
            self.assertNotEqual(*(task["label_sharpness"]["value"] for task in layer["tasks"]))
            self.assertEqual((layer["layer"], layer["width"]), (normal["layer"], normal["width"]))
        # A Gaussian of two outputs fills the plane; TwoNN of 80 points is right within a fifth or so.
        self.assertAlmostEqual(estimate(gaussian["layers"][1], "twonn", "ml")["value"], 2, delta=0.9)


class Outputs(RepresentCase):
    def test_a_dead_layer_has_a_line_of_its_own(self):
        state = self.network.state_dict()
        state = {name: torch.zeros_like(tensor) if name.startswith("layer4.1.bn2") else tensor
                 for name, tensor in state.items()}
        state["layer4.1.bn2.running_var"] += 1
        torch.save(state, self.weights)
        layers = self.layers("--layers", "layer4.1.bn2,fc")
        self.assertIn("all identical", layers["layer4.1.bn2"]["problem"])
        self.assertEqual(layers["layer4.1.bn2"]["dimension"], [])
        self.assertIsNone(layers["fc"]["problem"])
        text = self.succeeds("represent", self.data, "--weights", self.weights, *self.common, "--layers",
                             "layer4.1.bn2,fc")
        self.assertRegex(text, r"(?m)^layer4\.1\.bn2 .* - +-")
        self.assertRegex(text, r"(?m)^layer4\.1\.bn2: has 80 images, which are all identical")

    def test_every_output_says_what_the_numbers_are(self):
        arguments = ("represent", self.data, "--weights", self.weights, *self.common, "--layers", "layer4,fc")
        text = self.succeeds(*arguments)
        for words in ("estimate of a layer's intrinsic dimension", "peak of MLE: ", "peak of TwoNN: ", "resnet18",
                      "dimension (MLE, k = 10)", "label sharpness"):
            self.assertIn(words, text)
        document = self.represent("--layers", "layer4,fc")
        self.assertIn("estimate", document["warnings"][0])
        rows = list(csv.DictReader(io.StringIO(self.succeeds(*arguments, "--csv", "-"))))
        self.assertEqual([row["layer"] for row in rows], ["layer4", "fc"])
        self.assertEqual(float(rows[0]["mle_estimate"]),
                         estimate(document["representations"][0]["layers"][0], "mle", "pooled")["value"])

    @unittest.skipUnless(holds_page(), "this build holds no page")
    def test_the_page_holds_the_document(self):
        page, document = self.folder / "page.html", self.folder / "document.json"
        self.succeeds("represent", self.data, "--weights", self.weights, *self.common, "--layers", "layer4,fc", "--html", page,
                      "--json", document, "--quiet")
        self.assertEqual(content_of(page.read_text(encoding="utf-8"), "documents"), [json.loads(document.read_text())])
        self.refuses(2, "--html", "-", mentions=["--html", "standard output"])
        self.refuses(2, "--html", self.folder / "out.json", mentions=["--html", "--json"])

    def test_a_full_disk(self):
        for option in ("--json", "--csv"):
            self.fails(3, "represent", self.data, "--weights", self.weights, *self.common, "--layers", "fc", option,
                       "/dev/full", mentions=("/dev/full", "No space left"))


class Refused(RepresentCase):
    def test_a_file_cut_short(self):
        checkpoint = self.folder / "checkpoint.safetensors"
        networks.write_checkpoint(checkpoint, self.network)
        for path in (checkpoint, self.weights):
            path.write_bytes(path.read_bytes()[:-1000])
            self.refuses(3, weights=path, mentions=(path.name,))

    def test_weights_of_another_model(self):
        self.common = ("--protocol", "native", "--model", "resnet34", "-k", K)
        self.refuses(3, mentions=("weights.pth", "layer1.2"))

    def test_a_pickle_that_is_no_tensors_runs_nothing(self):
        class Harm:
            def __reduce__(self):
                return os.mkdir, (str(harm),)

        harm = self.folder / "harm"
        torch.save({"conv1.weight": Harm()}, self.weights)
        self.refuses(3, mentions=("weights.pth",))
        self.assertFalse(harm.exists())

    def test_images_that_are_too_small(self):
        torch.manual_seed(0)
        weights = self.folder / "squeezenet.pth"
        torch.save(networks.torchvision.models.squeezenet1_1(num_classes=2).state_dict(), weights)
        self.common = ("--protocol", "native", "--size", "16", "--model", "squeezenet1_1")
        self.refuses(3, weights=weights, mentions=("16 x 16", "17 x 17"))

    def test_options(self):
        self.refuses(2, "--layers", "layer5", mentions=("--layers", '"layer5"', "layer4.1.bn2"))
        self.refuses(2, "--pool", "max", mentions=("--pool", '"max"', "none or avg"))
        self.refuses(2, "--control", "noise", mentions=("--control", '"noise"'))
        self.refuses(2, "--control", "shuffled-labels", "--ignore-labels", mentions=("--ignore-labels",))
        self.refuses(2, self.data, mentions=("DATA",))
        self.refuses(3, weights=self.folder / "none.pth", mentions=("none.pth",))

    def test_a_model_that_is_missing_or_unknown(self):
        self.common = ("--protocol", "native")
        self.refuses(2, mentions=("--model", "weights.pth"))
        self.refuses(2, "--model", "resnet20", mentions=("--model", "resnet18"))

    def test_vectors(self):
        numpy.save(self.folder / "vectors.npy", numpy.eye(30, dtype=numpy.float32))
        self.refuses(3, data=self.folder / "vectors.npy", mentions=("vectors.npy", "vectors"))

    def test_a_device_that_is_not_there(self):
        if torch.cuda.is_available():
            self.skipTest("this machine has CUDA")
        self.refuses(2, "--device", "cuda", mentions=("--device", "CUDA"))


class LibTorch(RepresentCase):
    """It is loaded by the commands that need it, and by no other."""

    @staticmethod
    def state_and_time(process):
        """"S" of one that waits; and the processor time it has taken."""
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        return fields[0], fields[11], fields[12]

    def maps_at_the_end_of(self, *arguments):
        """The files mapped into the program when it has done its work and waits for someone to read the result."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        self.addCleanup(pipe.unlink)
        process = subprocess.Popen([PROGRAM, *map(str, arguments), "--quiet", "--json", pipe])
        before = None
        while before != (before := self.state_and_time(process.pid)) or before[0] != "S":
            time.sleep(0.3)
        maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text()
        with open(pipe, "rb") as result:
            self.assertIn(b"fathom.", result.read())
        self.assertEqual(process.wait(60), 0)
        return maps

    def test_is_not_loaded_by_measure(self):
        self.assertNotIn("libtorch", self.maps_at_the_end_of("measure", self.data, "-k", K))

    def test_is_loaded_by_represent(self):
        maps = self.maps_at_the_end_of("represent", self.data, "--weights", self.weights, *self.common, "--layers", "fc")
        self.assertIn("libtorch", maps)
        self.assertIn("libfathom_learn", maps)

    def test_help_answers_at_once(self):
        for command in ("represent", "attack"):
            seconds = []
            for _ in range(5):
                start = time.perf_counter()
                self.succeeds(command, "--help")
                seconds.append(time.perf_counter() - start)
            self.assertLess(min(seconds), 0.05)


if __name__ == "__main__":
    unittest.main()
