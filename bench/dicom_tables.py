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


def command(folder, threads):
    return [machine.program("fathom"), "measure", str(folder), "--ignore-labels", "--anchors", "64", "-k", "3", "--estimator", "mle",
            "--threads", str(threads), "--json", "-"]


def result(text):
    return json.loads(text)["datasets"][0]


def measured(folder, threads):
    return result(subprocess.run(command(folder, threads), env=machine.environment(), check=True, stdout=subprocess.PIPE).stdout)


def read_side_by_side(folder):
    """Seconds of the slowest of as many processes of one thread as there are processors: what no reading can be faster than."""
    processes = [subprocess.Popen(["taskset", "-c", str(processor), *command(folder, 1)], env=machine.environment(), stdout=subprocess.PIPE)
                 for processor in sorted(os.sched_getaffinity(0))]
    return max(result(process.communicate()[0])["seconds"]["read"] for process in processes)


def measured_once(folder):
    return measured(folder, 1), measured(folder, machine.THREADS), read_side_by_side(folder)


def row(name, runs):
    one, all_threads = (statistics.median(run[i]["seconds"]["read"] for run in runs) for i in (0, 1))
    ceiling = machine.THREADS * one / statistics.median(run[2] for run in runs)
    memory = max(run[1]["peak_memory_bytes"] for run in runs) / 1e6
    matrix = SLICES * runs[0][1]["ambient_dimension"] * 4 / 1e6  # float32, resized
    return (f"| {name} | {SLICES / one:.0f} | {SLICES / all_threads:.0f} | {one / all_threads:.2f} | {ceiling:.2f} | {memory:.0f} | "
            f"{2 * matrix + MEMORY_BESIDE:.0f} |")


def print_dicom(folder, rounds):
    print(f"| {SLICES} DICOM slices of {SIDE} x {SIDE}, 12 bits | slices a second, 1 thread | {machine.THREADS} threads | "
          f"ratio (target >= {SCALING_TARGET} on 2) | {machine.THREADS} processes of 1 thread | peak memory (MB) | "
          f"twice the matrix + {MEMORY_BESIDE:.0f} MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, convert in SYNTAXES.items():
        with tempfile.TemporaryDirectory(dir=folder) as slices:
            write_slices(pathlib.Path(slices), convert)
            print(row(name, [measured_once(slices) for _ in range(rounds + 1)][1:]), flush=True)
    print()
