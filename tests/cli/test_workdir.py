"""`fathom measure --workdir` and `--memory`: the same numbers from a file, read once, gone on with, within a cap."""

import json
import os
import signal
import subprocess
import time
import unittest

import numpy

from support import PROGRAM, Case, as_nobody, noise, run, without_circumstances, write_images

MANY = 6000


class WorkdirCase(Case):
    def setUp(self):
        super().setUp()
        self.set, self.work = self.folder / "set", self.folder / "work"

    def write_set(self, count=15):
        write_images(self.set / "a", noise(count, 16, 16))
        write_images(self.set / "b", noise(count, 16, 16, seed=1))

    def write_many(self):
        """Files that take a while to read: of 30 images, linked again and again."""
        self.write_set()
        for name in ("a", "b"):
            files = sorted((self.set / name).iterdir())
            for index in range(len(files), MANY // 2):
                os.link(files[index % len(files)], self.set / name / f"{index:04}.png")

    def measure(self, *arguments):
        """The document, and how many images were read."""
        text = self.succeeds("measure", self.set, "-k", 5, "--workdir", self.work, "--json", "-", *arguments)
        return text, json.loads(text)["datasets"][0]["workdir"]["images_read"]

    def plain(self, *arguments):
        return without_circumstances(self.succeeds("measure", self.set, "-k", 5, "--json", "-", *arguments))

    def suffixes(self):
        return sorted(path.suffix for path in self.work.iterdir())


class Reuse(WorkdirCase):
    def test_same_numbers_and_read_once(self):
        self.write_set()
        plain = self.plain()
        for expected in (30, 0, 0):
            text, read = self.measure()
            self.assertEqual(without_circumstances(text), plain)
            self.assertEqual(read, expected)
        self.assertEqual(self.suffixes(), [".prepared"])

    def test_touched_removed_and_added_images_are_noticed(self):
        self.write_set()
        self.measure()
        os.utime(self.set / "a" / "0003.png", (1, 1))
        self.assertEqual(self.measure()[1], 30)
        self.assertEqual(self.measure()[1], 0)
        (self.set / "a" / "0003.png").unlink()
        self.assertEqual(self.measure()[1], 29)
        write_images(self.set / "c", noise(1, 16, 16, seed=2))
        text, read = self.measure()
        self.assertEqual(read, 30)
        self.assertEqual(without_circumstances(text), self.plain())

    def test_options_that_change_rows_and_options_that_do_not(self):
        self.write_set()
        self.measure()
        for words in (("--ignore-labels",), ("--threads", 1), ("--estimator", "mle"), ("--seed", 3)):
            with self.subTest(words):
                text, read = self.measure(*words)
                self.assertEqual(read, 0)
                self.assertEqual(without_circumstances(text), self.plain(*words))
        for words in (("--size", 16), ("--channels", "rgb"), ("--range", "0,1"), ("--samples", 24),
                      ("--max-side", 100), ("--protocol", "native"), ("--compat", "iclr2024-code")):
            with self.subTest(words):
                text, read = self.measure(*words)
                self.assertGreater(read, 0)
                self.assertEqual(without_circumstances(text), self.plain(*words))

    def test_bad_images(self):
        self.write_set()
        (self.set / "a" / "bad.png").write_text("no image")
        for _ in range(2):
            done = run("measure", self.set, "-k", 5, "--workdir", self.work)
            self.assertEqual(done.returncode, 3)
            self.assertIn("a/bad.png: ", done.stderr)
        text, read = self.measure("--skip-bad")
        self.assertEqual(read, 0)
        self.assertEqual(without_circumstances(text), self.plain("--skip-bad"))

    def test_arrays(self):
        for name, array in (("grey.npy", noise(40)), ("points.npy", numpy.random.default_rng(0).random((40, 5))),
                            ("swapped.npy", noise(40).astype(">f4")), ("colour.npy", noise(40, 8, 8, 3))):
            with self.subTest(name):
                self.set = self.folder / name
                numpy.save(self.set, array)
                text, read = self.measure()
                self.assertEqual(read, 40)
                self.assertEqual(without_circumstances(text), self.plain())
                numpy.save(self.set, array)
                self.assertEqual(self.measure()[1], 0)
                array[7].flat[2] += 1
                numpy.save(self.set, array)
                self.assertEqual(self.measure()[1], 40)

    def test_several_data_in_one_folder(self):
        self.write_set()
        other = self.folder / "other.npy"
        numpy.save(other, noise(40))
        arguments = ("measure", self.set, other, "-k", 5, "--workdir", self.work, "--json", "-")
        self.succeeds(*arguments)
        data_sets = json.loads(self.succeeds(*arguments))["datasets"]
        self.assertEqual([data_set["workdir"]["images_read"] for data_set in data_sets], [0, 0])


class Stopped(WorkdirCase):
    def stop(self, sent, *arguments, ready):
        """Starts measuring, sends a signal once `ready` says so, and returns the exit code and standard error."""
        process = subprocess.Popen([PROGRAM, "measure", self.set, "-k", "5", "--threads", "1", "--workdir", self.work,
                                    *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 120
        while not ready() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(sent)
        out, error = process.communicate(timeout=120)
        self.assertEqual(out, "")
        return process.returncode, error

    def test_killed(self):
        self.write_many()
        code, _ = self.stop(signal.SIGKILL, ready=lambda: any(self.work.glob("*.progress")))
        self.assertEqual(code, -signal.SIGKILL)
        text, read = self.measure("--ignore-labels")
        self.assertTrue(0 < read <= MANY - 2048, read)
        self.assertEqual(self.suffixes(), [".prepared"])
        self.assertEqual(without_circumstances(text), self.plain("--ignore-labels"))

    def test_interrupted(self):
        self.write_many()
        for sent in (signal.SIGINT, signal.SIGTERM):
            code, error = self.stop(sent, "--json", self.folder / "out.json",
                                    ready=lambda: all(any(self.work.glob(name)) for name in ("*.lock", "*.rows0")))
            self.assertEqual(code, 4)
            self.assertEqual(error, f"fathom: error: interrupted; progress kept in {self.work}; "
                                    "run the same command again to go on\n")
            self.assertFalse((self.folder / "out.json").exists())
            self.assertEqual(self.suffixes(), [".progress", ".rows0"])
        text, read = self.measure("--ignore-labels")
        self.assertLess(read, MANY)
        self.assertEqual(without_circumstances(text), self.plain("--ignore-labels"))

    def test_interrupted_while_comparing(self):
        self.set = self.folder / "large.npy"
        numpy.save(self.set, numpy.random.default_rng(0).integers(0, 256, (4000, 20000), numpy.uint8))
        code, error = self.stop(signal.SIGINT, "--simd", "scalar",
                                ready=lambda: any(self.work.glob("*.prepared")))
        self.assertEqual((code, error.count("\n")), (4, 1))
        self.assertIn("progress kept in", error)
        self.assertEqual(self.suffixes(), [".prepared"])


class Refused(WorkdirCase):
    def refuses(self, code, *arguments, mentions=(), **options):
        return self.fails(code, "measure", self.set, "-k", 5, "--json", self.folder / "out.json", *arguments,
                          mentions=mentions, **options)

    def test_damaged_foreign_and_other_version(self):
        self.write_set()
        self.measure()
        file = next(self.work.glob("*.prepared"))
        whole = file.read_bytes()
        rows = bytearray(whole)
        rows[4096 + 5] ^= 1
        for contents, reason in ((rows, "is damaged: its rows do not agree with their checksum"),
                                 (whole[:5000], "is damaged: it ends before it should"),
                                 (b"", "is no prepared file of Fathom"),
                                 (b"text" * 3000, "is no prepared file of Fathom"),
                                 (whole.replace(b"prepared/1", b"prepared/9", 1), "of another version of Fathom")):
            file.write_bytes(contents)
            self.refuses(3, "--workdir", self.work,
                         mentions=[str(file), reason, "remove it, or use another folder with --workdir"])
        file.unlink()
        self.assertEqual(self.measure()[1], 30)

    def test_folders_that_cannot_be(self):
        self.write_set()
        (self.folder / "file").write_text("")
        self.refuses(2, "--workdir", self.folder / "file", mentions=["--workdir", "is no folder"])
        self.refuses(3, "--workdir", self.folder / "file" / "below", mentions=["file/below", "cannot be made"])

    def test_read_only_folder(self):
        words = (*as_nobody(), PROGRAM)
        self.folder.chmod(0o755)
        self.write_set()
        self.measure()
        (self.folder / "bare").mkdir()
        for folder in (self.work, self.folder / "bare"):
            folder.chmod(0o555)
            self.addCleanup(folder.chmod, 0o755)
        found = run("measure", self.set, "-k", 5, "--workdir", self.work, "--json", "-", program=words)
        self.assertEqual((found.returncode, found.stderr), (0, ""))
        self.assertEqual(json.loads(found.stdout)["datasets"][0]["workdir"]["images_read"], 0)
        self.fails(3, "measure", self.set, "-k", 5, "--workdir", self.folder / "bare", program=words,
                   mentions=["bare", "cannot be written (Permission denied)", "choose a folder"])

    def test_memory(self):
        self.write_set()
        self.refuses(2, "--memory", "1M", mentions=["--memory 1M", str(self.set), "takes about", "of memory",
                                                    "--workdir", "--samples"])
        self.refuses(2, "--memory", "1M", "--workdir", self.work, mentions=["--memory 1M", "--samples"])
        self.measured(self.set, "-k", 5, "--memory", "1G")
        for size in ("0", "-1", "4X", "1.5G", "G", "", "99999999T", "4GB"):
            with self.subTest(size):
                self.refuses(2, "--memory", size, mentions=["--memory", "800M or 4G"])

    def test_more_than_the_machine_has(self):
        self.set = self.folder / "vast.npy"
        numpy.lib.format.open_memmap(self.set, mode="w+", dtype=numpy.uint8, shape=(40_000, 10_000_000))  # all holes
        self.refuses(3, mentions=["vast.npy", "takes about", "this machine has", "left", "--workdir", "--samples"])

    def test_cap_counts_the_matrix_without_a_working_folder_alone(self):
        self.set = self.folder / "large.npy"
        numpy.save(self.set, noise(200, 500, 2000))  # 200 MB
        words = ("--protocol", "native", "--memory", "200M", "--threads", 1)
        self.refuses(2, *words, mentions=["matrix 190.8M"])
        text, _ = self.measure(*words)
        self.assertEqual(without_circumstances(text), self.plain("--protocol", "native"))


if __name__ == "__main__":
    unittest.main()
