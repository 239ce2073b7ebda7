"""DICOM slices: how fast all processors read them beside one, and the memory that measuring takes."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy

import machine

sys.path.insert(0, os.path.join(machine.ROOT, "tests", "cli"))
import dicom_files

SLICES, SIDE = 2000, 512
SCALING_TARGET, MEMORY_BESIDE = 1.8, 200.0  # of reading, a processor more; MB beside twice the prepared matrix
SYNTAXES = {"uncompressed": None, "JPEG lossless": ["dcmcjpeg", "+e1"]}


def write_slices(folder, convert):
    """CT-like: smooth structure and noise, 12 bits, 20 slices a patient, two classes."""
    random = numpy.random.default_rng(0)
    y, x = numpy.mgrid[:SIDE, :SIDE]
    for index in range(SLICES):
        smooth = 1500 + 800 * numpy.sin(x / (20 + index % 17)) * numpy.cos(y / (30 + index % 13))
        pixels = (smooth + random.integers(0, 64, smooth.shape)).astype("uint16")
        path = dicom_files.write(folder / str(index % 2) / f"{index:05}.dcm", pixels, BitsStored=12, Modality="CT",
                                 RescaleSlope=1, RescaleIntercept=-1024, PatientID=f"patient {index // 20}")
        if convert:
            dicom_files.tool(*convert, path, path)


def measured(folder, threads):
    command = [machine.program("fathom"), "measure", str(folder), "--anchors", "64", "--threads", str(threads), "--json", "-"]
    done = subprocess.run(command, env=machine.environment(), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["datasets"][0]


def print_dicom(folder, rounds):
    print(f"| {SLICES} DICOM slices of {SIDE} x {SIDE}, 12 bits | slices a second, 1 thread | {machine.THREADS} threads | "
          f"ratio (target >= {SCALING_TARGET} on 2) | peak memory (MB) | twice the matrix + {MEMORY_BESIDE:.0f} MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, convert in SYNTAXES.items():
        with tempfile.TemporaryDirectory(dir=folder) as slices:
            write_slices(pathlib.Path(slices), convert)
            runs = [(measured(slices, 1), measured(slices, machine.THREADS)) for _ in range(rounds + 1)][1:]
        one, all_threads = (statistics.median(SLICES / run["seconds"]["read"] for run in column) for column in zip(*runs))
        memory = max(run[1]["peak_memory_bytes"] for run in runs) / 1e6
        matrix = SLICES * runs[0][1]["ambient_dimension"] * 4 / 1e6  # float32, resized
        print(f"| {name} | {one:.0f} | {all_threads:.0f} | {all_threads / one:.2f} | {memory:.0f} | "
              f"{2 * matrix + MEMORY_BESIDE:.0f} |", flush=True)
    print()
