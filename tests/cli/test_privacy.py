"""Nothing that identifies a patient comes out of the program, whatever it is asked for; with --redact-paths no path does."""

import json
import os
import unittest

import pydicom

from dicom_files import rename_syntax, write, write_jpeg2000
from networks import needs_learn
from support import Case, holds_page, noise, run, striped

# Each holds letters, or more digits than turn up by chance in numbers and in the page's program.
IDENTIFYING = {
    "PatientName": "Plantedname^Jane", "PatientID": "PLANTED-80514711", "PatientBirthDate": "19330729",
    "OtherPatientIDs": "PLANTED-80514712", "PatientAddress": "Planted Street 7", "PatientComments": "planted comment",
    "IssuerOfPatientID": "PLANTED HOSPITAL", "AccessionNumber": "PLANTED-A88", "StudyID": "PLANTEDSTUDY",
    "StudyDate": "20090817", "StudyDescription": "planted study", "SeriesDescription": "planted series",
    "InstitutionName": "Planted Clinic", "ReferringPhysicianName": "Planteddoctor^Otto", "StationName": "PLANTEDST",
    "WindowCenterWidthExplanation": "PLANTED WINDOW", "StudyInstanceUID": "1.2.3.805777001", "SeriesInstanceUID": "1.2.3.805777002",
    "SOPInstanceUID": "1.2.3.805777003"}
TRACES = [b"planted", b"80514711", b"19330729", b"20090817", b"805777001", b"805777002", b"805777003"]


class PrivacyCase(Case):
    def identifying(self, images, name="data", **tags):
        """Two patients a class, who are named in every file."""
        for index, image in enumerate(images):
            label = "ill" if index * 2 < len(images) else "well"
            named = IDENTIFYING | {"PatientID": f"PLANTED-80514711-{label}-{index % 2}"} | tags
            write(self.folder / name / label / f"{index:02}.dcm", image, WindowCenter=90, WindowWidth=100, **named)
        return self.folder / name

    def outputs(self):
        """Contents of all files that are no input."""
        inputs = {".dcm", ".csv", ".toml"}
        return {path: path.read_bytes() for path in self.folder.rglob("*")
                if path.is_file() and (path.suffix not in inputs or path.parent.name == "out")}

    def assert_no_trace(self, *texts, traces=TRACES):
        for where, text in [("printed", text.encode("utf-8", "surrogateescape")) for text in texts] + list(self.outputs().items()):
            for trace in traces:
                # Not assertNotIn, which would print the whole page.
                self.assertFalse(trace.lower() in text.lower(), f"{trace} in {where}")

    def measure(self, data, *options):
        """All that `measure` can write."""
        (self.folder / "out").mkdir(exist_ok=True)
        page = ("--html", self.folder / "out" / "page.html", "--thumbnails") if holds_page() else ()
        done = run("measure", data, "-k", "3", "--json", self.folder / "out" / "m.json", "--csv", self.folder / "out" / "m.csv",
                   "--workdir", self.folder / "out" / "work", *page, *options)
        return done.returncode, done.stdout, done.stderr


class Identifiers(PrivacyCase):
    def test_none_in_what_measuring_writes(self):
        folder = self.identifying(noise(12))
        for options in ((), ("--view", "window"), ("--view", "percentile", "--across-groups")):
            code, *printed = self.measure(folder, *options)
            self.assertEqual((code, printed[1]), (0, ""))
            self.assert_no_trace(*printed)

    def test_none_in_errors(self):
        folder = self.identifying(noise(12))
        broken = {
            "cut": {}, "photometric": {"PhotometricInterpretation": "PLANTED"}, "bits": {"BitsStored": 99},
            "pixels": {"PixelData": None}, "size": {"Rows": None}, "modality": {"Modality": "PLANTED"},
            "position": {"ImagePositionPatient": [0, 0, 1], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}}
        for name, tags in broken.items():
            write(folder / "ill" / f"{name}.dcm", noise(1)[0], **(IDENTIFYING | tags))
        cut = folder / "ill" / "cut.dcm"
        for keep in (150, 300, 600, 900):
            (folder / "ill" / f"cut{keep}.dcm").write_bytes(cut.read_bytes()[:keep])
        for index, syntax in enumerate(("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.70", "1.2.3.805777001.4.5.67")):
            path = write_jpeg2000(folder / "ill" / f"syntax{index}.dcm", noise(1)[0], b"planted " * 9, **IDENTIFYING)
            rename_syntax(path, syntax)
        for options in (("--protocol", "native"), ("--view", "ct:brain"), ("--skip-bad",)):
            code, *printed = self.measure(folder, *options)
            self.assertEqual(code, 0 if options == ("--skip-bad",) else 3, printed)
            self.assert_no_trace(*printed)

    def test_none_of_a_table(self):
        folder = self.identifying(noise(12))
        rows = ["path,label,patient,name"]
        for path in sorted(folder.rglob("*.dcm")):
            rows.append(f"{path.relative_to(self.folder)},{path.parent.name},PLANTED-80514711-{int(path.stem) % 3},Plantedname")
        table = self.folder / "table.csv"
        table.write_text("\n".join(rows) + "\n")
        for options in (("--group-column", "patient"), ("--group-column", "patient", "--across-groups"), ()):
            code, *printed = self.measure(table, *options)
            self.assertEqual(code, 0, printed)
            self.assert_no_trace(*printed)

    def test_patients_are_groups(self):
        images = noise(12)
        images[2] = images[0]
        images[2, 0, 0] ^= 1  # the nearest pair: of one patient, in two classes
        for index, image in enumerate(images):
            label = "ill" if index < 2 or index > 6 else "well"
            write(self.folder / "data" / label / f"{index:02}.dcm", image, PatientID=f"PLANTED-80514711-{index % 2}")
        near = self.measured(self.folder / "data", "-k", "3", "--protocol", "native")["label_sharpness"]
        self.assertEqual(near["smallest_distance"], 1.0)
        apart = self.measured(self.folder / "data", "-k", "3", "--protocol", "native", "--across-groups")
        self.assertGreater(apart["label_sharpness"]["smallest_distance"], 100)


STUDY = """
models = ["squeezenet1_1"]
samples = [16]
test_samples = 8
keep_checkpoints = true
protocol = "native"
[recipe]
epochs = 1
batch_size = 8
[measure]
k = 3
"""


@needs_learn
class Studies(PrivacyCase):
    def learnable(self, name="set"):
        folder = self.identifying(striped(48, 1), name)
        for path in (folder / "well").iterdir():
            read = pydicom.dcmread(path)
            read.PixelData = read.pixel_array[::-1].tobytes()
            read.save_as(path)

    def write_study(self, name, *data_sets):
        file = self.folder / f"{name}.toml"
        file.write_text(STUDY + "".join(f'[[dataset]]\nname = "{name}"\npath = "{path}"\n{more}\n' for name, path, more in data_sets))
        return file

    def test_keep_no_identifier(self):
        self.learnable()
        file = self.write_study("s", ("scans", "set", ""))
        done = run("study", "run", file, "--threads", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.folder / "s.study" / "results.sqlite").exists())
        self.assertTrue(list(self.folder.rglob("checkpoint.safetensors")))
        self.assert_no_trace(done.stdout, done.stderr)

    def test_redacted_paths_are_nowhere(self):
        hidden = TRACES + [b"secret", b"00.dcm", os.fsencode(self.folder)]
        self.learnable("secretplace")
        (self.folder / "secretlist.csv").write_text("path,label\nsecretplace/secretfile.dcm,1\n")
        file = self.write_study("secretstudy", ("scans", "secretplace", ""), ("gone", "secretly/gone", ""), ("list", "secretlist.csv", ""),
                                ("viewed", "secretplace", 'view = "ct:brain"'))
        for words in (("run", "--threads", "1"), ("run", "--threads", "1", "--dry-run"), ("status",), ("status", "--json", "-"),
                      ("results",), ("report", "--json", "-"), ("report",)):
            if words == ("report",) and not holds_page():
                continue
            done = run("study", words[0], file, *words[1:], "--redact-paths")
            self.assertEqual(done.returncode, 3 if words[0] == "run" else 0, done.stderr)
            self.assertTrue(done.stdout or words == ("report",))
            self.assert_no_trace(done.stdout, done.stderr, traces=hidden)
        self.assertIn("scans", run("study", "results", file).stdout)

    def test_what_is_shown_of_a_store_is_redacted_too(self):
        file = self.write_study("secretstudy", ("gone", "secretly/gone", ""))
        self.assertIn("secretly", run("study", "run", file).stderr)
        shown = run("study", "status", file)
        self.assertIn("secretly", shown.stdout)
        shown = run("study", "status", file, "--redact-paths")
        self.assertIn("gone", shown.stdout)
        self.assertNotIn("secret", shown.stdout + shown.stderr)


class Paths(PrivacyCase):
    def test_redacted_in_everything_that_is_written(self):
        folder = self.identifying(noise(12), "secretplace")
        (folder / "loose.dcm").write_bytes((folder / "ill" / "00.dcm").read_bytes())
        for options in ((), ("--quiet",), ("--protocol", "native")):
            code, *printed = self.measure(folder, "--redact-paths", *options)
            self.assertEqual((code, printed[1]), (0, ""))
            self.assert_no_trace(*printed, traces=TRACES + [b"secretplace", b"00.dcm", b"loose.dcm", os.fsencode(self.folder)])
        found = json.loads((self.folder / "out" / "m.json").read_text())["datasets"][0]
        self.assertRegex(found["duplicates"]["members"][0]["paths"][0], "^[0-9a-f]{16}$")

    def test_redacted_in_errors(self):
        folder = self.identifying(noise(12), "secretplace")
        hidden = [b"secretplace", b"secretfile", b"table.csv", os.fsencode(self.folder)]
        (folder / "ill" / "secretfile.dcm").write_bytes(b"nothing")
        (self.folder / "table.csv").write_text("path,label\nsecretplace/secretfile name.dcm,1\n")
        (self.folder / "secretfile").mkdir()
        (self.folder / "secretfile" / "notes").write_text("")
        for words in ((folder,), (self.folder / "table.csv",), (self.folder / "secretfile",), (self.folder / "nothing there",),
                      (folder, "--labels", self.folder / "secretfile")):
            code, *printed = self.measure(*words, "--redact-paths")
            self.assertIn(code, (2, 3))
            self.assertIn("fathom: error: ", printed[1])
            self.assert_no_trace(*printed, traces=TRACES + hidden)


if __name__ == "__main__":
    unittest.main()
