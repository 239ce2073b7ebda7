"""The machine, and the environment that every measured program runs in."""

import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(ROOT, "build", "bench", "bin")
THREADS = len(os.sched_getaffinity(0))


def processor_field(name):
    with open("/proc/cpuinfo") as info:
        return next((line.split(":")[1].strip() for line in info if line.startswith(name)), "unknown")


def program(name):
    return os.path.join(BIN, name)


def environment(openblas=None):
    """Without OPENBLAS_CORETYPE, which would handicap the peers, unless a kernel is asked for."""
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    kept.update(OMP_NUM_THREADS=str(THREADS), OPENBLAS_NUM_THREADS=str(THREADS))
    if openblas:
        kept["OPENBLAS_CORETYPE"] = openblas
    return kept


def openblas_kernels():
    """Kernels of OpenBLAS for x86-64 that this processor can run, besides the one it picks itself."""
    flags = processor_field("flags").split()
    needs = {"Haswell": "avx2", "Zen": "avx2", "SkylakeX": "avx512bw", "Cooperlake": "avx512_bf16"}
    return [kernel for kernel, flag in needs.items() if flag in flags]


def peak_memory(command):
    """Of one run of a program, MB of 10^6 bytes."""
    with tempfile.NamedTemporaryFile("r") as report:
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", report.name, *command], env=environment(), check=True,
                       stdout=subprocess.DEVNULL)
        return int(report.read()) * 1024 / 1e6
