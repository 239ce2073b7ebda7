"""NIfTI volumes: how fast their slices are read beside nibabel, and the memory that measuring takes."""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import nibabel
import numpy

import machine

VOLUMES, SHAPE = 20, (256, 256, 150)
MEMORY_BESIDE = 200.0  # MB beside twice the matrix


def write_volumes(folder):
    """MR-like: smooth structure and noise in an ellipsoid, nothing around it; axes as BraTS has them."""
    x, y, z = numpy.ogrid[:SHAPE[0], :SHAPE[1], :SHAPE[2]]
    inside = (x - 128) ** 2 + (y - 128) ** 2 + ((z - 75) * 1.5) ** 2 < 110 ** 2
    for index in range(VOLUMES):
        random = numpy.random.default_rng(index)
        smooth = 400 + 300 * numpy.sin(x / (20 + index)) * numpy.cos(y / 30) * numpy.sin(z / (15 + index))
        values = (smooth + random.integers(0, 32, SHAPE)) * inside
        nibabel.save(nibabel.Nifti1Image(values.astype("int16"), numpy.diag([-1, -1, 1, 1])), folder / f"{index:02}.nii.gz")


def measured(folder, threads):
    command = [machine.program("fathom"), "measure", str(folder), "--protocol", "native", "--anchors", "64", "-k", "3",
               "--estimator", "mle", "--threads", str(threads), "--json", "-"]
    done = subprocess.run(command, env=machine.environment(), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["datasets"][0]


# The same rows by nibabel: canonical axial slices, as they are looked at, as float32.
NIBABEL = """
import pathlib, sys, time
import nibabel, numpy
start = time.perf_counter()
files = sorted(pathlib.Path(sys.argv[1]).glob("*.nii.gz"))
rows, at = None, 0
for file in files:
    volume = nibabel.as_closest_canonical(nibabel.load(file))
    values = numpy.asanyarray(volume.dataobj)
    if rows is None:
        rows = numpy.empty((len(files) * values.shape[2], values.shape[0] * values.shape[1]), numpy.float32)
    for k in range(values.shape[2]):
        rows[at] = values[::-1, ::-1, k].T.reshape(-1)
        at += 1
print(time.perf_counter() - start)
"""


def read_by_nibabel(folder):
    done = subprocess.run([sys.executable, "-c", NIBABEL, str(folder)], env=machine.environment(), check=True, stdout=subprocess.PIPE)
    return float(done.stdout)


def measured_once(folder):
    return measured(folder, 1), measured(folder, machine.THREADS), read_by_nibabel(folder)


def row(runs):
    slices = VOLUMES * SHAPE[2]
    one, all_threads = (statistics.median(slices / run[i]["seconds"]["read"] for run in runs) for i in (0, 1))
    nibabel_rate = statistics.median(slices / run[2] for run in runs)
    memory = max(run[1]["peak_memory_bytes"] for run in runs) / 1e6
    matrix = slices * runs[0][1]["ambient_dimension"] * 4 / 1e6  # float32
    return (f"| as stored (`--protocol native`) | {one:.0f} | {all_threads:.0f} | {nibabel_rate:.0f} | "
            f"{all_threads / nibabel_rate:.2f} | {memory:.0f} | {2 * matrix + MEMORY_BESIDE:.0f} |")


def print_nifti(folder, rounds):
    print(f"| {VOLUMES} volumes of {' x '.join(map(str, SHAPE))}, int16, .nii.gz | slices a second, 1 thread | "
          f"{machine.THREADS} threads | nibabel, one process | Fathom / nibabel | peak memory (MB) | "
          f"twice the matrix + {MEMORY_BESIDE:.0f} MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(dir=folder) as volumes:
        write_volumes(pathlib.Path(volumes))
        print(row([measured_once(volumes) for _ in range(rounds + 1)][1:]) + "\n", flush=True)
