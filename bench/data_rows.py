"""The rows of the tables of neighbours: one a matrix of bench/matrices.h."""

import os
import subprocess
from typing import NamedTuple, Optional

import machine


class DataRow(NamedTuple):
    name: str
    title: str
    rows: int
    cols: int
    value_bytes: int
    target: Optional[float]  # smallest wanted ratio to FAISS

    @property
    def megabytes(self):
        return self.rows * self.cols * self.value_bytes / 1e6


DATA_ROWS = [
    DataRow("mnist", "MNIST t10k, 8-bit", 10_000, 784, 1, 5),
    DataRow("cifar10", "CIFAR-10 test, 8-bit", 10_000, 3072, 1, 8),
    DataRow("cifar10-x6", "CIFAR-10 test, flipped and shifted, 8-bit", 60_000, 3072, 1, 20),
    DataRow("mnist-x20", "MNIST t10k, turned and shifted, 8-bit", 200_000, 784, 1, 20),
    DataRow("brainmri", "brain MRI, float32", 1426, 50176, 4, 3),
    DataRow("cifar10-float", "CIFAR-10 test normalised, float32", 10_000, 3072, 4, 4),
    DataRow("noise-float", "white noise, float32 (no filter can help)", 10_000, 3072, 4, None),
]


class Matrices:
    """Makes each matrix once, in a folder."""

    def __init__(self, data, folder):
        self.data, self.folder = data, folder

    def path(self, name):
        path = os.path.join(self.folder, name + ".npy")
        if not os.path.exists(path):
            subprocess.run([machine.program("bench_make_matrix"), name, self.data, str(machine.THREADS), path],
                           check=True)
        return path
