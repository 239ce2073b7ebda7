"""The program itself: version, help, and wrong usage."""

import os
import re
import time
import unittest

from support import ROOT, Case, noise, run, write_images

# The options of the design that exist now.
MEASURE = """--format --labels --path-column --label-column --group-column --split-column --ignore-labels --skip-bad
--redact-paths --max-side --slices --slice-step --slice-range --min-foreground --protocol --view --size --channels --range --compat
--classes --positive --split --samples -k --estimator --noise-std --components --draws
--anchors --across-groups --seed --threads --search --simd --workdir --memory --json --csv --local --html --thumbnails --quiet""".split()
SYNTH = """--manifold --dimension --ambient-dimension --samples --classes --size --channels --margin --seed --threads
--npz --list --quiet""".split()


class Program(Case):
    def test_version_is_that_of_the_file(self):
        version = (ROOT / "VERSION").read_text().strip()
        self.assertEqual(self.succeeds("--version"), f"fathom {version}\n")

    def test_help_names_the_commands(self):
        text = self.succeeds("--help")
        self.assertIn("Usage: fathom [OPTIONS] COMMAND", text)
        self.assertRegex(text, r"(?m)^  measure  ")
        self.assertRegex(text, r"(?m)^  synth  ")
        self.assertEqual(self.succeeds("-h"), text)

    def test_help_of_a_command_names_every_option(self):
        for command, options in (("measure", MEASURE), ("synth", SYNTH)):
            text = self.succeeds(command, "--help")
            self.assertIn(f"Usage: fathom {command} [OPTIONS]", text)
            shown = re.findall(r"(?m)^  (--?[a-z][a-z-]*)", text)
            self.assertEqual(sorted(set(shown) - {"-h"}), sorted(options), command)

    def test_help_fits_a_terminal(self):
        for command in ((), ("measure",), ("synth",), ("catalog",), ("study",), ("study", "run"), ("study", "slurm")):
            for line in self.succeeds(*command, "--help").splitlines():
                self.assertLessEqual(len(line), 80, line)

    @unittest.skipIf(os.environ.get("FATHOM_SANITIZE"), "a sanitizer takes its own time")
    def test_version_and_help_take_less_than_30_ms(self):
        for words in (("--version",), ("--help",), ("measure", "--help")):
            seconds = []
            for _ in range(20):
                start = time.perf_counter()
                run(*words)
                seconds.append(time.perf_counter() - start)
            self.assertLess(min(seconds), 0.030, words)


class WrongUsage(Case):
    def test_unknown_words(self):
        self.fails(2, "measured", mentions=['there is no command "measured"', "fathom --help"])
        self.fails(2, "--measure", mentions=['there is no option "--measure"', "fathom --help"])
        self.fails(2, "measure", "x", "--sample", "5", mentions=['"--sample"', "fathom measure --help"])
        self.fails(2, "measure", "--bogus", mentions=['"--bogus"'])
        self.fails(2, "synth", "a", "b", mentions=['"b" is one argument too many'])

    def test_missing_words(self):
        self.fails(2, mentions=["a command is missing"])
        self.fails(2, "measure", mentions=["DATA is required", "fathom measure --help"])
        self.fails(2, "measure", "x", "--json", mentions=["--json", "FILE missing"])
        self.fails(2, "synth", mentions=["OUTPUT", "--list"])

    def test_values_that_are_no_whole_numbers(self):
        for option in ("--seed", "--threads", "--samples", "--draws", "--max-side", "--anchors", "-k"):
            for value in ("-1", "1.5", "0x10", "ten", "", "99999999999999999999999"):
                self.fails(2, "measure", "x", option, value, mentions=[option, f'"{value}"', "whole number"])
        for option in ("--threads", "--samples", "--max-side", "--anchors", "-k"):
            self.fails(2, "measure", "x", option, "0", mentions=[option])
        for option in ("--seed", "--threads", "--samples", "--classes", "--dimension", "--ambient-dimension"):
            self.fails(2, "synth", "x", option, "-1", mentions=[option, "whole number"])

    def test_values_that_are_no_choice(self):
        for option, value, remedy in (
                ("--protocol", "nonsense", "iclr2024, miccai2022, pope2021, native"),
                ("--size", "0", "native"), ("--size", "8x", "native"), ("--channels", "blue", "rgb"),
                ("--range", "1", "0,1"), ("--range", "1,0", "0,1"), ("--compat", "x", "iclr2024-code"), ("--view", "x", "stored, window"),
                ("--split", "x", "train, val, test"), ("--estimator", "x", "all, or some of mle, twonn, gride"),
                ("--simd", "neon", "scalar"), ("--search", "exact", "auto, tiles, rows or filter"), ("-k", "2", "help"),
                ("--anchors", "49", "give 50 or more")):
            # DATA does not exist either: the option is judged first.
            self.fails(2, "measure", self.folder / "none", option, value, mentions=[option, value, remedy])
        self.fails(2, "measure", self.folder, "--format", "x", mentions=["--format", "folder, table, npz"])

    def test_options_that_do_not_go_together(self):
        write_images(self.folder / "images", noise(8))
        self.fails(2, "measure", self.folder / "images", "--across-groups", mentions=["--across-groups", "--group-column"])
        self.fails(2, "measure", "x", "--json", "-", "--csv", "-", mentions=["--csv", "--json"])
        self.fails(2, "measure", "x", "--json", self.folder / "a", "--csv", f"{self.folder}/./a",
                   mentions=["--csv", "--json"])


if __name__ == "__main__":
    unittest.main()
