"""NIfTI volumes: their slices as images, one group a volume, and what is said of faulty ones."""

import gzip
import os
import pty
import signal
import subprocess
import unittest

import nibabel
import numpy

from support import PROGRAM, Case, estimate


def volumes(count, shape=(9, 10, 11), seed=0):
    """Noise that changes from slice to slice by a tenth: neighbours are near."""
    random = numpy.random.default_rng(seed)
    steps = random.integers(0, 200, (count, *shape)).astype(float)
    steps[..., 1:] *= 0.1
    return numpy.cumsum(steps, axis=-1).astype(numpy.int16) + 1


class Volumes(Case):
    def setUp(self):
        super().setUp()
        self.volumes = volumes(6)
        for index, values in enumerate(self.volumes):
            holder = self.folder / "set" / "ab"[index % 2]
            holder.mkdir(parents=True, exist_ok=True)
            # To the left, to the back, to the head: as BraTS has it.
            image = nibabel.Nifti1Image(values, numpy.diag([-1, -1, 2, 1]))
            nibabel.save(image, holder / f"{index}.nii.gz")

    def slices(self, axis, which=slice(None)):
        """In the order of the paths, as the documentation has them."""
        images, groups, labels = [], [], []
        for index in (0, 2, 4, 1, 3, 5):
            canonical = self.volumes[index][::-1, ::-1]
            turned = {"axial": canonical[::-1, ::-1].transpose(2, 1, 0),
                      "coronal": canonical[::-1, :, ::-1].transpose(1, 2, 0)}[axis][which]
            images += list(turned)
            groups += [index] * len(turned)
            labels += [index % 2] * len(turned)
        return numpy.array(images), numpy.array(groups), numpy.array(labels)

    def test_slices_are_measured_as_the_same_images_in_an_array(self):
        for axis, options, which in (("axial", (), slice(None)),
                                     ("coronal", ("--slice-step", 2, "--slice-range", "1:9"), slice(1, 9, 2))):
            images, _, labels = self.slices(axis, which)
            numpy.savez(self.folder / "same.npz", images=images, labels=labels)
            for protocol in ("native", "iclr2024"):
                words = ("--protocol", protocol, "-k", 5)
                got = self.measured(self.folder / "set", "--slices", axis, *options, *words)
                wanted = self.measured(self.folder / "same.npz", *words)
                self.assertEqual(got["format"], "nifti")
                self.assertEqual(got["images"], len(images))
                self.assertEqual(got["classes"], {"a": len(images) // 2, "b": len(images) // 2})
                for key in ("dimension", "dimension_by_k", "black_images"):
                    self.assertEqual(got[key], wanted[key])
                self.assertEqual(got["label_sharpness"]["value"], wanted["label_sharpness"]["value"])
                self.assertIn(f"{len(images)} {axis} slices of 6 volumes", got["notes"][0])

    def test_pairs_of_one_volume_can_be_left_out(self):
        words = (self.folder / "set", "--protocol", "native", "-k", 5)
        images, groups, _ = self.slices("axial")
        rows = images.reshape(len(images), -1).astype(float)
        distances = numpy.sqrt(((rows[:, None] - rows[None]) ** 2).sum(-1))
        distances[groups[:, None] == groups[None]] = numpy.inf
        nearest = numpy.sort(distances, axis=1)[:, :5]
        across = estimate(self.measured(*words, "--across-groups"), "mle", "pooled")["value"]
        self.assertAlmostEqual(across, len(rows) * 4 / numpy.log(nearest[:, 4:] / nearest[:, :4]).sum(), places=9)
        self.assertNotEqual(across, estimate(self.measured(*words), "mle", "pooled")["value"])

    def test_a_table_labels_volumes(self):
        rows = "".join(f"{'ab'[i % 2]}/{i}.nii.gz,{'odd' if i % 2 else 'even'},{i // 2}\n" for i in range(6))
        (self.folder / "t.csv").write_text("scan,kind,patient\n" + rows)
        words = ("--path-column", "scan", "--label-column", "kind", "--group-column", "patient", "-k", 5)
        got = self.measured(self.folder / "set", "--labels", self.folder / "t.csv", "--across-groups", *words)
        self.assertEqual(got["classes"], {"even": 33, "odd": 33})

    def test_results_do_not_depend_on_threads(self):
        one, three = (self.measured(self.folder / "set", "-k", 5, "--threads", n) for n in (1, 3))
        self.assertEqual(one["content_hash"], three["content_hash"])
        self.assertEqual(one["dimension"], three["dimension"])

    def test_a_working_folder_knows_slices_apart(self):
        words = (self.folder / "set", "-k", 5, "--workdir", self.folder / "work")
        first = self.measured(*words)
        self.assertEqual(self.measured(*words)["workdir"]["images_read"], 0)
        other = self.measured(*words, "--slices", "sagittal")
        self.assertEqual(other["workdir"]["images_read"], other["images"])
        self.assertNotEqual(first["content_hash"], other["content_hash"])

    def test_faulty_volumes(self):
        whole = (self.folder / "set/a/0.nii.gz").read_bytes()
        broken = self.folder / "set/b/7.nii.gz"
        broken.write_bytes(whole[:len(whole) // 2])
        listed = [[f"b/7.nii.gz#axial/{i:02}", "the gzip data end too early"] for i in range(11)]
        self.fails(3, "measure", self.folder / "set", mentions=["11 of 77 images", "--skip-bad"], listed=listed)
        self.assertEqual(self.measured(self.folder / "set", "-k", 5, "--skip-bad")["images"], 66)
        header = bytearray(gzip.decompress(whole))
        header[42:44] = bytes(2)  # dim[1]
        broken.write_bytes(gzip.compress(bytes(header)))
        self.fails(3, "measure", self.folder / "set", mentions=["b/7.nii.gz: axis 1 of its 0 x 10 x 11 voxels"])

    def test_options(self):
        numpy.save(self.folder / "a.npy", numpy.arange(640).reshape(10, 8, 8))
        for option, value in (("--slices", "coronal"), ("--slice-step", 2), ("--slice-range", "1:"),
                              ("--min-foreground", 0.5)):
            self.fails(2, "measure", self.folder / "a.npy", option, value, mentions=["holds no volumes", option])
        for option, value, remedy in (("--slices", "oblique", "sagittal"), ("--slice-range", "5", "FIRST:END"),
                                      ("--slice-step", "0", "help"), ("--min-foreground", "2", "help")):
            # DATA does not exist either: the option is judged first.
            self.fails(2, "measure", self.folder / "none", option, value, mentions=[option, remedy])
        self.fails(2, "measure", self.folder / "set", "--view", "window", mentions=["--view window", "no window"])
        self.fails(3, "measure", self.folder / "set", "--slice-range", "50:", mentions=["no slice left"])


class Interrupting(Case):
    def test_choosing_slices_shows_progress_and_can_be_stopped(self):
        folder = self.folder / "set"
        folder.mkdir()
        values = numpy.random.default_rng(0).integers(0, 1000, (256, 256, 40), numpy.int16)
        nibabel.save(nibabel.Nifti1Image(values, numpy.eye(4)), folder / "00.nii")
        for index in range(1, 90):
            os.link(folder / "00.nii", folder / f"{index:02}.nii")
        primary, secondary = pty.openpty()
        process = subprocess.Popen([PROGRAM, "measure", folder, "--min-foreground", "0.2", "--threads", "1", "--json",
                                    self.folder / "out.json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=secondary)
        os.close(secondary)
        shown = b""
        while b"choosing slices by their foreground [" not in shown:
            shown += os.read(primary, 1000)
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=120)[0]
        while not shown.endswith(b"\n"):
            shown += os.read(primary, 10000)
        os.close(primary)
        self.assertEqual((process.returncode, out), (4, b""))
        self.assertTrue(shown.endswith(b"fathom: error: interrupted; nothing was written\r\n"), shown[-200:])
        self.assertFalse((self.folder / "out.json").exists())


if __name__ == "__main__":
    unittest.main()
