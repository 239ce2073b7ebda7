"""What the tests of the command line share: running the program, and data for it to read."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import numpy
import PIL.Image

PROGRAM = os.environ["FATHOM"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments, program=(PROGRAM,), **options):
    """The finished process; standard output and error as text, whatever their bytes."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 600, **options}
    words = [word if isinstance(word, bytes) else str(word) for word in (*program, *arguments)]
    return subprocess.run(words, stdin=subprocess.DEVNULL, errors="surrogateescape", **options)


def shared(*names):
    """A path in the folder of real data. Skips the test where that folder is absent."""
    folder = pathlib.Path(os.environ.get("FATHOM_SHARED", "/nowhere"))
    if not folder.is_dir():
        raise unittest.SkipTest("needs the folder of real data (FATHOM_SHARED), which is not here")
    return folder.joinpath(*names)


def noise(count, height=8, width=8, channels=None, seed=0):
    """Images of independent grey levels. No two are equal in practice, and none is black."""
    shape = (count, height, width) + ((channels,) if channels else ())
    return numpy.random.default_rng(seed).integers(0, 256, shape, dtype=numpy.uint8)


def striped(count, seed, side=32):
    """Images that are bright in their upper half, over noise; turned upside down they are another class."""
    images = noise(count, side, side, seed=seed) // 4
    images[:, : side // 2] += 150
    return images


def write_images(folder, images, suffix=".png"):
    folder.mkdir(parents=True, exist_ok=True)
    for index, image in enumerate(images):
        PIL.Image.fromarray(image).save(folder / f"{index:04}{suffix}")


def simd_levels():
    """Those that this machine can run, as the program names them."""
    return run("measure", "none", "--simd", "none").stderr.rsplit("one of: ", 1)[1].strip().split(", ")


def without_circumstances(document):
    """All of a document that must not depend on the machine or the number of threads, numbers as they are written."""
    kept = json.loads(document, parse_float=str)
    del kept["command"]
    for data_set in kept["datasets"]:
        for key in ("threads", "workdir", "seconds", "peak_memory_bytes"):
            del data_set[key]
        del data_set["search"]["simd"]
    return json.dumps(kept)


def holds_page():
    """Whether this build was made with the page: without it, that is the first thing --html says."""
    return "holds no page" not in run("measure", "none", "--html", "none.html").stderr


def content_of(page, name):
    """The JSON that stands in an element of a page."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL).group(1))


def estimate(data_set, estimator, variant, **ranks):
    """The one estimate of that name."""
    found = [e for e in data_set["dimension"]
             if (e["estimator"], e["variant"]) == (estimator, variant) and all(e[r] == ranks[r] for r in ranks)]
    assert len(found) == 1, found
    return found[0]


def as_nobody():
    """What to put before a command so that file permissions bind it."""
    if os.geteuid() != 0:
        return ()
    tool = shutil.which("setpriv")
    if tool is None:
        raise unittest.SkipTest("needs a user other than root, or setpriv to become one")
    words = (tool, "--reuid", "65534", "--regid", "65534", "--clear-groups")
    if subprocess.run([*words, PROGRAM, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        raise unittest.SkipTest("the program lies where another user cannot run it")
    return words


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="fathom-test-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def succeeds(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def document(self, *arguments):
        return json.loads(self.succeeds("measure", *arguments, "--json", "-"))

    def measured(self, *arguments):
        data_sets = self.document(*arguments)["datasets"]
        self.assertEqual(len(data_sets), 1)
        return data_sets[0]

    def fails(self, code, *arguments, mentions=(), listed=(), **options):
        """The program refuses: with this exit code, one line that says all of `mentions`, before it a line for each of
        `listed` (a list of texts each), and leaves nothing behind."""
        before = self.files()
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout or "", "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1 + len(listed), done.stderr)
        self.assertRegex(lines[-1], r"^fathom: error: .+: .+; .+|^fathom: error: .+; .+")
        self.assertFalse(re.search("Traceback|terminate called|Sanitizer|internal fault", done.stderr), done.stderr)
        for text in mentions:
            self.assertIn(text, lines[-1])
        for line, texts in zip(lines, listed):
            for text in texts:
                self.assertIn(text, line)
        self.assertEqual(self.files(), before)
        return lines[-1]

    def files(self):
        return sorted(os.path.join(at, name) for at, folders, names in os.walk(os.fsencode(self.folder))
                      for name in folders + names)

    def refuses_data(self, data, *arguments, mentions=(), listed=(), code=3, **options):
        """`measure` refuses, and writes neither of the files it was to write."""
        return self.fails(code, "measure", data, *arguments, "--json", self.folder / "out.json", "--csv",
                          self.folder / "out.csv", mentions=mentions, listed=listed, **options)
