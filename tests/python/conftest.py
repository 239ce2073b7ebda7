"""What the tests of the package share. Values are checked against numpy brute force, closed forms and golden.json."""

import json
import os
import pathlib

import numpy as np
import pytest


def pytest_report_header(config):
    import fathom

    return f"fathom {fathom.__version__} in {pathlib.Path(fathom.__file__).parent}"


def brute_force(points, k):
    """Distances and indices of the k nearest, by direct differences in float64, ordered by (distance, index)."""
    points = np.asarray(points, np.float64)
    squared = ((points[:, None] - points[None]) ** 2).sum(-1)
    np.fill_diagonal(squared, np.inf)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squared, order, axis=1)), order


def torus(n, d, seed=0):
    """n points of the flat d-torus in 2 d dimensions: uniform, without boundary."""
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi, (n, d))
    return np.ascontiguousarray(np.hstack([np.cos(angle), np.sin(angle)]))


@pytest.fixture(scope="session")
def shared():
    folder = pathlib.Path(os.environ.get("FATHOM_SHARED", ""))
    if not (folder / "golden" / "golden.json").exists():
        pytest.skip("there is no folder of real data (FATHOM_SHARED)")
    return folder


@pytest.fixture(scope="session")
def golden(shared):
    return json.loads((shared / "golden" / "golden.json").read_text())


@pytest.fixture(scope="session")
def chest(shared):
    """Images and labels of the training split of PneumoniaMNIST."""
    with np.load(shared / "data" / "pneumoniamnist.npz") as data:
        return data["train_images"], data["train_labels"].ravel()
