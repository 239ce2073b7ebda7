"""Networks on medical images as they come: DICOM, NIfTI and data by name are learnt from, attacked and looked into, and none of
what that writes names a patient."""

import json
import unittest

import nibabel
import numpy

from dicom_files import write
from networks import needs_learn
from support import Case, estimate, striped

IDENTIFYING = {"PatientName": "Plantedname^Jane", "PatientBirthDate": "19330729", "PatientAddress": "Planted Street 7",
               "AccessionNumber": "PLANTED-A88", "StudyDate": "20090817", "InstitutionName": "Planted Clinic",
               "SeriesInstanceUID": "1.2.3.805777002"}
TRACES = [b"planted", b"19330729", b"20090817", b"805777002", b"doe^", b"19500101"]


@needs_learn
class MedicalNetworks(Case):
    def commands(self, data, *options, protocol, study=""):
        """Every command that has to do with networks, on few small images and for one epoch."""
        out = self.folder / "out"
        weights = out / "checkpoint.safetensors"
        small = ("--size", 32, "--threads", 1)
        printed = [self.succeeds("train", data, *options, "--model", "squeezenet1_1", *small, "--epochs", 1, "--batch-size", 4,
                                 "--samples", 12, "--test-samples", 6, "--uneven", "--output", out)]
        trained = json.loads((out / "result.json").read_text())
        self.assertEqual(trained["data"]["protocol"]["name"], protocol)
        attacked = self.succeeds("attack", data, "--checkpoint", weights, "--split", "all", "--epsilon", 2, "--threads", 1,
                                 *self.slicing(options), "--json", "-")
        self.assertEqual(json.loads(attacked)["dataset"]["protocol"]["name"], protocol)
        layers = self.succeeds("represent", data, "--weights", weights, "--layers", "features.12", "-k", 3, "--threads", 1,
                               *self.slicing(options), "--json", "-")
        layer = json.loads(layers)["representations"][0]["layers"][0]
        self.assertGreater(estimate(layer, "mle", "pooled")["value"], 0)
        (self.folder / "s.toml").write_text(f"""
models = ["squeezenet1_1"]
samples = [12]
test_samples = 6
uneven = true
keep_checkpoints = true
size = "32"
[recipe]
epochs = 1
batch_size = 4
[measure]
k = 3
[[dataset]]
name = "scans"
path = "{data}"
{study}
""")
        printed.append(self.succeeds("study", "run", self.folder / "s.toml", "--threads", 1))
        self.assertIn("1 cell done", printed[-1])
        self.assert_no_trace(*printed, attacked, layers)

    @staticmethod
    def slicing(options):
        """Options that the checkpoint does not know."""
        return options if "--slices" in options else ()

    def assert_no_trace(self, *texts):
        written = [path for path in self.folder.rglob("*") if path.suffix in (".json", ".jsonl", ".safetensors", ".sqlite", ".log")]
        self.assertGreater(len(written), 6)
        for content in [text.encode() for text in texts] + [path.read_bytes() for path in written]:
            for trace in TRACES:
                self.assertFalse(trace in content.lower(), trace)

    def test_dicom(self):
        for label, images in (("ill", striped(12, 1)), ("well", striped(12, 2)[:, ::-1])):
            for index, image in enumerate(images):
                write(self.folder / "set" / label / f"{index:02}.dcm", image, WindowCenter=90, WindowWidth=170,
                      PatientID=f"PLANTED-{label}-{index // 2}", **IDENTIFYING)
        self.commands(self.folder / "set", "--view", "window", protocol="iclr2024+view=window+size=32",
                      study='view = "window"')
        split = json.loads((self.folder / "out" / "split.json").read_text())
        sides = [{path.rsplit("/", 1)[0] + str(int(path[-6:-4]) // 2) for path in split[side]} for side in ("train", "test")]
        self.assertFalse(sides[0] & sides[1], "patients on both sides")

    def test_nifti(self):
        for label, images in (("ill", striped(32, 1)), ("well", striped(32, 2)[:, ::-1])):
            (self.folder / "set" / label).mkdir(parents=True)
            for index in range(8):
                slices = images[4 * index:4 * index + 4].transpose(2, 1, 0)[::-1, ::-1].astype("int16")
                image = nibabel.Nifti1Image(slices, numpy.eye(4))
                image.header["descrip"], image.header["aux_file"] = b"Plantedname^Jane", b"planted 19330729"
                nibabel.save(image, self.folder / "set" / label / f"{index}.nii.gz")
        self.commands(self.folder / "set", "--slices", "axial", "--slice-step", 2, protocol="iclr2024+size=32",
                      study="slice_step = 2")

    def test_by_name(self):
        rows = ["ID,Label"]
        for index, image in enumerate([*striped(12, 1), *striped(12, 2)[:, ::-1]]):
            name = f"ID_{index:09x}"
            rows.append(f"{name}_any,{index // 12}")
            write(self.folder / "rsna" / "stage_2_train" / f"{name}.dcm", image.astype("uint16") + 1000, Modality="CT", RescaleSlope=1,
                  RescaleIntercept=-1024, RescaleType="HU", PatientID=f"PLANTED-{index // 2}", **IDENTIFYING)
        (self.folder / "rsna" / "stage_2_train.csv").write_text("\n".join(rows) + "\n")
        self.commands(f"rsna:{self.folder / 'rsna'}", "--view", "ct:brain", protocol="iclr2024+view=ct:brain+size=32",
                      study='view = "ct:brain"')


if __name__ == "__main__":
    unittest.main()
